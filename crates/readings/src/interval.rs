//! What happened in a stretch of time.

use crate::{
    CentiAmpere, Count, DeciVolt, Kilojoule, Kind, Litre, MeterSet, QuantitySet, Registers,
    UnixSeconds, WattHour,
    table::{Column, Form, Row, table},
};

/// What was used in a quarter of an hour or a day: differences of registers, never integrated power.
///
/// Intervals of one household lie end to end: `used` and `unplaced` of all of them add up to the difference of the
/// registers, whatever was lost in between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interval {
    /// Where it begins: a multiple of its length, in UTC.
    pub start: UnixSeconds,
    /// Where it ends; this second is not part of it.
    pub end: UnixSeconds,
    /// What was used within the interval, as far as it was seen.
    pub used: Usage,
    /// What was used between the last reading before a gap and the first one after it, which falls into this
    /// interval: it is known how much, but not when, and may be spread over the time before the interval.
    pub unplaced: Usage,
    /// Each phase, and the quality of supply.
    pub phases: PhaseSummaries,
    /// The quantities of which only a part of the interval was seen.
    pub partial: QuantitySet,
    /// Meters that were replaced within it.
    pub replaced: MeterSet,
    /// How many readings it was made of.
    pub readings: u32,
}

/// Differences of registers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Energy drawn.
    pub import: Registers,
    /// Energy given.
    pub export: Registers,
    /// Gas, as its meter had reported it by the end of the interval: some report once an hour.
    pub gas: Option<Litre>,
    /// Water, likewise.
    pub water: Option<Litre>,
    /// Heat, likewise.
    pub heat: Option<Kilojoule>,
    /// Cold, likewise.
    pub cold: Option<Kilojoule>,
    /// What a second electricity meter counted, likewise.
    pub second_meter: Option<WattHour>,
}

/// What the phases went through, and how often the supply failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhaseSummaries {
    /// Phase 1.
    pub l1: PhaseSummary,
    /// Phase 2.
    pub l2: PhaseSummary,
    /// Phase 3.
    pub l3: PhaseSummary,
    /// Power failures of any length, also those during which nothing could be read.
    pub power_failures: Option<Count>,
    /// Long power failures, likewise.
    pub long_power_failures: Option<Count>,
}

/// What one phase went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhaseSummary {
    /// The lowest voltage seen.
    pub voltage_min: Option<DeciVolt>,
    /// The mean of the voltages seen, rounded down.
    pub voltage_mean: Option<DeciVolt>,
    /// The highest voltage seen.
    pub voltage_max: Option<DeciVolt>,
    /// The highest current seen.
    pub current_max: Option<CentiAmpere>,
    /// Voltage sags.
    pub sags: Option<Count>,
    /// Voltage swells.
    pub swells: Option<Count>,
}

impl Interval {
    /// An interval of which nothing is known but where it lies.
    pub fn between(start: UnixSeconds, end: UnixSeconds) -> Self {
        Self {
            start,
            end,
            ..Self::default()
        }
    }

    /// Whether everything in it was seen from beginning to end.
    pub fn complete(&self) -> bool {
        self.partial.is_empty()
    }

    /// The part of it that lanes of this kind carry.
    #[must_use]
    pub fn only(&self, kind: Kind) -> Self {
        let mut narrowed = Self {
            partial: self.partial.only(kind),
            replaced: self.replaced.only(kind),
            readings: self.readings,
            ..Self::between(self.start, self.end)
        };
        match kind {
            Kind::Electricity => {
                narrowed.used = self.used.electricity();
                narrowed.unplaced = self.unplaced.electricity();
            }
            Kind::GasWaterHeat => {
                narrowed.used = self.used.gas_water_heat();
                narrowed.unplaced = self.unplaced.gas_water_heat();
            }
            Kind::Phases => narrowed.phases = self.phases,
        }
        narrowed
    }
}

impl Usage {
    fn electricity(&self) -> Self {
        Self {
            import: self.import,
            export: self.export,
            second_meter: self.second_meter,
            ..Self::default()
        }
    }

    fn gas_water_heat(&self) -> Self {
        Self {
            import: Registers::default(),
            export: Registers::default(),
            second_meter: None,
            ..*self
        }
    }
}

impl Row for Interval {
    type Column = IntervalColumn;

    const AT: &'static str = "start";

    fn starting(at: UnixSeconds) -> Self {
        Self::between(at, at)
    }

    fn at(&self) -> UnixSeconds {
        self.start
    }

    fn narrowed(&self, kind: Kind) -> Self {
        self.only(kind)
    }

    fn complete(&self) -> Option<bool> {
        Some(self.complete())
    }
}

