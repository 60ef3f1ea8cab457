//! The clock, and when its time can be trusted.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A clock. The daemon never asks for the time anywhere else, so that a test can decide what time it is.
pub trait Clock: Send + Sync {
    /// Seconds since 1970.
    fn unix(&self) -> u64;

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

/// Which clock is believed, and by how much the device's own is wrong.
///
/// A Raspberry Pi has no battery behind its clock: after a power cut it may stand at the last shutdown, or at 1970, until NTP
/// answers. A slot that was published once must never be published again for another time (docs/protocol.md section 3.7), so
/// time counts as known only at or past the last slot on the disk; the meter's own clock helps out where NTP does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// The device's own clock.
    Own(u64),
    /// The meter's clock, because the device's own is behind what was published already.
    Meters(u64),
    /// Neither is past what was published already: nothing may be published.
    Unknown {
        /// Seconds until the device's clock would catch up.
        behind: u64,
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
            Self::Unknown { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_own_then_the_meters_then_unknown() {
        assert_eq!(Time::judge(100, None, 100), Time::Own(100));
        assert_eq!(Time::judge(100, Some(500), 90), Time::Own(100));
        assert_eq!(Time::judge(10, Some(100), 100), Time::Meters(100));
        assert_eq!(Time::judge(10, Some(99), 100), Time::Unknown { behind: 90 });
        assert_eq!(Time::judge(10, None, 100).known(), None);
    }
}
