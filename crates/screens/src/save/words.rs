//! What stands on an exported picture.

use chart::Words;
use consent::Language;

use super::Other;
use crate::meter::{MeterScreen, Period};

/// Of gas, water or heat.
pub(super) fn of_other(other: Other, screen: &MeterScreen, language: Language) -> Words {
    let say = |en: &str, nl: &str| match language {
        Language::En => en.to_owned(),
        Language::Nl => nl.to_owned(),
    };
    let (name, unit) = match other {
        Other::Gas => ("Gas".to_owned(), "m³"),
        Other::Water => ("Water".to_owned(), "m³"),
        Other::Heat => (say("Heat", "Warmte"), "GJ"),
    };
    let fineness = match screen.period {
        Period::Live | Period::Day => say("per quarter hour", "per kwartier"),
        Period::Week | Period::Month => say("per day", "per dag"),
        Period::Year => say("per month", "per maand"),
    };
    Words {
        unit: format!("{name} ({unit})"),
        up: name.to_lowercase(),
        fineness,
        ..of(screen, language)
    }
}

pub(super) fn of(screen: &MeterScreen, language: Language) -> Words {
    let say = |en: &str, nl: &str| match language {
        Language::En => en.to_owned(),
        Language::Nl => nl.to_owned(),
    };
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
