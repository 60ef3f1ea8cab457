//! What the codes are called, in English and in Dutch, and what they measure.

use core::fmt;

use crate::catalogue;
use crate::{Dimension, Obis};

/// What a known code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// What it is called in English.
    pub english: Name,
    /// What it is called in Dutch.
    pub dutch: Name,
    /// What it measures, where it is a number with a unit. For meters on the M-Bus the device type
    /// and the unit tell.
    pub dimension: Option<Dimension>,
}

/// A name: what, how, on which phase, in which tariff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    what: &'static str,
    how: &'static str,
    phase: Option<(&'static str, u8)>,
    tariff: Option<(&'static str, u8)>,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)?;
        if !self.how.is_empty() {
            write!(f, ", {}", self.how)?;
        }
        for (word, number) in [self.phase, self.tariff].into_iter().flatten() {
            write!(f, ", {word} {number}")?;
        }
        Ok(())
    }
}

/// The same in two languages.
type Words = (&'static str, &'static str);

impl Obis {
    /// What this code stands for, if the catalogue knows it.
    ///
    /// ```
    /// let meaning = p1::Obis::new(1, 0, 1, 8, 1).meaning().expect("a known code");
    /// assert_eq!(meaning.english.to_string(), "energy drawn, tariff 1");
    /// assert_eq!(meaning.dutch.to_string(), "energie verbruikt, tarief 1");
    /// assert_eq!(meaning.dimension, Some(p1::Dimension::Energy));
    /// ```
    pub fn meaning(self) -> Option<Meaning> {
        catalogue::shape(self)?;
        let (a, b, c, d, e) = self.groups();
        match (a, b) {
            (1, 0 | 1) => electricity(c, d, e),
            (0, 0) => plain(household(c, d, e)?),
            (0, _) => plain(mbus(c, d, e)?),
            (1, 3) => plain((("version of the P1 port", "versie van de P1-poort"), None)),
            _ => plain(old_meters(a, c, d)?),
        }
    }
}

fn plain(((english, dutch), dimension): (Words, Option<Dimension>)) -> Option<Meaning> {
    let name = |what| Name {
        what,
        how: "",
        phase: None,
        tariff: None,
    };
    Some(Meaning {
        english: name(english),
        dutch: name(dutch),
        dimension,
    })
}

fn household(c: u8, d: u8, e: u8) -> Option<(Words, Option<Dimension>)> {
    Some(match (c, d, e) {
        (1, 0, 0) => (("clock of the meter", "klok van de meter"), None),
        (42, 0, 0) => (
            (
                "name of the meter as a device",
                "naam van de meter als apparaat",
            ),
            None,
        ),
        (96, 1, 4) => (
            (
                "version of the P1 port (Belgium)",
                "versie van de P1-poort (België)",
            ),
            None,
        ),
        (96, 1, 2) => (
            (
                "number of the connection (EAN)",
                "nummer van de aansluiting (EAN)",
            ),
            None,
        ),
        (96, 1, _) | (0, 0, _) => (("number of the meter", "nummer van de meter"), None),
        (96, 13, 1) => (("code of a message", "code van een bericht"), None),
        (96, 13, _) => (("message", "bericht"), None),
        (96, 5, _) => (("state of the meter", "toestand van de meter"), None),
        (97, 97, 0) => (("errors of the meter", "fouten van de meter"), None),
        (96, 14, _) => (("tariff in force", "geldend tarief"), None),
        (96, 3, 10) | (96, 50, 68) => (("position of the switch", "stand van de schakelaar"), None),
        (17, 0, 0) => (
            ("limit of the power", "begrenzing van het vermogen"),
            Some(Dimension::Power),
        ),
        (96, 7, 9) => (("long power failures", "lange stroomonderbrekingen"), None),
        (96, 7, _) => (("power failures", "stroomonderbrekingen"), None),
        (98, 1, 0) => (
            ("values of past months", "waarden van voorbije maanden"),
            None,
        ),
        (99, 97, 0) => (
            (
                "log of long power failures",
                "logboek van lange stroomonderbrekingen",
            ),
            None,
        ),
        _ => return None,
    })
}

