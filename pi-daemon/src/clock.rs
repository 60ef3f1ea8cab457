//! The clocks, and when their time can be trusted.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::time::{ClockId, clock_gettime};

/// A clock. The daemon never asks for the time anywhere else, so that a test can decide what time it is.
pub trait Clock: Send + Sync {
    /// Seconds since 1970.
    fn unix(&self) -> u64;

    /// Seconds since some beginning, which go on evenly whatever [`Clock::unix`] is set to. A clock that nobody can set wrong
    /// has no other.
    fn steady(&self) -> u64 {
        self.unix()
    }

    /// How long to sleep until [`Clock::unix`] says something new.
    fn until_next_second(&self) -> Duration {
        Duration::from_millis(250)
    }
}

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn unix(&self) -> u64 {
        since_1970().as_secs()
    }

    fn steady(&self) -> u64 {
        // Since the machine was started, the time that it slept included.
        clock_gettime(ClockId::CLOCK_BOOTTIME)
            .ok()
            .and_then(|since_boot| u64::try_from(since_boot.tv_sec()).ok())
            .unwrap_or_else(|| self.unix())
    }

    fn until_next_second(&self) -> Duration {
        // Two milliseconds late, so that a timer that fires early does not look at the second before.
        Duration::from_millis(1002).saturating_sub(Duration::from_millis(u64::from(
            since_1970().subsec_millis(),
        )))
    }
}

fn since_1970() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// One moment, on the clock that can be set and on the one that cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// [`Clock::unix`].
    pub(crate) own: u64,
    /// [`Clock::steady`].
    pub(crate) steady: u64,
}

impl Moment {
    /// This moment on `clock`.
    pub(crate) fn of(clock: &dyn Clock) -> Self {
        Self {
            own: clock.unix(),
            steady: clock.steady(),
        }
    }
}

/// On a clock that nobody sets.
impl From<u64> for Moment {
    fn from(unix: u64) -> Self {
        Self {
            own: unix,
            steady: unix,
        }
    }
}

/// Which clock is believed, and by how much the device's own is wrong.
///
/// A Raspberry Pi has no battery behind its clock: after a power cut it may stand at the last shutdown, or at 1970, until NTP
/// answers. A slot that was published once must never be published again for another time (docs/protocol.md section 3.7), so
/// time counts as known only at or past the last slot on the disk; the meter's own clock helps out where NTP does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// The device's own clock.
    Own(u64),
    /// The meter's clock, because the device's own is behind what was published already, or jumped ahead and the meter's did
    /// not.
    Meters(u64),
    /// Neither is past what was published already: nothing may be published.
    Unknown {
        /// Seconds until the device's clock would catch up.
        behind: u64,
    },
    /// The device's clock jumped ahead a moment ago, and nothing bears it out: nothing is published until it has stood.
    Doubted {
        /// By how many seconds it jumped.
        ahead: u64,
    },
}

impl Time {
    /// Judges the clocks: `own` now, `meter` as the meter's last telegram said (moved on by the time since), and `not_before`
    /// as the end of the last slot that was made durable.
    #[must_use]
    pub fn judge(own: u64, meter: Option<u64>, not_before: u64) -> Self {
        match meter {
            _ if own >= not_before => Self::Own(own),
            Some(meter) if meter >= not_before => Self::Meters(meter),
            _ => Self::Unknown {
                behind: not_before - own,
            },
        }
    }

    /// The time, if it is known.
    #[must_use]
    pub fn known(self) -> Option<u64> {
        match self {
            Self::Own(now) | Self::Meters(now) => Some(now),
            Self::Unknown { .. } | Self::Doubted { .. } => None,
        }
    }
}

/// A clock that runs ahead of the steady one by more jumped. NTP corrects less than this by and by.
pub(crate) const JUMP: u64 = 120;
/// Two clocks that differ by no more say the same. Meters are set by their grid operator, to some seconds.
pub(crate) const SAME: u64 = 300;
/// So long a jump that nothing bears out has to stand before it is believed.
const DOUBT: u64 = 120;

/// Judges the time from one moment to the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timekeeper {
    /// The time that was believed last, with the steady clock of then.
    believed: Option<Moment>,
    /// Since when, on the steady clock, a jump is doubted.
    doubted: Option<u64>,
}

impl Timekeeper {
    /// As [`Time::judge`]; beyond it a clock that jumps ahead is not believed at once. A clock that was never believed yet
    /// is: a Pi without a network has no other.
    pub(crate) fn judge(&mut self, now: Moment, meter: Option<u64>, not_before: u64) -> Time {
        let time = match self.ahead(now) {
            Some(ahead) => self.jumped(now, meter, not_before, ahead),
            None => Time::judge(now.own, meter, not_before),
        };
        if !matches!(time, Time::Doubted { .. }) {
            self.doubted = None;
        }
        if let Some(known) = time.known() {
            self.believed = Some(Moment { own: known, ..now });
        }
        time
    }

