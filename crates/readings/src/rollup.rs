//! Readings in, intervals out.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::{
    Interval, Meter, MeterSet, PhaseSummary, Quantity, QuantitySet, Reading, UnixSeconds,
    interval::IntervalColumn,
};

/// Makes intervals of one length from the registers of readings, as a [`Judge`](crate::Judge) lets them through.
///
/// Intervals begin at multiples of their length in unix time, as the slots of a channel do. So a day is a day in UTC,
/// without an hour more or less in March or October; local days are sums of quarters of an hour, which begin at local
/// midnight in every time zone of Europe.
///
/// Where one interval ends the next begins, with the same reading: the first at or after the boundary. A register is
/// whole in an interval when readings no further apart than [`tolerance`](Self::tolerance) lie across both ends;
/// what happens in between does not matter, since registers forget nothing. What was used across a longer gap is
/// [`Interval::unplaced`] in the interval of the first reading after it. A register that drops, or whose meter was
/// replaced, begins anew.
///
/// The state can be stored in between, by serde.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IntervalBuilder {
    seconds: NonZeroU32,
    open: Option<Open>,
    /// Intervals before this one are closed for good.
    next: i64,
    registers: BTreeMap<Quantity, Register>,
}

/// A register that said nothing for thirty days belongs to a meter that is gone.
const GONE: i64 = 30 * 86_400;

/// The interval that is being made.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Open {
    index: i64,
    last_reading: i64,
    /// Whether no gap was longer than the tolerance so far, counting the one at its beginning.
    covered: bool,
    readings: u32,
    replaced: Vec<Meter>,
    phases: [Extremes; 3],
}

/// What is known of a register.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Register {
    /// From where the open interval counts.
    opening: i64,
    latest: i64,
    seen: i64,
    /// Used in the open interval before the register began anew.
    before_restart: i64,
    unplaced: Option<i64>,
    whole: bool,
    /// The next value comes after a gap.
    after_gap: bool,
    /// The next value is another meter's.
    anew: bool,
}

/// What a phase went through so far.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Extremes {
    voltage_min: Option<i64>,
    voltage_max: Option<i64>,
    voltage_sum: i64,
    voltages: i64,
    current_max: Option<i64>,
}

impl IntervalBuilder {
    /// For intervals of so many seconds.
    pub fn new(seconds: NonZeroU32) -> Self {
        Self {
            seconds,
            open: None,
            next: i64::MIN,
            registers: BTreeMap::new(),
        }
    }

    /// For quarters of an hour.
    pub fn quarter_hours() -> Self {
        Self::new(const { NonZeroU32::new(900).unwrap() })
    }

    /// For days in UTC.
    pub fn days() -> Self {
        Self::new(const { NonZeroU32::new(86_400).unwrap() })
    }

    /// The longest gap between two readings across a boundary that is none: a tenth of the interval, five minutes at
    /// the most.
    pub fn tolerance(&self) -> i64 {
        (self.length() / 10).clamp(1, 300)
    }

    /// Takes a reading in; gives out the interval that it closes, if it does. Readings of an interval that was closed
    /// before are passed over.
    pub fn push(&mut self, reading: &Reading) -> Option<Interval> {
        let index = reading.at.0.div_euclid(self.length());
        let earliest = self.open.as_ref().map_or(self.next, |open| open.index);
        if index < earliest {
            return None;
        }
        let closed = self.cross_into(index, reading);
        self.take(reading);
        closed
    }

    /// Gives out the open interval when it ended longer than the tolerance before `now` and no reading came since.
    pub fn close(&mut self, now: UnixSeconds) -> Option<Interval> {
        let end = self.end_of(self.open.as_ref()?.index);
        if now.0 < end.saturating_add(self.tolerance()) {
            return None;
        }
        let open = self.open.take()?;
        for register in self.registers.values_mut() {
            register.whole = false;
        }
        let closed = self.finish(&open, false);
        for register in self.registers.values_mut() {
            *register = register.following(false);
        }
        Some(closed)
    }

    fn length(&self) -> i64 {
        i64::from(self.seconds.get())
    }