table! {
    /// The columns of a batch of intervals. What an interval has of a register has the register's number; what is
    /// unplaced of it that number plus 64.
    pub(crate) enum IntervalColumn of Interval {
        End = 1, "end", every lane, instant(end);
        Readings = 2, "readings", every lane, plain(readings);
        Import = 4, "import_wh", Electricity, WattHour(used.import.total);
        ImportT1 = 5, "import_t1_wh", Electricity, WattHour(used.import.t1);
        ImportT2 = 6, "import_t2_wh", Electricity, WattHour(used.import.t2);
        ImportT3 = 7, "import_t3_wh", Electricity, WattHour(used.import.t3);
        ImportT4 = 8, "import_t4_wh", Electricity, WattHour(used.import.t4);
        Export = 9, "export_wh", Electricity, WattHour(used.export.total);
        ExportT1 = 10, "export_t1_wh", Electricity, WattHour(used.export.t1);
        ExportT2 = 11, "export_t2_wh", Electricity, WattHour(used.export.t2);
        ExportT3 = 12, "export_t3_wh", Electricity, WattHour(used.export.t3);
        ExportT4 = 13, "export_t4_wh", Electricity, WattHour(used.export.t4);
        Gas = 16, "gas_l", GasWaterHeat, Litre(used.gas);
        Water = 18, "water_l", GasWaterHeat, Litre(used.water);
        Heat = 20, "heat_kj", GasWaterHeat, Kilojoule(used.heat);
        PowerFailures = 24, "power_failures", Phases, Count(phases.power_failures);
        LongPowerFailures = 25, "long_power_failures", Phases, Count(phases.long_power_failures);
        Cold = 26, "cold_kj", GasWaterHeat, Kilojoule(used.cold);
        SecondMeter = 28, "second_meter_wh", Electricity, WattHour(used.second_meter);
        VoltageMinL1 = 32, "voltage_min_l1_v", Phases, DeciVolt(phases.l1.voltage_min);
        VoltageMeanL1 = 33, "voltage_mean_l1_v", Phases, DeciVolt(phases.l1.voltage_mean);
        VoltageMaxL1 = 34, "voltage_max_l1_v", Phases, DeciVolt(phases.l1.voltage_max);
        CurrentMaxL1 = 35, "current_max_l1_a", Phases, CentiAmpere(phases.l1.current_max);
        SagsL1 = 36, "sags_l1", Phases, Count(phases.l1.sags);
        SwellsL1 = 37, "swells_l1", Phases, Count(phases.l1.swells);
        VoltageMinL2 = 40, "voltage_min_l2_v", Phases, DeciVolt(phases.l2.voltage_min);
        VoltageMeanL2 = 41, "voltage_mean_l2_v", Phases, DeciVolt(phases.l2.voltage_mean);
        VoltageMaxL2 = 42, "voltage_max_l2_v", Phases, DeciVolt(phases.l2.voltage_max);
        CurrentMaxL2 = 43, "current_max_l2_a", Phases, CentiAmpere(phases.l2.current_max);
        SagsL2 = 44, "sags_l2", Phases, Count(phases.l2.sags);
        SwellsL2 = 45, "swells_l2", Phases, Count(phases.l2.swells);
        VoltageMinL3 = 48, "voltage_min_l3_v", Phases, DeciVolt(phases.l3.voltage_min);
        VoltageMeanL3 = 49, "voltage_mean_l3_v", Phases, DeciVolt(phases.l3.voltage_mean);
        VoltageMaxL3 = 50, "voltage_max_l3_v", Phases, DeciVolt(phases.l3.voltage_max);
        CurrentMaxL3 = 51, "current_max_l3_a", Phases, CentiAmpere(phases.l3.current_max);
        SagsL3 = 52, "sags_l3", Phases, Count(phases.l3.sags);
        SwellsL3 = 53, "swells_l3", Phases, Count(phases.l3.swells);
        Partial = 60, "partial", every lane, quantities(partial);
        Replaced = 61, "replaced", every lane, meters(replaced);
        UnplacedImport = 68, "unplaced_import_wh", Electricity, WattHour(unplaced.import.total);
        UnplacedImportT1 = 69, "unplaced_import_t1_wh", Electricity, WattHour(unplaced.import.t1);
        UnplacedImportT2 = 70, "unplaced_import_t2_wh", Electricity, WattHour(unplaced.import.t2);
        UnplacedImportT3 = 71, "unplaced_import_t3_wh", Electricity, WattHour(unplaced.import.t3);
        UnplacedImportT4 = 72, "unplaced_import_t4_wh", Electricity, WattHour(unplaced.import.t4);
        UnplacedExport = 73, "unplaced_export_wh", Electricity, WattHour(unplaced.export.total);
        UnplacedExportT1 = 74, "unplaced_export_t1_wh", Electricity, WattHour(unplaced.export.t1);
        UnplacedExportT2 = 75, "unplaced_export_t2_wh", Electricity, WattHour(unplaced.export.t2);
        UnplacedExportT3 = 76, "unplaced_export_t3_wh", Electricity, WattHour(unplaced.export.t3);
        UnplacedExportT4 = 77, "unplaced_export_t4_wh", Electricity, WattHour(unplaced.export.t4);
        UnplacedGas = 80, "unplaced_gas_l", GasWaterHeat, Litre(unplaced.gas);
        UnplacedWater = 82, "unplaced_water_l", GasWaterHeat, Litre(unplaced.water);
        UnplacedHeat = 84, "unplaced_heat_kj", GasWaterHeat, Kilojoule(unplaced.heat);
        UnplacedCold = 90, "unplaced_cold_kj", GasWaterHeat, Kilojoule(unplaced.cold);
        UnplacedSecondMeter = 92, "unplaced_second_meter_wh", Electricity, WattHour(unplaced.second_meter);
    }
}

impl IntervalColumn {
    pub(crate) fn with_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.code() == code)
    }
}

impl Column for IntervalColumn {
    type Row = Interval;

    fn all() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter()
    }

    fn code(self) -> u8 {
        self.code()
    }

    fn name(self) -> &'static str {
        self.name()
    }

    fn belongs_to(self, kind: Kind) -> bool {
        self.belongs_to(kind)
    }

    fn form(self) -> Form {
        self.form()
    }

    fn of(self, interval: &Interval) -> Option<i64> {
        self.of(interval)
    }

    fn put(self, interval: &mut Interval, number: Option<i64>) -> bool {
        self.put(interval, number)
    }
}
