//! Finds telegrams in what a serial port gives.

use alloc::vec::Vec;
use core::fmt;

use crate::telegram::begins;
use crate::{Crc, Telegram};

/// The longest telegram that is kept, in bytes; the longest in the field have about 4,000.
pub const MAX_TELEGRAM: usize = 16 * 1024;

/// Finds telegrams in a stream of bytes that may begin anywhere, break off anywhere and hold noise.
///
/// How the bytes are cut into pushes makes no difference. Memory is bounded by [`MAX_TELEGRAM`] and
/// by what was pushed and not yet taken out with [`next_event`](Self::next_event).
#[derive(Clone, Debug, Default)]
pub struct Stream {
    lenient: bool,
    waiting: Vec<u8>,
    taken: usize,
    telegram: Vec<u8>,
    /// Where the checksum of `telegram` begins, once the `!` has come.
    end: Option<usize>,
    counters: Counters,
}

/// What came out of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A telegram from `/` to the end of the line with the checksum, and what the checksum says:
    /// `Ok` or `Absent`, and anything else only from a [lenient](Stream::lenient) stream.
    Telegram(Vec<u8>, Crc),
    /// A telegram that cannot be relied upon.
    Refused(Refusal),
}

/// Why a telegram was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Bytes were damaged on the way.
    BadCrc {
        /// The checksum that the telegram gives.
        given: u16,
        /// The checksum that its bytes give.
        computed: u16,
    },
    /// The end of the telegram was damaged on the way.
    UnreadableCrc,
    /// There is no checksum, though its dialect has one.
    MissingCrc,
    /// It broke off: another one began, or the stream ended, before its last line was complete.
    Cut,
    /// It did not end within [`MAX_TELEGRAM`] bytes.
    TooLong,
    /// It holds no object.
    Empty,
}

/// How a stream has fared since it began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Bytes looked at.
    pub bytes: u64,
    /// Bytes that belong to no telegram. Many, and no telegram: speed or parity are wrong.
    pub noise: u64,
    /// Telegrams accepted.
    pub telegrams: u64,
    /// Telegrams refused for a checksum that is wrong, unreadable or missing.
    pub bad_crc: u64,
    /// Telegrams that broke off.
    pub cut: u64,
    /// Telegrams that did not end.
    pub too_long: u64,
    /// Telegrams without an object.
    pub empty: u64,
}

impl Stream {
    /// A stream that refuses telegrams with a wrong checksum.
    pub fn new() -> Self {
        Self::default()
    }

    /// A stream that hands on telegrams whose checksum is wrong or missing, for looking at them.
    pub fn lenient() -> Self {
        Self {
            lenient: true,
            ..Self::default()
        }
    }

    /// Takes in bytes as they come.
    pub fn push(&mut self, bytes: &[u8]) {
        self.waiting.drain(..self.taken.min(self.waiting.len()));
        self.taken = 0;
        self.waiting.extend_from_slice(bytes);
    }

    /// The next telegram or refusal; `None` until more bytes are pushed.
    pub fn next_event(&mut self) -> Option<Event> {
        while let Some(&byte) = self.waiting.get(self.taken) {
            self.taken += 1;
            if let Some(event) = self.accept(byte) {
                return Some(event);
            }
        }
        None
    }

    /// Judges what is left when no more bytes will come, after [`next_event`](Self::next_event)
    /// has returned `None`. The end of the stream counts as the end of a line.
    pub fn finish(&mut self) -> Option<Event> {
        if self.end.is_some() {
            return Some(self.complete());
        }
        let begun = begins(&self.telegram);
        if !begun {
            self.counters.noise += self.telegram.len() as u64;
        }
        self.telegram.clear();
        begun.then(|| self.refuse(Refusal::Cut))
    }

    /// How the stream has fared.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    fn accept(&mut self, byte: u8) -> Option<Event> {
        self.counters.bytes += 1;
        let begins_line = matches!(self.telegram.last(), Some(b'\n' | b'\r'));
        self.telegram.push(byte);
        if self.telegram.len() < 4 || !begins(&self.telegram) {
            self.drop_noise();
            return None;
        }
        if let Some(event) = self.cut_by_next() {
            return Some(event);
        }
        if byte == b'!' && begins_line && self.end.is_none() {
            self.end = Some(self.telegram.len());
        }
        if byte == b'\n' && self.end.is_some() {
            return Some(self.complete());
        }
        if self.telegram.len() >= MAX_TELEGRAM {
            self.reset();
            return Some(self.refuse(Refusal::TooLong));
        }
        None
    }

    /// Forgets bytes with which no telegram can begin: what is kept is a `/` and up to two letters.
    fn drop_noise(&mut self) {
        while let [first, rest @ ..] = self.telegram.as_slice() {
            if *first == b'/' && rest.len() < 3 && rest.iter().all(u8::is_ascii_alphabetic) {
                return;
            }
            self.telegram.remove(0);
            self.counters.noise += 1;
        }
    }

    /// A telegram that begins inside another: the first was cut, nothing of it is kept.
    fn cut_by_next(&mut self) -> Option<Event> {
        let start = self
            .telegram
            .len()
            .checked_sub(4)
            .filter(|start| *start > 0)?;
        if !begins(self.telegram.get(start..)?) {
            return None;
        }
        self.telegram.drain(..start);
        self.end = None;
        Some(self.refuse(Refusal::Cut))
    }

    fn complete(&mut self) -> Event {
        let bytes = self.reset();
        let Ok(telegram) = Telegram::parse(&bytes) else {
            return self.refuse(Refusal::Cut);
        };
        let crc = telegram.crc();
        match telegram.check() {
            Err(refusal) if !self.lenient || refusal == Refusal::Empty => self.refuse(refusal),
            _ => {
                self.counters.telegrams += 1;
                Event::Telegram(bytes, crc)
            }
        }
    }

    fn reset(&mut self) -> Vec<u8> {
        self.end = None;
        core::mem::take(&mut self.telegram)
    }

    fn refuse(&mut self, refusal: Refusal) -> Event {
        let counter = match refusal {
            Refusal::BadCrc { .. } | Refusal::UnreadableCrc | Refusal::MissingCrc => {
                &mut self.counters.bad_crc
            }
            Refusal::Cut => &mut self.counters.cut,
            Refusal::TooLong => &mut self.counters.too_long,
            Refusal::Empty => &mut self.counters.empty,
        };
        *counter += 1;
        Event::Refused(refusal)
    }
}

impl Counters {
    /// Telegrams refused, for whatever reason.
    pub fn refused(&self) -> u64 {
        self.bad_crc + self.cut + self.too_long + self.empty
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadCrc { given, computed } => write!(
                f,
                "the telegram was damaged on the way: its checksum says {given:04X}, its bytes give {computed:04X}"
            ),
            Self::UnreadableCrc => {
                f.write_str("the telegram was damaged on the way: its checksum is no number")
            }
            Self::MissingCrc => {
                f.write_str("the telegram has no checksum, though its version prescribes one")
            }
            Self::Cut => f.write_str("the telegram broke off before its last line was complete"),
            Self::TooLong => write!(f, "the telegram did not end within {MAX_TELEGRAM} bytes"),
            Self::Empty => f.write_str("the telegram holds nothing that can be read"),
        }
    }
}

impl core::error::Error for Refusal {}
