//! The ends that are offered: midnights where the person lives, and never later than what was asked for.

use std::ops::RangeInclusive;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

use crate::request::ConsentRequest;

/// When sharing may end. Of two ends the earlier is the smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct End {
    /// Not at or after, in unix seconds.
    pub until: u64,
    /// What its length is called: 30 is a month, 91 three months, 365 a year; else the days that it touches, or that it takes
    /// where it ends within a day.
    pub days: u16,
}

/// In seconds.
const DAY: u64 = 86_400;
const WEEK: u64 = 7 * DAY;

/// The shortest length that is offered: a month.
const MONTH: u16 = 30;

/// The lengths that have a name, and how many days each may touch: 90 days that were asked for just before midnight, or
/// half an hour after it in autumn, touch 89 that are whole at their end.
const NAMED: [(u16, RangeInclusive<u16>); 3] = [(MONTH, 29..=31), (91, 89..=92), (365, 364..=366)];

impl End {
    /// A month, three months, a year, as far as they are shorter than what was asked for; and that, last.
    #[must_use]
    pub fn offered(request: &ConsentRequest, now: u64, zone: &TimeZone) -> Vec<Self> {
        let asked = Self::asked(request, now, zone);
        NAMED
            .iter()
            .map(|(days, _)| Self::within(*days, request, now, zone))
            .filter(|end| *end < asked)
            .chain([asked])
            .collect()
    }

    /// The first that is offered.
    #[must_use]
    pub fn least(request: &ConsentRequest, now: u64, zone: &TimeZone) -> Self {
        Self::within(MONTH, request, now, zone)
    }

    /// Up to and including the day that is so many days on from the first; or what was asked for, if that is sooner.
    #[must_use]
    pub fn within(days: u16, request: &ConsentRequest, now: u64, zone: &TimeZone) -> Self {
        let from = request.from.max(now);
        let asked = Self::asked(request, now, zone);
        let after = i32::from(days).saturating_add(1);
        let until = day(from, zone)
            .and_then(|first| first.checked_add(after.days()).ok())
            .and_then(|next| begin(next, zone));
        until.map_or(asked, |until| Self::of(from, until, zone).min(asked))
    }

    /// The last midnight that is not after what was asked for; its very end if that is less than a week, of which the rest
    /// of a day is too much.
    #[must_use]
    pub fn asked(request: &ConsentRequest, now: u64, zone: &TimeZone) -> Self {
        let from = request.from.max(now);
        let midnight = day(request.until, zone).and_then(|last| begin(last, zone));
        match midnight.filter(|midnight| midnight.saturating_sub(from) >= WEEK) {
            Some(midnight) => Self::of(from, midnight, zone),
            None => Self::exactly(from, request.until),
        }
    }

    fn exactly(from: u64, until: u64) -> Self {
        let days = until.saturating_sub(from).div_ceil(DAY);
        Self {
            until,
            days: u16::try_from(days).unwrap_or(u16::MAX),
        }
    }

    fn of(from: u64, until: u64, zone: &TimeZone) -> Self {
        let days = touched(from, until, zone).unwrap_or_default();
        let name = NAMED.iter().find(|(_, lengths)| lengths.contains(&days));
        Self {
            until,
            days: name.map_or(days, |(name, _)| *name),
        }
    }
}

/// How many days of the calendar that is; a part of one counts.
fn touched(from: u64, until: u64, zone: &TimeZone) -> Option<u16> {
    let last = day(until.saturating_sub(1), zone)?.tomorrow().ok()?;
    let days = day(from, zone)?.until(last).ok()?.get_days();
    u16::try_from(days).ok()
}

/// This time there.
pub(crate) fn at(unix: u64, zone: &TimeZone) -> Option<Zoned> {
    let seconds = i64::try_from(unix).ok()?;
    let timestamp = Timestamp::from_second(seconds).ok()?;
    Some(timestamp.to_zoned(zone.clone()))
}

fn day(unix: u64, zone: &TimeZone) -> Option<Date> {
    at(unix, zone).map(|there| there.date())
}

/// The first moment of a day, which is not midnight where clocks go forward then.
fn begin(day: Date, zone: &TimeZone) -> Option<u64> {
    let begin = day.to_zoned(zone.clone()).ok()?;
    u64::try_from(begin.timestamp().as_second()).ok()
}
