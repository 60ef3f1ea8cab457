//! Finds telegrams in what a serial port gives.

use alloc::vec::Vec;
use core::ops::Range;

use crate::frame::{self, Found, What};
use crate::{Counters, Crc, Refusal, Telegram};

/// Finds telegrams in a stream of bytes that may begin anywhere, break off anywhere and hold noise.
///
/// How the bytes are cut into pushes makes no difference. Memory is bounded by
/// [`MAX_TELEGRAM`](crate::MAX_TELEGRAM) and by what was pushed and not yet taken out.
///
/// Telegrams come out borrowed, by [`next_telegram`](Self::next_telegram), or as an [`Event`] that
/// owns its bytes, by [`next_event`](Self::next_event).
#[derive(Clone, Debug, Default)]
pub struct Stream {
    lenient: bool,
    #[cfg(feature = "decrypt")]
    keys: Option<crate::Keys>,
    waiting: Vec<u8>,
    /// How much of `waiting` was taken out.
    taken: usize,
    /// Whether what was taken out ended inside a line.
    within_line: bool,
    /// The text of the encrypted telegram that came out last.
    opened: Vec<u8>,
    last: Last,
    counters: Counters,
}

/// The telegram that came last, as it was sent, to notice that the next one is the same.
#[derive(Clone, Debug, Default)]
struct Last {
    /// Where it lies among the bytes that wait, while it does.
    place: Range<usize>,
    /// A copy, once those are gone.
    kept: Vec<u8>,
}

/// What came out of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A telegram from `/` to the end of the line with the checksum, and what the checksum says:
    /// `Ok` or `Absent`, and anything else only from a [lenient](Stream::lenient) stream, or where
    /// the telegram came encrypted and its tag proved it.
    Telegram(Vec<u8>, Crc),
    /// A telegram that cannot be relied upon.
    Refused(Refusal),
}

/// Where a telegram lies that is to come out.
pub(crate) struct Place {
    opened: bool,
    start: usize,
    length: usize,
    end: usize,
    crc: Crc,
    doubled: bool,
}

impl Stream {
    /// A stream that refuses telegrams with a wrong checksum, and hands on but once what comes
    /// several times: see [`Telegram::is_doubled`].
    pub fn new() -> Self {
        Self::default()
    }

    /// A stream that hands on everything, for looking at it: also telegrams whose checksum is wrong
    /// or missing, and those that come again.
    pub fn lenient() -> Self {
        Self {
            lenient: true,
            ..Self::default()
        }
    }

    /// The same stream for a meter that encrypts: Luxembourg and Austria. Telegrams that are not
    /// encrypted are read as before.
    #[cfg(feature = "decrypt")]
    #[must_use]
    pub fn with_keys(self, keys: crate::Keys) -> Self {
        Self {
            keys: Some(keys),
            ..self
        }
    }

    /// Takes in bytes as they come.
    pub fn push(&mut self, bytes: &[u8]) {
        self.last.keep(&self.waiting);
        self.waiting.drain(..self.taken.min(self.waiting.len()));
        self.taken = 0;
        self.waiting.extend_from_slice(bytes);
    }