    fn start_of(&self, index: i64) -> i64 {
        index.saturating_mul(self.length())
    }

    fn end_of(&self, index: i64) -> i64 {
        self.start_of(index.saturating_add(1))
    }

    fn cross_into(&mut self, index: i64, reading: &Reading) -> Option<Interval> {
        let tolerance = self.tolerance();
        let Some(open) = self.open.take_if(|open| open.index < index) else {
            if self.open.is_none() {
                self.open = Some(Open::new(
                    index,
                    reading.at.0,
                    reading.at.0 == self.start_of(index),
                ));
            }
            return None;
        };
        let at = reading.at.0;
        let next_door = open.index.saturating_add(1) == index;
        let seamless = next_door && at.saturating_sub(open.last_reading) <= tolerance;
        let mut starting = BTreeMap::new();
        for (quantity, register) in &mut self.registers {
            let value = quantity.of(reading);
            let near = next_door && at.saturating_sub(register.seen) <= tolerance;
            register.anew |= reading.replaced.contains(quantity.meter());
            starting.insert(*quantity, register.cross(value, at, near));
        }
        let closed = self.finish(&open, seamless);
        starting.retain(|_, register| at.saturating_sub(register.seen) < GONE);
        self.registers = starting;
        self.open = Some(Open::new(index, at, seamless));
        Some(closed)
    }

    fn take(&mut self, reading: &Reading) {
        let at_start = reading.at.0.rem_euclid(self.length()) == 0;
        let tolerance = self.tolerance();
        let Some(open) = &mut self.open else { return };
        open.take(reading, tolerance);
        for quantity in Quantity::REGISTERS.into_iter().chain(Quantity::COUNTERS) {
            let known = self.registers.get_mut(&quantity);
            match (known, quantity.of(reading)) {
                (Some(register), value) => {
                    register.anew |= reading.replaced.contains(quantity.meter());
                    if let Some(value) = value {
                        register.take(quantity, value, reading.at.0);
                    }
                }
                (None, Some(value)) => {
                    let register = Register::new(value, reading.at.0, at_start);
                    self.registers.insert(quantity, register);
                }
                (None, None) => {}
            }
        }
    }

    fn finish(&mut self, open: &Open, seamless: bool) -> Interval {
        self.next = open.index.saturating_add(1);
        let (start, end) = (self.start_of(open.index), self.end_of(open.index));
        let mut interval = Interval::between(UnixSeconds(start), UnixSeconds(end));
        interval.readings = open.readings;
        interval.replaced = open.replaced.iter().copied().collect::<MeterSet>();
        for (quantity, register) in &self.registers {
            register.write(*quantity, start, &mut interval);
        }
        open.write_phases(open.covered && seamless, &mut interval);
        interval
    }
}

impl Open {
    fn new(index: i64, at: i64, covered: bool) -> Self {
        Self {
            index,
            last_reading: at,
            covered,
            readings: 0,
            replaced: Vec::new(),
            phases: Default::default(),
        }
    }

    fn take(&mut self, reading: &Reading, tolerance: i64) {
        self.covered &= reading.at.0.saturating_sub(self.last_reading) <= tolerance;
        self.last_reading = self.last_reading.max(reading.at.0);
        self.readings = self.readings.saturating_add(1);
        for meter in reading.replaced.iter() {
            if !self.replaced.contains(&meter) {
                self.replaced.push(meter);
            }
        }
        let phases = [reading.phases.l1, reading.phases.l2, reading.phases.l3];
        for (extremes, phase) in self.phases.iter_mut().zip(phases) {
            extremes.take(
                phase.voltage.map(|v| i64::from(v.0)),
                phase.current.map(|i| i64::from(i.0)),
            );
        }
    }

