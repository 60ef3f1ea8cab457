//! Days as the wall clock has them: 23 or 25 hours long when it changes.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::Serialize;

/// A stretch of time.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Stretch {
    /// First unix second.
    pub start: i64,
    /// First unix second after it.
    pub end: i64,
}

/// The two stretches of a day in which people sleep.
#[must_use]
pub fn nights(zone: &TimeZone, day: Stretch) -> Vec<Stretch> {
    let hour = |hour: i8| {
        let at = zoned(zone, day.start).with().hour(hour).build();
        at.map_or(day.start, |at| at.timestamp().as_second())
    };
    vec![
        Stretch {
            start: day.start,
            end: hour(6),
        },
        Stretch {
            start: hour(23),
            end: day.end,
        },
    ]
}

/// The local day that contains this moment.
#[must_use]
pub fn day_of(zone: &TimeZone, at: i64) -> Stretch {
    stretch_of(&zoned(zone, at))
}

/// The day of this wall clock.
#[must_use]
pub fn stretch_of(day: &Zoned) -> Stretch {
    let start = day.start_of_day().unwrap_or_else(|_| day.clone());
    let end = day
        .tomorrow()
        .and_then(|next| next.start_of_day())
        .unwrap_or_else(|_| start.clone());
    Stretch {
        start: start.timestamp().as_second(),
        end: end.timestamp().as_second(),
    }
}

/// The wall clock at this moment.
#[must_use]
pub fn zoned(zone: &TimeZone, at: i64) -> Zoned {
    Timestamp::from_second(at)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(zone.clone())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn days_are_as_long_as_they_are() {
        let zone = TimeZone::get("Europe/Amsterdam").unwrap();
        let hours = |text: &str| {
            let at: Timestamp = text.parse().unwrap();
            let day = day_of(&zone, at.as_second());
            (day.end - day.start) / 3600
        };
        assert_eq!(hours("2026-03-29T12:00:00Z"), 23);
        assert_eq!(hours("2026-10-25T12:00:00Z"), 25);
        assert_eq!(hours("2026-06-19T12:00:00Z"), 24);
    }
}
