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
    MegaWattHour,
    Watt,
    KiloWatt,
    MegaWatt,
    VarHour,
    KiloVarHour,
    MegaVarHour,
    Var,
    KiloVar,
    VoltAmpereHour,
    KiloVoltAmpereHour,
    VoltAmpere,
    KiloVoltAmpere,
    MilliVolt,
    Volt,
    KiloVolt,
    MilliAmpere,
    Ampere,
    KiloAmpere,
    Hertz,
    KiloHertz,
    CubicMetre,
    Litre,
    CubicMetrePerHour,
    LitrePerHour,
    Joule,
    KiloJoule,
    MegaJoule,
    GigaJoule,
    Second,
    DegreeCelsius,
    Percent,
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
    /// Apparent energy, base unit volt-ampere-hour.
    ApparentEnergy,
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
    /// Flow of gas or water, base unit cubic metre an hour.
    Flow,
    /// Heat or cold, base unit joule.
    Heat,
    /// A length of time, base unit second.
    Duration,
    /// Temperature, base unit degree Celsius.
    Temperature,
    /// A share, base unit one hundredth.
    Share,
}

impl Unit {
    /// Reads a unit as a meter prints it; `None` for one that is not known here.
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(text.as_bytes())
    }

    /// The usual ones first: most objects carry one of six.
    #[inline(always)]
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        match bytes {
            b"kWh" => Some(Self::KiloWattHour),
            b"kW" => Some(Self::KiloWatt),
            b"V" => Some(Self::Volt),
            b"A" => Some(Self::Ampere),
            b"m3" => Some(Self::CubicMetre),
            b"s" => Some(Self::Second),
            _ => Self::read_unusual(bytes),
        }
    }

    #[cold]
    fn read_unusual(bytes: &[u8]) -> Option<Self> {
        let symbol = SYNONYMS
            .iter()
            .find(|(synonym, _)| synonym.as_bytes() == bytes)
            .map_or(bytes, |(_, symbol)| symbol.as_bytes());
        UNITS
            .iter()
            .find(|(_, known, ..)| known.as_bytes().eq_ignore_ascii_case(symbol))
            .map(|(unit, ..)| *unit)
    }

    /// The unit as the standard writes it.
    pub fn symbol(self) -> &'static str {
        self.entry().map_or("", |(_, symbol, ..)| symbol)
    }

    /// What it measures.
    pub fn dimension(self) -> Option<Dimension> {
        self.entry().map(|(_, _, dimension, _)| *dimension)
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

/// Other ways to write a unit. The two degree signs are those of UTF-8 and of Latin-1.
static SYNONYMS: [(&str, &str); 9] = [
    ("dm3", "l"),
    ("dm\u{b3}", "l"),
    ("m\u{b3}", "m3"),
    ("m^3", "m3"),
    ("m\u{b3}/h", "m3/h"),
    ("\u{b0}C", "C"),
    ("degC", "C"),
    ("sec", "s"),
    ("Whr", "Wh"),
];

/// Unit, symbol, what it measures, and the power of ten between it and the base unit.
static UNITS: [(Unit, &str, Dimension, i8); 34] = [
    (Unit::WattHour, "Wh", Dimension::Energy, 0),
    (Unit::KiloWattHour, "kWh", Dimension::Energy, 3),
    (Unit::MegaWattHour, "MWh", Dimension::Energy, 6),
    (Unit::Watt, "W", Dimension::Power, 0),
    (Unit::KiloWatt, "kW", Dimension::Power, 3),
    (Unit::MegaWatt, "MW", Dimension::Power, 6),
    (Unit::VarHour, "varh", Dimension::ReactiveEnergy, 0),
    (Unit::KiloVarHour, "kvarh", Dimension::ReactiveEnergy, 3),
    (Unit::MegaVarHour, "Mvarh", Dimension::ReactiveEnergy, 6),
    (Unit::Var, "var", Dimension::ReactivePower, 0),
    (Unit::KiloVar, "kvar", Dimension::ReactivePower, 3),
    (Unit::VoltAmpereHour, "VAh", Dimension::ApparentEnergy, 0),
    (
        Unit::KiloVoltAmpereHour,
        "kVAh",
        Dimension::ApparentEnergy,
        3,
    ),
    (Unit::VoltAmpere, "VA", Dimension::ApparentPower, 0),
    (Unit::KiloVoltAmpere, "kVA", Dimension::ApparentPower, 3),
    (Unit::MilliVolt, "mV", Dimension::Voltage, -3),
    (Unit::Volt, "V", Dimension::Voltage, 0),
    (Unit::KiloVolt, "kV", Dimension::Voltage, 3),
    (Unit::MilliAmpere, "mA", Dimension::Current, -3),
    (Unit::Ampere, "A", Dimension::Current, 0),
    (Unit::KiloAmpere, "kA", Dimension::Current, 3),
    (Unit::Hertz, "Hz", Dimension::Frequency, 0),
    (Unit::KiloHertz, "kHz", Dimension::Frequency, 3),
    (Unit::CubicMetre, "m3", Dimension::Volume, 0),
    (Unit::Litre, "l", Dimension::Volume, -3),
    (Unit::CubicMetrePerHour, "m3/h", Dimension::Flow, 0),
    (Unit::LitrePerHour, "l/h", Dimension::Flow, -3),
    (Unit::Joule, "J", Dimension::Heat, 0),
    (Unit::KiloJoule, "kJ", Dimension::Heat, 3),
    (Unit::MegaJoule, "MJ", Dimension::Heat, 6),
    (Unit::GigaJoule, "GJ", Dimension::Heat, 9),
    (Unit::Second, "s", Dimension::Duration, 0),
    (Unit::DegreeCelsius, "C", Dimension::Temperature, 0),
    (Unit::Percent, "%", Dimension::Share, 0),
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
    /// is unknown: a number whose unit nobody understands says nothing. Some meters write a space
    /// where the standard has `*`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(text.as_bytes())
    }

    /// With spaces around the number, or instead of the `*`.
    pub(crate) fn read(group: &[u8]) -> Option<Self> {
        let group = group.trim_ascii();
        let (amount, digits) = Decimal::take(group)?;
        let unit = match group.get(digits..)? {
            [] => None,
            [b'*' | b' ', unit @ ..] => Some(Unit::read(unit.trim_ascii())?),
            _ => return None,
        };
        Some(Self { amount, unit })
    }

    /// The same for the first `length` of `bytes`, if they look as they usually do. What stands
    /// behind them only makes it faster.
    #[inline(always)]
    pub(crate) fn read_usual(bytes: &[u8], length: usize) -> Option<Self> {
        let (amount, digits) = Decimal::take_usual(bytes)?;
        let unit = match bytes.get(digits..length)? {
            [] => None,
            [b'*', unit @ ..] => Some(Unit::read(unit)?),
            _ => return None,
        };
        Some(Self { amount, unit })
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
        assert_eq!(scaled("0000.242*kV", Dimension::Voltage, 1), Some(2420));
        assert_eq!(scaled("00981443*dm3", Dimension::Volume, 3), Some(981_443));
        assert_eq!(scaled("1.5 m\u{b3}", Dimension::Volume, 3), Some(1500));
        assert_eq!(scaled("240860*MJ", Dimension::Heat, -3), Some(240_860_000));
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
