//! What data say about the people who live there, by kind and by how fine they are.

use readings::{Granularity, Kind, Lane};

use super::pick;
use crate::text::Language;

/// What somebody learns who sees this lane.
#[must_use]
pub fn reveals(lane: Lane, language: Language) -> &'static str {
    match lane.kind {
        Kind::Electricity => electricity(lane.granularity, language),
        Kind::GasWaterHeat => gas_water_heat(lane.granularity, language),
        Kind::Phases => phases(lane.granularity, language),
    }
}

fn electricity(fineness: Granularity, language: Language) -> &'static str {
    match fineness {
        Granularity::Live => pick(
            language,
            "Every reading of electricity shows when you get up, leave, cook and sleep, which appliances run, and whether someone is in right now.",
            "Elke meting van stroom laat zien wanneer je opstaat, weggaat, kookt en slaapt, welke apparaten aan staan, en of er nu iemand thuis is.",
        ),
        Granularity::QuarterHour => pick(
            language,
            "Electricity per quarter hour shows when you get up, leave, cook and sleep.",
            "Stroom per kwartier laat zien wanneer je opstaat, weggaat, kookt en slaapt.",
        ),
        Granularity::Day => pick(
            language,
            "Electricity per day shows roughly how many people live here, and when you are away.",
            "Stroom per dag laat ongeveer zien met hoeveel mensen je woont, en wanneer je weg bent.",
        ),
    }
}

fn gas_water_heat(fineness: Granularity, language: Language) -> &'static str {
    match fineness {
        Granularity::Live => pick(
            language,
            "Every reading of gas, water and heat shows when you heat, shower and cook, and that someone has a tap open right now.",
            "Elke meting van gas, water en warmte laat zien wanneer je stookt, doucht en kookt, en dat er nu iemand een kraan open heeft.",
        ),
        Granularity::QuarterHour => pick(
            language,
            "Gas, water and heat per quarter hour show when you heat, shower and cook, and when someone is at home.",
            "Gas, water en warmte per kwartier laten zien wanneer je stookt, doucht en kookt, en wanneer er iemand thuis is.",
        ),
        Granularity::Day => pick(
            language,
            "Gas, water and heat per day show roughly how warm you keep it, how many people live here, and when you are away.",
            "Gas, water en warmte per dag laten ongeveer zien hoe warm je het hebt, met hoeveel mensen je woont, en wanneer je weg bent.",
        ),
    }
}

fn phases(fineness: Granularity, language: Language) -> &'static str {
    match fineness {
        Granularity::Live => pick(
            language,
            "Every reading of each phase shows which large appliances run right now, such as a stove or a car charger.",
            "Elke meting van elke fase laat zien welke grote apparaten nu aan staan, zoals fornuis of laadpaal.",
        ),
        Granularity::QuarterHour => pick(
            language,
            "Power per phase per quarter hour shows when large appliances run, such as a stove, a heat pump or a car charger.",
            "Stroom per fase per kwartier laat zien wanneer grote apparaten aan staan, zoals fornuis, warmtepomp of laadpaal.",
        ),
        Granularity::Day => pick(
            language,
            "Power per phase per day shows whether you have large appliances, such as a heat pump or a car charger.",
            "Stroom per fase per dag laat zien of je grote apparaten hebt, zoals een warmtepomp of een laadpaal.",
        ),
    }
}
