//! Intervals are differences of registers; nothing is lost, nothing is counted twice, and gaps are stated.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::num::NonZeroU32;

use proptest::prelude::*;
use readings::{
    CentiAmpere, Count, DeciVolt, Interval, IntervalBuilder, Litre, Meter, Quantity, Reading,
    UnixSeconds, WattHour,
};

/// A quarter of an hour begins here.
const START: i64 = 1_553_436_000;

fn reading(at: i64, import: i64) -> Reading {
    let mut reading = Reading::at(UnixSeconds(at));
    reading.electricity.import.t1 = Some(WattHour(import));
    reading
}

fn roll_up(readings: impl IntoIterator<Item = Reading>) -> Vec<Interval> {
    let mut builder = IntervalBuilder::quarter_hours();
    readings
        .into_iter()
        .filter_map(|reading| builder.push(&reading))
        .collect()
}

fn used(interval: &Interval) -> Option<i64> {
    interval.used.import.t1.map(|used| used.0)
}

fn unplaced(interval: &Interval) -> Option<i64> {
    interval.unplaced.import.t1.map(|unplaced| unplaced.0)
}

#[test]
fn a_quarter_of_an_hour_is_the_difference_of_its_ends() {
    let intervals = roll_up(
        (0..=1_800)
            .step_by(10)
            .map(|s| reading(START + s, 1_000 + s)),
    );
    assert_eq!(intervals.len(), 2);
    for (interval, start) in intervals.iter().zip([START, START + 900]) {
        assert_eq!(
            (interval.start, interval.end),
            (UnixSeconds(start), UnixSeconds(start + 900))
        );
        assert_eq!(used(interval), Some(900));
        assert_eq!(unplaced(interval), None);
        assert_eq!(interval.readings, 90);
        assert!(interval.complete());
    }
}

#[test]
fn what_was_not_seen_from_the_beginning_is_partial() {
    let intervals = roll_up((300..=1_800).step_by(10).map(|s| reading(START + s, s)));
    let complete: Vec<_> = intervals
        .iter()
        .map(|interval| (used(interval), interval.complete()))
        .collect();
    assert_eq!(complete, [(Some(600), false), (Some(900), true)]);
}

#[test]
fn registers_forget_nothing_within_an_interval() {
    let seconds = (0..=900).step_by(10).filter(|s| !(100..700).contains(s));
    let intervals = roll_up(seconds.map(|s| reading(START + s, s)));
    assert_eq!(intervals.iter().map(used).collect::<Vec<_>>(), [Some(900)]);
    assert!(intervals.iter().all(Interval::complete));
}

#[test]
fn what_was_used_across_a_gap_is_known_but_not_placed() {
    let before = (0..=600).step_by(10);
    let after = (3_000..=4_500).step_by(10);
    let intervals = roll_up(before.chain(after).map(|s| reading(START + s, s)));
    let figures: Vec<_> = intervals
        .iter()
        .map(|i| (i.start.0 - START, used(i), unplaced(i), i.complete()))
        .collect();
    assert_eq!(
        figures,
        [
            (0, Some(600), None, false),
            (2_700, Some(600), Some(2_400), false),
            (3_600, Some(900), None, true)
        ]
    );
}

#[test]
fn an_interval_closes_without_readings_too() {
    let mut builder = IntervalBuilder::quarter_hours();
    for s in (0..=600).step_by(10) {
        builder.push(&reading(START + s, s));
    }
    assert_eq!(builder.close(UnixSeconds(START + 900 + 89)), None);
    let closed = builder.close(UnixSeconds(START + 900 + 90)).unwrap();
    assert_eq!((used(&closed), closed.complete()), (Some(600), false));
    assert_eq!(builder.close(UnixSeconds(START + 9_000)), None);

    assert_eq!(
        builder.push(&reading(START + 890, 890)),
        None,
        "that interval is closed for good"
    );
    assert_eq!(builder.push(&reading(START + 1_000, 1_000)), None);
    let next = builder.push(&reading(START + 1_800, 1_800)).unwrap();
    assert_eq!((used(&next), unplaced(&next)), (Some(0), Some(400)));
}

#[test]
fn a_value_that_is_missing_at_the_boundary_is_taken_from_just_before() {
    let intervals = roll_up((0..=1_800).step_by(10).map(|s| {
        let withheld = (890..=920).contains(&s);
        if withheld {
            Reading::at(UnixSeconds(START + s))
        } else {
            reading(START + s, s)
        }
    }));
    let figures: Vec<_> = intervals.iter().map(|i| (used(i), i.complete())).collect();
    assert_eq!(figures, [(Some(880), true), (Some(920), true)]);
}