fn mbus(c: u8, d: u8, e: u8) -> Option<(Words, Option<Dimension>)> {
    Some(match (c, d, e) {
        (24, 1, 0) => (
            (
                "kind of the connected meter",
                "soort van de aangesloten meter",
            ),
            None,
        ),
        (24, 2, 1) => (
            (
                "reading of the connected meter",
                "stand van de aangesloten meter",
            ),
            None,
        ),
        (24, 2, _) => (
            (
                "reading of the connected meter, not corrected for temperature",
                "stand van de aangesloten meter, niet gecorrigeerd voor temperatuur",
            ),
            None,
        ),
        (24, 3, 1) => (
            (
                "readings of the connected meter for cold",
                "standen van de aangesloten koudemeter",
            ),
            None,
        ),
        (24, 3, _) => (
            (
                "readings of the connected meter",
                "standen van de aangesloten meter",
            ),
            None,
        ),
        (24, 4, 0) => (("position of the valve", "stand van de klep"), None),
        (96, 3, 10) => (("position of the relay", "stand van het relais"), None),
        (96, 1, 2) => (
            (
                "number of the connection of the connected meter (EAN)",
                "nummer van de aansluiting van de aangesloten meter (EAN)",
            ),
            None,
        ),
        (96, 1, _) | (42, 0, 0) => (
            (
                "number of the connected meter",
                "nummer van de aangesloten meter",
            ),
            None,
        ),
        _ => return None,
    })
}

fn old_meters(a: u8, c: u8, d: u8) -> Option<(Words, Option<Dimension>)> {
    let medium: Words = match a {
        5 => ("reading of the heat meter", "stand van de warmtemeter"),
        6 => ("reading of the meter for cold", "stand van de koudemeter"),
        7 => ("reading of the gas meter", "stand van de gasmeter"),
        _ => ("reading of the water meter", "stand van de watermeter"),
    };
    let dimension = match a {
        5 | 6 => Dimension::Heat,
        _ => Dimension::Volume,
    };
    Some(match (c, d) {
        (0, 0) => (
            (
                "number of the connected meter",
                "nummer van de aangesloten meter",
            ),
            None,
        ),
        (24, 4) => (("position of the valve", "stand van de klep"), None),
        (96, 3) => (("position of the relay", "stand van het relais"), None),
        (1 | 23, _) => (medium, Some(dimension)),
        _ => return None,
    })
}

fn electricity(c: u8, d: u8, e: u8) -> Option<Meaning> {
    if let Some(meaning) = of_the_meter(c, d, e) {
        return plain((meaning, None));
    }
    if (c, d) == (0, 8) {
        let period = ("length of the averages", "duur van de gemiddelden");
        return plain((period, Some(Dimension::Duration)));
    }
    let (quantity, phase) = match c {
        c @ 21..=36 => (c - 20, Some(1)),
        c @ 41..=56 => (c - 40, Some(2)),
        c @ 61..=76 => (c - 60, Some(3)),
        c => (c, None),
    };
    let energy = d == 8;
    let ((english, dutch), dimension) = quantity_words(quantity, energy)?;
    let ((english_how, dutch_how), dimension) = match processing(d, quantity)? {
        (how, Processed::Same) => (how, Some(dimension).filter(|_| quantity != 13)),
        (how, Processed::Counted) => (how, None),
        (how, Processed::Timed) => (how, Some(Dimension::Duration)),
    };
    let tariff = (matches!(d, 6 | 8) && e > 0).then_some(e);
    Some(Meaning {
        english: Name {
            what: english,
            how: english_how,
            phase: phase.map(|phase| ("phase", phase)),
            tariff: tariff.map(|tariff| ("tariff", tariff)),
        },
        dutch: Name {
            what: dutch,
            how: dutch_how,
            phase: phase.map(|phase| ("fase", phase)),
            tariff: tariff.map(|tariff| ("tarief", tariff)),
        },
        dimension,
    })
}

