//! One telegram, from `/` to the checksum.

use core::fmt;

use crate::frame::{self, End, split_line};
use crate::{Crc, Dialect, Object, Raw, Refusal, Timestamp, Value, crc};

/// A telegram: its header, its objects, its checksum. Borrows the bytes, copies nothing; objects
/// and their values are taken apart when they are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Telegram<'a> {
    bytes: &'a [u8],
    header: &'a [u8],
    body: &'a [u8],
    crc: Crc,
    pub(crate) authentic: bool,
    pub(crate) doubled: bool,
}

/// Why bytes are no telegram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TelegramError {
    /// They do not begin with `/` and the name of a meter.
    NoStart,
    /// No line begins with `!`.
    NoEnd,
    /// A second telegram begins before the first has ended.
    Interrupted,
}

impl<'a> Telegram<'a> {
    /// Takes apart the first telegram in `bytes`, which begin with its `/`. What follows its
    /// checksum is not looked at. The checksum is judged, but a wrong one is no error here:
    /// see [`check`](Self::check).
    ///
    /// # Errors
    ///
    /// If `bytes` do not begin with a telegram, or do not hold the whole of it.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, TelegramError> {
        match frame::end_of(bytes).ok_or(TelegramError::NoEnd)? {
            End::NoStart => Err(TelegramError::NoStart),
            End::Interrupted => Err(TelegramError::Interrupted),
            End::At { length, end } => {
                let telegram = bytes.get(..length).unwrap_or(bytes);
                Ok(Self::divided(telegram, end))
            }
        }
    }

    /// A telegram whose `!` ends before `end`.
    pub(crate) fn divided(bytes: &'a [u8], end: usize) -> Self {
        let (covered, tail) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
        Self::judged(bytes, end, crc::judge(covered, split_line(tail).0))
    }

    pub(crate) fn judged(bytes: &'a [u8], end: usize, crc: Crc) -> Self {
        let covered = bytes.get(..end).unwrap_or(bytes);
        let (header, body) = split_line(covered);
        let body = skip_space(body);
        Self {
            bytes,
            header: header.strip_prefix(b"/").unwrap_or(header),
            body: body.strip_suffix(b"!").unwrap_or(body),
            crc,
            authentic: false,
            doubled: false,
        }
    }

    /// All of it, from `/` to the end of its last line.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The dialect that it speaks, found from its objects.
    pub fn dialect(&self) -> Dialect {
        Dialect::detect(self.objects())
    }

    /// What its checksum says.
    pub fn crc(&self) -> Crc {
        self.crc
    }

    /// Whether it came encrypted, and the tag proved that it is what its meter sent. Then its
    /// checksum proves nothing more, and some meters get it wrong.
    pub fn is_authentic(&self) -> bool {
        self.authentic
    }

    /// Whether it is byte for byte the telegram that came before it, which only a
    /// [lenient](crate::Stream::lenient) stream hands on: some gateways send each telegram twice.
    ///
    /// What a meter says in every telegram, such as the time on its clock, tells it from another
    /// one with the same values; telegrams of meters that say no time are never taken for doubled.
    pub fn is_doubled(&self) -> bool {
        self.doubled
    }

    /// The time on the meter's clock, where it says one.
    pub fn clock(&self) -> Option<Timestamp> {
        self.objects()
            .find_map(|object| match (object.obis.groups(), object.value()) {
                ((0, 0, 1, 0, 0), Value::Time(time)) => Some(time),
                _ => None,
            })
    }

    /// Whether no other telegram of the meter is the same: encrypted ones have a counter.
    pub(crate) fn has_a_time_of_its_own(&self) -> bool {
        self.authentic || self.clock().is_some()
    }

    /// The first line, without its `/`: maker and model of the meter.
    pub fn header(&self) -> Raw<'a> {
        self.header.into()
    }

    /// The objects, in the order in which the meter gives them.
    pub fn objects(&self) -> Objects<'a> {
        objects_in(self.body)
    }

    /// The lines that are no objects: damaged ones, in a dialect without a checksum.
    pub fn odd_lines(&self) -> impl Iterator<Item = Raw<'a>> {
        OddLines { rest: self.body }
    }

    /// Whether it can be relied upon.
    ///
    /// # Errors
    ///
    /// If its checksum is wrong, unreadable, or missing though the dialect has one, or if there is
    /// no object in it.
    pub fn check(&self) -> Result<(), Refusal> {
        match self.crc {
            _ if self.authentic => {}
            Crc::Bad { given, computed } => return Err(Refusal::BadCrc { given, computed }),
            Crc::Unreadable => return Err(Refusal::UnreadableCrc),
            Crc::Absent if self.dialect().has_crc() => return Err(Refusal::MissingCrc),
            Crc::Ok | Crc::Absent => {}
        }
        match self.objects().next() {
            Some(_) => Ok(()),
            None => Err(Refusal::Empty),
        }
    }
}

/// The objects of a telegram.
#[derive(Clone, Debug)]
pub struct Objects<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Objects<'a> {
    type Item = Object<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<Object<'a>> {
        match Object::take_usual(self.rest) {
            Some((object, rest)) => {
                self.rest = rest;
                Some(object)
            }
            None => self.next_unusual(),
        }
    }
}

impl<'a> Objects<'a> {
    #[cold]
    #[inline(never)]
    fn next_unusual(&mut self) -> Option<Object<'a>> {
        loop {
            self.rest = skip_space(self.rest);
            if self.rest.is_empty() {
                return None;
            }
            if let Some((object, rest)) = Object::take_unusual(self.rest) {
                self.rest = rest;
                return Some(object);
            }
            (_, self.rest) = odd_line(self.rest);
        }
    }
}

pub(crate) fn objects_in(bytes: &[u8]) -> Objects<'_> {
    Objects { rest: bytes }
}

struct OddLines<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for OddLines<'a> {
    type Item = Raw<'a>;

    fn next(&mut self) -> Option<Raw<'a>> {
        loop {
            self.rest = skip_space(self.rest);
            if self.rest.is_empty() {
                return None;
            }
            match Object::take_unusual(self.rest) {
                Some((_, rest)) => self.rest = rest,
                None => {
                    let (line, rest) = odd_line(self.rest);
                    self.rest = rest;
                    return Some(line.into());
                }
            }
        }
    }
}

/// Space, line ends and control characters; D0 meters mark the beginning of their data with one.
#[inline]
fn skip_space(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let [..=b' ', following @ ..] = rest {
        rest = following;
    }
    rest
}

/// A line, and the values alone on lines of their own that would belong to it.
#[cold]
fn odd_line(start: &[u8]) -> (&[u8], &[u8]) {
    let (line, mut rest) = split_line(start);
    let mut text = line;
    while !line.starts_with(b"(") && rest.starts_with(b"(") {
        let (_, following) = split_line(rest);
        let whole = start.get(..start.len() - following.len());
        text = whole.map_or(text, <[u8]>::trim_ascii_end);
        rest = following;
    }
    (text, rest)
}

impl fmt::Display for TelegramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoStart => {
                "this is no telegram: it does not begin with / and the name of a meter"
            }
            Self::NoEnd => "the telegram is not whole: no line begins with !",
            Self::Interrupted => "the telegram was cut off: another one begins before it ends",
        })
    }
}

impl core::error::Error for TelegramError {}
