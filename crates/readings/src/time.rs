//! Time as the device has it, and as the meter writes it.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil, tz::Offset, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::TimeError;

/// Seconds since 1970-01-01T00:00:00Z, on the clock of the device that read the meter.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct UnixSeconds(pub i64);

/// Whether the meter wrote a time in winter or summer time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// `W`: Central European Time, UTC+1.
    Winter,
    /// `S`: Central European Summer Time, UTC+2.
    Summer,
    /// No mark (DSMR 2.2 gas meters): the hour that happens twice in October stays ambiguous.
    Unmarked,
}

/// A time as a meter writes it: the wall clock and its mark, kept as they were.
///
/// The text form, also in JSON, is RFC 3339: `2019-10-27T02:30:00+02:00` for `S`, `+01:00` for `W`, no offset
/// without a mark. So both half past twos of the last Sunday of October are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MeterTime {
    /// Seconds from 1970 on the wall clock.
    wall: i64,
    mark: Mark,
}

impl UnixSeconds {
    /// RFC 3339 in UTC, or the bare number for a time that no calendar has.
    pub fn to_rfc3339(self) -> String {
        Timestamp::from_second(self.0)
            .map_or_else(|_| self.0.to_string(), |instant| instant.to_string())
    }
}

impl Mark {
    fn offset_seconds(self) -> Option<i64> {
        match self {
            Self::Winter => Some(3_600),
            Self::Summer => Some(7_200),
            Self::Unmarked => None,
        }
    }
}

impl MeterTime {
    /// The first second a P1 time can name, on the wall clock: its years have two digits.
    const FIRST: i64 = 946_684_800;
    /// The last second a P1 time can name.
    const LAST: i64 = 4_102_444_799;

    /// The time of a wall clock and its mark.
    ///
    /// # Errors
    /// [`TimeError::NoSuchTime`] for a date or time that the calendar does not have (`632525252525W`), or outside the
    /// years 2000 to 2099.
    pub fn new(
        year: i16,
        month: i8,
        day: i8,
        hour: i8,
        minute: i8,
        second: i8,
        mark: Mark,
    ) -> Result<Self, TimeError> {
        let wall = civil::DateTime::new(year, month, day, hour, minute, second, 0)
            .and_then(|wall| Offset::UTC.to_timestamp(wall))
            .map_err(|_| TimeError::NoSuchTime)?
            .as_second();
        Self::from_wall(wall, mark)
    }

    /// The instant at which the wall clock said so, for clocks in Central European time.
    ///
    /// A time without a mark is read by the European rule for summer time; `None` for the hour that happens twice and
    /// the one that does not happen.
    pub fn to_unix(self) -> Option<UnixSeconds> {
        if let Some(offset) = self.mark.offset_seconds() {
            return Some(UnixSeconds(self.wall - offset));
        }
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").ok()?;
        let instant = zone
            .to_ambiguous_timestamp(self.wall_clock()?)
            .unambiguous()
            .ok()?;
        Some(UnixSeconds(instant.as_second()))
    }

    /// Winter time, summer time, or not said.
    pub fn mark(self) -> Mark {
        self.mark
    }

    /// Seconds from 1970 on the wall clock: for telling how far two times of one clock are apart.
    pub(crate) fn wall_seconds(self) -> i64 {
        self.wall
    }

    /// One number for a column: `wall seconds × 4 + mark`.
    pub(crate) fn to_number(self) -> i64 {
        let mark = match self.mark {
            Mark::Winter => 0,
            Mark::Summer => 1,
            Mark::Unmarked => 2,
        };
        self.wall * 4 + mark
    }

    pub(crate) fn from_number(number: i64) -> Option<Self> {
        let mark = match number & 3 {
            0 => Mark::Winter,
            1 => Mark::Summer,
            2 => Mark::Unmarked,
            _ => return None,
        };
        Self::from_wall(number >> 2, mark).ok()
    }

    fn from_wall(wall: i64, mark: Mark) -> Result<Self, TimeError> {
        if (Self::FIRST..=Self::LAST).contains(&wall) {
            Ok(Self { wall, mark })
        } else {
            Err(TimeError::NoSuchTime)
        }
    }

