//! One telegram, from `/` to the checksum.

use core::fmt;

use crate::{Crc, Dialect, Object, Refusal, crc};

/// A telegram: its header, its objects, its checksum. Borrows the bytes, copies nothing.
#[derive(Clone, Debug)]
pub struct Telegram<'a> {
    header: &'a str,
    body: &'a [u8],
    crc: Crc,
    dialect: Dialect,
}

/// Why bytes are no telegram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TelegramError {
    /// They do not begin with `/` and three letters.
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
        if !begins(bytes) {
            return Err(TelegramError::NoStart);
        }
        let (covered, tail) = split_at_end(bytes).ok_or(TelegramError::NoEnd)?;
        let (header, body) = split_line(covered);
        if body.windows(4).any(begins) {
            return Err(TelegramError::Interrupted);
        }
        let body = body.strip_suffix(b"!").unwrap_or(body);
        let dialect = Dialect::detect(Objects {
            lines: Lines { rest: body },
        });
        let crc = crc::judge(covered, split_line(tail).0);
        Ok(Self {
            header: printable(header),
            body,
            crc,
            dialect,
        })
    }

    /// The dialect that it speaks.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// What its checksum says.
    pub fn crc(&self) -> Crc {
        self.crc
    }

    /// The first line, without its `/`: maker and model of the meter. Up to the first byte that is
    /// not UTF-8.
    pub fn header(&self) -> &'a str {
        self.header
    }

    /// The objects, in the order in which the meter gives them.
    pub fn objects(&self) -> Objects<'a> {
        Objects {
            lines: Lines { rest: self.body },
        }
    }

    /// The lines that are no objects: damaged ones, in a dialect without a checksum.
    pub fn odd_lines(&self) -> impl Iterator<Item = &'a [u8]> {
        Lines { rest: self.body }.filter_map(|line| match line {
            Line::Odd(line) => Some(line),
            Line::Object(_) => None,
        })
    }

    /// Whether it can be relied upon.
    ///
    /// # Errors
    ///
    /// If its checksum is wrong, unreadable, or missing though the dialect has one, or if there is
    /// no object in it.
    pub fn check(&self) -> Result<(), Refusal> {
        match self.crc {
            Crc::Bad { given, computed } => Err(Refusal::BadCrc { given, computed }),
            Crc::Unreadable => Err(Refusal::UnreadableCrc),
            Crc::Absent if self.dialect.has_crc() => Err(Refusal::MissingCrc),
            Crc::Ok | Crc::Absent if self.objects().next().is_none() => Err(Refusal::Empty),
            Crc::Ok | Crc::Absent => Ok(()),
        }
    }
}

/// Whether a telegram begins here: `/` and the three letters of the maker (IEC 62056-21, 6.3.2).
/// A `/` alone may be a damaged byte.
pub(crate) fn begins(bytes: &[u8]) -> bool {
    matches!(bytes, [b'/', maker @ ..] if maker.len() >= 3 && maker.iter().take(3).all(u8::is_ascii_alphabetic))
}

/// Behind the first `!` that begins a line.
fn split_at_end(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let before = bytes
        .windows(2)
        .position(|pair| matches!(pair, [b'\n' | b'\r', b'!']))?;
    bytes.split_at_checked(before + 2)
}

/// A line without its end, and what follows.
fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes
        .iter()
        .position(|&byte| byte == b'\n')
        .and_then(|end| bytes.split_at_checked(end))
    {
        Some((line, rest)) => (line.trim_ascii_end(), rest.get(1..).unwrap_or_default()),
        None => (bytes.trim_ascii_end(), &[]),
    }
}

fn printable(header: &[u8]) -> &str {
    let header = header.strip_prefix(b"/").unwrap_or(header);
    header
        .utf8_chunks()
        .next()
        .map_or("", |chunk| chunk.valid())
}

/// The objects of a telegram.
#[derive(Clone, Debug)]
pub struct Objects<'a> {
    lines: Lines<'a>,
}

impl<'a> Iterator for Objects<'a> {
    type Item = Object<'a>;

    fn next(&mut self) -> Option<Object<'a>> {
        self.lines.find_map(|line| match line {
            Line::Object(object) => Some(object),
            Line::Odd(_) => None,
        })
    }
}

#[derive(Clone, Debug)]
struct Lines<'a> {
    rest: &'a [u8],
}

enum Line<'a> {
    Object(Object<'a>),
    Odd(&'a [u8]),
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let start = self.rest.trim_ascii_start();
        let (first, mut rest) = split_line(start);
        if first.is_empty() {
            return None;
        }
        // DSMR 2.2 and 3.0 print the value of a gas meter alone on the next line.
        let mut text = first;
        while !first.starts_with(b"(") && rest.starts_with(b"(") {
            let following = split_line(rest).1;
            text = start.get(..start.len() - following.len()).unwrap_or(text);
            rest = following;
        }
        self.rest = rest;
        let object = core::str::from_utf8(text).ok().and_then(Object::parse);
        Some(object.map_or(Line::Odd(text), Line::Object))
    }
}

impl fmt::Display for TelegramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoStart => {
                "this is no telegram: it does not begin with / and the three letters of a maker"
            }
            Self::NoEnd => "the telegram is not whole: no line begins with !",
            Self::Interrupted => "the telegram was cut off: another one begins before it ends",
        })
    }
}

impl core::error::Error for TelegramError {}
