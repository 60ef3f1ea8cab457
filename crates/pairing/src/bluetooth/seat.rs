//! One central at a time: the device's end of the pipe.

use core::time::Duration;

use super::assembler::{Assembler, FrameError};
use crate::device::Route;

/// A central that has said nothing for so long gives its place to another that asks, unless the device owes it an answer.
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
    /// The device works on an answer, during which a central has nothing to say.
    is_owed: bool,
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
    /// Takes a frame that a central wrote. The first to write has the seat until it [leaves](Self::left), or was silent for
    /// [`PATIENCE`] while nothing is [owed](Self::owes) to it. What is no frame takes nobody's seat.
    ///
    /// # Errors
    /// [`TurnedAway`].
    pub fn hear(&mut self, now: Duration, central: C, frame: &[u8]) -> Result<Heard, TurnedAway> {
        match &mut self.taken {
            Some(taken) if taken.central == central => taken.hear(now, frame),
            Some(taken) if taken.keeps_its_seat(now) => Err(TurnedAway::Busy),
            seat => {
                let route = Route::Bluetooth(self.connections);
                let mut newcomer = Taken::new(central, route, now);
                let heard = newcomer.hear(now, frame)?;
                self.connections += 1;
                *seat = Some(newcomer);
                Ok(heard)
            }
        }
    }

    /// The device works on an answer to whoever talks on this way: it keeps its seat however long that takes.
    pub fn owes(&mut self, route: Route) {
        if let Some(taken) = self.taken.as_mut().filter(|taken| taken.route == route) {
            taken.is_owed = true;
        }
    }

    /// It was answered, and has its time again.
    pub fn answered(&mut self, now: Duration, route: Route) {
        if let Some(taken) = self.taken.as_mut().filter(|taken| taken.route == route) {
            taken.is_owed = false;
            taken.heard = now;
        }
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

impl<C> Taken<C> {
    fn new(central: C, route: Route, now: Duration) -> Self {
        Self {
            central,
            route,
            frames: Assembler::default(),
            heard: now,
            is_owed: false,
        }
    }

    fn keeps_its_seat(&self, now: Duration) -> bool {
        self.is_owed || now.saturating_sub(self.heard) < PATIENCE
    }

    fn hear(&mut self, now: Duration, frame: &[u8]) -> Result<Heard, TurnedAway> {
        self.heard = now;
        let message = self.frames.push(now, frame)?;
        Ok(message.map_or(Heard::Part, |message| Heard::Message(self.route, message)))
    }
}
