//! What a telegram says, as JSON.

use std::time::{SystemTime, UNIX_EPOCH};

use p1::{Crc, Moment, Obis, Object, Refusal, Telegram, Value};
use readings::{Reading, UnixSeconds};
use serde_json::{Map, Value as Json, json};

use crate::options::Options;

pub(crate) fn telegram(file: &str, telegram: &Telegram<'_>, options: &Options) -> Json {
    let verdict = telegram.check();
    let accepted = options.lenient || verdict.is_ok();
    let reading = accepted.then(|| Reading::from_telegram(telegram, clock(telegram)));
    let mut line = json!({
        "file": file,
        "dialect": telegram.dialect().to_string(),
        "crc": crc(telegram.crc()),
        "accepted": accepted,
        "objects": telegram.objects().count(),
        "unknown": listed(telegram, |value| matches!(value, Value::Unknown(_) | Value::Unreadable(_))),
        "unreadable": listed(telegram, |value| matches!(value, Value::Unreadable(_))),
        "odd_lines": telegram.odd_lines().map(|line| line.to_string()).collect::<Vec<_>>(),
        "reading": reading,
    });
    if let Some(line) = line.as_object_mut() {
        if telegram.is_authentic() {
            line.insert("tag".to_owned(), json!("ok"));
        }
        if telegram.is_doubled() {
            line.insert("doubled".to_owned(), json!(true));
        }
        if let Err(refusal) = verdict {
            line.insert("why".to_owned(), json!(refusal.to_string()));
        }
        if options.objects {
            line.insert(
                "values".to_owned(),
                telegram.objects().map(object).collect(),
            );
        }
    }
    line
}

/// A telegram of which not enough is there to be read.
pub(crate) fn broken(file: &str, refusal: Refusal) -> Json {
    json!({
        "file": file,
        "dialect": null,
        "crc": "absent",
        "accepted": false,
        "objects": 0,
        "unknown": [],
        "reading": null,
        "why": refusal.to_string(),
    })
}

/// Objects with their text.
fn listed(telegram: &Telegram<'_>, wanted: fn(&Value<'_>) -> bool) -> Vec<String> {
    telegram
        .objects()
        .filter(|object| wanted(&object.value()))
        .map(|object| format!("{}{}", object.obis, object.text()))
        .collect()
}

fn object(object: Object<'_>) -> Json {
    let mut described = Map::new();
    described.insert("obis".to_owned(), json!(object.obis.to_string()));
    if let Some(meaning) = object.obis.meaning() {
        described.insert("name".to_owned(), json!(meaning.english.to_string()));
        described.insert("naam".to_owned(), json!(meaning.dutch.to_string()));
    }
    described.insert("value".to_owned(), value(object.value()));
    Json::Object(described)
}

fn value(value: Value<'_>) -> Json {
    match value {
        Value::Measure(measure) => json!(measure.to_string()),
        Value::Time(time) => json!(time.to_string()),
        Value::Text(text) => json!(text.decoded().map_or_else(|| text.raw.to_string(), |text| text.to_string())),
        Value::Timed(timed) => json!({
            "at": moment(timed.at),
            "value": timed.measure.map(|measure| measure.to_string()),
        }),
        Value::Several(measures) => measures.map(|measure| measure.to_string()).collect(),
        Value::FailureLog(log) => log
            .map(|failure| json!({ "ended": moment(failure.ended), "seconds": failure.seconds, "plausible": failure.is_plausible() }))
            .collect(),
        Value::Peaks(peaks) => peaks
            .map(|peak| json!({ "month": moment(peak.month), "at": moment(peak.occurred), "value": peak.demand.to_string() }))
            .collect(),
        Value::Month(month) => {
            let ended = moment(month.ended);
            let registers: Vec<_> = month
                .map(|(obis, measure)| json!({ "obis": obis.as_ref().map(Obis::to_string), "value": measure.to_string() }))
                .collect();
            json!({ "ended": ended, "registers": registers })
        }
        Value::Empty => Json::Null,
        Value::Unknown(text) => json!({ "unknown": text.to_string() }),
        Value::Unreadable(text) => json!({ "unreadable": text.to_string() }),
    }
}

fn moment(moment: Moment<'_>) -> Json {
    match moment {
        Moment::At(time) => json!(time.to_string()),
        Moment::Impossible(text) => json!({ "impossible": text.to_string() }),
    }
}

/// The meter's clock, or where it has none the computer's.
fn clock(telegram: &Telegram<'_>) -> UnixSeconds {
    let meter = telegram.clock().map(|clock| clock.unix_seconds());
    let computer = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_secs())
    };
    UnixSeconds(meter.unwrap_or_else(|| i64::try_from(computer()).unwrap_or(0)))
}

fn crc(crc: Crc) -> &'static str {
    match crc {
        Crc::Ok => "ok",
        Crc::Absent => "absent",
        Crc::Bad { .. } | Crc::Unreadable => "bad",
    }
}