    fn write_phases(&self, covered: bool, interval: &mut Interval) {
        use Quantity as Q;
        let seen = [
            (Q::VoltageL1, Q::CurrentL1),
            (Q::VoltageL2, Q::CurrentL2),
            (Q::VoltageL3, Q::CurrentL3),
        ];
        let phases = &mut interval.phases;
        let summaries = [&mut phases.l1, &mut phases.l2, &mut phases.l3];
        let mut partial = QuantitySet::EMPTY;
        for ((extremes, summary), (voltage, current)) in self.phases.iter().zip(summaries).zip(seen)
        {
            extremes.write(summary);
            if !covered && summary.voltage_min.is_some() {
                partial.insert(voltage);
            }
            if !covered && summary.current_max.is_some() {
                partial.insert(current);
            }
        }
        interval.partial = interval.partial.union(partial);
    }
}

impl Register {
    fn new(value: i64, seen: i64, whole: bool) -> Self {
        Self {
            opening: value,
            latest: value,
            seen,
            before_restart: 0,
            unplaced: None,
            whole,
            after_gap: false,
            anew: false,
        }
    }

    /// Takes what the boundary's reading says into the interval that ends; returns how the next one begins.
    fn cross(&mut self, value: Option<i64>, at: i64, near: bool) -> Self {
        let continuous = near && !self.after_gap && !self.anew;
        match value {
            Some(value) if continuous && value >= self.latest => {
                self.latest = value;
                Self::new(value, at, true)
            }
            _ => {
                let known = continuous && value.is_none();
                self.whole &= known;
                self.following(known)
            }
        }
    }

    /// The register in the next interval, of which it has said nothing yet.
    fn following(&self, known: bool) -> Self {
        Self {
            after_gap: !known,
            anew: self.anew,
            ..Self::new(self.latest, self.seen, known)
        }
    }

    fn take(&mut self, quantity: Quantity, value: i64, at: i64) {
        if self.anew || value < self.latest {
            self.before_restart = self.used();
            (self.opening, self.whole) = (value, false);
        } else if self.after_gap && !Quantity::COUNTERS.contains(&quantity) {
            let across = value.saturating_sub(self.latest);
            self.unplaced = Some(self.unplaced.unwrap_or(0).saturating_add(across));
            self.opening = value;
        }
        (self.latest, self.seen) = (value, self.seen.max(at));
        (self.after_gap, self.anew) = (false, false);
    }

    fn used(&self) -> i64 {
        self.before_restart
            .saturating_add(self.latest.saturating_sub(self.opening))
    }

    /// A register that was not seen in the interval, nor across its beginning, is missing in it.
    fn write(&self, quantity: Quantity, start: i64, interval: &mut Interval) {
        if self.seen >= start || self.whole {
            put(interval, used_column(quantity), self.used());
        }
        if let Some(unplaced) = self.unplaced {
            put(interval, unplaced_column(quantity), unplaced);
        }
        if !self.whole {
            interval.partial.insert(quantity);
        }
    }
}

impl Extremes {
    fn take(&mut self, voltage: Option<i64>, current: Option<i64>) {
        if let Some(voltage) = voltage {
            self.voltage_min = Some(self.voltage_min.map_or(voltage, |min| min.min(voltage)));
            self.voltage_max = self.voltage_max.max(Some(voltage));
            self.voltage_sum = self.voltage_sum.saturating_add(voltage);
            self.voltages += 1;
        }
        self.current_max = self.current_max.max(current);
    }

    fn write(&self, summary: &mut PhaseSummary) {
        let held = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
        summary.voltage_min = held(self.voltage_min).map(crate::DeciVolt);
        summary.voltage_mean =
            held(self.voltage_sum.checked_div(self.voltages)).map(crate::DeciVolt);
        summary.voltage_max = held(self.voltage_max).map(crate::DeciVolt);
        summary.current_max = held(self.current_max).map(crate::CentiAmpere);
    }
}

fn put(interval: &mut Interval, column: Option<IntervalColumn>, number: i64) {
    if let Some(column) = column {
        column.put(interval, Some(number));
    }
}

fn used_column(quantity: Quantity) -> Option<IntervalColumn> {
    IntervalColumn::with_code(quantity as u8)
}

fn unplaced_column(quantity: Quantity) -> Option<IntervalColumn> {
    IntervalColumn::with_code(quantity as u8 + 64)
}
