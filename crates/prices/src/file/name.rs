//! What the name of a column says.

use super::FileUnit;
use super::time::Clock;

pub(super) const BEGINS: [&str; 7] = ["start", "begin", "from", "van", "vanaf", "von", "mtu"];
pub(super) const TIMES: [&str; 8] = [
    "time", "tijd", "datum", "date", "hour", "uur", "moment", "interval",
];
const ENDS: [&str; 10] = [
    "end", "ends", "ending", "eind", "einde", "to", "tot", "until", "till", "bis",
];
const PRICES: [&str; 10] = [
    "price", "prijs", "tarief", "tariff", "eur", "euro", "cent", "cents", "ct", "rate",
];
const CENTS: [&str; 6] = ["ct", "cts", "cent", "cents", "eurocent", "eurct"];
/// What longer words begin or end with: `einddatum`, `timestamp`, `uurprijs`. None of them is part of other words by chance,
/// as `cent` is of `percent`.
const PIECES: [&str; 14] = [
    "start", "begin", "from", "until", "time", "tijd", "datum", "date", "hour", "moment", "price",
    "prijs", "tarief", "tariff",
];

/// The name of a column, and the words in it.
pub(super) struct Name {
    pub(super) said: String,
    lower: String,
    words: Vec<String>,
}

impl Name {
    pub(super) fn of(said: &str) -> Self {
        let lower = said.to_lowercase();
        let camel = camel_split(said).to_lowercase();
        let mut words: Vec<String> = Vec::new();
        for text in [&lower, &camel] {
            for word in text.split(|c: char| !c.is_alphabetic()) {
                pieces(word, &mut words);
            }
        }
        Self {
            said: said.to_owned(),
            lower,
            words,
        }
    }

    /// Whether one of these is among its words.
    pub(super) fn has(&self, words: &[&str]) -> bool {
        self.words.iter().any(|word| words.contains(&word.as_str()))
    }

    pub(super) fn is_end(&self) -> bool {
        self.has(&ENDS) && !self.has(&BEGINS)
    }

    pub(super) fn is_price(&self) -> bool {
        self.has(&PRICES) || self.lower.contains('€')
    }

    pub(super) fn is_utc(&self) -> bool {
        self.clock() == Some(Clock::Utc)
    }

    /// The clock of a column of times; `None` if it is another one, such as UTC+3, or may be either.
    pub(super) fn clock(&self) -> Option<Clock> {
        let utc = self.has(&["utc", "gmt"]);
        let here = self.has(&["cet", "cest"]);
        let away = ["utc", "gmt"].iter().any(|name| {
            let mut after = self.lower.split(name).skip(1);
            after.any(|rest| rest.trim_start().starts_with(['+', '-', '\u{2212}', '±']))
        });
        match (utc, here, away) {
            (false, ..) | (true, true, true) => Some(Clock::CentralEurope),
            (true, false, false) => Some(Clock::Utc),
            _ => None,
        }
    }

    /// The unit that a column of prices says.
    pub(super) fn unit(&self) -> Option<FileUnit> {
        let cents = self.lower.contains("c€") || self.has(&CENTS);
        match (self.lower.contains("kwh"), self.lower.contains("mwh")) {
            (true, false) if cents => Some(FileUnit::CentPerKwh),
            (true, false) => Some(FileUnit::EuroPerKwh),
            (false, true) if !cents => Some(FileUnit::EuroPerMwh),
            _ => None,
        }
    }
}

/// `DatumTot` as `Datum Tot`, `UTCStart` as `UTC Start`.
fn camel_split(name: &str) -> String {
    let mut split = String::with_capacity(name.len() + 4);
    let mut before: Option<char> = None;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let small = |c: Option<char>| c.is_some_and(char::is_lowercase);
        let acronym = before.is_some_and(char::is_uppercase) && small(letters.peek().copied());
        if letter.is_uppercase() && (small(before) || acronym) {
            split.push(' ');
        }
        split.push(letter);
        before = Some(letter);
    }
    split
}

/// A word, or the words that it is put together from.
fn pieces(mut word: &str, words: &mut Vec<String>) {
    while !word.is_empty() {
        let cut = PIECES.iter().find_map(|piece| {
            let rest = word.strip_prefix(piece).or(word.strip_suffix(piece))?;
            Some((*piece, rest))
        });
        let (piece, rest) = cut.unwrap_or((word, ""));
        words.push(piece.to_owned());
        word = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_apart_into_whole_words() {
        for (name, words) in [
            ("DatumTot", &["datum", "tot"] as &[&str]),
            ("begintijdstip", &["begin", "tijd", "stip"]),
            ("UTCStart", &["utc", "start"]),
            ("vandatum", &["van", "datum"]),
        ] {
            assert!(
                words.iter().all(|word| Name::of(name).has(&[word])),
                "{name}"
            );
        }
        for name in [
            "21 procent",
            "percent",
            "Central",
            "Concentration",
            "updated",
        ] {
            assert!(!Name::of(name).has(&["cent", "date"]), "{name}");
        }
    }

    #[test]
    fn a_clock_is_utc_only_where_the_whole_word_says_so_and_nothing_else() {
        for (name, clock) in [
            ("Datetime (UTC)", Some(Clock::Utc)),
            ("start_utc", Some(Clock::Utc)),
            ("startUTC", Some(Clock::Utc)),
            ("MTU (GMT)", Some(Clock::Utc)),
            ("MTU (CET/CEST)", Some(Clock::CentralEurope)),
            ("tijd (CET, UTC+1)", Some(Clock::CentralEurope)),
            ("outcome date", Some(Clock::CentralEurope)),
            ("time (UTC+3)", None),
            ("time (GMT -1)", None),
            ("time (UTC or CET)", None),
        ] {
            assert_eq!(Name::of(name).clock(), clock, "{name}");
        }
    }
}
