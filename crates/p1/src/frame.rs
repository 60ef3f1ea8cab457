//! Finds out where telegrams begin and end.

use memchr::{memchr, memchr2_iter, memchr3_iter};

use crate::telegram::objects_in;
use crate::{Crc, MAX_TELEGRAM, crc, sealed};

/// What the bytes begin with, after `noise` of them that belong to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) noise: usize,
    pub(crate) what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The beginning of something, or nothing at all: more bytes will tell.
    Unfinished,
    /// A telegram of `length` bytes; `end` is the place behind its `!`.
    Telegram { length: usize, end: usize },
    /// An encrypted telegram.
    Sealed { length: usize },
    /// A telegram of which another one, or the end of everything, cut off the rest.
    Cut { length: usize },
    /// Something that began like a telegram and did not end.
    TooLong { length: usize },
}

/// What can begin at a place.
enum Begin {
    Text,
    Sealed {
        length: usize,
    },
    Nothing,
    /// Too few bytes to tell.
    Unsure,
}

/// The longest line that can be the header of a telegram; IEC 62056-21 allows 24 characters.
const LONGEST_HEADER: usize = 256;

/// Looks at `bytes`, which stand at the beginning of a line if `fresh`. With `ended`, no more will
/// come.
pub(crate) fn find(bytes: &[u8], fresh: bool, ended: bool) -> Found {
    for noise in memchr2_iter(b'/', sealed::MARK, bytes) {
        let rest = bytes.get(noise..).unwrap_or_default();
        let what = match begin(rest, begins_line(bytes, noise, fresh)) {
            Begin::Text => text(rest, ended),
            Begin::Sealed { length } => sealed_frame(rest, length, ended),
            Begin::Unsure if !ended => What::Unfinished,
            Begin::Unsure | Begin::Nothing => continue,
        };
        return Found { noise, what };
    }
    Found {
        noise: bytes.len(),
        what: What::Unfinished,
    }
}

/// Behind the `!` that ends the telegram which `bytes` begin with, if they hold all of it.
pub(crate) fn end_of(bytes: &[u8]) -> Option<End> {
    match begin(bytes, true) {
        Begin::Text => {}
        _ => return Some(End::NoStart),
    }
    match text(bytes, true) {
        What::Telegram { length, end } => Some(End::At { length, end }),
        What::Cut { length } if length < bytes.len() => Some(End::Interrupted),
        _ => None,
    }
}

/// How a telegram ends.
pub(crate) enum End {
    At { length: usize, end: usize },
    NoStart,
    Interrupted,
}

/// A `/` and the name of a meter: three letters of the maker and more (IEC 62056-21, 6.3.2). At the
/// beginning of a line nothing else begins with a `/`; inside a line, where a telegram may begin
/// because another one was cut, it takes a whole line like a header to tell it from a text.
fn begin(bytes: &[u8], begins_line: bool) -> Begin {
    match bytes {
        [sealed::MARK, ..] => match sealed::length(bytes) {
            sealed::Length::Known(length) => Begin::Sealed { length },
            sealed::Length::Unsure => Begin::Unsure,
            sealed::Length::None => Begin::Nothing,
        },
        [b'/'] => Begin::Unsure,
        [b'/', name @ ..] if begins_line => match name {
            [first, ..] if first.is_ascii_alphanumeric() => Begin::Text,
            _ => Begin::Nothing,
        },
        [b'/', name @ ..] => begin_within_line(name),
        _ => Begin::Nothing,
    }
}

fn begin_within_line(name: &[u8]) -> Begin {
    if !name.iter().take(3).all(u8::is_ascii_alphabetic) {
        return Begin::Nothing;
    }
    let line_end = name
        .iter()
        .take(LONGEST_HEADER)
        .position(|byte| matches!(byte, b'\r' | b'\n' | b'(' | b')'));
    match line_end.and_then(|end| name.get(end)) {
        Some(b'\r' | b'\n') => Begin::Text,
        None if name.len() < LONGEST_HEADER => Begin::Unsure,
        _ => Begin::Nothing,
    }
}

fn text(bytes: &[u8], ended: bool) -> What {
    let most = bytes.get(..MAX_TELEGRAM).unwrap_or(bytes);
    for place in memchr3_iter(b'!', b'/', sealed::MARK, most).skip(1) {
        let fresh = begins_line(most, place, true);
        let rest = bytes.get(place..).unwrap_or_default();
        match begin(rest, fresh) {
            _ if rest.first() == Some(&b'!') => {
                if fresh {
                    return after_end(bytes, place + 1, ended);
                }
            }
            Begin::Text | Begin::Sealed { .. } => return What::Cut { length: place },
            Begin::Unsure if !ended => return What::Unfinished,
            Begin::Unsure | Begin::Nothing => {}
        }
    }
    unfinished(bytes, ended)
}

/// What follows the `!`: a checksum or nothing, and the end of the line. Where the line does not
/// end before the next telegram begins, a checksum that holds says that nothing is missing.
fn after_end(bytes: &[u8], end: usize, ended: bool) -> What {
    let (covered, tail) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
    for place in memchr2_iter(b'\n', b'/', tail) {
        let (before, rest) = tail.split_at_checked(place).unwrap_or((tail, &[]));
        let length = end + place;
        match begin(rest, begins_line(tail, place, false)) {
            _ if rest.first() == Some(&b'\n') => {
                return What::Telegram {
                    length: length + 1,
                    end,
                };
            }
            Begin::Text if crc::judge(covered, before) == Crc::Ok => {
                return What::Telegram { length, end };
            }
            Begin::Text => return What::Cut { length },
            Begin::Unsure if !ended => return What::Unfinished,
            _ => {}
        }
    }
    if ended {
        let length = bytes.len();
        return What::Telegram { length, end };
    }
    unfinished(bytes, ended)
}

fn unfinished(bytes: &[u8], ended: bool) -> What {
    let length = bytes.len().min(MAX_TELEGRAM);
    if bytes.len() >= MAX_TELEGRAM {
        What::TooLong { length }
    } else if ended {
        What::Cut { length }
    } else {
        What::Unfinished
    }
}

fn sealed_frame(bytes: &[u8], length: usize, ended: bool) -> What {
    if bytes.len() >= length {
        What::Sealed { length }
    } else if ended {
        What::Cut {
            length: bytes.len(),
        }
    } else {
        What::Unfinished
    }
}

/// Whether what broke off was a telegram: where it says nothing, a stray `/` is all that was there.
pub(crate) fn says_something(cut: &[u8]) -> bool {
    let (_, body) = split_line(cut);
    cut.first() != Some(&b'/') || objects_in(body).next().is_some()
}

/// Whether only space is between this place and the beginning of its line.
fn begins_line(bytes: &[u8], place: usize, fresh: bool) -> bool {
    is_fresh_after(bytes.get(..place).unwrap_or_default(), fresh)
}

/// Whether what follows `bytes` stands at the beginning of a line, space aside; `fresh` says whether
/// they do.
pub(crate) fn is_fresh_after(bytes: &[u8], fresh: bool) -> bool {
    match bytes.iter().rfind(|byte| !matches!(byte, b' ' | b'\t')) {
        Some(byte) => matches!(byte, b'\r' | b'\n'),
        None => fresh,
    }
}

/// The first line, without its end, and what follows it.
pub(crate) fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match memchr(b'\n', bytes).and_then(|end| bytes.split_at_checked(end)) {
        Some((line, rest)) => (line.trim_ascii_end(), rest.get(1..).unwrap_or_default()),
        None => (bytes.trim_ascii_end(), &[]),
    }
}
