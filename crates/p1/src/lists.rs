//! Values that are lists: power failures, monthly peaks.

use crate::{Dimension, Groups, Measure, Moment};

/// The log of long power failures, newest last, as `1-0:99.97.0` gives it:
/// `(count)(0-0:96.7.19)` and then per failure `(end)(duration*s)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureLog<'a> {
    entries: Groups<'a>,
}

/// One power failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure<'a> {
    /// When power came back.
    pub ended: Moment<'a>,
    /// How long it had been away, in seconds.
    pub seconds: u32,
}

impl Failure<'_> {
    /// Whether this can have happened. Meters fill their log with entries from before they had
    /// the time: ends in the year 2000, lengths of 2147483647 seconds.
    pub fn is_plausible(&self) -> bool {
        const FIRST_METERS: u16 = 2007;
        const TEN_YEARS: u32 = 10 * 366 * 86_400;
        let after_installation = self
            .ended
            .timestamp()
            .is_some_and(|ended| ended.year >= FIRST_METERS);
        after_installation && self.seconds <= TEN_YEARS
    }
}

impl<'a> FailureLog<'a> {
    /// `None` if the groups are no such log.
    pub(crate) fn parse(mut groups: Groups<'a>) -> Option<Self> {
        let count: usize = groups.next()?.parse().ok()?;
        let entries = groups.clone().skip(1).count();
        if count == 0 && entries == 0 {
            return Some(Self {
                entries: Groups::none(),
            });
        }
        groups.next()?;
        let log = Self { entries: groups };
        (entries == count.checked_mul(2)? && log.clone().count() == count).then_some(log)
    }
}

impl<'a> Iterator for FailureLog<'a> {
    type Item = Failure<'a>;

    fn next(&mut self) -> Option<Failure<'a>> {
        let ended = Moment::parse(self.entries.next()?);
        let seconds = Measure::parse(self.entries.next()?)?.scaled(Dimension::Duration, 0)?;
        Some(Failure {
            ended,
            seconds: u32::try_from(seconds).ok()?,
        })
    }
}

/// The peaks of past months, as the Belgian `0-0:98.1.0` gives them:
/// `(count)(1-0:1.6.0)(1-0:1.6.0)` and then per month `(end of month)(when)(peak*kW)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeakLog<'a> {
    entries: Groups<'a>,
}

/// The highest quarter-hourly demand of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peak<'a> {
    /// The end of the month.
    pub month: Moment<'a>,
    /// When the peak was.
    pub occurred: Moment<'a>,
    /// How high.
    pub demand: Measure,
}

impl<'a> PeakLog<'a> {
    /// `None` if the groups are no such list; the Hungarian object of the same code is another.
    pub(crate) fn parse(mut groups: Groups<'a>) -> Option<Self> {
        let count: usize = groups.next()?.parse().ok()?;
        let entries = groups.clone().skip(2).count();
        if count == 0 && entries == 0 {
            return Some(Self {
                entries: Groups::none(),
            });
        }
        groups.next()?;
        groups.next()?;
        let log = Self { entries: groups };
        (entries == count.checked_mul(3)? && log.clone().count() == count).then_some(log)
    }
}

impl<'a> Iterator for PeakLog<'a> {
    type Item = Peak<'a>;

    fn next(&mut self) -> Option<Peak<'a>> {
        Some(Peak {
            month: Moment::parse(self.entries.next()?),
            occurred: Moment::parse(self.entries.next()?),
            demand: Measure::parse(self.entries.next()?)?,
        })
    }
}
