//! What the meter says, as far as it is in memory: the slot and the minute that are running, and the roll-ups.

use std::collections::VecDeque;

use p1::Telegram;
use readings::{
    Granularity, Interval, IntervalBuilder, Judge, Kind, Meter, Reading, Serials, UnixSeconds,
};
use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::meter::{MeterEvent, MeterState};
use crate::status::MeterReport;
use crate::store::readings::telling;

/// Refusals and withheld values in the log: the first at once, then one line a minute with their number.
const LOG_EVERY: u64 = 60;
/// Readings that no live block has taken yet are kept up to this: a quarter of an hour at ten telegrams a second.
const RECENT_LIMIT: usize = 9_600;
/// Readings of the running minute that are kept at the most; a recording that is played very fast has more.
const MINUTE_LIMIT: usize = 3_000;
/// A meter that says nothing for so long is silent.
const SILENT_AFTER: u64 = 300;

/// What the owner should hear about the meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MeterNews {
    Silent { since: u64 },
    Back,
    Replaced,
}

/// What was said of the meter, and what became of it.
pub(super) struct Recorder {
    state: MeterState,
    dialect: Option<String>,
    telegrams: u64,
    refusals: Tally,
    withheld: Tally,
    last: Option<Heard>,
    /// The last reading, and when it was taken by the steady clock.
    latest: Option<(u64, Reading)>,
    said_silent: bool,
    rollups: RollUps,
    recent: VecDeque<Reading>,
    minute: Vec<Reading>,
    closed: Vec<(Granularity, Interval)>,
    news: Vec<MeterNews>,
}

/// What is stored once a minute, so that a restart goes on where it was.
#[derive(Serialize, Deserialize)]
struct RollUps {
    judge: Judge,
    quarter_hours: IntervalBuilder,
    days: IntervalBuilder,
}

/// The last telegram, on all clocks.
#[derive(Clone, Copy)]
struct Heard {
    at: u64,
    steady: u64,
    meter: Option<u64>,
}

impl Recorder {
    /// A recorder that goes on from what [`Recorder::to_state`] stored, or from nothing.
    pub(super) fn new(state: Option<&[u8]>) -> Self {
        let fresh = || RollUps {
            judge: Judge::new(),
            quarter_hours: IntervalBuilder::quarter_hours(),
            days: IntervalBuilder::days(),
        };
        Self {
            state: MeterState::Starting,
            dialect: None,
            telegrams: 0,
            refusals: Tally::new("telegrams were refused"),
            withheld: Tally::new("values that cannot be were withheld"),
            last: None,
            latest: None,
            said_silent: false,
            rollups: state
                .and_then(|state| serde_json::from_slice(state).ok())
                .unwrap_or_else(fresh),
            recent: VecDeque::new(),
            minute: Vec::new(),
            closed: Vec::new(),
            news: Vec::new(),
        }
    }

    /// The roll-ups that are being made, for storing.
    pub(super) fn to_state(&self) -> Vec<u8> {
        // Maps with text keys and numbers: serialising cannot fail.
        serde_json::to_vec(&self.rollups).unwrap_or_default()
    }

    /// Takes in what the meter's line says at this moment. While the time is not known nothing is recorded: a reading at a
    /// wrong time would be worse than none.
    pub(super) fn hear(&mut self, event: MeterEvent, moment: Moment, now: Option<u64>) {
        match event {
            MeterEvent::Telegram(bytes) => self.telegram(&bytes, moment, now),
            MeterEvent::Refused(why) => self.refusals.add(why, moment.steady),
            MeterEvent::State(state) => {
                match &state {
                    MeterState::Away(_) => tracing::warn!("{state}"),
                    _ => tracing::info!("{state}"),
                }
                self.state = state;
            }
        }
    }

