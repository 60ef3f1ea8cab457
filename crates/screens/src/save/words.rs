//! What stands on an exported picture.

use chart::Words;
use consent::Language;

use super::pictures::Other;
use crate::meter::{MeterScreen, Period};

/// Of gas, water or heat.
pub(super) fn of_other(other: Other, screen: &MeterScreen, language: Language) -> Words {
    let say = |en, nl| in_language(language, en, nl);
    let (name, unit) = match other {
        Other::Gas => ("Gas".to_owned(), "m³"),
        Other::Water => ("Water".to_owned(), "m³"),
        Other::Heat => (say("Heat", "Warmte"), "GJ"),
    };
    Words {
        unit: format!("{name} ({unit})"),
        up: name.to_lowercase(),
        fineness: each(screen.period, language),
        ..of(screen, language)
    }
}

/// Of the power of a phase.
pub(super) fn of_phase(phase: u8, screen: &MeterScreen, language: Language) -> Words {
    let say = |en, nl| in_language(language, en, nl);
    let name = say("Phase", "Fase");
    let power = say("power (kW)", "vermogen (kW)");
    Words {
        unit: format!("{name} {phase}: {power}"),
        ..of(screen, language)
    }
}

/// Of the highest current of a phase.
pub(super) fn of_peaks(phase: u8, screen: &MeterScreen, language: Language) -> Words {
    let say = |en, nl| in_language(language, en, nl);
    let name = say("Phase", "Fase");
    let current = say("highest current (A)", "hoogste stroom (A)");
    Words {
        unit: format!("{name} {phase}: {current}"),
        up: say("highest current", "hoogste stroom"),
        fineness: each(screen.period, language),
        ..of(screen, language)
    }
}

/// How finely everything but power is drawn.
fn each(period: Period, language: Language) -> String {
    let say = |en, nl| in_language(language, en, nl);
    match period {
        Period::Live | Period::Day => say("per quarter hour", "per kwartier"),
        Period::Week | Period::Month => say("per day", "per dag"),
        Period::Year => say("per month", "per maand"),
    }
}

fn in_language(language: Language, en: &str, nl: &str) -> String {
    match language {
        Language::En => en.to_owned(),
        Language::Nl => nl.to_owned(),
    }
}

pub(super) fn of(screen: &MeterScreen, language: Language) -> Words {
    let say = |en, nl| in_language(language, en, nl);
    let (fineness, unit) = match screen.period {
        Period::Live => (
            say("every reading", "elke meting"),
            say("Power (kW)", "Vermogen (kW)"),
        ),
        Period::Day => (
            say("mean per quarter hour", "gemiddeld per kwartier"),
            say("Power (kW)", "Vermogen (kW)"),
        ),
        Period::Week | Period::Month => (
            say("per day", "per dag"),
            say("Energy (kWh a day)", "Energie (kWh per dag)"),
        ),
        Period::Year => (
            say("per month", "per maand"),
            say("Energy (kWh a month)", "Energie (kWh per maand)"),
        ),
    };
    Words {
        title: screen.name.clone(),
        fineness,
        unit,
        up: say("from the grid", "van het net"),
        down: say("to the grid", "naar het net"),
        nothing: say(
            "No readings in this period",
            "Geen metingen in deze periode",
        ),
    }
}
