//! Sentences for people, in English and Dutch, in one place: the command line and the app say the same.
//!
//! They say what happened, what it means and what to do, in that order. They never show a provider's text as anything
//! but text, and never a word of the machinery.

mod activity;
mod errors;
mod reveals;
mod speaker;

pub use self::activity::Sentence;
pub use self::errors::{choice_error, link_error, open_error, refusal};
pub use self::reveals::reveals;
pub use self::speaker::Speaker;

use readings::{Granularity, Kind, Lane};

use crate::lanes::Lanes;
use crate::text::Language;
use crate::wallet::Acquaintance;

/// Chooses between two texts.
pub(crate) fn pick<'a>(language: Language, en: &'a str, nl: &'a str) -> &'a str {
    match language {
        Language::En => en,
        Language::Nl => nl,
    }
}

/// What a kind of data is called: “electricity”, “stroom”.
#[must_use]
pub fn kind(kind: Kind, language: Language) -> &'static str {
    match kind {
        Kind::Electricity => pick(language, "electricity, in and out", "stroom, heen en terug"),
        Kind::GasWaterHeat => pick(language, "gas, water and heat", "gas, water en warmte"),
        Kind::Phases => pick(language, "power per phase", "stroom per fase"),
    }
}

/// How fine, in words: “per quarter hour”, “per kwartier”.
#[must_use]
pub fn granularity(granularity: Granularity, language: Language) -> &'static str {
    match granularity {
        Granularity::Live => pick(language, "every reading", "elke meting"),
        Granularity::QuarterHour => pick(language, "per quarter hour", "per kwartier"),
        Granularity::Day => pick(language, "per day", "per dag"),
    }
}

/// A lane in words: “electricity, in and out, per quarter hour”.
#[must_use]
pub fn lane(lane: Lane, language: Language) -> String {
    format!(
        "{}, {}",
        kind(lane.kind, language),
        granularity(lane.granularity, language)
    )
}

/// Several lanes in words, the finest first: “electricity, in and out, per day; gas, water and heat, per day”. Each kind
/// stands apart, since its name has an “and” of its own.
#[must_use]
pub fn lanes(lanes: &Lanes, language: Language) -> String {
    let said: Vec<String> = Granularity::ALL
        .into_iter()
        .flat_map(|fineness| {
            lanes
                .iter()
                .filter(move |lane| lane.granularity == fineness)
        })
        .map(|one| lane(one, language))
        .collect();
    said.join("; ")
}

/// The sentence at the head of a request: who asks for what, and what for.
#[must_use]
pub fn asks(name: &str, lanes: &Lanes, purpose: &str, language: Language) -> String {
    let kinds: Vec<&str> = Kind::ALL
        .into_iter()
        .filter(|wanted| lanes.iter().any(|lane| lane.kind == *wanted))
        .map(|wanted| match wanted {
            Kind::Electricity => pick(language, "electricity", "stroomverbruik"),
            Kind::GasWaterHeat => pick(language, "gas, water and heat", "gas, water en warmte"),
            Kind::Phases => pick(language, "power per phase", "stroom per fase"),
        })
        .collect();
    let kinds = list(&kinds, language);
    let purpose = purpose.trim_end_matches('.');
    match language {
        Language::En => format!("{name} asks to see your {kinds}, to {purpose}."),
        Language::Nl => format!("{name} wil je {kinds} zien, om {purpose}."),
    }
}

/// Whether this service is known here.
#[must_use]
pub fn acquaintance(before: Acquaintance, language: Language) -> &'static str {
    match before {
        Acquaintance::Shared => pick(
            language,
            "You share or shared something with this service before.",
            "Je deelt of deelde al iets met deze dienst.",
        ),
        Acquaintance::Asked => pick(
            language,
            "You share nothing with this service. It has asked before.",
            "Je deelt niets met deze dienst. Hij heeft al eerder iets gevraagd.",
        ),
        Acquaintance::None => pick(
            language,
            "You share nothing with this service yet. This is the first time it asks.",
            "Je deelt nog niets met deze dienst. Dit is de eerste keer dat hij iets vraagt.",
        ),
    }
}

/// Whether name and site are what they seem.
#[must_use]
pub fn site_checked(site: &str, checked: bool, language: Language) -> String {
    let host = site.split_once("://").map_or(site, |(_, host)| host);
    match (checked, language) {
        (true, Language::En) => {
            format!("Name and site are checked: this request really comes from {host}.")
        }
        (true, Language::Nl) => {
            format!("Naam en site zijn gecontroleerd: dit verzoek komt echt van {host}.")
        }
        (false, Language::En) => {
            format!(
                "The site could not be checked: it says it comes from {host}, and nobody confirms that."
            )
        }
        (false, Language::Nl) => {
            format!(
                "De site kon niet worden gecontroleerd: het zegt van {host} te komen, en niemand bevestigt dat."
            )
        }
    }
}

/// Needed or optional.
#[must_use]
pub fn needed(needed: bool, language: Language) -> &'static str {
    if needed {
        pick(language, "Needed", "Nodig")
    } else {
        pick(language, "Optional", "Hoeft niet")
    }
}

/// How long the data is kept.
#[must_use]
pub fn retention(days: u16, language: Language) -> String {
    match (days, language) {
        (0, Language::En) => "They erase your data when it ends.".into(),
        (0, Language::Nl) => "Ze wissen je gegevens zodra het eindigt.".into(),
        (1, Language::En) => "They keep your data until 1 day after the end.".into(),
        (1, Language::Nl) => "Ze bewaren je gegevens tot 1 dag na het einde.".into(),
        (_, Language::En) => format!("They keep your data until {days} days after the end."),
        (_, Language::Nl) => format!("Ze bewaren je gegevens tot {days} dagen na het einde."),
    }
}

/// What is said before anybody decides (GDPR article 7(3)).
#[must_use]
pub fn before_deciding(language: Language) -> &'static str {
    pick(
        language,
        "You can stop at any time, under Sharing. What they already have, you can ask them to erase.",
        "Je kunt altijd stoppen, bij Delen. Wat ze dan al hebben, kun je laten wissen.",
    )
}

/// “a, b and c”.
fn list(items: &[&str], language: Language) -> String {
    match items.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).into(),
        Some((last, before)) => format!(
            "{} {} {last}",
            before.join(", "),
            pick(language, "and", "en")
        ),
    }
}
