//! One object of a telegram.

use crate::catalogue::{self, Shape};
use crate::{
    Decimal, FailureLog, Measure, Measures, Moment, MonthRecord, Obis, PeakLog, Raw, Text, Timed,
    Timestamp, Unit, Value,
};

/// One object of a telegram: a code and one or more groups in parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object<'a> {
    /// What it is about.
    pub obis: Obis,
    first: &'a [u8],
    raw: &'a [u8],
}

impl<'a> Object<'a> {
    /// Reads `1-0:1.8.1(000001.000*kWh)`; groups may be separated by line ends. `None` if `bytes`
    /// are no such thing.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (object, rest) = Self::take(bytes)?;
        rest.trim_ascii_start().is_empty().then_some(object)
    }

    /// The object at the beginning of `bytes`, and what follows its last group: the end of a line,
    /// or of everything.
    pub(crate) fn take(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (obis, groups) = Obis::take(bytes)?;
        let (first, mut rest) = take_group(groups)?;
        // DSMR 2.2 and 3.0 print the value of a gas meter alone on the next line.
        while let [b'(', ..] | [b'\r' | b'\n' | b' ', ..] = rest {
            match take_group(rest.trim_ascii_start()) {
                Some((_, behind)) => rest = behind,
                None => break,
            }
        }
        let raw = groups.get(..groups.len() - rest.len())?;
        let ends = matches!(rest, [] | [b'\r' | b'\n' | b' ' | b'\t', ..]);
        ends.then_some((Self { obis, first, raw }, rest))
    }

    /// Everything behind the code, with its parentheses, as the meter printed it.
    pub fn text(&self) -> Raw<'a> {
        self.raw.into()
    }

    /// The groups, without their parentheses.
    pub fn groups(&self) -> Groups<'a> {
        Groups { rest: self.raw }
    }

    /// Whether the catalogue knows this code.
    pub fn is_known(&self) -> bool {
        catalogue::shape(self.obis).is_some()
    }

    /// The content, typed. Never an error: what the catalogue does not know is
    /// [`Value::Unknown`], what does not look as it should is [`Value::Unreadable`].
    pub fn value(&self) -> Value<'a> {
        match catalogue::shape(self.obis) {
            None => Value::Unknown(self.text()),
            Some(_) if self.first.is_empty() && self.is_single() => Value::Empty,
            Some(shape) => self.shaped(shape).unwrap_or(Value::Unreadable(self.text())),
        }
    }

    fn shaped(&self, shape: Shape) -> Option<Value<'a>> {
        match shape {
            Shape::Measure if self.is_single() => Measure::read(self.first).map(Value::Measure),
            Shape::Measure => self.several(),
            Shape::Time => Timestamp::read(self.only()?).map(Value::Time),
            Shape::Text => {
                let raw = self.only()?.into();
                Some(Value::Text(Text { raw }))
            }
            Shape::Timed if self.is_single() => Measure::read(self.first).map(Value::Measure),
            Shape::Timed => timed(self.groups()).map(Value::Timed),
            Shape::Series => newest_of_series(self.groups()).map(Value::Timed),
            Shape::FailureLog => FailureLog::read(self.groups()).map(Value::FailureLog),
            Shape::Months => PeakLog::read(self.groups())
                .map(Value::Peaks)
                .or_else(|| MonthRecord::read(self.groups()).map(Value::Month)),
        }
    }

    /// `(100*A)(-063*A)` of Luxembourg, or a measure with the time at which it was one.
    #[cold]
    fn several(&self) -> Option<Value<'a>> {
        match timed(self.groups()) {
            Some(timed) if timed.at.timestamp().is_some() => Some(Value::Timed(timed)),
            _ => Measures::read(self.groups()).map(Value::Several),
        }
    }

    fn only(&self) -> Option<&'a [u8]> {
        self.is_single().then_some(self.first)
    }

    /// Whether it has one group: that, and its parentheses, are all there is.
    fn is_single(&self) -> bool {
        self.raw.len() == self.first.len() + 2
    }
}

/// `(161129200000W)(00981.443*m3)`, of DSMR 4 and 5.
fn timed(mut groups: Groups<'_>) -> Option<Timed<'_>> {
    let at = Moment::read(groups.next()?);
    let measure = match groups.next()? {
        [] => None,
        bytes => Some(Measure::read(bytes)?),
    };
    groups.next().is_none().then_some(Timed { at, measure })
}

/// `(090212160000)(00)(60)(1)(0-1:24.2.1)(m3)(00001.001)`, of DSMR 2.2 and 3.0: time, status,
/// period in minutes, columns, whose they are, unit, and the values from the time on, one a period
/// (IEC 62056-21, annex on load profiles). Most meters give one; some give the 24 of a day.
fn newest_of_series(mut groups: Groups<'_>) -> Option<Timed<'_>> {
    let at = Moment::read(groups.next()?);
    let _status = groups.next()?;
    let minutes = whole(groups.next()?)?;
    let _columns = whole(groups.next()?)?;
    let _device = groups.next()?;
    let unit = Unit::read(groups.next()?)?;
    let Some(newest) = groups.clone().last() else {
        return Some(Timed { at, measure: None });
    };
    let (amount, rest) = Decimal::take(newest)?;
    let after = i64::try_from(groups.count().saturating_sub(1)).ok()?;
    let measure = Measure {
        amount,
        unit: Some(unit),
    };
    rest.is_empty().then_some(Timed {
        at: at.later(after.checked_mul(minutes)?.checked_mul(60)?),
        measure: Some(measure),
    })
}

fn whole(group: &[u8]) -> Option<i64> {
    Measure::read(group)?.count()
}

/// The content of the group that begins `bytes`, and what follows it.
fn take_group(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (b'(', inside) = bytes.split_first()? else {
        return None;
    };
    let end = inside
        .iter()
        .position(|byte| matches!(byte, b')' | b'(' | b'\r' | b'\n'))?;
    let (group, rest) = inside.split_at_checked(end)?;
    let (b')', rest) = rest.split_first()? else {
        return None;
    };
    Some((group, rest))
}

/// The groups of an object, in order, without their parentheses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Groups<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (group, rest) = take_group(self.rest.trim_ascii_start())?;
        self.rest = rest;
        Some(group)
    }
}
