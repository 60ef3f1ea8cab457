//! What objects say.

use core::fmt::{self, Write};

use crate::{FailureLog, Groups, Measure, Moment, MonthRecord, PeakLog, Raw, Timestamp};

/// The content of an object, typed by the catalogue of known codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A number with its unit, or without one: registers, powers, voltages, counts, positions.
    Measure(Measure),
    /// A time: the meter's clock.
    Time(Timestamp),
    /// An octet string: identifiers and messages.
    Text(Text<'a>),
    /// A number that was measured at a time of its own: gas, water and heat meters on the M-Bus,
    /// and the peak of a month.
    Timed(Timed<'a>),
    /// Several numbers, such as the limits for drawing and giving (Luxembourg).
    Several(Measures<'a>),
    /// The log of long power failures.
    FailureLog(FailureLog<'a>),
    /// The monthly peaks of the past thirteen months (Belgium).
    Peaks(PeakLog<'a>),
    /// The registers at the end of the last month (Hungary).
    Month(MonthRecord<'a>),
    /// The object is known and says nothing: `0-0:96.13.0()`.
    Empty,
    /// The object is known, but its content, given here with its parentheses, is not what the
    /// catalogue expects.
    Unreadable(Raw<'a>),
    /// The object is not in the catalogue; its content is given with its parentheses.
    Unknown(Raw<'a>),
}

/// An octet string. Meters print it in hexadecimal, some as plain text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    /// As printed: `4B384547303034`.
    pub raw: Raw<'a>,
}

impl<'a> Text<'a> {
    /// The characters that the hexadecimal digits stand for, `K8EG004`; `None` where they are not
    /// hexadecimal, or stand for something else than printable ASCII.
    pub fn decoded(&self) -> Option<Decoded<'a>> {
        let printable = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        let all = bytes_of(self.raw.bytes()).all(|byte| byte.is_some_and(printable));
        all.then_some(Decoded {
            digits: self.raw.bytes(),
        })
    }
}

/// An octet string as the characters that its digits stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    digits: &'a [u8],
}

impl fmt::Display for Decoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = bytes_of(self.digits).flatten();
        bytes.try_for_each(|byte| f.write_char(char::from(byte)))
    }
}

/// What pairs of hexadecimal digits stand for; a line may end between them.
fn bytes_of(digits: &[u8]) -> impl Iterator<Item = Option<u8>> {
    let mut digits = digits.iter().filter(|byte| !matches!(byte, b'\r' | b'\n'));
    core::iter::from_fn(move || {
        let high = hexadecimal_digit(*digits.next()?);
        let low = digits.next().and_then(|byte| hexadecimal_digit(*byte));
        Some(high.zip(low).map(|(high, low)| high * 16 + low))
    })
}

pub(crate) fn hexadecimal_digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

/// A number with the time at which it was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timed<'a> {
    /// When; meters print impossible times for devices that never answered.
    pub at: Moment<'a>,
    /// What; `None` where the meter gives no number.
    pub measure: Option<Measure>,
}

impl Timed<'_> {
    /// Time and measure, unless the meter contradicts itself: an impossible time, one more than
    /// 31 days ahead of `now` (a dead device prints `700101010000W`), no number, or a number
    /// without a unit. Nothing else of the telegram is in doubt for that.
    ///
    /// `now` is the meter's clock in unix seconds, or where it has none the reader's.
    pub fn trusted(&self, now: i64) -> Option<(Timestamp, Measure)> {
        const AHEAD: i64 = 31 * 86_400;
        let at = self.at.timestamp()?;
        let measure = self.measure.filter(|measure| measure.unit.is_some())?;
        (at.unix_seconds() <= now.saturating_add(AHEAD)).then_some((at, measure))
    }
}

/// The numbers of an object that has several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measures<'a> {
    groups: Groups<'a>,
}

impl<'a> Measures<'a> {
    /// `None` if one of the groups is no measure.
    pub(crate) fn read(groups: Groups<'a>) -> Option<Self> {
        let all = groups.clone().all(|group| Measure::read(group).is_some());
        all.then_some(Self { groups })
    }
}

impl Iterator for Measures<'_> {
    type Item = Measure;

    fn next(&mut self) -> Option<Measure> {
        Measure::read(self.groups.next()?)
    }
}
