//! The telegrams that everything is measured with.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use p1::{Event, Stream, Telegram};
use readings::{Judge, Reading, Serials, UnixSeconds};
use simulated_meter::Household;

/// How many telegrams make one block: a minute at one a second.
pub(crate) const MINUTE: usize = 60;

/// The household with three phases, solar panels, a heat pump, a car and gas.
const SHOW_HOUSE: u64 = 1;
/// 2026-06-17T18:00:00Z: people are at home, and the sun still shines.
const EVENING: i64 = 1_781_719_200;

/// Consecutive telegrams, one a second.
pub(crate) struct Telegrams {
    what: String,
    /// The bytes of each minute, as a port gives them.
    minutes: Vec<Vec<u8>>,
    bytes: usize,
}

impl Telegrams {
    /// Ten minutes of a simulated household.
    pub(crate) fn simulated() -> anyhow::Result<Self> {
        let mut household = Household::new(SHOW_HOUSE);
        let telegrams =
            (0..10 * MINUTE as i64).map(|second| household.telegram_at(EVENING + second));
        Self::new("a simulated household", telegrams.collect())
    }

    /// Those of a file, as a port gives them.
    pub(crate) fn from_file(file: &Path) -> anyhow::Result<Self> {
        let bytes =
            fs::read(file).with_context(|| format!("{} can not be read", file.display()))?;
        let mut stream = Stream::new();
        stream.push(&bytes);
        let mut telegrams = Vec::new();
        while let Some(event) = stream.next_event() {
            if let Event::Telegram(telegram, _) = event {
                telegrams.push(telegram);
            }
        }
        Self::new(&file.display().to_string(), telegrams)
    }

    fn new(of: &str, telegrams: Vec<Vec<u8>>) -> anyhow::Result<Self> {
        let minutes: Vec<_> = telegrams.chunks_exact(MINUTE).map(<[_]>::concat).collect();
        ensure!(
            !minutes.is_empty(),
            "{of} has fewer than {MINUTE} telegrams"
        );
        let bytes = minutes.iter().map(Vec::len).sum::<usize>() / (minutes.len() * MINUTE);
        Ok(Self {
            what: format!(
                "{} telegrams of {of}, {bytes} bytes each",
                minutes.len() * MINUTE
            ),
            minutes,
            bytes,
        })
    }

    /// The bytes of each minute.
    pub(crate) fn minutes(&self) -> &[Vec<u8>] {
        &self.minutes
    }

    /// How long a telegram is on average.
    pub(crate) fn bytes_each(&self) -> usize {
        self.bytes
    }

    /// One telegram.
    pub(crate) fn first(&self) -> anyhow::Result<Vec<u8>> {
        let mut stream = Stream::new();
        stream.push(self.minutes.first().context("no telegrams")?);
        match stream.next_event() {
            Some(Event::Telegram(telegram, _)) => Ok(telegram),
            _ => anyhow::bail!("the first telegram is damaged"),
        }
    }

    /// The readings of each minute.
    pub(crate) fn readings(&self) -> anyhow::Result<Vec<Vec<Reading>>> {
        let mut judge = Judge::new();
        (0..)
            .zip(&self.minutes)
            .map(|(minute, bytes)| read_minute(bytes, start_of(minute), &mut judge))
            .collect()
    }
}

impl fmt::Display for Telegrams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

/// The second at which the device reads the first telegram of a minute.
pub(crate) fn start_of(minute: i64) -> i64 {
    EVENING + minute * MINUTE as i64
}

/// A minute's bytes, parsed and judged.
pub(crate) fn read_minute(
    bytes: &[u8],
    start: i64,
    judge: &mut Judge,
) -> anyhow::Result<Vec<Reading>> {
    let mut stream = Stream::new();
    stream.push(bytes);
    let mut readings = Vec::with_capacity(MINUTE);
    while let Some(event) = stream.next_event() {
        let Event::Telegram(telegram, _) = event else {
            anyhow::bail!("a telegram is damaged");
        };
        let telegram = Telegram::parse(&telegram).context("what the stream gave is no telegram")?;
        let at = UnixSeconds(start + readings.len() as i64);
        let (reading, _) = judge.judge(
            Reading::from_telegram(&telegram, at),
            &Serials::from_telegram(&telegram),
        );
        readings.push(reading);
    }
    Ok(readings)
}