    /// What the time must be by the steady clock, if any was believed before.
    pub(crate) fn expected(&self, now: Moment) -> Option<u64> {
        let believed = self.believed?;
        Some(believed.own + now.steady.saturating_sub(believed.steady))
    }

    fn ahead(&self, now: Moment) -> Option<u64> {
        let ahead = now.own.checked_sub(self.expected(now)?)?;
        (ahead > JUMP).then_some(ahead)
    }

    fn jumped(&mut self, now: Moment, meter: Option<u64>, not_before: u64, ahead: u64) -> Time {
        let expected = self.expected(now).unwrap_or(now.own);
        let says = |time: u64| meter.is_some_and(|meter| meter.abs_diff(time) <= SAME);
        if says(expected) && !says(now.own) {
            // The meter's clock goes on where this device's jumped.
            return Time::judge(0, meter, not_before.max(1));
        }
        let since = *self.doubted.get_or_insert(now.steady);
        if says(now.own) || now.steady.saturating_sub(since) >= DOUBT {
            return Time::judge(now.own, meter, not_before);
        }
        Time::Doubted { ahead }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: u64 = 1_772_452_800;
    const DAY: u64 = 86_400;

    #[test]
    fn time_is_own_then_the_meters_then_unknown() {
        assert_eq!(Time::judge(100, None, 100), Time::Own(100));
        assert_eq!(Time::judge(100, Some(500), 90), Time::Own(100));
        assert_eq!(Time::judge(10, Some(100), 100), Time::Meters(100));
        assert_eq!(Time::judge(10, Some(99), 100), Time::Unknown { behind: 90 });
        assert_eq!(Time::judge(10, None, 100).known(), None);
    }

    /// A moment `seconds` after noon, on a clock that is `ahead`.
    fn moment(seconds: u64, ahead: u64) -> Moment {
        Moment {
            own: NOON + seconds + ahead,
            steady: 1_000 + seconds,
        }
    }

    fn since_noon() -> Timekeeper {
        let mut keeper = Timekeeper::default();
        assert_eq!(keeper.judge(moment(0, 0), None, 0), Time::Own(NOON));
        keeper
    }

    #[test]
    fn a_jump_that_the_meter_denies_is_not_believed_however_long_it_stands() {
        let mut keeper = since_noon();
        for seconds in 1..2_000 {
            let meter = Some(NOON + seconds + 7);
            let time = keeper.judge(moment(seconds, DAY), meter, NOON);
            assert_eq!(time, Time::Meters(NOON + seconds + 7));
        }
        // Somebody sets it right.
        let time = keeper.judge(moment(2_000, 0), Some(NOON + 2_007), NOON + 1_990);
        assert_eq!(time, Time::Own(NOON + 2_000));
    }

    #[test]
    fn a_jump_that_the_meter_bears_out_is_believed_at_once() {
        let mut keeper = since_noon();
        let meter = Some(NOON + 1 + DAY);
        let time = keeper.judge(moment(1, DAY), meter, NOON);
        assert_eq!(time, Time::Own(NOON + 1 + DAY));
    }

    #[test]
    fn a_jump_of_which_nobody_knows_is_doubted_for_two_minutes() {
        let mut keeper = since_noon();
        for seconds in 1..=DOUBT {
            let time = keeper.judge(moment(seconds, DAY), None, NOON);
            assert!(matches!(time, Time::Doubted { .. }), "{seconds}: {time:?}");
        }
        // A meter whose clock was never right is no witness.
        let late = moment(1 + DOUBT, DAY);
        assert_eq!(keeper.judge(late, Some(5), NOON), Time::Own(late.own));
    }

    #[test]
    fn a_jump_that_is_taken_back_leaves_no_doubt() {
        let mut keeper = since_noon();
        let time = keeper.judge(moment(1, DAY), None, NOON);
        assert!(matches!(time, Time::Doubted { .. }));
        assert_eq!(keeper.judge(moment(2, 0), None, NOON), Time::Own(NOON + 2));
        // The next one is doubted anew.
        let time = keeper.judge(moment(500, DAY), None, NOON);
        assert!(matches!(time, Time::Doubted { .. }));
    }

    #[test]
    fn small_steps_and_a_pause_of_the_program_are_no_jump() {
        let mut keeper = since_noon();
        let stepped = moment(1, JUMP);
        assert_eq!(keeper.judge(stepped, None, NOON), Time::Own(stepped.own));
        let later = moment(9_000, JUMP);
        assert_eq!(keeper.judge(later, None, NOON), Time::Own(later.own));
    }
}
