//! Units, and numbers that carry one.

use core::fmt;

use crate::Decimal;

/// A unit that P1 telegrams print behind a `*`. Read without regard to upper and lower case,
/// since meters disagree (`kVArh`, `kvarh`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the units")]
pub enum Unit {
    WattHour,
    KiloWattHour,
    Watt,
    KiloWatt,
    VarHour,
    KiloVarHour,
    Var,
    KiloVar,
    VoltAmpere,
    KiloVoltAmpere,
    Volt,
    Ampere,
    Hertz,
    CubicMetre,
    Litre,
    Joule,
    MegaJoule,
    GigaJoule,
    Second,
    DegreeCelsius,
}

/// What a unit measures; each has one base unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// Electric energy, base unit watt-hour.
    Energy,
    /// Electric power, base unit watt.
    Power,
    /// Reactive energy, base unit var-hour.
    ReactiveEnergy,
    /// Reactive power, base unit var.
    ReactivePower,
    /// Apparent power, base unit volt-ampere.
    ApparentPower,
    /// Voltage, base unit volt.
    Voltage,
    /// Current, base unit ampere.
    Current,
    /// Frequency, base unit hertz.
    Frequency,
    /// Volume of gas or water, base unit cubic metre.
    Volume,
    /// Heat or cold, base unit joule.
    Heat,
    /// A length of time, base unit second.
    Duration,
    /// Temperature, base unit degree Celsius.
    Temperature,
}

impl Unit {
    /// Reads a unit as a meter prints it; `None` for one that is not known here.
    pub fn parse(text: &str) -> Option<Self> {
        let text = if text == "dm3" { "l" } else { text };
        UNITS
            .iter()
            .find(|(_, symbol, ..)| symbol.eq_ignore_ascii_case(text))
            .map(|(unit, ..)| *unit)
    }

    /// The unit as the standard writes it.
    pub fn symbol(self) -> &'static str {
        self.entry().map_or("", |(_, symbol, ..)| symbol)
    }

    fn entry(self) -> Option<&'static (Self, &'static str, Dimension, i8)> {
        UNITS.iter().find(|(unit, ..)| *unit == self)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

/// Unit, symbol, what it measures, and the power of ten between it and the base unit.
static UNITS: [(Unit, &str, Dimension, i8); 20] = [
    (Unit::WattHour, "Wh", Dimension::Energy, 0),
    (Unit::KiloWattHour, "kWh", Dimension::Energy, 3),
    (Unit::Watt, "W", Dimension::Power, 0),
    (Unit::KiloWatt, "kW", Dimension::Power, 3),
    (Unit::VarHour, "varh", Dimension::ReactiveEnergy, 0),
    (Unit::KiloVarHour, "kvarh", Dimension::ReactiveEnergy, 3),
    (Unit::Var, "var", Dimension::ReactivePower, 0),
    (Unit::KiloVar, "kvar", Dimension::ReactivePower, 3),
    (Unit::VoltAmpere, "VA", Dimension::ApparentPower, 0),
    (Unit::KiloVoltAmpere, "kVA", Dimension::ApparentPower, 3),
    (Unit::Volt, "V", Dimension::Voltage, 0),
    (Unit::Ampere, "A", Dimension::Current, 0),
    (Unit::Hertz, "Hz", Dimension::Frequency, 0),
    (Unit::CubicMetre, "m3", Dimension::Volume, 0),
    (Unit::Litre, "l", Dimension::Volume, -3),
    (Unit::Joule, "J", Dimension::Heat, 0),
    (Unit::MegaJoule, "MJ", Dimension::Heat, 6),
    (Unit::GigaJoule, "GJ", Dimension::Heat, 9),
    (Unit::Second, "s", Dimension::Duration, 0),
    (Unit::DegreeCelsius, "C", Dimension::Temperature, 0),
];

/// A number with its unit; counters, switches and power factors have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// The number as printed.
    pub amount: Decimal,
    /// The unit as printed.
    pub unit: Option<Unit>,
}

impl Measure {
    /// Reads `000123.456*kWh`, or a number alone. `None` if either half is malformed or the unit
    /// is unknown: a number whose unit nobody understands says nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let Some((amount, unit)) = text.split_once('*') else {
            return Some(Self {
                amount: Decimal::parse(text)?,
                unit: None,
            });
        };
        Some(Self {
            amount: Decimal::parse(amount)?,
            unit: Some(Unit::parse(unit)?),
        })
    }

    /// The measure as an integer count of 10^-`decimals` of the dimension's base unit, to the
    /// nearest: `scaled(Power, 0)` is watts, `scaled(Volume, 3)` litres, `scaled(Voltage, 1)`
    /// tenths of a volt, `scaled(Heat, -3)` kilojoules.
    ///
    /// `None` if this is no measure of `dimension`: a missing unit is never guessed.
    pub fn scaled(&self, dimension: Dimension, decimals: i32) -> Option<i64> {
        let (_, _, measured, exponent) = self.unit?.entry()?;
        let exponent = i32::from(*exponent).checked_add(decimals)?;
        (*measured == dimension)
            .then(|| self.amount.times_ten_to(exponent))
            .flatten()
    }

    /// The number, where it has no unit and is a whole one: a count, a tariff, a position.
    pub fn count(&self) -> Option<i64> {
        (self.unit.is_none() && self.amount.scale == 0).then_some(self.amount.mantissa)
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            Some(unit) => write!(f, "{} {unit}", self.amount),
            None => self.amount.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn units_of_one_dimension_agree() {
        let scaled =
            |text, dimension, decimals| Measure::parse(text).unwrap().scaled(dimension, decimals);
        assert_eq!(scaled("02.027*kW", Dimension::Power, 0), Some(2027));
        assert_eq!(scaled("000000286*W", Dimension::Power, 0), Some(286));
        assert_eq!(
            scaled("000003.100*kVArh", Dimension::ReactiveEnergy, 0),
            Some(3100)
        );
        assert_eq!(scaled("240.860*GJ", Dimension::Heat, -3), Some(240_860_000));
        assert_eq!(scaled("00981.443*m3", Dimension::Volume, 3), Some(981_443));
        assert_eq!(scaled("0.48*A", Dimension::Current, 1), Some(5));
    }

    #[test]
    fn a_missing_or_other_unit_is_not_guessed() {
        assert_eq!(
            Measure::parse("00000000")
                .unwrap()
                .scaled(Dimension::Volume, 3),
            None
        );
        assert_eq!(
            Measure::parse("001*A").unwrap().scaled(Dimension::Power, 0),
            None
        );
        assert_eq!(Measure::parse("001*parsec"), None);
        assert_eq!(Measure::parse("001*"), None);
    }

    #[test]
    fn every_unit_reads_its_own_symbol() {
        for (unit, symbol, ..) in UNITS {
            assert_eq!(Unit::parse(symbol), Some(unit));
            assert_eq!(unit.symbol(), symbol);
        }
    }
}
