//! Frames back to messages. Notifications arrive in another order than they were sent (BlueZ up to 5.66 spreads them over
//! several bearers), twice, or not at all.

use core::time::Duration;
use std::collections::BTreeMap;

use super::frame::{HEADER, LAST};
use crate::message::MAX_MESSAGE;

/// How long a message may take from its first frame to its last.
pub const MESSAGE_TIME: Duration = Duration::from_secs(10);
/// The longest value of a characteristic (Bluetooth Core, volume 3, part F, 3.2.9).
const MAX_VALUE: usize = 512;

/// Why a frame was refused. [`Empty`](Self::Empty) and [`Oversized`](Self::Oversized) say nothing of any message and change
/// nothing; after the others what came of the message is forgotten, and whatever still comes of it is ignored.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FrameError {
    /// No header, or nothing behind it.
    #[error("a frame of {0} bytes has nothing in it")]
    Empty(usize),
    /// Longer than a characteristic's value can be.
    #[error("a frame of {0} bytes is longer than {MAX_VALUE}")]
    Oversized(usize),
    /// The message becomes longer than [`MAX_MESSAGE`].
    #[error("a message became longer than {MAX_MESSAGE} bytes")]
    TooLong,
    /// Another frame of the same place, or of the end, said something else.
    #[error("two frames of one message contradict each other")]
    Contradiction,
    /// The message's first frame came more than [`MESSAGE_TIME`] ago.
    #[error("a message took longer than {} s", MESSAGE_TIME.as_secs())]
    TooSlow,
}

/// Puts the frames of one side together, one message at a time.
///
/// A frame of a later message ends an earlier one that is not whole; frames of earlier messages are ignored. Later is what is
/// up to 127 ahead, counted modulo 256.
#[derive(Debug, Default)]
pub struct Assembler {
    current: Option<Message>,
}

#[derive(Debug)]
struct Message {
    number: u8,
    state: State,
}

#[derive(Debug)]
enum State {
    Gathering(Parts),
    /// It was handed over, or refused: whatever still comes of it is ignored.
    Over,
}

#[derive(Debug)]
struct Parts {
    since: Duration,
    parts: BTreeMap<u16, Vec<u8>>,
    last: Option<u16>,
    length: usize,
}

impl Assembler {
    /// Takes a frame; gives the message that it completes. `now` counts from any moment and never goes back.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn push(&mut self, now: Duration, frame: &[u8]) -> Result<Option<Vec<u8>>, FrameError> {
        if frame.len() > MAX_VALUE {
            return Err(FrameError::Oversized(frame.len()));
        }
        let [number, low, high, part @ ..] = frame else {
            return Err(FrameError::Empty(frame.len()));
        };
        if part.is_empty() {
            return Err(FrameError::Empty(HEADER));
        }
        let mark = u16::from_le_bytes([*low, *high]);
        let Some(message) = self.message(now, *number) else {
            return Ok(None);
        };
        let State::Gathering(parts) = &mut message.state else {
            return Ok(None);
        };
        let taken = parts.take(now, mark & !LAST, mark & LAST != 0, part);
        if !matches!(taken, Ok(None)) {
            message.state = State::Over;
        }
        taken
    }

    /// The message of this number; nothing if it is an earlier one.
    fn message(&mut self, now: Duration, number: u8) -> Option<&mut Message> {
        let begins = match &self.current {
            None => true,
            Some(current) => match number.wrapping_sub(current.number) {
                0 => false,
                1..=127 => true,
                _ => return None,
            },
        };
        if begins {
            self.current = Some(Message {
                number,
                state: State::Gathering(Parts::new(now)),
            });
        }
        self.current.as_mut()
    }
}

impl Parts {
    fn new(since: Duration) -> Self {
        Self {
            since,
            parts: BTreeMap::new(),
            last: None,
            length: 0,
        }
    }

    fn take(
        &mut self,
        now: Duration,
        index: u16,
        is_last: bool,
        part: &[u8],
    ) -> Result<Option<Vec<u8>>, FrameError> {
        if now.saturating_sub(self.since) > MESSAGE_TIME {
            return Err(FrameError::TooSlow);
        }
        match self.parts.get(&index) {
            // It came twice.
            Some(known) if known == part && is_last == (self.last == Some(index)) => {
                return Ok(None);
            }
            Some(_) => return Err(FrameError::Contradiction),
            None => {}
        }
        self.ends_where_it_ends(index, is_last)?;
        self.length += part.len();
        if self.length > MAX_MESSAGE {
            return Err(FrameError::TooLong);
        }
        self.parts.insert(index, part.to_vec());
        let whole = self.last.map(|last| usize::from(last) + 1) == Some(self.parts.len());
        Ok(whole.then(|| {
            let parts = core::mem::take(&mut self.parts);
            parts.into_values().flatten().collect()
        }))
    }

    fn ends_where_it_ends(&mut self, index: u16, is_last: bool) -> Result<(), FrameError> {
        let highest = self.parts.keys().next_back().copied();
        let fits = match (self.last, is_last) {
            (Some(last), false) => index < last,
            (Some(_), true) => false,
            (None, true) => highest.is_none_or(|highest| highest < index),
            (None, false) => true,
        };
        if !fits {
            return Err(FrameError::Contradiction);
        }
        if is_last {
            self.last = Some(index);
        }
        Ok(())
    }
}