    /// Lets time pass: closes intervals that no reading will close any more, and notices a silent meter.
    pub(super) fn tick(&mut self, now: u64) {
        let at = seconds(now);
        self.closed
            .extend(self.rollups.quarter_hours.close(at).map(quarter_hour));
        self.closed.extend(self.rollups.days.close(at).map(day));
        if let Some(heard) = self.last
            && now.saturating_sub(heard.at) >= SILENT_AFTER
            && !self.said_silent
        {
            self.said_silent = true;
            self.news.push(MeterNews::Silent { since: heard.at });
        }
    }

    /// The intervals that were closed since the last time.
    pub(super) fn closed(&mut self) -> Vec<(Granularity, Interval)> {
        std::mem::take(&mut self.closed)
    }

    /// Intervals that could not be stored, for the next time.
    pub(super) fn put_back(&mut self, closed: Vec<(Granularity, Interval)>) {
        let newer = std::mem::replace(&mut self.closed, closed);
        self.closed.extend(newer);
    }

    /// What the owner should hear.
    pub(super) fn news(&mut self) -> Vec<MeterNews> {
        std::mem::take(&mut self.news)
    }

    /// The readings of a slot that say something of this kind.
    pub(super) fn of_slot(&self, kind: Kind, start: u64, end: u64) -> Vec<Reading> {
        let within =
            |reading: &&Reading| (start.cast_signed()..end.cast_signed()).contains(&reading.at.0);
        let readings: Vec<Reading> = self.recent.iter().filter(within).cloned().collect();
        telling(&readings, kind)
    }

    /// Forgets readings that no running slot needs.
    pub(super) fn forget_before(&mut self, slot_start: u64) {
        while self
            .recent
            .front()
            .is_some_and(|reading| reading.at.0 < slot_start.cast_signed())
        {
            self.recent.pop_front();
        }
    }

    /// The readings of the minute that has ended, with the minute's beginning; nothing while it runs.
    pub(super) fn ended_minute(&mut self, now: u64) -> Option<(u64, Vec<Reading>)> {
        let minute = minute_of(self.minute.first()?.at);
        let ended = minute + 60 <= now || minute > now || self.minute.len() >= MINUTE_LIMIT;
        ended.then(|| self.running_minute()).flatten()
    }

    /// The readings of the earliest minute that is in memory, ended or not.
    pub(super) fn running_minute(&mut self) -> Option<(u64, Vec<Reading>)> {
        let minute = minute_of(self.minute.first()?.at);
        let later = self
            .minute
            .iter()
            .position(|reading| minute_of(reading.at) != minute);
        let following = later
            .map(|at| self.minute.split_off(at))
            .unwrap_or_default();
        Some((minute, std::mem::replace(&mut self.minute, following)))
    }

    /// What the meter's clock shows now, if it has one and spoke lately.
    pub(super) fn meters_clock(&self, now: Moment) -> Option<u64> {
        let heard = self.last?;
        let passed = now.steady.checked_sub(heard.steady)?;
        (passed < SILENT_AFTER).then_some(heard.meter? + passed)
    }

    /// The last reading, if it is at most so many seconds old.
    pub(super) fn latest(&self, now: Moment, at_most: u64) -> Option<&Reading> {
        let (steady, reading) = self.latest.as_ref()?;
        let age = now.steady.checked_sub(*steady)?;
        (age <= at_most).then_some(reading)
    }

    /// When the last telegram came.
    pub(super) fn last_telegram(&self) -> Option<u64> {
        self.last.map(|heard| heard.at)
    }

    /// For the report.
    pub(super) fn report(&self) -> MeterReport {
        MeterReport {
            state: self.state.to_string(),
            connected: matches!(self.state, MeterState::Connected(_)),
            dialect: self.dialect.clone(),
            last_telegram: self.last_telegram(),
            telegrams: self.telegrams,
            refused: self.refusals.total,
            last_refusal: self.refusals.last.clone(),
        }
    }

