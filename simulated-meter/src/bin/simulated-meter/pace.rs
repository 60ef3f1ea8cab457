//! When the next telegram is due.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::arguments::Speed;

/// Lets telegrams go in time with a clock that may run faster. Late ones are not skipped: who reads
/// gets every second of the simulated day.
pub(crate) struct Pace {
    started: Option<Instant>,
    due: Duration,
    interval: Duration,
}

impl Pace {
    pub(crate) fn new(speed: Speed, interval: i64) -> Self {
        let interval = match speed {
            Speed::Unbounded => Duration::ZERO,
            Speed::Times(times) => Duration::from_secs_f64(interval as f64 / times),
        };
        Self {
            started: None,
            due: Duration::ZERO,
            interval,
        }
    }

    /// Returns when the next telegram is due; at once for the first.
    pub(crate) fn wait(&mut self) {
        let started = *self.started.get_or_insert_with(Instant::now);
        sleep(self.due.saturating_sub(started.elapsed()));
        self.due += self.interval;
    }
}
