//! The quantities of a reading as one table: names, units, numbers in the codec, and where they are kept.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Kind, QuantityError, Reading,
    table::{Column, Form, table},
};

/// A meter of the household, by what it measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meter {
    /// The electricity meter itself.
    Electricity,
    /// The gas meter behind it.
    Gas,
    /// The water meter behind it.
    Water,
    /// The heat meter behind it.
    Heat,
    /// The meter for cold behind it.
    Cold,
    /// A second electricity meter behind it.
    SecondElectricity,
}

impl Meter {
    /// Every meter.
    pub const ALL: [Self; 6] = [
        Self::Electricity,
        Self::Gas,
        Self::Water,
        Self::Heat,
        Self::Cold,
        Self::SecondElectricity,
    ];

    /// The name in JSON and CSV.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Electricity => "electricity",
            Self::Gas => "gas",
            Self::Water => "water",
            Self::Heat => "heat",
            Self::Cold => "cold",
            Self::SecondElectricity => "second-electricity",
        }
    }

    const fn code(self) -> u8 {
        match self {
            Self::Electricity => 0,
            Self::Gas => 1,
            Self::Water => 2,
            Self::Heat => 3,
            Self::Cold => 4,
            Self::SecondElectricity => 5,
        }
    }

    /// Whether lanes of this kind carry what the meter measures.
    pub const fn belongs_to(self, kind: Kind) -> bool {
        match self {
            Self::Electricity => !matches!(kind, Kind::GasWaterHeat),
            Self::SecondElectricity => matches!(kind, Kind::Electricity),
            Self::Gas | Self::Water | Self::Heat | Self::Cold => matches!(kind, Kind::GasWaterHeat),
        }
    }
}

impl fmt::Display for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

