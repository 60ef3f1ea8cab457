//! A language and a time zone: what is needed to say a day and an hour.

use jiff::Zoned;
use jiff::tz::TimeZone;

use super::pick;
use crate::agreement::Agreement;
use crate::text::Language;

/// Says things in one language, at one place's time.
#[derive(Debug, Clone)]
pub struct Speaker {
    language: Language,
    zone: TimeZone,
}

const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_NL: [&str; 12] = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
];

impl Speaker {
    /// Speaks this language, with times of this zone.
    #[must_use]
    pub fn new(language: Language, zone: TimeZone) -> Self {
        Self { language, zone }
    }

    /// The language.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// The time zone.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// A day: “19 June 2026”.
    #[must_use]
    pub fn day(&self, unix: u64) -> String {
        self.at(unix).map_or_else(
            || unix.to_string(),
            |zoned| {
                let months = if self.language == Language::Nl {
                    MONTHS_NL
                } else {
                    MONTHS_EN
                };
                let month = months
                    .get(usize::from(zoned.month().unsigned_abs()).saturating_sub(1))
                    .unwrap_or(&"");
                format!("{} {month} {}", zoned.day(), zoned.year())
            },
        )
    }

    /// A time of day to the minute: “14:03”.
    #[must_use]
    pub fn minute(&self, unix: u64) -> String {
        self.at(unix).map_or_else(
            || unix.to_string(),
            |zoned| format!("{:02}:{:02}", zoned.hour(), zoned.minute()),
        )
    }

    /// A time of day to the second: “14:03:20”.
    #[must_use]
    pub fn second(&self, unix: u64) -> String {
        self.at(unix).map_or_else(
            || unix.to_string(),
            |zoned| {
                format!(
                    "{:02}:{:02}:{:02}",
                    zoned.hour(),
                    zoned.minute(),
                    zoned.second()
                )
            },
        )
    }

    /// A time in the past or future, with the day if it is another than `now`'s: “14:03:20”, “18 June 2026, 14:03:20”.
    #[must_use]
    pub fn moment(&self, unix: u64, now: u64) -> String {
        if self.day(unix) == self.day(now) {
            self.second(unix)
        } else {
            format!("{}, {}", self.day(unix), self.second(unix))
        }
    }

    /// Until when, to follow a beginning or a comma: “up to and including 19 August 2026” for what ends at a midnight,
    /// “until 21 February 2027, 00:40” for any other end.
    #[must_use]
    pub fn until(&self, end: u64) -> String {
        let last_second = end.saturating_sub(1);
        let (en, nl, when) = if self.day(last_second) == self.day(end) {
            let moment = format!("{}, {}", self.day(end), self.minute(end));
            ("until", "tot", moment)
        } else {
            ("up to and including", "tot en met", self.day(last_second))
        };
        format!("{} {when}", pick(self.language, en, nl))
    }

    /// What would be shared, in one sentence: “You would share: electricity, in and out, per day, up to and including
    /// 19 August 2026.”
    #[must_use]
    pub fn would_share(&self, agreement: &Agreement) -> String {
        let what = super::lanes(&agreement.lanes, self.language);
        let past = match (agreement.history_days, self.language) {
            (None, _) => String::new(),
            (Some(days), Language::En) => format!(", and the past {days} days"),
            (Some(days), Language::Nl) => format!(", en de afgelopen {days} dagen"),
        };
        let until = self.until(agreement.until);
        match self.language {
            Language::En => format!("You would share: {what}, {until}{past}."),
            Language::Nl => format!("Je deelt dan: {what}, {until}{past}."),
        }
    }

    /// The end of access: “After 14:03:20, Wattt Insights cannot open anything new.”
    #[must_use]
    pub fn last_readable(&self, service: &str, unix: u64, now: u64) -> String {
        let moment = self.moment(unix, now);
        match self.language {
            Language::En => format!("After {moment}, {service} cannot open anything new."),
            Language::Nl => format!("Na {moment} kan {service} niets nieuws meer openen."),
        }
    }

    /// The service is silent after a stop.
    #[must_use]
    pub fn not_confirmed(&self, service: &str) -> String {
        match self.language {
            Language::En => {
                format!("{service} has not confirmed yet. It does not have to: it stops anyway.")
            }
            Language::Nl => {
                format!("{service} heeft nog niet bevestigd. Dat hoeft ook niet: het stopt toch.")
            }
        }
    }

    /// A stop waits for a device that is away.
    #[must_use]
    pub fn stopping_waits(&self) -> &'static str {
        pick(
            self.language,
            "The Pi cannot be reached, so stopping waits. Until then the service may still read along. Switch the Pi off to stop right now.",
            "De Pi is niet bereikbaar, dus stoppen wacht. Tot dan kan de dienst blijven meelezen. Zet de Pi uit als het meteen moet.",
        )
    }

    fn at(&self, unix: u64) -> Option<Zoned> {
        crate::ends::at(unix, &self.zone)
    }
}