    /// The next telegram or refusal; `None` until more bytes are pushed.
    pub fn next_telegram(&mut self) -> Option<Result<Telegram<'_>, Refusal>> {
        let next = self.next_place(false)?;
        Some(next.map(|place| self.at(&place)))
    }

    /// The next telegram or refusal, with bytes of its own; `None` until more bytes are pushed.
    pub fn next_event(&mut self) -> Option<Event> {
        self.next_telegram().map(Event::from)
    }

    /// Judges what is left when no more bytes will come, after [`next_event`](Self::next_event)
    /// has returned `None`. The end of the stream counts as the end of a line.
    pub fn finish(&mut self) -> Option<Event> {
        let next = self.next_place(true)?;
        Some(next.map(|place| self.at(&place)).into())
    }

    /// How the stream has fared.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    pub(crate) fn at(&self, place: &Place) -> Telegram<'_> {
        let all = if place.opened {
            &self.opened
        } else {
            &self.waiting
        };
        let bytes = all
            .get(place.start..)
            .and_then(|bytes| bytes.get(..place.length))
            .unwrap_or_default();
        let mut telegram = Telegram::judged(bytes, place.end, place.crc);
        telegram.authentic = place.opened;
        telegram.doubled = place.doubled;
        telegram
    }

    pub(crate) fn next_place(&mut self, ended: bool) -> Option<Result<Place, Refusal>> {
        loop {
            let rest = self.waiting.get(self.taken..).unwrap_or_default();
            let Found { noise, what } = frame::find(rest, !self.within_line, ended);
            self.counters.noise += noise as u64;
            self.take(noise);
            let start = self.taken;
            let next = match what {
                What::Unfinished => {
                    self.within_line &= !ended;
                    return None;
                }
                What::Telegram { length, end } => Some(self.plain(length, end)),
                What::Sealed { length } => Some(self.sealed(length)),
                What::Cut { length } => self.cut(length).map(Err),
                What::TooLong { length } => {
                    self.take(length);
                    Some(Err(Refusal::TooLong))
                }
            };
            if let Some(next) = next.and_then(|next| self.once(start, next)) {
                self.counters.count(next.as_ref().map(|_| ()));
                return Some(next);
            }
        }
    }

    fn plain(&mut self, length: usize, end: usize) -> Result<Place, Refusal> {
        let start = self.taken;
        self.take(length);
        let bytes = self.waiting.get(start..self.taken).unwrap_or_default();
        let telegram = Telegram::divided(bytes, end);
        match telegram.check() {
            Err(refusal) if !self.lenient || refusal == Refusal::Empty => Err(refusal),
            _ => Ok(Place {
                opened: false,
                start,
                length,
                end,
                crc: telegram.crc(),
                doubled: false,
            }),
        }
    }

    /// What was taken since `start`, unless it is the same as the last time.
    fn once(
        &mut self,
        start: usize,
        next: Result<Place, Refusal>,
    ) -> Option<Result<Place, Refusal>> {
        let Ok(place) = next else { return Some(next) };
        let sent = start..self.taken;
        let doubled = self.last.is(&self.waiting, &sent) && self.at(&place).has_a_time_of_its_own();
        self.last.place = sent;
        self.counters.doubled += u64::from(doubled);
        (self.lenient || !doubled).then_some(Ok(Place { doubled, ..place }))
    }

    #[cfg(not(feature = "decrypt"))]
    fn sealed(&mut self, length: usize) -> Result<Place, Refusal> {
        self.take(length);
        Err(Refusal::Encrypted)
    }

    #[cfg(feature = "decrypt")]
    fn sealed(&mut self, length: usize) -> Result<Place, Refusal> {
        let Some(keys) = &self.keys else {
            self.take(length);
            return Err(Refusal::Encrypted);
        };
        let rest = self.waiting.get(self.taken..).unwrap_or_default();
        if !keys.open(rest, &mut self.opened) {
            self.take(until_next_frame(rest, length));
            return Err(Refusal::BadTag);
        }
        self.take(length);
        let Found { noise: start, what } = frame::find(&self.opened, true, true);
        let What::Telegram { length, end } = what else {
            return Err(Refusal::NoTelegram);
        };
        let bytes = self.opened.get(start..).unwrap_or_default();
        let mut telegram = Telegram::divided(bytes.get(..length).unwrap_or(bytes), end);
        telegram.authentic = true;
        telegram.check()?;
        Ok(Place {
            opened: true,
            start,
            length,
            end,
            crc: telegram.crc(),
            doubled: false,
        })
    }

    /// What began like a telegram and broke off.
    fn cut(&mut self, length: usize) -> Option<Refusal> {
        let start = self.taken;
        self.take(length);
        let bytes = self.waiting.get(start..self.taken).unwrap_or_default();
        let says_something = frame::says_something(bytes);
        if !says_something {
            self.counters.noise += length as u64;
        }
        says_something.then_some(Refusal::Cut)
    }

    fn take(&mut self, length: usize) {
        let rest = self.waiting.get(self.taken..).unwrap_or_default();
        let bytes = rest.get(..length).unwrap_or(rest);
        self.within_line = !frame::is_fresh_after(bytes, !self.within_line);
        self.taken += bytes.len();
        self.counters.bytes += bytes.len() as u64;
    }
}

impl Last {
    /// Before the bytes that wait go.
    fn keep(&mut self, waiting: &[u8]) {
        let place = core::mem::take(&mut self.place);
        if let Some(bytes) = waiting.get(place).filter(|bytes| !bytes.is_empty()) {
            self.kept.clear();
            self.kept.extend_from_slice(bytes);
        }
    }

    fn is(&self, waiting: &[u8], sent: &Range<usize>) -> bool {
        let last = match waiting.get(self.place.clone()) {
            None | Some([]) => &self.kept,
            Some(bytes) => bytes,
        };
        let sent = waiting.get(sent.clone()).unwrap_or_default();
        last.trim_ascii_end() == sent.trim_ascii_end()
    }
}

/// How much of a frame whose tag does not hold is its own: another one may begin inside, because
/// bytes were lost.
#[cfg(feature = "decrypt")]
fn until_next_frame(bytes: &[u8], length: usize) -> usize {
    use crate::sealed::{self, Length};
    let frame = bytes.get(..length).unwrap_or(bytes);
    let begins = |place: &usize| {
        let rest = frame.get(*place..).unwrap_or_default();
        sealed::length(rest) != Length::None
    };
    memchr::memchr_iter(sealed::MARK, frame)
        .skip(1)
        .find(begins)
        .unwrap_or(length)
}

impl From<Result<Telegram<'_>, Refusal>> for Event {
    fn from(next: Result<Telegram<'_>, Refusal>) -> Self {
        match next {
            Ok(telegram) => Self::Telegram(telegram.bytes().to_vec(), telegram.crc()),
            Err(refusal) => Self::Refused(refusal),
        }
    }
}
