//! Times as files write them.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, Zoned};

/// When something begins: at one moment, or when a clock on the wall says so, which happens twice in one night of October.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Moment {
    Exact(Timestamp),
    Clock(DateTime),
}

/// The clock that times without an offset are read from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Clock {
    CentralEurope,
    Utc,
}

impl Clock {
    /// Where it hangs; by the rule of directive 2000/84/EC, whatever this computer knows of places.
    pub(super) fn zone(self) -> Option<TimeZone> {
        match self {
            Self::CentralEurope => TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").ok(),
            Self::Utc => Some(TimeZone::UTC),
        }
    }
}

/// What a time of the clock means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Meant {
    Once(Timestamp),
    /// The clock is set back over it: first and second time.
    Twice(Timestamp, Timestamp),
    /// The clock is set forward over it.
    Never,
}

impl Moment {
    /// `2026-06-19T14:00:00+02:00`, `2026-06-19 14:00`, `19-06-2026 14:00:00`; of `14:00 - 15:00` or
    /// `19-06-2026 14:00 - 19-06-2026 15:00` the begin.
    pub(super) fn read(text: &str) -> Option<Self> {
        // A table of every file's first row is asked; no time is longer.
        if text.len() > 64 || !text.is_ascii() {
            return None;
        }
        let text = text.split(" - ").next().unwrap_or(text).trim();
        let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, "00:00"));
        let text = format!("{}T{}", day(date)?, time.trim());
        if let Ok(exact) = text.parse::<Timestamp>() {
            return Some(Self::Exact(exact));
        }
        // What names a place, or half of an offset, is not taken for less than it says.
        let plain = |c: char| c.is_ascii_digit() || c == ':' || c == '.';
        let time = time.trim();
        if !time.chars().all(plain) || !time.contains(':') {
            return None;
        }
        let padded = if time.find(':') == Some(1) {
            format!("0{time}")
        } else {
            time.to_owned()
        };
        let time: Time = padded.parse().ok()?;
        Some(Self::Clock(day(date)?.to_datetime(time)))
    }

    /// What it means to a clock in this place.
    pub(super) fn meant(self, zone: &TimeZone) -> Option<Meant> {
        let clock = match self {
            Self::Exact(exact) => return Some(Meant::Once(exact)),
            Self::Clock(clock) => clock,
        };
        let ambiguous = zone.to_ambiguous_timestamp(clock);
        let at = |zoned: Zoned| zoned.timestamp();
        Some(match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => Meant::Once(ambiguous.unambiguous().ok()?),
            AmbiguousOffset::Gap { .. } => Meant::Never,
            AmbiguousOffset::Fold { .. } => {
                let both = zone.to_ambiguous_zoned(clock);
                Meant::Twice(at(both.clone().earlier().ok()?), at(both.later().ok()?))
            }
        })
    }
}

/// `2026-06-19`, or `19-06-2026` with hyphens, points or slashes: never the American order.
fn day(text: &str) -> Option<Date> {
    let mut parts = text.split(['-', '.', '/']);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    let number = |text: &str, most: usize| -> Option<i16> {
        let digits = !text.is_empty() && text.len() <= most;
        let digits = digits && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    };
    let (year, day) = match (first.len(), third.len()) {
        (4, _) => (number(first, 4)?, number(third, 2)?),
        (_, 4) => (number(third, 4)?, number(first, 2)?),
        _ => return None,
    };
    let month = number(second, 2)?;
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    date.ok().filter(|_| parts.next().is_none())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn unix(text: &str) -> Option<i64> {
        match Moment::read(text)?.meant(&Clock::CentralEurope.zone().unwrap())? {
            Meant::Once(at) => Some(at.as_second()),
            _ => None,
        }
    }

    #[test]
    fn a_time_is_read_as_people_and_programs_write_it() {
        let noon = Some(1_781_863_200);
        for text in [
            "2026-06-19T12:00:00+02:00",
            "2026-06-19T10:00:00Z",
            "2026-06-19T10:00Z",
            "2026-06-19 12:00:00+0200",
            "2026-06-19T12:00:00.000+02:00",
            "2026-06-19 12:00",
            "2026-06-19T12:00:00",
            "19-06-2026 12:00",
            "19-6-2026 12:00:00",
            "19.06.2026 12:00 - 19.06.2026 13:00",
            "19/06/2026 12:00:00",
        ] {
            assert_eq!(unix(text), noon, "{text}");
        }
        assert_eq!(unix("1-1-2026 0:00"), Some(1_767_222_000));
        assert_eq!(unix("2026-01-01"), Some(1_767_222_000));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "price",
            "12:00",
            "2026-13-01 00:00",
            "30-02-2026 00:00",
            "19-06-26 12:00",
            "06-19-2026 12:00",
            "2026-06-19 24:00",
            "2026-06-19 12",
            "2026-06-19 12:00 uur",
            "2026-06-19-01 12:00",
            "2026-06-19 12:00 CET",
            "0.28",
            "-",
            "２026-06-19",
        ] {
            assert_eq!(Moment::read(text), None, "{text}");
        }
    }

    #[test]
    fn the_clock_is_set_forward_and_back() {
        let zone = Clock::CentralEurope.zone().unwrap();
        let meant = |text| Moment::read(text).unwrap().meant(&zone).unwrap();
        assert_eq!(meant("2026-03-29 02:30"), Meant::Never);
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(
            meant("2026-10-25 02:00"),
            Meant::Twice(at(1_792_886_400), at(1_792_890_000))
        );
        assert_eq!(
            meant("2026-10-25 02:00+01:00"),
            Meant::Once(at(1_792_890_000))
        );
    }
}
