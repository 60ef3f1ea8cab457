//! Whether blocks reach the disk, and how many.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Over which time blocks per second are counted.
const RATE_WINDOW: Duration = Duration::from_secs(10);

/// How long a failed commit counts.
const UNHEALTHY_FOR: Duration = Duration::from_secs(30);

/// Whether blocks reach the disk, and how many.
#[derive(Default)]
pub(crate) struct Health {
    failing_since: Mutex<Option<Instant>>,
    stored: Rate,
    referenced: Rate,
}

/// How many a second, lately, and how many since the start.
#[derive(Default)]
pub(crate) struct Rate {
    recent: Mutex<VecDeque<(Instant, usize)>>,
    total: AtomicU64,
}

impl Health {
    /// Not for a while after a commit failed. Then others may try again, for only a block can show that it works.
    pub(crate) fn is_healthy(&self) -> bool {
        let failing_since = *self
            .failing_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        failing_since.is_none_or(|since| since.elapsed() > UNHEALTHY_FOR)
    }

    /// Blocks that were stored.
    pub(crate) fn stored(&self) -> &Rate {
        &self.stored
    }

    /// Blocks that a milestone referred to.
    pub(crate) fn referenced(&self) -> &Rate {
        &self.referenced
    }

    /// A commit reached the disk, or did not.
    pub(super) fn committed(&self, successfully: bool) {
        let failing_since = (!successfully).then(Instant::now);
        *self
            .failing_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = failing_since;
    }
}

impl Rate {
    /// Over the last ten seconds.
    pub(crate) fn per_second(&self) -> f64 {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let count: usize = recent
            .iter()
            .filter(|(at, _)| at.elapsed() < RATE_WINDOW)
            .map(|(_, count)| count)
            .sum();
        count as f64 / RATE_WINDOW.as_secs_f64()
    }

    /// Since the start.
    pub(crate) fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self, count: usize) {
        self.total.fetch_add(count as u64, Ordering::Relaxed);
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        while recent
            .front()
            .is_some_and(|(at, _)| at.elapsed() > RATE_WINDOW)
        {
            recent.pop_front();
        }
        recent.push_back((Instant::now(), count));
    }
}