macro_rules! set {
    ($(#[$doc:meta])* $name:ident of $member:ident in $bits:ident, number $number:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name($bits);

        impl $name {
            /// The set with nothing in it.
            pub const EMPTY: Self = Self(0);

            /// Whether nothing is in it.
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// Whether the set has it.
            pub const fn contains(self, member: $member) -> bool {
                self.0 & 1 << member.code() != 0
            }

            /// Puts it into the set.
            pub const fn insert(&mut self, member: $member) {
                self.0 |= 1 << member.code();
            }

            /// Takes it out of the set.
            pub const fn remove(&mut self, member: $member) {
                self.0 &= !(1 << member.code());
            }

            /// What is in either.
            #[must_use]
            pub const fn union(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// What is in the set, in the order of the table.
            pub fn iter(self) -> impl Iterator<Item = $member> {
                $member::ALL.into_iter().filter(move |member| self.contains(*member))
            }

            /// The part of it that lanes of this kind carry.
            #[must_use]
            pub fn only(self, kind: Kind) -> Self {
                self.iter().filter(|member| member.belongs_to(kind)).collect()
            }

            /// A bit for each member's number.
            pub(crate) const fn to_number(self) -> Option<i64> {
                if self.is_empty() { None } else { Some($number(self.0)) }
            }

            /// Bits without a member are left out: a later version of the table set them.
            pub(crate) fn from_number(number: i64) -> Self {
                let bits = number as $bits;
                Self(bits & $member::ALL.into_iter().collect::<Self>().0)
            }
        }

        impl FromIterator<$member> for $name {
            fn from_iter<I: IntoIterator<Item = $member>>(members: I) -> Self {
                let mut set = Self::EMPTY;
                for member in members {
                    set.insert(member);
                }
                set
            }
        }
    };
}

set!(
    /// Some of the quantities of a reading.
    QuantitySet of Quantity in u64, number signed
);
set!(
    /// Some of the meters of a household.
    MeterSet of Meter in u8, number widened
);

const fn signed(bits: u64) -> i64 {
    bits.cast_signed()
}

const fn widened(bits: u8) -> i64 {
    bits as i64
}

table! {
    /// What a meter can tell: the columns of a reading.
    ///
    /// The discriminant stands for the quantity in batches and sets and never changes; it is below 64.
    #[derive(Serialize, Deserialize)]
    #[serde(try_from = "String", into = "String")]
    pub enum Quantity of Reading {
        /// The meter's clock.
        MeterTime = 0, "meter_time", every lane, time(meter_time);
        /// Power drawn from the grid, over all phases (OBIS 1-0:1.7.0).
        PowerImport = 1, "power_import_w", Electricity, Watt(electricity.power_import);
        /// Power given to the grid, over all phases (1-0:2.7.0).
        PowerExport = 2, "power_export_w", Electricity, Watt(electricity.power_export);
        /// The tariff in force (0-0:96.14.0).
        Tariff = 3, "tariff", Electricity, Tariff(electricity.tariff);
        /// Energy drawn, over all tariffs (1-0:1.8.0).
        Import = 4, "import_wh", Electricity, WattHour(electricity.import.total);
        /// Energy drawn in tariff 1 (1-0:1.8.1).
        ImportT1 = 5, "import_t1_wh", Electricity, WattHour(electricity.import.t1);
        /// Energy drawn in tariff 2 (1-0:1.8.2).
        ImportT2 = 6, "import_t2_wh", Electricity, WattHour(electricity.import.t2);
        /// Energy drawn in tariff 3 (1-0:1.8.3).
        ImportT3 = 7, "import_t3_wh", Electricity, WattHour(electricity.import.t3);
        /// Energy drawn in tariff 4 (1-0:1.8.4).
        ImportT4 = 8, "import_t4_wh", Electricity, WattHour(electricity.import.t4);
        /// Energy given, over all tariffs (1-0:2.8.0).
        Export = 9, "export_wh", Electricity, WattHour(electricity.export.total);
        /// Energy given in tariff 1 (1-0:2.8.1).
        ExportT1 = 10, "export_t1_wh", Electricity, WattHour(electricity.export.t1);
        /// Energy given in tariff 2 (1-0:2.8.2).
        ExportT2 = 11, "export_t2_wh", Electricity, WattHour(electricity.export.t2);
        /// Energy given in tariff 3 (1-0:2.8.3).
        ExportT3 = 12, "export_t3_wh", Electricity, WattHour(electricity.export.t3);
        /// Energy given in tariff 4 (1-0:2.8.4).
        ExportT4 = 13, "export_t4_wh", Electricity, WattHour(electricity.export.t4);
        /// The average power drawn in the running quarter of an hour (1-0:1.4.0).
        Demand = 14, "demand_w", Electricity, Watt(electricity.demand);
        /// The highest average of a quarter of an hour in this month (1-0:1.6.0).
        Peak = 15, "peak_w", Electricity, Watt(electricity.peak);
        /// The gas register.
        Gas = 16, "gas_l", GasWaterHeat, Litre(gas_water_heat.gas.register);
        /// When the gas meter measured it.
        GasMeasured = 17, "gas_measured_at", GasWaterHeat, time(gas_water_heat.gas.measured);
        /// The water register.
        Water = 18, "water_l", GasWaterHeat, Litre(gas_water_heat.water.register);
        /// When the water meter measured it.
        WaterMeasured = 19, "water_measured_at", GasWaterHeat, time(gas_water_heat.water.measured);
        /// The heat register.
        Heat = 20, "heat_kj", GasWaterHeat, Kilojoule(gas_water_heat.heat.register);
        /// When the heat meter measured it.
        HeatMeasured = 21, "heat_measured_at", GasWaterHeat, time(gas_water_heat.heat.measured);
        /// The end of the quarter of an hour in which this month's peak was.
        PeakMeasured = 22, "peak_measured_at", Electricity, time(electricity.peak_measured);
        /// Power failures of any length so far (0-0:96.7.21).
        PowerFailures = 24, "power_failures", Phases, Count(phases.power_failures);
        /// Long power failures so far (0-0:96.7.9).
        LongPowerFailures = 25, "long_power_failures", Phases, Count(phases.long_power_failures);
        /// The register of the meter for cold.
        Cold = 26, "cold_kj", GasWaterHeat, Kilojoule(gas_water_heat.cold.register);
        /// When the meter for cold measured it.
        ColdMeasured = 27, "cold_measured_at", GasWaterHeat, time(gas_water_heat.cold.measured);
        /// The register of a second electricity meter.
        SecondMeter = 28, "second_meter_wh", Electricity, WattHour(electricity.second.register);
        /// When the second electricity meter measured it.
        SecondMeterMeasured = 29, "second_meter_measured_at", Electricity, time(electricity.second.measured);
        /// Voltage of phase 1 (1-0:32.7.0).
        VoltageL1 = 32, "voltage_l1_v", Phases, DeciVolt(phases.l1.voltage);
        /// Current of phase 1 (1-0:31.7.0).
        CurrentL1 = 33, "current_l1_a", Phases, CentiAmpere(phases.l1.current);
        /// Power drawn by phase 1 (1-0:21.7.0).
        PowerImportL1 = 34, "power_import_l1_w", Phases, Watt(phases.l1.power_import);
        /// Power given by phase 1 (1-0:22.7.0).
        PowerExportL1 = 35, "power_export_l1_w", Phases, Watt(phases.l1.power_export);
        /// Voltage sags of phase 1 so far (1-0:32.32.0).
        SagsL1 = 36, "sags_l1", Phases, Count(phases.l1.sags);
        /// Voltage swells of phase 1 so far (1-0:32.36.0).
        SwellsL1 = 37, "swells_l1", Phases, Count(phases.l1.swells);
        /// Voltage of phase 2 (1-0:52.7.0).
        VoltageL2 = 40, "voltage_l2_v", Phases, DeciVolt(phases.l2.voltage);
        /// Current of phase 2 (1-0:51.7.0).
        CurrentL2 = 41, "current_l2_a", Phases, CentiAmpere(phases.l2.current);
        /// Power drawn by phase 2 (1-0:41.7.0).
        PowerImportL2 = 42, "power_import_l2_w", Phases, Watt(phases.l2.power_import);
        /// Power given by phase 2 (1-0:42.7.0).
        PowerExportL2 = 43, "power_export_l2_w", Phases, Watt(phases.l2.power_export);
        /// Voltage sags of phase 2 so far (1-0:52.32.0).
        SagsL2 = 44, "sags_l2", Phases, Count(phases.l2.sags);
        /// Voltage swells of phase 2 so far (1-0:52.36.0).
        SwellsL2 = 45, "swells_l2", Phases, Count(phases.l2.swells);
        /// Voltage of phase 3 (1-0:72.7.0).
        VoltageL3 = 48, "voltage_l3_v", Phases, DeciVolt(phases.l3.voltage);
        /// Current of phase 3 (1-0:71.7.0).
        CurrentL3 = 49, "current_l3_a", Phases, CentiAmpere(phases.l3.current);
        /// Power drawn by phase 3 (1-0:61.7.0).
        PowerImportL3 = 50, "power_import_l3_w", Phases, Watt(phases.l3.power_import);
        /// Power given by phase 3 (1-0:62.7.0).
        PowerExportL3 = 51, "power_export_l3_w", Phases, Watt(phases.l3.power_export);
        /// Voltage sags of phase 3 so far (1-0:72.32.0).
        SagsL3 = 52, "sags_l3", Phases, Count(phases.l3.sags);
        /// Voltage swells of phase 3 so far (1-0:72.36.0).
        SwellsL3 = 53, "swells_l3", Phases, Count(phases.l3.swells);
    }
}

impl Quantity {
    /// Takes the value away because it can not be, and says so.
    pub(crate) fn withhold(self, reading: &mut Reading) {
        self.put(reading, None);
        reading.implausible.insert(self);
    }

    /// The quantity with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|quantity| quantity.name() == name)
    }

    /// The registers of energy and volume: they only go up, and intervals are made of their differences.
    pub const REGISTERS: [Self; 15] = [
        Self::Import,
        Self::ImportT1,
        Self::ImportT2,
        Self::ImportT3,
        Self::ImportT4,
        Self::Export,
        Self::ExportT1,
        Self::ExportT2,
        Self::ExportT3,
        Self::ExportT4,
        Self::Gas,
        Self::Water,
        Self::Heat,
        Self::Cold,
        Self::SecondMeter,
    ];

    /// Counters of the quality of supply: they only go up, too.
    pub const COUNTERS: [Self; 8] = [
        Self::PowerFailures,
        Self::LongPowerFailures,
        Self::SagsL1,
        Self::SwellsL1,
        Self::SagsL2,
        Self::SwellsL2,
        Self::SagsL3,
        Self::SwellsL3,
    ];

    /// The meter that measures it.
    pub const fn meter(self) -> Meter {
        match self {
            Self::Gas | Self::GasMeasured => Meter::Gas,
            Self::Water | Self::WaterMeasured => Meter::Water,
            Self::Heat | Self::HeatMeasured => Meter::Heat,
            Self::Cold | Self::ColdMeasured => Meter::Cold,
            Self::SecondMeter | Self::SecondMeterMeasured => Meter::SecondElectricity,
            _ => Meter::Electricity,
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<Quantity> for String {
    fn from(quantity: Quantity) -> Self {
        quantity.name().to_owned()
    }
}

impl TryFrom<String> for Quantity {
    type Error = QuantityError;

    fn try_from(name: String) -> Result<Self, QuantityError> {
        Self::from_name(&name).ok_or_else(|| QuantityError(name.chars().take(64).collect()))
    }
}

/// A column of a batch of readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadingColumn {
    Quantity(Quantity),
    Implausible,
    Replaced,
}

impl Column for ReadingColumn {
    type Row = Reading;

    fn all() -> impl Iterator<Item = Self> {
        Quantity::ALL
            .into_iter()
            .map(Self::Quantity)
            .chain([Self::Implausible, Self::Replaced])
    }

    fn code(self) -> u8 {
        match self {
            Self::Quantity(quantity) => quantity.code(),
            Self::Implausible => 60,
            Self::Replaced => 61,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Quantity(quantity) => quantity.name(),
            Self::Implausible => "implausible",
            Self::Replaced => "replaced",
        }
    }

    fn belongs_to(self, kind: Kind) -> bool {
        match self {
            Self::Quantity(quantity) => quantity.belongs_to(kind),
            Self::Implausible | Self::Replaced => true,
        }
    }

    fn form(self) -> Form {
        match self {
            Self::Quantity(quantity) => quantity.form(),
            Self::Implausible => Form::Quantities,
            Self::Replaced => Form::Meters,
        }
    }

    fn of(self, reading: &Reading) -> Option<i64> {
        match self {
            Self::Quantity(quantity) => quantity.of(reading),
            Self::Implausible => reading.implausible.to_number(),
            Self::Replaced => reading.replaced.to_number(),
        }
    }

    fn put(self, reading: &mut Reading, number: Option<i64>) -> bool {
        match self {
            Self::Quantity(quantity) => return quantity.put(reading, number),
            Self::Implausible => {
                reading.implausible = number.map_or(QuantitySet::EMPTY, QuantitySet::from_number)
            }
            Self::Replaced => {
                reading.replaced = number.map_or(MeterSet::EMPTY, MeterSet::from_number)
            }
        }
        true
    }
}
