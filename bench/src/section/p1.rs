//! How fast the port's bytes become objects and readings.
//!
//! What is measured is everything between the port and a number: finding where each telegram begins and ends in a
//! stream, its checksum over every byte, taking it apart into objects, and reading the value of each that is known. The
//! two other Rust crates for such meters do the same with the same bytes in the same run. Each figure is the best of many
//! runs, since what else the machine does only ever adds to them. Results are shown to the optimiser where they lie: handed
//! over, they would be copied, which is no part of reading.

use std::hint::black_box;

use ::p1::Stream;
use anyhow::ensure;
use readings::Judge;

use crate::figure::Figure;
use crate::household::{MINUTE, Telegrams, read_minute, start_of};
use crate::timing::best;

const RUNS: usize = 400;
/// Megabytes a second.
const GOAL: f64 = 500.0;

pub(crate) fn measure(telegrams: &Telegrams) -> anyhow::Result<Vec<Figure>> {
    let minutes = telegrams.minutes();
    let all: Vec<u8> = minutes.concat();
    let count = minutes.len() * MINUTE;
    let megabytes = all.len() as f64 / 1e6;
    let speed = |read: fn(&[u8]) -> usize| {
        let time = best(RUNS, || {
            let found = read(&all);
            ensure!(
                found == count,
                "{found} telegrams were read instead of {count}"
            );
            Ok(())
        })?;
        anyhow::Ok((megabytes / time.as_secs_f64(), time))
    };
    let (ours, typed) = speed(type_every_object)?;
    let dsmr5 = speed(with_dsmr5).map(|(speed, _)| speed);
    let dsmr_parse = speed(with_dsmr_parse).map(|(speed, _)| speed);
    let mut judge = Judge::new();
    let read = best(RUNS, || {
        judge = Judge::new();
        for (minute, bytes) in (0..).zip(minutes) {
            black_box(read_minute(bytes, start_of(minute), &mut judge)?);
        }
        Ok(())
    })?;
    // 115,200 bits a second, ten for a byte.
    let line = 115_200.0 / 10.0 / 1e6;
    let mut figures = vec![
        Figure::new(
            "p1_mb_per_s",
            format!(
                "Framing, checksum, objects and the values of known ones, {:.0} times as fast as the meter's line:",
                ours / line
            ),
            ours,
            "MB/s",
        )
        .at_least(GOAL),
    ];
    for (name, with, theirs) in [
        (
            "p1_dsmr5_mb_per_s",
            "dsmr5 0.4 (it knows DSMR 5 alone):",
            dsmr5,
        ),
        (
            "p1_dsmr_parse_mb_per_s",
            "dsmr-parse 0.4 (likewise):",
            dsmr_parse,
        ),
    ] {
        match theirs {
            Ok(theirs) => figures
                .push(Figure::new(name, with, theirs, "MB/s").beside("this crate reads", ours)),
            // They refuse telegrams that go beyond DSMR 5.
            Err(error) => println!("  {with} {error}"),
        }
    }
    figures.extend([
        Figure::microseconds(
            "p1_telegram_us",
            "The same for one telegram, of which there is one a second:",
            typed / count as u32,
        ),
        Figure::microseconds(
            "reading_us",
            "A telegram until it is a judged reading:",
            read / count as u32,
        ),
    ]);
    Ok(figures)
}

/// In pieces, as a port gives them.
fn type_every_object(bytes: &[u8]) -> usize {
    const PIECE: usize = 4_096;
    let mut stream = Stream::new();
    let mut read = 0;
    for piece in bytes.chunks(PIECE) {
        stream.push(piece);
        while let Some(next) = stream.next_telegram() {
            let Ok(telegram) = next else { continue };
            for object in telegram.objects() {
                black_box(&object.value());
            }
            read += 1;
        }
    }
    read
}

fn with_dsmr5(bytes: &[u8]) -> usize {
    let port = bytes.iter().map(|byte| Ok::<u8, ()>(*byte));
    let mut read = 0;
    for readout in dsmr5::Reader::new(port).flatten() {
        let Ok(telegram) = readout.to_telegram() else {
            continue;
        };
        for object in telegram.objects() {
            black_box(&object);
        }
        read += 1;
    }
    read
}

fn with_dsmr_parse(mut bytes: &[u8]) -> usize {
    let mut read = 0;
    while let Ok(Some(telegram)) = dsmr_parse::Telegram::read_from(&mut bytes) {
        black_box(&telegram);
        read += 1;
    }
    read
}
