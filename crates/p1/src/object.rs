//! One object of a telegram.

use crate::catalogue::{self, Shape};
use crate::{
    Decimal, FailureLog, Measure, Moment, Obis, PeakLog, Text, Timed, Timestamp, Unit, Value,
};

/// One object of a telegram: a code and one or more groups in parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object<'a> {
    /// What it is about.
    pub obis: Obis,
    text: &'a str,
}

impl<'a> Object<'a> {
    /// Reads `1-0:1.8.1(000001.000*kWh)`; groups may be separated by line ends. `None` if `text`
    /// is no such thing.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (code, groups) = text.split_at_checked(text.find('(')?)?;
        let obis = code.parse().ok()?;
        Groups::are_whole(groups).then_some(Self {
            obis,
            text: groups.trim_ascii_end(),
        })
    }

    /// Everything behind the code, with its parentheses, as the meter printed it.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The groups, without their parentheses.
    pub fn groups(&self) -> Groups<'a> {
        Groups { rest: self.text }
    }

    /// Whether the catalogue knows this code.
    pub fn is_known(&self) -> bool {
        catalogue::shape(self.obis).is_some()
    }

    /// The content, typed. Never an error: what the catalogue does not know is
    /// [`Value::Unknown`], what does not look as it should is [`Value::Unreadable`].
    pub fn value(&self) -> Value<'a> {
        match catalogue::shape(self.obis) {
            None => Value::Unknown(self.text),
            Some(_) if self.groups().eq([""]) => Value::Empty,
            Some(shape) => self.shaped(shape).unwrap_or(Value::Unreadable(self.text)),
        }
    }

    fn shaped(&self, shape: Shape) -> Option<Value<'a>> {
        match shape {
            Shape::Measure => Some(Value::Measure(Measure::parse(self.only_group()?)?)),
            Shape::Time => Some(Value::Time(Timestamp::parse(self.only_group()?)?)),
            Shape::Text => Some(Value::Text(Text {
                raw: self.only_group()?,
            })),
            Shape::Timed => Some(Value::Timed(timed(self.groups())?)),
            Shape::Series => Some(Value::Timed(newest_of_series(self.groups())?)),
            Shape::FailureLog => Some(Value::FailureLog(FailureLog::parse(self.groups())?)),
            Shape::Peaks => Some(Value::Peaks(PeakLog::parse(self.groups())?)),
        }
    }

    fn only_group(&self) -> Option<&'a str> {
        let mut groups = self.groups();
        let first = groups.next()?;
        groups.next().is_none().then_some(first)
    }
}

/// `(161129200000W)(00981.443*m3)`, of DSMR 4 and 5.
fn timed(mut groups: Groups<'_>) -> Option<Timed<'_>> {
    let at = Moment::parse(groups.next()?);
    let measure = match groups.next()? {
        "" => None,
        text => Some(Measure::parse(text)?),
    };
    groups.next().is_none().then_some(Timed { at, measure })
}

/// `(090212160000)(00)(60)(1)(0-1:24.2.1)(m3)(00001.001)`, of DSMR 2.2 and 3.0: time, status,
/// period in minutes, number of values, whose they are, unit, values. All meters give one value.
fn newest_of_series(mut groups: Groups<'_>) -> Option<Timed<'_>> {
    let at = Moment::parse(groups.next()?);
    let (_status, _period, count, _device) = (
        groups.next()?,
        groups.next()?,
        groups.next()?,
        groups.next()?,
    );
    let unit = Unit::parse(groups.next()?)?;
    let measure = match (count.parse::<u8>(), groups.next()) {
        (Ok(1), Some(value)) => Some(Measure {
            amount: Decimal::parse(value)?,
            unit: Some(unit),
        }),
        (Ok(0 | 1), None) => None,
        _ => return None,
    };
    groups.next().is_none().then_some(Timed { at, measure })
}

/// The groups of an object, in order, without their parentheses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups<'a> {
    rest: &'a str,
}

impl Groups<'_> {
    pub(crate) fn none() -> Self {
        Self { rest: "" }
    }

    /// Whether `text` is groups and space, and nothing else.
    fn are_whole(text: &str) -> bool {
        let mut groups = Groups { rest: text };
        while groups.next().is_some() {}
        groups.rest.trim_ascii_start().is_empty()
    }
}

impl<'a> Iterator for Groups<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let inside = self.rest.trim_ascii_start().strip_prefix('(')?;
        let (group, rest) = inside.split_once(')')?;
        if group.contains(['(', '\n', '\r']) {
            return None;
        }
        self.rest = rest;
        Some(group)
    }
}
