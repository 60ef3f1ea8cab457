//! Prints what telegrams say: one JSON object per telegram on a line.
//!
//! `cargo run -p p1 --example read -- [--strict | --lenient] FILE…`, with `-` for standard input.

use std::fs::File;
use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use p1::{Crc, Event, Refusal, Stream, Telegram, Telegrams, Value};
use readings::{Reading, UnixSeconds};
use serde_json::{Value as Json, json};

const USAGE: &str = "usage: read [--strict | --lenient] FILE…   (- is standard input)
  --strict    refuse telegrams whose checksum is wrong (this is the default)
  --lenient   accept them
  --key HEX   reserved for meters that encrypt";

const NO_KEYS_YET: &str = "meters that encrypt what they say (Luxembourg, Austria) cannot be read yet: --key is reserved for them. Without it, every meter that does not encrypt is read.";

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(sentence) => {
            eprintln!("{sentence}");
            return ExitCode::from(2);
        }
    };
    let mut whole = true;
    for file in &options.files {
        match print_telegrams(file, options.lenient) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{file} cannot be read: {error}");
                whole = false;
            }
            Ok(()) => {}
        }
    }
    if whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

struct Options {
    lenient: bool,
    files: Vec<String>,
}

impl Options {
    fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            lenient: false,
            files: Vec::new(),
        };
        for argument in arguments {
            match argument.as_str() {
                "--strict" => options.lenient = false,
                "--lenient" => options.lenient = true,
                "--key" => return Err(NO_KEYS_YET.to_owned()),
                key if key.starts_with("--key=") => return Err(NO_KEYS_YET.to_owned()),
                "-h" | "--help" => return Err(USAGE.to_owned()),
                option if option.starts_with("--") => {
                    return Err(format!("there is no option {option}\n{USAGE}"));
                }
                _ => options.files.push(argument),
            }
        }
        if options.files.is_empty() {
            return Err(format!("which file shall be read?\n{USAGE}"));
        }
        Ok(options)
    }
}

fn print_telegrams(file: &str, lenient: bool) -> io::Result<()> {
    let source: Box<dyn Read> = match file {
        "-" => Box::new(io::stdin().lock()),
        path => Box::new(File::open(path)?),
    };
    let mut output = io::stdout().lock();
    for event in Telegrams::with_stream(source, Stream::lenient()) {
        let line = match event? {
            Event::Telegram(bytes, _) => describe(file, &bytes, lenient)?,
            Event::Refused(refusal) => broken(file, refusal),
        };
        writeln!(output, "{line}")?;
    }
    Ok(())
}

fn describe(file: &str, bytes: &[u8], lenient: bool) -> io::Result<Json> {
    let telegram = Telegram::parse(bytes)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    let codes = |wanted: fn(&Value<'_>) -> bool| -> Vec<String> {
        telegram
            .objects()
            .filter(|object| wanted(&object.value()))
            .map(|object| object.obis.to_string())
            .collect()
    };
    let verdict = telegram.check();
    let accepted = lenient || verdict.is_ok();
    let reading = accepted.then(|| Reading::from_telegram(&telegram, clock(&telegram)));
    let mut line = json!({
        "file": file,
        "dialect": telegram.dialect().to_string(),
        "crc": crc(telegram.crc()),
        "accepted": accepted,
        "objects": telegram.objects().count(),
        "unknown": codes(|value| matches!(value, Value::Unknown(_))),
        "unreadable": codes(|value| matches!(value, Value::Unreadable(_))),
        "odd_lines": telegram.odd_lines().count(),
        "reading": reading,
    });
    if let (Err(refusal), Some(line)) = (verdict, line.as_object_mut()) {
        line.insert("why".to_owned(), json!(refusal.to_string()));
    }
    Ok(line)
}

/// The meter's clock, or where it has none the computer's.
fn clock(telegram: &Telegram<'_>) -> UnixSeconds {
    let meter = telegram.objects().find_map(|object| match object.value() {
        Value::Time(clock) => Some(clock.unix_seconds()),
        _ => None,
    });
    let computer = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_secs())
    };
    UnixSeconds(meter.unwrap_or_else(|| i64::try_from(computer()).unwrap_or(0)))
}

/// A telegram of which not enough is there to be read.
fn broken(file: &str, refusal: Refusal) -> Json {
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

fn crc(crc: Crc) -> &'static str {
    match crc {
        Crc::Ok => "ok",
        Crc::Absent => "absent",
        Crc::Bad { .. } | Crc::Unreadable => "bad",
    }
}