fn of_the_meter(c: u8, d: u8, e: u8) -> Option<Words> {
    match (c, d, e) {
        (99, 97, 0) => Some((
            "log of long power failures",
            "logboek van lange stroomonderbrekingen",
        )),
        (96, 5, _) => Some(("state of the meter", "toestand van de meter")),
        (96, 1, _) | (0, 0, _) => Some(("number of the meter", "nummer van de meter")),
        (0, 2, _) => Some(("version of the program", "versie van het programma")),
        (0, 9, 1) => Some(("time of day", "tijd van de dag")),
        (0, 9, _) => Some(("date", "datum")),
        _ => None,
    }
}

/// Group C without its phase (IEC 62056-61, table 4).
fn quantity_words(quantity: u8, energy: bool) -> Option<(Words, Dimension)> {
    let (of_power, of_energy): ((Words, Dimension), (Words, Dimension)) = match quantity {
        1 => (
            (("power drawn", "vermogen verbruikt"), Dimension::Power),
            (("energy drawn", "energie verbruikt"), Dimension::Energy),
        ),
        2 => (
            (("power given", "vermogen teruggeleverd"), Dimension::Power),
            (("energy given", "energie teruggeleverd"), Dimension::Energy),
        ),
        3 => reactive(
            ("reactive power drawn", "blindvermogen verbruikt"),
            ("reactive energy drawn", "blindenergie verbruikt"),
        ),
        4 => reactive(
            ("reactive power given", "blindvermogen teruggeleverd"),
            ("reactive energy given", "blindenergie teruggeleverd"),
        ),
        5 => reactive(
            ("reactive power, quadrant 1", "blindvermogen, kwadrant 1"),
            ("reactive energy, quadrant 1", "blindenergie, kwadrant 1"),
        ),
        6 => reactive(
            ("reactive power, quadrant 2", "blindvermogen, kwadrant 2"),
            ("reactive energy, quadrant 2", "blindenergie, kwadrant 2"),
        ),
        7 => reactive(
            ("reactive power, quadrant 3", "blindvermogen, kwadrant 3"),
            ("reactive energy, quadrant 3", "blindenergie, kwadrant 3"),
        ),
        8 => reactive(
            ("reactive power, quadrant 4", "blindvermogen, kwadrant 4"),
            ("reactive energy, quadrant 4", "blindenergie, kwadrant 4"),
        ),
        9 => (
            (
                ("apparent power drawn", "schijnbaar vermogen verbruikt"),
                Dimension::ApparentPower,
            ),
            (
                ("apparent energy drawn", "schijnbare energie verbruikt"),
                Dimension::ApparentEnergy,
            ),
        ),
        10 => (
            (
                ("apparent power given", "schijnbaar vermogen teruggeleverd"),
                Dimension::ApparentPower,
            ),
            (
                ("apparent energy given", "schijnbare energie teruggeleverd"),
                Dimension::ApparentEnergy,
            ),
        ),
        15 => (
            (
                ("power in either direction", "vermogen in beide richtingen"),
                Dimension::Power,
            ),
            (
                ("energy in both directions", "energie in beide richtingen"),
                Dimension::Energy,
            ),
        ),
        16 => (
            (
                (
                    "power drawn less given",
                    "vermogen verbruikt min teruggeleverd",
                ),
                Dimension::Power,
            ),
            (
                (
                    "energy drawn less given",
                    "energie verbruikt min teruggeleverd",
                ),
                Dimension::Energy,
            ),
        ),
        11 => return Some((("current", "stroom"), Dimension::Current)),
        12 => return Some((("voltage", "spanning"), Dimension::Voltage)),
        13 => return Some((("power factor", "arbeidsfactor"), Dimension::Share)),
        14 => return Some((("frequency", "frequentie"), Dimension::Frequency)),
        90 => {
            return Some((
                ("current, sum of the phases", "stroom, som van de fasen"),
                Dimension::Current,
            ));
        }
        91 => return Some((("current, neutral", "stroom, nul"), Dimension::Current)),
        92 => return Some((("voltage, neutral", "spanning, nul"), Dimension::Voltage)),
        _ => return None,
    };
    Some(if energy { of_energy } else { of_power })
}

fn reactive(power: Words, energy: Words) -> ((Words, Dimension), (Words, Dimension)) {
    (
        (power, Dimension::ReactivePower),
        (energy, Dimension::ReactiveEnergy),
    )
}

