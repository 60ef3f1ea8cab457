//! Telegrams and what must come of them. Each `NAME.txt` has a `NAME.json` that says so: the events
//! in order, for each telegram its dialect, its checksum, what is not understood, and values as the
//! meter prints them; where the meter encrypts, the keys. They were printed by the project's
//! simulated meter or written after the standards; the capitals MKS stand for no maker. `README.md`
//! beside them lists what each is about.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use p1::{Crc, Event, Failure, Keys, Measure, Obis, Peak, Refusal, Stream, Telegram, Value};
use serde_json::{Value as Json, json};

/// Listed by name, so that none is missed when it is lost.
const NAMES: [&str; 63] = [
    "austria-encrypted",
    "d0-junk-after-the-end",
    "d0-short-codes",
    "dsmr-2.2-cut-then-whole",
    "dsmr-2.2-damaged-lines",
    "dsmr-2.2-household",
    "dsmr-2.2-message-without-its-end",
    "dsmr-2.2-no-blank-line",
    "dsmr-2.2-no-line-end-after-the-last-byte",
    "dsmr-2.2-nothing-changed",
    "dsmr-2.2-slash-in-a-message",
    "dsmr-3.0-comments-around",
    "dsmr-3.0-day-of-gas",
    "dsmr-3.0-heat-and-cold",
    "dsmr-4.0-household",
    "dsmr-4.2-failure-log-without-clock",
    "dsmr-4.2-household",
    "dsmr-4.2-impossible-failure-lengths",
    "dsmr-4.2-lower-case",
    "dsmr-4.2-message-over-two-lines",
    "dsmr-5.0-bad-crc",
    "dsmr-5.0-cold-and-a-second-electricity-meter",
    "dsmr-5.0-control-byte-in-header",
    "dsmr-5.0-crc-without-leading-zero",
    "dsmr-5.0-cut-at-every-end",
    "dsmr-5.0-doubled",
    "dsmr-5.0-empty-failure-logs",
    "dsmr-5.0-four-mbus-devices",
    "dsmr-5.0-household",
    "dsmr-5.0-joined-midway",
    "dsmr-5.0-joined-without-a-line-end",
    "dsmr-5.0-latin-1",
    "dsmr-5.0-line-feeds-only",
    "dsmr-5.0-missing-crc",
    "dsmr-5.0-odd-headers",
    "dsmr-5.0-units",
    "dsmr-5.0-unknown-objects",
    "dsmr-5.0-unreadable-objects",
    "e-mucs-monthly-peaks",
    "e-mucs-outside-belgium",
    "e-mucs-three-meters-no-blank-line",
    "heat-only",
    "hungary-month-record",
    "hungary-shorter-month-record",
    "hungary-switch-and-limits",
    "ireland-household",
    "israel-eleventh-tariff",
    "itron-old-gas-objects",
    "itron-own-times-and-watts",
    "lithuania-four-tariffs",
    "never-ends",
    "nordic-clock-not-set",
    "nordic-household",
    "nothing-in-it",
    "smarty-doubled",
    "smarty-encrypted",
    "smarty-flipped-bit",
    "smarty-lost-bytes",
    "smarty-not-a-telegram",
    "smarty-with-the-wrong-authentication-key",
    "smarty-with-the-wrong-key",
    "smarty-without-a-key",
    "smarty-wrong-checksum-inside",
];

#[test]
fn every_fixture_comes_out_as_it_says() {
    let mut other = Vec::new();
    for name in NAMES {
        let expected: Json = serde_json::from_slice(&read(name, "json")).unwrap();
        let outcome = run(&read(name, "txt"), &expected);
        let wanted = json!({
            "events": expected["events"],
            "noise": expected["noise"],
            "doubled": expected.get("doubled").unwrap_or(&json!(0)),
        });
        if outcome != wanted {
            other.push(format!("{name}: {outcome:#}"));
        }
    }
    assert!(other.is_empty(), "{}", other.join("\n"));
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

#[test]
fn every_fixture_is_explained() {
    let readme = fs::read_to_string(folder().join("README.md")).unwrap();
    for name in NAMES {
        let expected: Json = serde_json::from_slice(&read(name, "json")).unwrap();
        let line = format!("| `{name}` | {} |", expected["about"].as_str().unwrap());
        assert!(readme.contains(&line), "README.md should say: {line}");
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn read(name: &str, extension: &str) -> Vec<u8> {
    let path = folder().join(format!("{name}.{extension}"));
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn run(bytes: &[u8], expected: &Json) -> Json {
    let mut stream = match &expected["keys"] {
        Json::Null => Stream::new(),
        keys => {
            let keys = Keys::from_hex(keys["key"].as_str().unwrap(), keys["auth"].as_str());
            Stream::new().with_keys(keys.unwrap())
        }
    };
    stream.push(bytes);
    let mut events = Vec::new();
    let expected = |events: &[Json]| &expected["events"][events.len()]["telegram"];
    while let Some(next) = stream.next_telegram() {
        events.push(describe(next, expected(&events)));
    }
    while let Some(event) = stream.finish() {
        events.push(match &event {
            Event::Refused(refusal) => describe(Err(*refusal), &Json::Null),
            Event::Telegram(bytes, _) => {
                describe(Ok(Telegram::parse(bytes).unwrap()), expected(&events))
            }
        });
    }
    let counters = stream.counters();
    json!({ "events": events, "noise": counters.noise, "doubled": counters.doubled })
}

fn describe(next: Result<Telegram<'_>, Refusal>, expected: &Json) -> Json {
    let telegram = match next {
        Err(refusal) => return json!({ "refused": refusal.to_string() }),
        Ok(telegram) => telegram,
    };
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
    let mut described = json!({
        "dialect": telegram.dialect().to_string(),
        "crc": match telegram.crc() { Crc::Ok => "ok", Crc::Absent => "absent", _ => "bad" },
        "objects": telegram.objects().count(),
        "unknown": codes(|value| matches!(value, Value::Unknown(_))),
        "unreadable": codes(|value| matches!(value, Value::Unreadable(_))),
        "odd_lines": telegram.odd_lines().count(),
        "values": values,
    });
    if telegram.is_authentic() {
        described["tag"] = json!("ok");
    }
    json!({ "telegram": described })
}

/// The meter's clock, or where it has none a time after all fixtures.
fn clock(telegram: &Telegram<'_>) -> i64 {
    telegram
        .clock()
        .map_or(1_767_225_600, |clock| clock.unix_seconds())
}

fn show(value: Value<'_>, now: i64) -> String {
    match value {
        Value::Measure(measure) => measure.to_string(),
        Value::Time(time) => time.to_string(),
        Value::Text(text) => text
            .decoded()
            .map_or_else(|| text.raw.to_string(), |text| text.to_string()),
        Value::Timed(timed) => timed
            .trusted(now)
            .map_or("doubtful".to_owned(), |(at, measure)| {
                format!("{at} {measure}")
            }),
        Value::FailureLog(log) => log.map(show_failure).collect::<Vec<_>>().join(", "),
        Value::Peaks(peaks) => peaks.map(show_peak).collect::<Vec<_>>().join(", "),
        Value::Month(month) => month.map(show_register).collect::<Vec<_>>().join(", "),
        Value::Several(measures) => measures
            .map(|measure| measure.to_string())
            .collect::<Vec<_>>()
            .join(", "),
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

fn show_register((obis, measure): (Option<Obis>, Measure)) -> String {
    obis.map_or(measure.to_string(), |obis| format!("{obis} {measure}"))
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
