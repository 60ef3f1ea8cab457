//! Any reading and any interval, for property tests.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "tests, of which each file uses a part of it"
)]

use proptest::prelude::*;
use readings::{
    Interval, Kind, Mark, Meter, MeterSet, MeterTime, Quantity, QuantitySet, Reading, UnixSeconds,
};

pub(crate) fn kind() -> impl Strategy<Value = Kind> {
    proptest::sample::select(&Kind::ALL[..])
}

pub(crate) fn quantities() -> impl Strategy<Value = QuantitySet> {
    proptest::collection::vec(proptest::sample::select(&Quantity::ALL[..]), 0..5)
        .prop_map(|list| list.into_iter().collect())
}

pub(crate) fn meters() -> impl Strategy<Value = MeterSet> {
    proptest::collection::vec(proptest::sample::select(&Meter::ALL[..]), 0..3)
        .prop_map(|list| list.into_iter().collect())
}

pub(crate) fn mark() -> impl Strategy<Value = Mark> {
    proptest::sample::select(&[Mark::Winter, Mark::Summer, Mark::Unmarked][..])
}

pub(crate) fn meter_time() -> impl Strategy<Value = MeterTime> {
    (
        2000..2100_i16,
        1..=12_i8,
        1..=28_i8,
        0..24_i8,
        0..60_i8,
        0..60_i8,
        mark(),
    )
        .prop_map(|(year, month, day, hour, minute, second, mark)| {
            MeterTime::new(year, month, day, hour, minute, second, mark).unwrap()
        })
}

/// A reading with any of its quantities, each with any number its unit can hold.
pub(crate) fn reading() -> impl Strategy<Value = Reading> {
    (
        any::<i64>(),
        proptest::option::of(meter_time()),
        proptest::option::of(meter_time()),
        proptest::collection::vec(
            (proptest::sample::select(&Quantity::ALL[..]), number()),
            0..12,
        ),
        quantities(),
        meters(),
    )
        .prop_map(
            |(at, meter_time, gas_time, numbers, implausible, replaced)| {
                let mut reading = Reading::at(UnixSeconds(at));
                for (quantity, number) in numbers {
                    quantity.put(&mut reading, Some(number));
                }
                reading.meter_time = meter_time;
                reading.gas_water_heat.gas.measured = gas_time;
                reading.implausible = implausible;
                reading.replaced = replaced;
                reading
            },
        )
}

pub(crate) fn interval() -> impl Strategy<Value = Interval> {
    (
        any::<i64>(),
        any::<i64>(),
        any::<u32>(),
        reading(),
        reading(),
        quantities(),
        meters(),
    )
        .prop_map(
            |(start, end, readings, used, unplaced, partial, replaced)| {
                let mut interval = Interval::between(UnixSeconds(start), UnixSeconds(end));
                interval.readings = readings;
                interval.used.import = used.electricity.import;
                interval.used.export = used.electricity.export;
                interval.used.gas = used.gas_water_heat.gas.register;
                interval.used.heat = used.gas_water_heat.heat.register;
                interval.used.cold = used.gas_water_heat.cold.register;
                interval.used.second_meter = used.electricity.second.register;
                interval.unplaced.import = unplaced.electricity.import;
                interval.unplaced.second_meter = unplaced.electricity.second.register;
                interval.unplaced.water = unplaced.gas_water_heat.water.register;
                interval.phases.l1.voltage_min = used.phases.l1.voltage;
                interval.phases.l2.voltage_max = used.phases.l2.voltage;
                interval.phases.l3.current_max = used.phases.l3.current;
                interval.phases.power_failures = used.phases.power_failures;
                interval.partial = partial;
                interval.replaced = replaced;
                interval
            },
        )
}

fn number() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        -5..5_i64,
        0..70_000_i64,
        any::<u32>().prop_map(i64::from)
    ]
}