#[test]
fn a_replaced_meter_begins_anew_and_is_named() {
    let intervals = roll_up((0..=1_800).step_by(10).map(|s| {
        let mut reading = if s < 450 {
            reading(START + s, 5_000_000 + s)
        } else {
            reading(START + s, s - 450)
        };
        if s == 450 {
            reading.replaced.insert(Meter::Electricity);
        }
        reading
    }));
    let figures: Vec<_> = intervals
        .iter()
        .map(|i| (used(i), unplaced(i), i.complete()))
        .collect();
    assert_eq!(
        figures,
        [(Some(440 + 450), None, false), (Some(900), None, true)]
    );
    let named: Vec<_> = intervals
        .iter()
        .map(|i| i.replaced.contains(Meter::Electricity))
        .collect();
    assert_eq!(named, [true, false]);
}

#[test]
fn a_jump_of_a_replaced_meter_is_not_use() {
    let intervals = roll_up((0..=900).step_by(10).map(|s| {
        let mut reading = reading(START + s, if s < 450 { s } else { 9_000_000 + s });
        if s == 450 {
            reading.replaced.insert(Meter::Electricity);
        }
        reading
    }));
    assert_eq!(
        intervals.iter().map(used).collect::<Vec<_>>(),
        [Some(440 + 450)]
    );
}

#[test]
fn a_meter_can_be_replaced_before_its_first_value_is_believed() {
    let intervals = roll_up((0..=900).step_by(10).map(|s| {
        let mut reading = match s {
            0..450 => reading(START + s, s),
            450..500 => Reading::at(UnixSeconds(START + s)),
            _ => reading(START + s, 9_000_000 + s),
        };
        if s == 450 {
            reading.replaced.insert(Meter::Electricity);
        }
        reading
    }));
    assert_eq!(
        intervals.iter().map(used).collect::<Vec<_>>(),
        [Some(440 + 400)]
    );
}

#[test]
fn a_meter_replaced_while_nobody_looked_has_nothing_unplaced() {
    let mut builder = IntervalBuilder::quarter_hours();
    builder.push(&reading(START, 5_000));
    let mut first = reading(START + 9_000, 3);
    first.replaced.insert(Meter::Electricity);
    builder.push(&first);
    builder.push(&reading(START + 9_890, 7));
    let closed = builder.push(&reading(START + 9_900, 8)).unwrap();
    assert_eq!((used(&closed), unplaced(&closed)), (Some(5), None));
}

#[test]
fn a_clock_that_goes_back_takes_nothing_along() {
    let mut builder = IntervalBuilder::quarter_hours();
    builder.push(&reading(START + 900, 900));
    assert_eq!(builder.push(&reading(START + 100, 100)), None);
    let closed = builder.push(&reading(START + 1_800, 1_800)).unwrap();
    assert_eq!((used(&closed), closed.readings), (Some(0), 1));
}

#[test]
fn a_day_is_a_slot_of_86_400_seconds_also_in_october() {
    let midnight = 1_572_134_400; // 2019-10-27T00:00:00Z, the day with 25 hours in Amsterdam
    let mut builder = IntervalBuilder::days();
    let days: Vec<_> = (0..=2 * 86_400)
        .step_by(60)
        .filter_map(|s| builder.push(&reading(midnight + s, s / 60)))
        .collect();
    assert_eq!(
        days.iter().map(used).collect::<Vec<_>>(),
        [Some(1_440), Some(1_440)]
    );
    assert!(days.iter().all(Interval::complete));
}

#[test]
fn power_failures_count_where_they_are_noticed() {
    let with_failures = |at, failures| {
        let mut reading = reading(at, 0);
        reading.phases.power_failures = Some(Count(failures));
        reading
    };
    let mut builder = IntervalBuilder::quarter_hours();
    builder.push(&with_failures(START, 5));
    builder.push(&with_failures(START + 7_200, 7));
    let closed = builder.push(&with_failures(START + 8_100, 7)).unwrap();
    assert_eq!(closed.phases.power_failures, Some(Count(2)));
}

