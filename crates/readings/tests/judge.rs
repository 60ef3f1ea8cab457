//! What can not be is withheld and reported; what is true in the end gets through.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use readings::{
    DeciVolt, Judge, Litre, Mark, Meter, MeterEvent, MeterTime, Quantity, Reading, Serials, Tariff,
    UnixSeconds, WattHour,
};

fn electricity(at: i64, import: i64) -> Reading {
    let mut reading = Reading::at(UnixSeconds(at));
    reading.electricity.import.t1 = Some(WattHour(import));
    reading
}

fn serials(electricity: &str) -> Serials {
    let mut serials = Serials::default();
    serials.set(Meter::Electricity, Some(electricity.into()));
    serials
}

fn judge_all(
    judge: &mut Judge,
    readings: impl IntoIterator<Item = Reading>,
) -> (Vec<Option<i64>>, Vec<MeterEvent>) {
    let mut values = Vec::new();
    let mut events = Vec::new();
    for reading in readings {
        let (reading, new) = judge.judge(reading, &serials("A"));
        values.push(reading.electricity.import.t1.map(|register| register.0));
        events.extend(new);
    }
    (values, events)
}

#[test]
fn a_spike_is_withheld_and_the_next_reading_stands() {
    let mut judge = Judge::new();
    let (values, events) = judge_all(
        &mut judge,
        [
            electricity(0, 1_000),
            electricity(1, 9_001_000),
            electricity(2, 1_001),
            electricity(3, 0),
            electricity(4, 1_002),
        ],
    );
    assert_eq!(values, [Some(1_000), None, Some(1_001), None, Some(1_002)]);
    assert_eq!(
        events,
        [
            MeterEvent::Withheld {
                quantity: Quantity::ImportT1,
                value: 9_001_000,
                least: 1_000,
                most: 1_000 + 1_666 * 61 / 60
            },
            MeterEvent::Withheld {
                quantity: Quantity::ImportT1,
                value: 0,
                least: 1_001,
                most: 1_001 + 1_666 * 61 / 60
            },
        ]
    );
}

#[test]
fn the_withheld_value_is_named_in_the_reading() {
    let mut judge = Judge::new();
    judge.judge(electricity(0, 1_000), &serials("A"));
    let (reading, _) = judge.judge(electricity(1, 5), &serials("A"));
    assert!(reading.implausible.contains(Quantity::ImportT1));
    assert!(reading.replaced.is_empty());
}

#[test]
fn energy_used_while_the_device_was_off_is_believed() {
    let week = 7 * 86_400;
    let (values, events) = judge_all(
        &mut Judge::new(),
        [electricity(0, 0), electricity(week, 150_000)],
    );
    assert_eq!(values, [Some(0), Some(150_000)]);
    assert_eq!(events, []);
}

#[test]
fn a_register_that_goes_on_from_another_number_is_believed_after_ten_readings() {
    let mut judge = Judge::new();
    judge.judge(electricity(0, 1_000_000), &serials("A"));
    let (values, events) = judge_all(&mut judge, (1..=12).map(|at| electricity(at, at)));
    let believed: Vec<_> = values.iter().filter(|value| value.is_some()).collect();
    assert_eq!(believed, [&Some(10), &Some(11), &Some(12)]);
    assert_eq!(events.len(), 10);
    assert_eq!(
        events.last(),
        Some(&MeterEvent::Restarted {
            quantity: Quantity::ImportT1,
            from: 1_000_000,
            to: 10
        })
    );
}

#[test]
fn noise_never_agrees_with_itself() {
    let mut judge = Judge::new();
    judge.judge(electricity(0, 1_000_000), &serials("A"));
    let noise = (1..=50).map(|at| electricity(at, at * 7_919 % 13 * 50_000));
    let (values, _) = judge_all(&mut judge, noise);
    assert!(values.iter().all(Option::is_none));
}

#[test]
fn a_replaced_meter_is_an_event_and_begins_anew() {
    let mut judge = Judge::new();
    judge.judge(electricity(0, 1_000_000), &serials("A"));
    let (doubted, first) = judge.judge(electricity(10, 3), &serials("B"));
    assert_eq!(doubted.electricity.import.t1, None);
    assert!(matches!(first.as_slice(), [MeterEvent::Withheld { .. }]));
    let (reading, second) = judge.judge(electricity(20, 4), &serials("B"));
    assert_eq!(reading.electricity.import.t1, Some(WattHour(4)));
    assert!(reading.replaced.contains(Meter::Electricity));
    assert_eq!(second, [MeterEvent::Replaced(Meter::Electricity)]);
    let (reading, third) = judge.judge(electricity(30, 5), &serials("B"));
    assert!(reading.replaced.is_empty());
    assert_eq!(third, []);
}

