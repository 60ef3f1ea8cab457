//! Prints what telegrams say: one JSON object per telegram on a line.
//!
//! `cargo run -p p1 --example read -- [--strict | --lenient] [--objects] [--key HEX [--auth HEX]] FILE…`,
//! with `-` for standard input.

mod describe;
mod hex;
mod options;

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::process::ExitCode;

use p1::{Stream, Telegrams};

use crate::options::Options;

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
        match print_telegrams(file, &options) {
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

fn print_telegrams(file: &str, options: &Options) -> io::Result<()> {
    let source: Box<dyn Read> = match file {
        "-" => Box::new(io::stdin().lock()),
        path => Box::new(File::open(path)?),
    };
    let stream = match &options.keys {
        Some(keys) => Stream::lenient().with_keys(keys.clone()),
        None => Stream::lenient(),
    };
    let mut telegrams = Telegrams::with_stream(hex::decoded(BufReader::new(source))?, stream);
    let mut output = io::stdout().lock();
    while let Some(next) = telegrams.next_telegram()? {
        let line = match next {
            Ok(telegram) => describe::telegram(file, &telegram, options),
            Err(refusal) => describe::broken(file, refusal),
        };
        writeln!(output, "{line}")?;
    }
    Ok(())
}
