//! One central at a time: the device's end of the pipe.

use core::time::Duration;

use super::assembler::{Assembler, FrameError};
use crate::device::Route;

/// A central that has said nothing for so long gives its place to another that asks.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Who talks to the device at this moment. `C` is how the caller knows a central: its address.
#[derive(Debug)]
pub struct Seat<C> {
    taken: Option<Taken<C>>,
    connections: u64,
}

#[derive(Debug)]
struct Taken<C> {
    central: C,
    route: Route,
    frames: Assembler,
    heard: Duration,
}

/// What a frame came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    /// The message is not whole yet.
    Part,
    /// A message, and the way on which to answer.
    Message(Route, Vec<u8>),
}

/// Why a frame was not taken: the central gets an error for its write.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TurnedAway {
    /// Another central is talking.
    #[error("another central is talking to the device")]
    Busy,
    /// The frame.
    #[error(transparent)]
    Frame(#[from] FrameError),
}

impl<C> Default for Seat<C> {
    fn default() -> Self {
        Self {
            taken: None,
            connections: 0,
        }
    }
}

impl<C: Copy + PartialEq> Seat<C> {
    /// Takes a frame that a central wrote. The first to write has the seat until it [leaves](Self::left).
    ///
    /// # Errors
    /// [`TurnedAway`].
    pub fn hear(&mut self, now: Duration, central: C, frame: &[u8]) -> Result<Heard, TurnedAway> {
        let free = match &self.taken {
            None => true,
            Some(taken) if taken.central == central => false,
            Some(taken) if now.saturating_sub(taken.heard) < PATIENCE => {
                return Err(TurnedAway::Busy);
            }
            Some(_) => true,
        };
        if free {
            self.connections += 1;
        }
        let newcomer = || Taken {
            central,
            route: Route::Bluetooth(self.connections),
            frames: Assembler::default(),
            heard: now,
        };
        let taken = match &mut self.taken {
            Some(taken) if !free => taken,
            empty => empty.insert(newcomer()),
        };
        taken.heard = now;
        let message = taken.frames.push(now, frame)?;
        Ok(message.map_or(Heard::Part, |message| Heard::Message(taken.route, message)))
    }

    /// Who has the seat, and the way on which it talks.
    pub fn taken(&self) -> Option<(C, Route)> {
        let taken = self.taken.as_ref()?;
        Some((taken.central, taken.route))
    }

    /// This central's connection broke; gives the way that has ended, if it had the seat.
    pub fn left(&mut self, central: C) -> Option<Route> {
        let taken = self.taken.take_if(|taken| taken.central == central)?;
        Some(taken.route)
    }
}