#[test]
fn a_damaged_serial_number_replaces_nothing() {
    let mut judge = Judge::new();
    for (at, serial) in [
        (0, "A"),
        (1, "A"),
        (2, "X"),
        (3, "A"),
        (4, "Y"),
        (5, "Z"),
        (6, "A"),
    ] {
        let (_, events) = judge.judge(electricity(at, at), &serials(serial));
        assert_eq!(events, [], "{serial}");
    }
}

#[test]
fn gas_that_comes_once_an_hour_is_judged_by_its_own_time() {
    let gas = |at: i64, hour: i8, litres: i64| {
        let mut reading = Reading::at(UnixSeconds(at));
        reading.gas_water_heat.gas.register = Some(Litre(litres));
        reading.gas_water_heat.gas.measured =
            MeterTime::new(2019, 1, 1, hour, 0, 0, Mark::Winter).ok();
        reading
    };
    let mut judge = Judge::new();
    let mut passed = |reading| {
        judge
            .judge(reading, &Serials::default())
            .0
            .gas_water_heat
            .gas
            .register
    };
    assert_eq!(passed(gas(0, 1, 1_000)), Some(Litre(1_000)));
    assert_eq!(passed(gas(3_599, 1, 1_000)), Some(Litre(1_000)));
    assert_eq!(passed(gas(3_600, 2, 7_000)), Some(Litre(7_000)));
    assert_eq!(passed(gas(3_601, 2, 90_000)), None);
    assert_eq!(passed(gas(3_602, 6, 100_000)), Some(Litre(100_000)));
}

#[test]
fn values_of_the_moment_have_limits() {
    let mut reading = Reading::at(UnixSeconds(0));
    reading.phases.l1.voltage = Some(DeciVolt(5_001));
    reading.phases.l2.voltage = Some(DeciVolt(2_300));
    let (reading, events) = Judge::new().judge(reading, &Serials::default());
    assert_eq!(reading.phases.l1.voltage, None);
    assert_eq!(reading.phases.l2.voltage, Some(DeciVolt(2_300)));
    assert_eq!(events.len(), 1);
}

#[test]
fn what_it_remembers_survives_a_restart() {
    let mut judge = Judge::new();
    judge.judge(electricity(0, 1_000), &serials("A"));
    let stored = serde_json::to_string(&judge).unwrap();
    let mut judge: Judge = serde_json::from_str(&stored).unwrap();
    let (reading, _) = judge.judge(electricity(1, 999), &serials("A"));
    assert_eq!(reading.electricity.import.t1, None);
}

proptest! {
    /// Whatever a meter says: what gets through never drops, unless the meter is named as replaced.
    #[test]
    fn a_register_that_gets_through_never_drops(
        said in proptest::collection::vec((0..20_i64, prop_oneof![0..3_000_i64, any::<i64>()], prop_oneof![4 => Just("A"), 1 => Just("B")]), 0..200)
    ) {
        let mut judge = Judge::new();
        let (mut at, mut last) = (0, None);
        for (later, value, serial) in said {
            at += later;
            let (reading, _) = judge.judge(electricity(at, value), &serials(serial));
            if reading.replaced.contains(Meter::Electricity) {
                last = None;
            }
            if let Some(register) = reading.electricity.import.t1 {
                prop_assert!(last <= Some(register));
                last = Some(register);
            }
        }
    }
}

#[test]
fn a_switched_tariff_is_an_event_once() {
    let at = |at, tariff| {
        let mut reading = Reading::at(UnixSeconds(at));
        reading.electricity.tariff = Some(Tariff(tariff));
        reading
    };
    let readings = [
        at(0, 1),
        at(1, 1),
        at(2, 2),
        Reading::at(UnixSeconds(3)),
        at(4, 2),
    ];
    let (_, events) = judge_all(&mut Judge::new(), readings);
    let switched = MeterEvent::TariffSwitched {
        from: Tariff(1),
        to: Tariff(2),
    };
    assert_eq!(events, [switched]);
}

#[test]
fn a_clock_that_is_set_is_an_event_and_the_end_of_summer_is_none() {
    let at = |at, hour, minute, mark| {
        let mut reading = Reading::at(UnixSeconds(at));
        reading.meter_time = MeterTime::new(2025, 10, 26, hour, minute, 0, mark).ok();
        reading
    };
    let readings = [
        at(0, 2, 59, Mark::Summer),
        at(60, 2, 0, Mark::Winter),
        at(120, 2, 1, Mark::Winter),
        at(180, 2, 12, Mark::Winter),
        at(240, 2, 13, Mark::Winter),
    ];
    let (_, events) = judge_all(&mut Judge::new(), readings);
    assert_eq!(events, [MeterEvent::ClockChanged { seconds: 600 }]);
}