    fn telegram(&mut self, bytes: &[u8], moment: Moment, now: Option<u64>) {
        let telegram = match Telegram::parse(bytes) {
            Ok(telegram) => telegram,
            Err(error) => return self.refusals.add(error.to_string(), moment.steady),
        };
        self.telegrams += 1;
        self.dialect = Some(telegram.dialect().to_string());
        let read = Reading::from_telegram(&telegram, seconds(now.unwrap_or(moment.own)));
        self.last = Some(Heard {
            at: now.unwrap_or(moment.own),
            steady: moment.steady,
            meter: read
                .meter_time
                .and_then(readings::MeterTime::to_unix)
                .and_then(|time| u64::try_from(time.0).ok()),
        });
        if std::mem::take(&mut self.said_silent) {
            self.news.push(MeterNews::Back);
        }
        if now.is_some() {
            let (reading, said) = self
                .rollups
                .judge
                .judge(read, &Serials::from_telegram(&telegram));
            said.into_iter()
                .for_each(|event| self.judged(event, moment.steady));
            self.latest = Some((moment.steady, reading.clone()));
            self.record(reading);
        }
    }

    fn judged(&mut self, event: readings::MeterEvent, now: u64) {
        match event {
            readings::MeterEvent::Replaced(meter) => {
                tracing::warn!("another {meter} meter is connected: its registers begin anew");
                if meter == Meter::Electricity {
                    self.news.push(MeterNews::Replaced);
                }
            }
            readings::MeterEvent::Restarted { quantity, from, to } => {
                tracing::warn!(
                    "the register {} went from {from} to {to} and stays there",
                    quantity.name()
                );
            }
            readings::MeterEvent::TariffSwitched { from, to } => {
                tracing::debug!("tariff {} follows tariff {}", to.0, from.0);
            }
            readings::MeterEvent::ClockChanged { seconds } => {
                tracing::warn!("the meter's clock went {seconds} s further than this device's");
            }
            readings::MeterEvent::Withheld {
                quantity, value, ..
            } => {
                self.withheld
                    .add(format!("{} cannot be {value}", quantity.name()), now);
            }
        }
    }

    fn record(&mut self, reading: Reading) {
        self.closed
            .extend(self.rollups.quarter_hours.push(&reading).map(quarter_hour));
        self.closed
            .extend(self.rollups.days.push(&reading).map(day));
        if self.recent.len() >= RECENT_LIMIT {
            self.recent.pop_front();
        }
        self.recent.push_back(reading.clone());
        if self.minute.len() < MINUTE_LIMIT {
            self.minute.push(reading);
        }
    }
}

/// Counts complaints and puts few of them into the log.
struct Tally {
    what: &'static str,
    total: u64,
    last: Option<String>,
    unlogged: u64,
    logged_at: Option<u64>,
}

impl Tally {
    fn new(what: &'static str) -> Self {
        Self {
            what,
            total: 0,
            last: None,
            unlogged: 0,
            logged_at: None,
        }
    }

    fn add(&mut self, why: String, now: u64) {
        self.total += 1;
        self.unlogged += 1;
        if self
            .logged_at
            .is_none_or(|at| now.saturating_sub(at) >= LOG_EVERY)
        {
            tracing::warn!(
                "{} {}, the last one because: {why}",
                self.unlogged,
                self.what
            );
            self.unlogged = 0;
            self.logged_at = Some(now);
        }
        self.last = Some(why);
    }
}

fn minute_of(at: UnixSeconds) -> u64 {
    let at = at.0.max(0).cast_unsigned();
    at - at % 60
}

fn seconds(unix: u64) -> UnixSeconds {
    UnixSeconds(unix.cast_signed())
}

fn quarter_hour(interval: Interval) -> (Granularity, Interval) {
    (Granularity::QuarterHour, interval)
}

fn day(interval: Interval) -> (Granularity, Interval) {
    (Granularity::Day, interval)
}
