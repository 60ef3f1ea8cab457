//! Times as a meter prints them: `YYMMDDhhmmss`, with `W` or `S` for winter or summer time.

use core::fmt;

use crate::Raw;

/// Whether the meter says that its clock shows summer time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Season {
    /// `W`: Central European Time, one hour ahead of UTC.
    Winter,
    /// `S`: Central European Summer Time, two hours ahead.
    Summer,
}

/// A local time that exists in the calendar, of the years 2000 to 2099.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the calendar's")]
pub struct Timestamp {
    pub year: u16,
    pub month: u8,
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    /// `None` where the meter gives no mark, as DSMR 2.2 and 3.0 do.
    pub season: Option<Season>,
}

/// When something was measured, as far as the meter knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment<'a> {
    /// At this time.
    At(Timestamp),
    /// What the meter prints is no time: `632525252525W` is what some say for "never".
    Impossible(Raw<'a>),
}

impl<'a> Moment<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Self {
        Timestamp::read(bytes).map_or(Self::Impossible(bytes.into()), Self::At)
    }

    pub(crate) fn later(self, seconds: i64) -> Self {
        match self {
            Self::At(timestamp) => timestamp.later(seconds).map_or(self, Self::At),
            Self::Impossible(_) => self,
        }
    }

    /// The time, if it is one.
    pub fn timestamp(self) -> Option<Timestamp> {
        match self {
            Self::At(timestamp) => Some(timestamp),
            Self::Impossible(_) => None,
        }
    }
}

const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;

impl Timestamp {
    /// Reads `YYMMDDhhmmss` with an optional mark in either case, or what else meters print:
    /// without seconds, with the century, with `-`, `.`, `/`, `:`, `T` or spaces between the
    /// numbers. `None` if it is no time.
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(text.as_bytes())
    }

    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [digits @ .., mark] if bytes.len() == 13 => {
                Self::from_pairs(digits, season_marked(*mark)?)
            }
            _ if bytes.len() == 12 => Self::from_pairs(bytes, None),
            _ => Self::read_unusual(bytes),
        }
    }

    #[cold]
    fn read_unusual(bytes: &[u8]) -> Option<Self> {
        let (body, season) = match bytes.split_last()? {
            (mark, body) if mark.is_ascii_alphabetic() => (body, season_marked(*mark)?),
            _ => (bytes, None),
        };
        let mut digits = [b'0'; 14];
        let mut room = digits.iter_mut();
        for &byte in body {
            match byte {
                b'0'..=b'9' => *room.next()? = byte,
                b'-' | b'.' | b'/' | b':' | b'T' | b' ' => {}
                _ => return None,
            }
        }
        let missing = room.len();
        match (digits, missing) {
            ([b'2', b'0', rest @ ..], 0) => Self::from_pairs(&rest, season),
            ([rest @ .., _, _], 2) => Self::from_pairs(&rest, season),
            // The seconds that are missing are the zeros that were there before.
            ([rest @ .., _, _], 4) => Self::from_pairs(&rest, season),
            _ => None,
        }
    }

    fn from_pairs(digits: &[u8], season: Option<Season>) -> Option<Self> {
        let mut pairs = digits.chunks_exact(2).map(two_digits);
        let mut next = || pairs.next().flatten();
        let timestamp = Self {
            year: 2000 + u16::from(next()?),
            month: next()?,
            day: next()?,
            hour: next()?,
            minute: next()?,
            second: next()?,
            season,
        };
        timestamp.exists().then_some(timestamp)
    }

    /// So many seconds later, by the same clock: without a mark if this has none.
    fn later(self, seconds: i64) -> Option<Self> {
        let moved = Self::from_unix(self.unix_seconds().checked_add(seconds)?)?;
        Some(Self {
            season: self.season.and(moved.season),
            ..moved
        })
    }

    /// What a meter's clock shows at `unix_seconds`, with its mark. `None` outside 2000 to 2099,
    /// which two digits cannot name.
    pub fn from_unix(unix_seconds: i64) -> Option<Self> {
        let season = season_at(unix_seconds);
        let local = unix_seconds.checked_add(offset(season))?;
        let (year, month, day) = civil_from_days(local.div_euclid(DAY));
        let second_of_day = local.rem_euclid(DAY);
        Some(Self {
            year: u16::try_from(year)
                .ok()
                .filter(|year| (2000..2100).contains(year))?,
            month: u8::try_from(month).ok()?,
            day: u8::try_from(day).ok()?,
            hour: u8::try_from(second_of_day / HOUR).ok()?,
            minute: u8::try_from(second_of_day / 60 % 60).ok()?,
            second: u8::try_from(second_of_day % 60).ok()?,
            season: Some(season),
        })
    }

    /// Seconds since 1970 in UTC.
    ///
    /// The mark decides which of the two equal hours in October is meant. Without a mark the
    /// European rule decides (summer time from the last Sunday of March to the last of October,
    /// 01:00 UTC), and the doubled hour counts as winter time.
    pub fn unix_seconds(&self) -> i64 {
        let local = self.local_seconds();
        let season = self.season.unwrap_or_else(|| season_at(local - HOUR));
        local - offset(season)
    }

    fn local_seconds(&self) -> i64 {
        days_from_civil(
            i64::from(self.year),
            i64::from(self.month),
            i64::from(self.day),
        ) * DAY
            + i64::from(self.hour) * HOUR
            + i64::from(self.minute) * 60
            + i64::from(self.second)
    }

    fn exists(&self) -> bool {
        (1..=12).contains(&self.month)
            && (1..=days_in_month(self.year, self.month)).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
    }
}

