//! Telegrams and what must come of them. Each `NAME.txt` has a `NAME.json` that says so: the events
//! in order, for each telegram its dialect, its checksum, what is not understood, and values as the
//! meter prints them. They were printed by the project's simulated meter or written after the
//! standards; the capitals MKS stand for no maker.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use p1::{Crc, Event, Failure, Peak, Stream, Telegram, Value};
use serde_json::{Value as Json, json};

/// Listed by name, so that none is missed when it is lost.
const NAMES: [&str; 23] = [
    "d0-junk-after-the-end",
    "dsmr-2.2-cut-then-whole",
    "dsmr-2.2-damaged-lines",
    "dsmr-2.2-household",
    "dsmr-2.2-no-blank-line",
    "dsmr-2.2-old-gas-objects",
    "dsmr-4.2-failure-log-without-clock",
    "dsmr-4.2-household",
    "dsmr-5.0-bad-crc",
    "dsmr-5.0-control-byte-in-header",
    "dsmr-5.0-crc-without-leading-zero",
    "dsmr-5.0-cut-at-every-end",
    "dsmr-5.0-empty-failure-logs",
    "dsmr-5.0-four-mbus-devices",
    "dsmr-5.0-household",
    "dsmr-5.0-joined-midway",
    "dsmr-5.0-line-feeds-only",
    "dsmr-5.0-missing-crc",
    "dsmr-5.0-unknown-objects",
    "dsmr-5.0-unreadable-objects",
    "e-mucs-monthly-peaks",
    "never-ends",
    "nothing-in-it",
];

#[test]
fn every_fixture_comes_out_as_it_says() {
    for name in NAMES {
        let expected: Json = serde_json::from_slice(&read(name, "json")).unwrap();
        let (events, noise) = run(&read(name, "txt"), &expected);
        assert_eq!(json!(events), expected["events"], "{name}");
        assert_eq!(json!(noise), expected["noise"], "noise of {name}");
    }
}

#[test]
fn every_file_is_listed() {
    let mut found: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    found.sort();
    assert_eq!(found, NAMES);
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn read(name: &str, extension: &str) -> Vec<u8> {
    let path = folder().join(format!("{name}.{extension}"));
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn run(bytes: &[u8], expected: &Json) -> (Vec<Json>, u64) {
    let mut stream = Stream::new();
    stream.push(bytes);
    let mut events = Vec::new();
    while let Some(event) = stream.next_event().or_else(|| stream.finish()) {
        let telegram = &expected["events"][events.len()]["telegram"];
        events.push(describe(&event, telegram));
    }
    (events, stream.counters().noise)
}

fn describe(event: &Event, expected: &Json) -> Json {
    let bytes = match event {
        Event::Refused(refusal) => return json!({ "refused": refusal.to_string() }),
        Event::Telegram(bytes, _) => bytes,
    };
    let telegram = Telegram::parse(bytes).unwrap();
    let now = clock(&telegram);
    let codes = |wanted: fn(&Value<'_>) -> bool| -> Vec<String> {
        telegram
            .objects()
            .filter(|object| wanted(&object.value()))
            .map(|object| object.obis.to_string())
            .collect()
    };
    let values: BTreeMap<String, String> = telegram
        .objects()
        .map(|object| (object.obis.to_string(), show(object.value(), now)))
        .filter(|(code, _)| expected["values"].get(code).is_some())
        .collect();
    json!({ "telegram": {
        "dialect": telegram.dialect().to_string(),
        "crc": match telegram.crc() { Crc::Ok => "ok", Crc::Absent => "absent", _ => "bad" },
        "objects": telegram.objects().count(),
        "unknown": codes(|value| matches!(value, Value::Unknown(_))),
        "unreadable": codes(|value| matches!(value, Value::Unreadable(_))),
        "odd_lines": telegram.odd_lines().count(),
        "values": values,
    }})
}

/// The meter's clock, or where it has none a time after all fixtures.
fn clock(telegram: &Telegram<'_>) -> i64 {
    let clock = telegram.objects().find_map(|object| match object.value() {
        Value::Time(clock) => Some(clock.unix_seconds()),
        _ => None,
    });
    clock.unwrap_or(1_767_225_600)
}

fn show(value: Value<'_>, now: i64) -> String {
    match value {
        Value::Measure(measure) => measure.to_string(),
        Value::Time(time) => time.to_string(),
        Value::Text(text) => text.decoded().unwrap_or_else(|| text.raw.to_owned()),
        Value::Timed(timed) => timed
            .trusted(now)
            .map_or("doubtful".to_owned(), |(at, measure)| {
                format!("{at} {measure}")
            }),
        Value::FailureLog(log) => log.map(show_failure).collect::<Vec<_>>().join(", "),
        Value::Peaks(peaks) => peaks.map(show_peak).collect::<Vec<_>>().join(", "),
        Value::Empty => "empty".to_owned(),
        Value::Unknown(text) => format!("unknown {text}"),
        Value::Unreadable(text) => format!("unreadable {text}"),
    }
}

fn show_failure(failure: Failure<'_>) -> String {
    match failure.ended.timestamp().filter(|_| failure.is_plausible()) {
        Some(ended) => format!("{ended} {} s", failure.seconds),
        None => "implausible".to_owned(),
    }
}

fn show_peak(peak: Peak<'_>) -> String {
    let time = |moment: p1::Moment<'_>| {
        moment
            .timestamp()
            .map_or("-".to_owned(), |time| time.to_string())
    };
    format!(
        "{} {} {}",
        time(peak.month),
        time(peak.occurred),
        peak.demand
    )
}