    fn wall_clock(self) -> Option<civil::DateTime> {
        Some(Offset::UTC.to_datetime(Timestamp::from_second(self.wall).ok()?))
    }
}

impl fmt::Display for MeterTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wall = self.wall_clock().ok_or(fmt::Error)?;
        let offset = match self.mark {
            Mark::Winter => "+01:00",
            Mark::Summer => "+02:00",
            Mark::Unmarked => "",
        };
        write!(f, "{wall}{offset}")
    }
}

impl FromStr for MeterTime {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let (wall, mark) = if let Some(wall) = text.strip_suffix("+01:00") {
            (wall, Mark::Winter)
        } else if let Some(wall) = text.strip_suffix("+02:00") {
            (wall, Mark::Summer)
        } else {
            (text, Mark::Unmarked)
        };
        let wall: civil::DateTime = wall.parse().map_err(|_| TimeError::Unreadable)?;
        let wall = Offset::UTC
            .to_timestamp(wall)
            .map_err(|_| TimeError::NoSuchTime)?;
        Self::from_wall(wall.as_second(), mark)
    }
}

impl From<MeterTime> for String {
    fn from(time: MeterTime) -> Self {
        time.to_string()
    }
}

impl TryFrom<String> for MeterTime {
    type Error = TimeError;

    fn try_from(text: String) -> Result<Self, TimeError> {
        text.parse()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_hour_that_happens_twice_in_october_is_two_hours() {
        let first = MeterTime::new(2019, 10, 27, 2, 30, 0, Mark::Summer).unwrap();
        let second = MeterTime::new(2019, 10, 27, 2, 30, 0, Mark::Winter).unwrap();
        assert_eq!(first.to_string(), "2019-10-27T02:30:00+02:00");
        assert_eq!(second.to_string(), "2019-10-27T02:30:00+01:00");
        assert_eq!(first.to_unix(), Some(UnixSeconds(1_572_136_200)));
        assert_eq!(second.to_unix(), Some(UnixSeconds(1_572_136_200 + 3_600)));
        assert_eq!(
            MeterTime::new(2019, 10, 27, 2, 30, 0, Mark::Unmarked)
                .unwrap()
                .to_unix(),
            None
        );
    }

    #[test]
    fn a_time_without_a_mark_follows_the_european_rule() {
        let unmarked =
            |month, hour| MeterTime::new(2019, month, 15, hour, 0, 0, Mark::Unmarked).unwrap();
        let marked = |month, hour, mark| MeterTime::new(2019, month, 15, hour, 0, 0, mark).unwrap();
        assert_eq!(
            unmarked(1, 12).to_unix(),
            marked(1, 12, Mark::Winter).to_unix()
        );
        assert_eq!(
            unmarked(7, 12).to_unix(),
            marked(7, 12, Mark::Summer).to_unix()
        );
        let skipped = MeterTime::new(2019, 3, 31, 2, 30, 0, Mark::Unmarked).unwrap();
        assert_eq!(skipped.to_unix(), None);
    }

    #[test]
    fn impossible_times_are_refused() {
        for (year, month, day, hour) in [
            (2063, 25, 25, 25),
            (2019, 2, 29, 0),
            (2019, 1, 1, 24),
            (1970, 1, 1, 1),
        ] {
            assert_eq!(
                MeterTime::new(year, month, day, hour, 0, 0, Mark::Winter),
                Err(TimeError::NoSuchTime)
            );
        }
        assert_eq!("yesterday".parse::<MeterTime>(), Err(TimeError::Unreadable));
    }

    #[test]
    fn text_and_number_lead_back_to_the_time() {
        for mark in [Mark::Winter, Mark::Summer, Mark::Unmarked] {
            let time = MeterTime::new(2024, 2, 29, 23, 59, 59, mark).unwrap();
            assert_eq!(time.to_string().parse::<MeterTime>().unwrap(), time);
            assert_eq!(MeterTime::from_number(time.to_number()), Some(time));
        }
        assert_eq!(MeterTime::from_number(i64::MIN), None);
        assert_eq!(MeterTime::from_number(i64::MAX), None);
    }
}
