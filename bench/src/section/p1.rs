//! How fast the port's bytes become objects and readings.

use std::hint::black_box;

use ::p1::{Event, Stream, Telegram};
use readings::Judge;

use crate::figure::Figure;
use crate::household::{MINUTE, Telegrams, read_minute, start_of};
use crate::timing::median;

const RUNS: usize = 200;

pub(crate) fn measure(telegrams: &Telegrams) -> anyhow::Result<Vec<Figure>> {
    let minutes = telegrams.minutes();
    let all: Vec<u8> = minutes.concat();
    let typed = median(RUNS, |_| type_every_object(&all))?;
    let mut judge = Judge::new();
    let read = median(RUNS, |_| {
        judge = Judge::new();
        for (minute, bytes) in (0..).zip(minutes) {
            black_box(read_minute(bytes, start_of(minute), &mut judge)?);
        }
        Ok(())
    })?;
    let megabytes = all.len() as f64 / 1e6;
    let telegrams = (minutes.len() * MINUTE) as u32;
    // 115,200 bits a second, ten for a byte.
    let line = 115_200.0 / 10.0 / 1e6;
    let speed = megabytes / typed.as_secs_f64();
    Ok(vec![
        Figure::new(
            "p1_mb_per_s",
            format!(
                "Framing, checksum and typing every object, {:.0} times as fast as the meter's line:",
                speed / line
            ),
            speed,
            "MB/s",
        ),
        Figure::microseconds(
            "p1_telegram_us",
            "The same for one telegram, of which there is one a second:",
            typed / telegrams,
        ),
        Figure::microseconds(
            "reading_us",
            "A telegram until it is a judged reading:",
            read / telegrams,
        ),
    ])
}

fn type_every_object(bytes: &[u8]) -> anyhow::Result<()> {
    let mut stream = Stream::new();
    stream.push(bytes);
    while let Some(event) = stream.next_event() {
        let Event::Telegram(telegram, _) = event else {
            anyhow::bail!("a telegram is damaged");
        };
        for object in Telegram::parse(&telegram)
            .map_err(|error| anyhow::anyhow!("{error}"))?
            .objects()
        {
            black_box(object.value());
        }
    }
    Ok(())
}
