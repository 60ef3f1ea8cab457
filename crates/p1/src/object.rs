//! One object of a telegram.

use core::fmt;

use crate::catalogue::{self, Shape};
use crate::frame::split_line;
use crate::swar::{line_feed, parenthesis};
use crate::{
    Decimal, FailureLog, Measure, Measures, Moment, MonthRecord, Obis, PeakLog, Raw, Text, Timed,
    Timestamp, Unit, Value,
};

/// One object of a telegram: a code and one or more groups in parentheses.
#[derive(Clone, Copy)]
pub struct Object<'a> {
    /// What it is about.
    pub obis: Obis,
    /// From its first parenthesis on, to the end of all there is.
    bytes: &'a [u8],
    /// How many of them are its own.
    length: usize,
}

impl<'a> Object<'a> {
    /// Reads `1-0:1.8.1(000001.000*kWh)`; groups may be separated by line ends. `None` if `bytes`
    /// are no such thing. Whether what is between the parentheses makes sense is for
    /// [`value`](Self::value) to say.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (object, rest) = Self::take_unusual(bytes)?;
        rest.trim_ascii_start().is_empty().then_some(object)
    }

    /// The object at the beginning of `bytes`, and what follows its line, if it is one like most: a
    /// code of DSMR, groups to the end of the line, and nothing of it on the next.
    ///
    /// This way and the next stay apart all the way to whoever asked: where they met, the object
    /// would be copied, in pieces that processors are slow to put together.
    #[inline(always)]
    pub(crate) fn take_usual(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (obis, bytes) = Obis::take_usual(bytes)?;
        let length = line_feed(bytes)?.checked_sub(1)?;
        match bytes.get(length.checked_sub(1)?..)? {
            [b')', b'\r', b'\n', rest @ ..] if matches!(rest, [] | [b'0'..=b'9', ..]) => {
                let object = Self {
                    obis,
                    bytes,
                    length,
                };
                Some((object, rest))
            }
            _ => None,
        }
    }

    /// The same for any object, with what follows it.
    #[cold]
    #[inline(never)]
    pub(crate) fn take_unusual(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (obis, bytes) = Obis::take(bytes)?;
        let (line, mut rest) = split_line(bytes);
        let mut length = line.len();
        while goes_on(obis, bytes.get(..length).unwrap_or_default(), rest) {
            let (line, following) = split_line(rest);
            length = bytes.len() - rest.len() + line.len();
            rest = following;
        }
        let object = Self {
            obis,
            bytes,
            length,
        };
        matches!(object.all(), [b'(', .., b')']).then_some((object, rest))
    }

    /// Everything behind the code, with its parentheses, as the meter printed it.
    pub fn text(&self) -> Raw<'a> {
        self.all().into()
    }

    /// The groups, without their parentheses.
    pub fn groups(&self) -> Groups<'a> {
        Groups { rest: self.all() }
    }

    /// Whether the catalogue knows this code.
    pub fn is_known(&self) -> bool {
        catalogue::shape(self.obis).is_some()
    }

    /// The content, typed. Never an error: what the catalogue does not know is
    /// [`Value::Unknown`], what does not look as it should is [`Value::Unreadable`].
    #[inline(always)]
    pub fn value(&self) -> Value<'a> {
        let shape = catalogue::shape(self.obis);
        if shape == Some(Shape::Measure)
            && let Some(inside) = self.bytes.get(1..)
            && let Some(measure) = Measure::read_usual(inside, self.length.wrapping_sub(2))
        {
            return Value::Measure(measure);
        }
        self.other_value(shape)
    }

    #[inline(never)]
    fn other_value(&self, shape: Option<Shape>) -> Value<'a> {
        match shape {
            None => Value::Unknown(self.text()),
            Some(_) if self.all() == b"()" => Value::Empty,
            Some(shape) => {
                let only = self.only();
                self.shaped(shape, only)
                    .filter(|_| only.is_some() || self.groups().are_whole())
                    .unwrap_or(Value::Unreadable(self.text()))
            }
        }
    }

    fn all(&self) -> &'a [u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// `only` is its group, if there is one.
    fn shaped(&self, shape: Shape, only: Option<&'a [u8]>) -> Option<Value<'a>> {
        match (shape, only) {
            (Shape::Measure | Shape::Timed, Some(group)) => {
                Measure::read(group).map(Value::Measure)
            }
            (Shape::Measure, None) => self.several(),
            (Shape::Time, only) => Timestamp::read(only?).map(Value::Time),
            (Shape::Text, only) => {
                let raw = only?.into();
                Some(Value::Text(Text { raw }))
            }
            (Shape::Timed, None) => timed(self.groups()).map(Value::Timed),
            (Shape::Series, _) => newest_of_series(self.groups()).map(Value::Timed),
            (Shape::FailureLog, _) => FailureLog::read(self.groups()).map(Value::FailureLog),
            (Shape::Months, _) => PeakLog::read(self.groups())
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

    /// The group, if there is one.
    fn only(&self) -> Option<&'a [u8]> {
        let group = self.groups().next()?;
        (group.len() + 2 == self.length).then_some(group)
    }
}

impl PartialEq for Object<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.obis == other.obis && self.all() == other.all()
    }
}

impl Eq for Object<'_> {}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("obis", &self.obis)
            .field("text", &self.text())
            .finish()
    }
}

/// Whether what an object has said so far goes on with the next line: DSMR 2.2 and 3.0 print the
/// value of a gas meter alone there, and some gateways break a message that is long. A message ends
/// with its parenthesis; where an object begins before that, the end of the message was lost.
fn goes_on(obis: Obis, so_far: &[u8], rest: &[u8]) -> bool {
    let is_open = || so_far.starts_with(b"(") && !so_far.ends_with(b")");
    match rest {
        [] => false,
        [b'(', ..] => true,
        _ => catalogue::is_message(obis) && is_open() && !begins_object(rest),
    }
}

fn begins_object(bytes: &[u8]) -> bool {
    Obis::take(bytes).is_some_and(|(_, rest)| rest.starts_with(b"("))
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
    let (amount, length) = Decimal::take(newest)?;
    let after = i64::try_from(groups.count().saturating_sub(1)).ok()?;
    let measure = Measure {
        amount,
        unit: Some(unit),
    };
    (length == newest.len()).then_some(Timed {
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
    let (group, rest) = inside.split_at_checked(parenthesis(inside)?)?;
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

impl Groups<'_> {
    /// Whether there are groups and space, and nothing else.
    fn are_whole(mut self) -> bool {
        while self.next().is_some() {}
        self.rest.trim_ascii().is_empty()
    }
}

impl<'a> Iterator for Groups<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (group, rest) = take_group(self.rest.trim_ascii_start())?;
        self.rest = rest;
        Some(group)
    }
}
