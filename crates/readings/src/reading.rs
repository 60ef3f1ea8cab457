//! What one telegram says.

use crate::{
    CentiAmpere, Count, DeciVolt, Kilojoule, Kind, Litre, MeterSet, MeterTime, QuantitySet, Tariff,
    UnixSeconds, Watt, WattHour, quantity::ReadingColumn, table::Row,
};

/// What one telegram says, in units. What the meter did not say is `None`, never zero.
///
/// Serial numbers are not part of it: see [`Serials`](crate::Serials).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// When the device read the meter, on the device's clock: the primary timeline.
    pub at: UnixSeconds,
    /// The meter's own clock, where it has one.
    pub meter_time: Option<MeterTime>,
    /// Power and energy.
    pub electricity: Electricity,
    /// Each phase, and the quality of supply.
    pub phases: Phases,
    /// The meters behind the electricity meter.
    pub gas_water_heat: GasWaterHeat,
    /// What the meter said but can not have meant: such a value is withheld, so it is `None` above.
    pub implausible: QuantitySet,
    /// Meters that are new since the reading before.
    pub replaced: MeterSet,
}

/// Power and energy, drawn from and given to the grid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Electricity {
    /// Power drawn.
    pub power_import: Option<Watt>,
    /// Power given.
    pub power_export: Option<Watt>,
    /// The tariff in force.
    pub tariff: Option<Tariff>,
    /// Energy drawn: registers in a [`Reading`], differences in an [`Interval`](crate::Interval).
    pub import: Registers,
    /// Energy given.
    pub export: Registers,
    /// The average power drawn in the running quarter of an hour, where the meter says so: what Belgian connections
    /// are charged by.
    pub demand: Option<Watt>,
    /// The highest such average of the month.
    pub peak: Option<Watt>,
    /// When that was.
    pub peak_measured: Option<MeterTime>,
    /// A second electricity meter behind this one, on its M-Bus: that of solar panels, a heat pump or a neighbour.
    pub second: Metered<WattHour>,
}

/// Energy by tariff. Meters fill `total`, or some of the tariffs, or both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Registers {
    /// Over all tariffs, if the meter says so itself.
    pub total: Option<WattHour>,
    /// Tariff 1: low or night, whatever number the meter gives it.
    pub t1: Option<WattHour>,
    /// Tariff 2: normal or day.
    pub t2: Option<WattHour>,
    /// Tariff 3.
    pub t3: Option<WattHour>,
    /// Tariff 4.
    pub t4: Option<WattHour>,
}

/// The three phases and the counters of the quality of supply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phases {
    /// Phase 1, the only one of a single-phase connection.
    pub l1: Phase,
    /// Phase 2.
    pub l2: Phase,
    /// Phase 3.
    pub l3: Phase,
    /// Power failures of any length so far.
    pub power_failures: Option<Count>,
    /// Long power failures so far.
    pub long_power_failures: Option<Count>,
}

/// One phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phase {
    /// Voltage.
    pub voltage: Option<DeciVolt>,
    /// Current.
    pub current: Option<CentiAmpere>,
    /// Power drawn.
    pub power_import: Option<Watt>,
    /// Power given.
    pub power_export: Option<Watt>,
    /// Voltage sags so far.
    pub sags: Option<Count>,
    /// Voltage swells so far.
    pub swells: Option<Count>,
}

/// The meters behind the electricity meter, on its M-Bus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GasWaterHeat {
    /// Gas.
    pub gas: Metered<Litre>,
    /// Water.
    pub water: Metered<Litre>,
    /// Heat.
    pub heat: Metered<Kilojoule>,
    /// Cold.
    pub cold: Metered<Kilojoule>,
}

/// A register of another meter, passed on by the electricity meter every five minutes or every hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metered<U> {
    /// The register.
    pub register: Option<U>,
    /// When the other meter measured it.
    pub measured: Option<MeterTime>,
}

impl Reading {
    /// A reading of which nothing is known but when it was made.
    pub fn at(at: UnixSeconds) -> Self {
        Self {
            at,
            ..Self::default()
        }
    }

    /// The part of it that lanes of this kind carry. Times stay; whatever the kind does not name is gone.
    #[must_use]
    pub fn only(&self, kind: Kind) -> Self {
        let mut narrowed = Self {
            at: self.at,
            meter_time: self.meter_time,
            implausible: self.implausible.only(kind),
            replaced: self.replaced.only(kind),
            ..Self::default()
        };
        match kind {
            Kind::Electricity => narrowed.electricity = self.electricity,
            Kind::GasWaterHeat => narrowed.gas_water_heat = self.gas_water_heat,
            Kind::Phases => narrowed.phases = self.phases,
        }
        narrowed
    }
}

impl Registers {
    /// Over all tariffs: the meter's own total, or the sum of the tariffs it says; `None` if it says neither.
    pub fn sum(&self) -> Option<WattHour> {
        self.total.or_else(|| {
            [self.t1, self.t2, self.t3, self.t4]
                .into_iter()
                .flatten()
                .reduce(|sum, tariff| WattHour(sum.0.saturating_add(tariff.0)))
        })
    }
}

impl Row for Reading {
    type Column = ReadingColumn;

    const AT: &'static str = "at";

    fn starting(at: UnixSeconds) -> Self {
        Self::at(at)
    }

    fn at(&self) -> UnixSeconds {
        self.at
    }

    fn narrowed(&self, kind: Kind) -> Self {
        self.only(kind)
    }

    fn complete(&self) -> Option<bool> {
        None
    }
}
