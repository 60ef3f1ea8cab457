//! Values that are lists: power failures, monthly peaks, the registers of a month.

use crate::{Dimension, Groups, Measure, Moment, Obis};

/// The log of long power failures, newest last, as `1-0:99.97.0` gives it:
/// `(count)(0-0:96.7.19)` and then per failure `(end)(duration*s)`.
///
/// The entries are what is there: some meters count more failures than they list.
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
    pub(crate) fn read(mut groups: Groups<'a>) -> Option<Self> {
        Measure::read(groups.next()?)?.count()?;
        let mut entries = groups.clone();
        if entries.next().is_some_and(names_an_object) {
            groups = entries;
        }
        let log = Self { entries: groups };
        let mut entries = log.clone();
        while entries.next().is_some() {}
        entries.entries.next().is_none().then_some(log)
    }
}

impl<'a> Iterator for FailureLog<'a> {
    type Item = Failure<'a>;

    fn next(&mut self) -> Option<Failure<'a>> {
        let mut entries = self.entries.clone();
        let ended = Moment::read(entries.next()?);
        let seconds = Measure::read(entries.next()?)?.scaled(Dimension::Duration, 0)?;
        let seconds = u32::try_from(seconds).ok()?;
        self.entries = entries;
        Some(Failure { ended, seconds })
    }
}

/// The peaks of past months, as the Belgian `0-0:98.1.0` gives them:
/// `(count)(1-0:1.6.0)(1-0:1.6.0)` and then per month `(end of month)(when)(peak*kW)`.
///
/// The entries are what is there: some meters count months of which they list nothing.
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
    pub(crate) fn read(mut groups: Groups<'a>) -> Option<Self> {
        let count = groups.next()?;
        if count.len() > 3 || Measure::read(count)?.count().is_none() {
            return None;
        }
        let mut entries = groups.clone();
        while entries.next().is_some_and(names_an_object) {
            groups = entries.clone();
        }
        let listed = groups.clone().count();
        let log = Self { entries: groups };
        (listed == log.clone().count().checked_mul(3)?).then_some(log)
    }
}

impl<'a> Iterator for PeakLog<'a> {
    type Item = Peak<'a>;

    fn next(&mut self) -> Option<Peak<'a>> {
        Some(Peak {
            month: Moment::read(self.entries.next()?),
            occurred: Moment::read(self.entries.next()?),
            demand: Measure::read(self.entries.next()?)?,
        })
    }
}

/// `(0-0:96.7.19)` or, of meters that know better, `(0:96.7.19)`.
fn names_an_object(group: &[u8]) -> bool {
    group.contains(&b':') && group.contains(&b'.')
}

/// The registers at the end of the last month, as the Hungarian `0-0:98.1.0` gives them: the time,
/// and then the registers, in the order of [`MonthRecord::ORDER`] where there are as many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthRecord<'a> {
    /// The end of the month.
    pub ended: Moment<'a>,
    entries: Groups<'a>,
    ordered: bool,
    place: usize,
}

impl<'a> MonthRecord<'a> {
    /// What the nineteen registers are: energy drawn and given in total and by two tariffs, reactive
    /// energy by direction and quadrant, active energy of both directions, and the month's peaks of
    /// power drawn and given in total and by tariff.
    pub const ORDER: [Obis; 19] = [
        Obis::new(1, 0, 1, 8, 0),
        Obis::new(1, 0, 1, 8, 1),
        Obis::new(1, 0, 1, 8, 2),
        Obis::new(1, 0, 2, 8, 0),
        Obis::new(1, 0, 2, 8, 1),
        Obis::new(1, 0, 2, 8, 2),
        Obis::new(1, 0, 3, 8, 0),
        Obis::new(1, 0, 4, 8, 0),
        Obis::new(1, 0, 5, 8, 0),
        Obis::new(1, 0, 6, 8, 0),
        Obis::new(1, 0, 7, 8, 0),
        Obis::new(1, 0, 8, 8, 0),
        Obis::new(1, 0, 15, 8, 0),
        Obis::new(1, 0, 1, 6, 0),
        Obis::new(1, 0, 1, 6, 1),
        Obis::new(1, 0, 1, 6, 2),
        Obis::new(1, 0, 2, 6, 0),
        Obis::new(1, 0, 2, 6, 1),
        Obis::new(1, 0, 2, 6, 2),
    ];

    /// `None` if the groups are no such record.
    pub(crate) fn read(mut groups: Groups<'a>) -> Option<Self> {
        let ended = Moment::read(groups.next()?);
        let registers = groups.clone().count();
        let measures = groups.clone().map_while(Measure::read);
        let whole = registers > 0 && measures.filter(|m| m.unit.is_some()).count() == registers;
        whole.then_some(Self {
            ended,
            entries: groups,
            ordered: registers == Self::ORDER.len(),
            place: 0,
        })
    }
}

impl Iterator for MonthRecord<'_> {
    /// What it is of, where that is known, and what it was.
    type Item = (Option<Obis>, Measure);

    fn next(&mut self) -> Option<Self::Item> {
        let measure = Measure::read(self.entries.next()?)?;
        let obis = Self::ORDER.get(self.place).copied();
        self.place += 1;
        Some((obis.filter(|_| self.ordered), measure))
    }
}
