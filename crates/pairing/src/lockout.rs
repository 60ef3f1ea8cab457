//! Five failures in ten minutes lock the device, twice as long each time, up to a day.

use minicbor::{Decode, Encode};

const FAILURES: usize = 5;
const WITHIN: u64 = 600;
const FIRST_LOCK: u64 = 600;
const LONGEST_LOCK: u64 = 24 * 3600;

/// The memory of failures; persisted with the rest of the device's pairing state.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode)]
pub(crate) struct Lockout {
    #[n(0)]
    failures: Vec<u64>,
    #[n(1)]
    locks: u32,
    #[n(2)]
    until: u64,
}

impl Lockout {
    /// Notes a failure; true if it locks the device.
    pub(crate) fn fail(&mut self, now: u64) -> bool {
        self.failures.retain(|&at| at <= now && now - at < WITHIN);
        self.failures.push(now);
        if self.failures.len() < FAILURES {
            return false;
        }
        self.failures.clear();
        self.until = now.saturating_add(length(self.locks));
        self.locks = self.locks.saturating_add(1);
        true
    }

    /// Seconds until the lock opens. A clock that was set back makes no lock longer than it was meant to be.
    pub(crate) fn remaining(&mut self, now: u64) -> Option<u32> {
        let longest = length(self.locks.saturating_sub(1));
        self.until = self.until.min(now.saturating_add(longest));
        let left = self.until.saturating_sub(now);
        (left > 0).then(|| u32::try_from(left).unwrap_or(u32::MAX))
    }

    /// Forgets everything, after a success or with a new secret.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

fn length(earlier_locks: u32) -> u64 {
    (FIRST_LOCK << earlier_locks.min(16)).min(LONGEST_LOCK)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail_five_times(lockout: &mut Lockout, now: u64) -> u32 {
        for _ in 0..4 {
            assert!(!lockout.fail(now));
        }
        assert!(lockout.fail(now));
        lockout.remaining(now).unwrap_or(0)
    }

    #[test]
    fn doubles_up_to_a_day() {
        let mut lockout = Lockout::default();
        let mut now = 1_000_000;
        let mut lengths = Vec::new();
        for _ in 0..10 {
            let length = fail_five_times(&mut lockout, now);
            lengths.push(length);
            assert!(lockout.remaining(now + u64::from(length) - 1).is_some());
            now += u64::from(length);
            assert_eq!(lockout.remaining(now), None);
        }
        assert_eq!(
            lengths,
            [
                600, 1200, 2400, 4800, 9600, 19200, 38400, 76800, 86400, 86400
            ]
        );
    }

    #[test]
    fn failures_far_apart_do_not_add_up() {
        let mut lockout = Lockout::default();
        assert!((0..50).all(|i| !lockout.fail(1_000_000 + i * 200)));
    }

    #[test]
    fn a_failure_counts_for_ten_minutes_and_no_second_longer() {
        let mut lockout = Lockout::default();
        assert!((0..4).all(|_| !lockout.fail(1_000_000)));
        assert!(!lockout.clone().fail(1_000_000 + WITHIN));
        assert!(lockout.fail(1_000_000 + WITHIN - 1));
    }

    #[test]
    fn a_clock_set_back_locks_no_longer() {
        let mut lockout = Lockout::default();
        fail_five_times(&mut lockout, 1_000_000_000);
        assert_eq!(lockout.remaining(5), Some(600));
        assert_eq!(lockout.remaining(605), None);
    }
}