/// The way a meter prints it.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:02}{:02}{:02}{:02}{:02}{:02}{}",
            self.year % 100,
            self.month,
            self.day,
            self.hour,
            self.minute,
            self.second,
            match self.season {
                None => "",
                Some(Season::Winter) => "W",
                Some(Season::Summer) => "S",
            }
        )
    }
}

fn season_marked(mark: u8) -> Option<Option<Season>> {
    match mark {
        b'W' | b'w' => Some(Some(Season::Winter)),
        b'S' | b's' => Some(Some(Season::Summer)),
        _ => None,
    }
}

fn two_digits(pair: &[u8]) -> Option<u8> {
    match pair {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some((tens - b'0') * 10 + (ones - b'0')),
        _ => None,
    }
}

fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        _ => 31,
    }
}

fn offset(season: Season) -> i64 {
    match season {
        Season::Winter => HOUR,
        Season::Summer => 2 * HOUR,
    }
}

/// Directive 2000/84/EC: from the last Sunday of March to the last Sunday of October, at 01:00 UTC.
fn season_at(unix_seconds: i64) -> Season {
    let (year, ..) = civil_from_days(unix_seconds.div_euclid(DAY));
    let summer = last_sunday(year, 3) + HOUR..last_sunday(year, 10) + HOUR;
    if summer.contains(&unix_seconds) {
        Season::Summer
    } else {
        Season::Winter
    }
}

/// Midnight UTC of the last Sunday of a month that has 31 days.
fn last_sunday(year: i64, month: i64) -> i64 {
    let last = days_from_civil(year, month, 31);
    (last - (last + 4).rem_euclid(7)) * DAY
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar, counted in eras of 400 years that
/// begin on the first of March.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use alloc::string::ToString;

    fn unix(text: &str) -> i64 {
        Timestamp::parse(text).unwrap().unix_seconds()
    }

    #[test]
    fn winter_and_summer_time() {
        assert_eq!(unix("170102192002W"), 1_483_381_202); // 2017-01-02T18:20:02Z
        assert_eq!(unix("230724150730S"), 1_690_204_050); // 2023-07-24T13:07:30Z
        assert_eq!(unix("170102192002"), unix("170102192002W"));
        assert_eq!(unix("230724150730"), unix("230724150730S"));
        assert_eq!(unix("230724150730s"), unix("230724150730S"));
    }

    #[test]
    fn the_october_hour_that_happens_twice() {
        assert_eq!(unix("251026023000W") - unix("251026023000S"), 3_600);
        assert_eq!(unix("251026030000W") - unix("251026025959W"), 1);
        assert_eq!(unix("251026023000"), unix("251026023000W"));
        assert_eq!(unix("251026015959"), unix("251026015959S"));
        assert_eq!(unix("260329015959"), unix("260329015959W"));
        assert_eq!(unix("260329030000"), unix("260329030000S"));
        assert_eq!(unix("260329030000S") - unix("260329015959W"), 1);
    }

    #[test]
    fn every_quarter_of_the_century_survives_the_way_there_and_back() {
        for unix_seconds in (946_684_800 - 3_600..4_102_444_800 - 3_600).step_by(900 * 7 + 1) {
            let timestamp = Timestamp::from_unix(unix_seconds).unwrap();
            assert_eq!(timestamp.unix_seconds(), unix_seconds);
            assert_eq!(Timestamp::parse(&timestamp.to_string()), Some(timestamp));
        }
        assert_eq!(Timestamp::from_unix(946_684_800 - 3_601), None);
        assert_eq!(Timestamp::from_unix(i64::MAX), None);
        assert_eq!(Timestamp::from_unix(i64::MIN), None);
    }

    #[test]
    fn times_as_meters_before_dsmr_4_print_them() {
        for text in [
            "170102192002",
            "20170102192002",
            "17-01-02 19:20:02",
            "2017-01-02 19:20:02",
            "17.01.02 19:20:02",
            "2017-01-02T19:20:02W",
        ] {
            assert_eq!(unix(text), 1_483_381_202, "{text}");
        }
        assert_eq!(unix("1701021920"), 1_483_381_200);
        assert_eq!(unix("17-01-02 19:20"), 1_483_381_200);
    }

    #[test]
    fn impossible_times_are_none() {
        for text in [
            "632525252525W",
            "",
            "17010219200",
            "170102192",
            "170102192002170102192002",
            "19170102192002",
            "17_01_02 19:20:02",
            "W",
            "170102192002X",
            "170102192002WW",
            "170230000000W",
            "170001000000W",
            "170100000000W",
            "170101240000W",
            "170101006000W",
            "170101000060W",
            "１７0102192002",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
        assert!(Timestamp::parse("160229000000W").is_some());
    }
}