#[test]
fn phases_keep_their_extremes() {
    let phase = |at, voltage, current| {
        let mut reading = reading(at, 0);
        reading.phases.l2.voltage = Some(DeciVolt(voltage));
        reading.phases.l2.current = Some(CentiAmpere(current));
        reading
    };
    let volts = [2_300, 2_312, 2_280, 2_308];
    let mut readings: Vec<_> = (0..)
        .zip(volts)
        .map(|(n, volt)| phase(START + n * 300, volt, volt / 10))
        .collect();
    readings.truncate(3);
    readings.push(phase(START + 900, 9_999, 9_999));
    let intervals = roll_up(readings);
    let summary = intervals.first().unwrap().phases.l2;
    assert_eq!(summary.voltage_min, Some(DeciVolt(2_280)));
    assert_eq!(
        summary.voltage_mean,
        Some(DeciVolt((2_300 + 2_312 + 2_280) / 3))
    );
    assert_eq!(summary.voltage_max, Some(DeciVolt(2_312)));
    assert_eq!(summary.current_max, Some(CentiAmpere(231)));
    assert!(
        intervals
            .first()
            .unwrap()
            .partial
            .contains(Quantity::VoltageL2),
        "five minutes between readings leave peaks unseen"
    );
}

#[test]
fn a_meter_that_was_taken_away_is_forgotten_in_the_end() {
    let with_gas = |at, litres| {
        let mut reading = reading(at, 0);
        reading.gas_water_heat.gas.register = Some(Litre(litres));
        reading
    };
    let mut builder = IntervalBuilder::days();
    builder.push(&with_gas(0, 10));
    let partial: Vec<_> = (1..=40 * 1_440)
        .filter_map(|minute| builder.push(&reading(minute * 60, 0)))
        .map(|interval| interval.partial.contains(Quantity::Gas))
        .collect();
    assert_eq!(partial.first(), Some(&true));
    assert_eq!(partial.last(), Some(&false));
}

#[test]
fn the_state_survives_a_restart() {
    let mut builder = IntervalBuilder::quarter_hours();
    let mut intervals = Vec::new();
    for s in (0..=1_800).step_by(10) {
        intervals.extend(builder.push(&reading(START + s, s)));
        builder = serde_json::from_str(&serde_json::to_string(&builder).unwrap()).unwrap();
    }
    assert_eq!(
        intervals,
        roll_up((0..=1_800).step_by(10).map(|s| reading(START + s, s)))
    );
}

proptest! {
    /// Used and unplaced of all intervals add up to the difference of the register, whatever was lost in between.
    #[test]
    fn nothing_is_lost_and_nothing_is_counted_twice(
        steps in proptest::collection::vec((prop_oneof![8 => 1..120_i64, 1 => 120..20_000_i64], 0..500_i64, proptest::bool::weighted(0.9)), 1..300),
        slot in 1..2_000_u32,
        closing in any::<bool>(),
    ) {
        let mut builder = IntervalBuilder::new(NonZeroU32::new(slot).unwrap());
        let (mut at, mut register) = (START, 1_000_000);
        builder.push(&reading(at, register));
        let mut total = 0;
        let mut last_end = i64::MIN;
        let mut add = |interval: Interval| {
            prop_assert!(interval.start.0 >= last_end, "intervals never overlap");
            prop_assert_eq!(interval.start.0.rem_euclid(i64::from(slot)), 0);
            last_end = interval.end.0;
            prop_assert!(used(&interval) >= Some(0) || used(&interval).is_none());
            prop_assert!(unplaced(&interval) >= Some(0) || unplaced(&interval).is_none());
            total += used(&interval).unwrap_or(0) + unplaced(&interval).unwrap_or(0);
            Ok(())
        };
        for (later, more, said) in steps {
            at += later;
            register += more;
            if closing {
                builder.close(UnixSeconds(at)).map_or(Ok(()), &mut add)?;
            }
            let now = if said { reading(at, register) } else { Reading::at(UnixSeconds(at)) };
            builder.push(&now).map_or(Ok(()), &mut add)?;
        }
        // A last reading in another interval, and that interval's end.
        at += i64::from(slot);
        builder.push(&reading(at, register)).map_or(Ok(()), &mut add)?;
        builder.close(UnixSeconds(at + 10 * i64::from(slot))).map_or(Ok(()), &mut add)?;
        prop_assert_eq!(total, register - 1_000_000);
    }

    /// Registers that jump about in any way give no negative use, and no panic.
    #[test]
    fn any_registers_give_no_negative_use(said in proptest::collection::vec((any::<i64>(), any::<Option<i64>>()), 0..100)) {
        let mut builder = IntervalBuilder::quarter_hours();
        for (at, register) in said {
            let mut reading = Reading::at(UnixSeconds(at));
            reading.electricity.import.t1 = register.map(WattHour);
            for interval in builder.push(&reading).into_iter().chain(builder.close(UnixSeconds(at))) {
                prop_assert!(used(&interval).is_none_or(|used| used >= 0));
                prop_assert!(unplaced(&interval).is_none_or(|unplaced| unplaced >= 0));
            }
        }
    }
}