/// What a processing does to what is measured.
enum Processed {
    Same,
    Counted,
    Timed,
}

/// Group D (IEC 62056-61, table 5).
fn processing(d: u8, quantity: u8) -> Option<(Words, Processed)> {
    Some(match (d, quantity) {
        (7 | 8, _) => (("", ""), Processed::Same),
        (3, 13) => (("lowest", "laagste"), Processed::Same),
        (4, 11) => (("limit", "begrenzing"), Processed::Same),
        (4, _) => (
            (
                "average of the running quarter of an hour",
                "gemiddelde van het lopende kwartier",
            ),
            Processed::Same,
        ),
        (5, _) => (
            (
                "average of the last quarter of an hour",
                "gemiddelde van het laatste kwartier",
            ),
            Processed::Same,
        ),
        (6, _) => (
            ("peak of this month", "piek van deze maand"),
            Processed::Same,
        ),
        (24, _) => (("average", "gemiddelde"), Processed::Same),
        (32, 12) => (("sags", "dips"), Processed::Counted),
        (33, 12) => (
            ("length of the last sag", "duur van de laatste dip"),
            Processed::Timed,
        ),
        (34, 12) => (
            ("depth of the last sag", "diepte van de laatste dip"),
            Processed::Same,
        ),
        (36, 12) => (("swells", "pieken"), Processed::Counted),
        (37, 12) => (
            ("length of the last swell", "duur van de laatste piek"),
            Processed::Timed,
        ),
        (38, 12) => (
            ("height of the last swell", "hoogte van de laatste piek"),
            Processed::Same,
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    /// The catalogue of shapes and that of names know the same codes.
    #[test]
    fn every_known_code_has_a_name() {
        for (a, b) in [(0, 0), (0, 1), (1, 0), (1, 3), (7, 0)] {
            for (c, d) in (0..=100).flat_map(|c| (0..=100).map(move |d| (c, d))) {
                for e in [0, 1, 2, 4, 5, 9, 10, 255] {
                    let obis = Obis::new(a, b, c, d, e);
                    let known = catalogue::shape(obis).is_some();
                    assert_eq!(obis.meaning().is_some(), known, "{obis}");
                }
            }
        }
    }

    #[test]
    fn names_say_phase_and_tariff_in_both_languages() {
        for (obis, english, dutch) in [
            (
                Obis::new(1, 0, 2, 8, 4),
                "energy given, tariff 4",
                "energie teruggeleverd, tarief 4",
            ),
            (
                Obis::new(1, 0, 62, 7, 0),
                "power given, phase 3",
                "vermogen teruggeleverd, fase 3",
            ),
            (
                Obis::new(1, 0, 52, 32, 0),
                "voltage, sags, phase 2",
                "spanning, dips, fase 2",
            ),
            (
                Obis::new(1, 0, 1, 6, 0),
                "power drawn, peak of this month",
                "vermogen verbruikt, piek van deze maand",
            ),
            (
                Obis::new(0, 4, 24, 2, 1),
                "reading of the connected meter",
                "stand van de aangesloten meter",
            ),
        ] {
            let meaning = obis.meaning();
            let names = meaning.map(|m| (m.english.to_string(), m.dutch.to_string()));
            assert_eq!(
                names,
                Some((english.to_string(), dutch.to_string())),
                "{obis}"
            );
        }
    }

    #[test]
    fn dimensions_follow_from_the_code() {
        for (obis, dimension) in [
            (Obis::new(1, 0, 32, 7, 0), Some(Dimension::Voltage)),
            (Obis::new(1, 0, 32, 32, 0), None),
            (Obis::new(1, 0, 32, 33, 0), Some(Dimension::Duration)),
            (Obis::new(1, 0, 3, 8, 1), Some(Dimension::ReactiveEnergy)),
            (Obis::new(1, 0, 13, 7, 0), None),
            (Obis::new(1, 0, 31, 4, 0), Some(Dimension::Current)),
        ] {
            assert_eq!(
                obis.meaning().and_then(|m| m.dimension),
                dimension,
                "{obis}"
            );
        }
    }
}
