//! What a simulated household promises to those who build on it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use p1::{Crc, Dimension, Measure, Telegram, Timed, Value};
use proptest::prelude::*;
use simulated_meter::{Dialect, Equipment, Household, INSTALLED};

const DIALECTS: [Dialect; 4] = [
    Dialect::Dsmr22,
    Dialect::Dsmr40,
    Dialect::Dsmr42,
    Dialect::Dsmr50,
];
/// 2025-06-20T00:00:00Z, a Friday.
const SUMMER: i64 = 1_750_377_600;
/// 2026-01-10T00:00:00Z, a Saturday.
const WINTER: i64 = 1_768_003_200;
const DAY: i64 = 86_400;

fn measure(telegram: &Telegram<'_>, code: &str) -> Option<Measure> {
    telegram
        .objects()
        .find(|object| object.obis.to_string() == code)
        .and_then(|object| match object.value() {
            Value::Measure(measure)
            | Value::Timed(Timed {
                measure: Some(measure),
                ..
            }) => Some(measure),
            _ => None,
        })
}

fn registers(telegram: &Telegram<'_>) -> [i64; 4] {
    ["1-0:1.8.1", "1-0:1.8.2", "1-0:2.8.1", "1-0:2.8.2"].map(|code| {
        measure(telegram, code)
            .unwrap()
            .scaled(Dimension::Energy, 0)
            .unwrap()
    })
}

#[test]
fn every_telegram_parses_with_every_object_known() {
    for dialect in DIALECTS {
        for seed in 0..6 {
            let mut household = Household::new(seed).with_dialect(dialect);
            for at in (SUMMER..SUMMER + 3 * DAY).step_by(3_601) {
                let bytes = household.telegram_at(at);
                let telegram = Telegram::parse(&bytes).unwrap();
                assert_eq!(telegram.check(), Ok(()));
                assert_eq!(telegram.odd_lines().count(), 0);
                for object in telegram.objects() {
                    let value = object.value();
                    assert!(
                        !matches!(value, Value::Unknown(_) | Value::Unreadable(_)),
                        "{}: {value:?}",
                        object.obis
                    );
                }
            }
        }
    }
}

#[test]
fn the_dialect_is_recognised() {
    let seen = DIALECTS.map(|dialect| {
        let bytes = Household::new(1).with_dialect(dialect).telegram_at(SUMMER);
        let telegram = Telegram::parse(&bytes).unwrap();
        (telegram.dialect(), telegram.crc())
    });
    let expected = [
        (p1::Dialect::Dsmr2, Crc::Absent),
        (p1::Dialect::Dsmr4(40), Crc::Ok),
        (p1::Dialect::Dsmr4(42), Crc::Ok),
        (p1::Dialect::Dsmr5(50), Crc::Ok),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn registers_are_the_integral_of_power() {
    for (seed, start) in [
        (1, SUMMER + DAY / 2),
        (2, WINTER + DAY / 3),
        (3, SUMMER + 4 * 3_600),
    ] {
        let mut household = Household::new(seed);
        let first = household.measure_at(start).totals;
        let (mut import, mut export) = (0, 0);
        for at in start..start + 3_600 {
            let net = household.measure_at(at).net_watts();
            import += u64::from(net.max(0).unsigned_abs());
            export += u64::from((-net).max(0).unsigned_abs());
        }
        let last = household.measure_at(start + 3_600).totals;
        assert_eq!(
            last.import.iter().sum::<u64>() - first.import.iter().sum::<u64>(),
            import
        );
        assert_eq!(
            last.export.iter().sum::<u64>() - first.export.iter().sum::<u64>(),
            export
        );
    }
}

#[test]
fn what_is_printed_never_goes_down() {
    for dialect in DIALECTS {
        let mut household = Household::new(5).with_dialect(dialect);
        let mut last = ([0; 4], 0);
        for at in (WINTER - 7..WINTER + 20 * DAY).step_by(977) {
            let bytes = household.telegram_at(at);
            let telegram = Telegram::parse(&bytes).unwrap();
            let code = if dialect == Dialect::Dsmr22 {
                "0-1:24.3.0"
            } else {
                "0-1:24.2.1"
            };
            let gas =
                measure(&telegram, code).map_or(0, |gas| gas.scaled(Dimension::Volume, 3).unwrap());
            let now = (registers(&telegram), gas);
            assert!(
                now.0.iter().zip(last.0).all(|(now, last)| *now >= last),
                "{now:?} after {last:?}"
            );
            assert!(now.1 >= last.1);
            last = now;
        }
    }
}

#[test]
fn a_household_that_is_started_again_goes_on_where_it_was() {
    let moments = [0, 1, 29, 30, 59, 60, DAY + 89].map(|second| SUMMER + second);
    let mut steady = Household::new(9);
    let forward = moments.map(|at| steady.telegram_at(at));
    assert_eq!(moments.map(|at| Household::new(9).telegram_at(at)), forward);
    let [.., before, after, _] = &forward;
    assert_ne!(before, after);
    assert_eq!(steady.telegram_at(SUMMER + 59), *before);
    assert_ne!(
        Household::new(10).telegram_at(SUMMER),
        Household::new(9).telegram_at(SUMMER)
    );
}

#[test]
fn gas_is_read_every_five_minutes_or_every_hour() {
    for (dialect, interval) in [
        (Dialect::Dsmr50, 300),
        (Dialect::Dsmr42, 3_600),
        (Dialect::Dsmr22, 3_600),
    ] {
        let mut household = Household::new(1).with_dialect(dialect);
        for at in [SUMMER, SUMMER + 1, SUMMER + 299, SUMMER + 4_000] {
            let (clock, _) = household.measure_at(at).gas.unwrap();
            assert_eq!(clock.unix_seconds(), at - at.rem_euclid(interval));
        }
    }
}

#[test]
fn tariffs_follow_the_clock_on_the_wall() {
    let mut household = Household::new(1);
    let mut low = |at| household.measure_at(at).low_tariff;
    // Friday in summer: normal from 05:00 to 21:00 UTC.
    assert!(low(SUMMER + 5 * 3_600 - 1) && !low(SUMMER + 5 * 3_600));
    assert!(!low(SUMMER + 21 * 3_600 - 1) && low(SUMMER + 21 * 3_600));
    // Saturday in winter, and the Monday after it: normal from 06:00 to 22:00 UTC.
    assert!(low(WINTER + DAY / 2));
    assert!(low(WINTER + 2 * DAY + 6 * 3_600 - 1) && !low(WINTER + 2 * DAY + 6 * 3_600));
    assert!(!low(WINTER + 2 * DAY + 22 * 3_600 - 1) && low(WINTER + 2 * DAY + 22 * 3_600));
}

#[test]
fn the_first_household_has_everything() {
    let Equipment {
        phases,
        solar_watts,
        heat_pump_watts,
        car_watts,
        gas,
        ..
    } = *Household::new(1).equipment();
    assert_eq!(phases, 3);
    assert!(solar_watts.is_some() && heat_pump_watts.is_some() && car_watts.is_some() && gas);
}

#[test]
fn a_year_looks_like_a_year() {
    for seed in 0..20 {
        let mut household = Household::new(seed);
        let kwh = |registers: [u64; 2]| registers.iter().sum::<u64>() / 3_600_000;
        let (first, last) = (
            household.measure_at(WINTER - 365 * DAY).totals,
            household.measure_at(WINTER).totals,
        );
        let (import, export) = (
            kwh(last.import) - kwh(first.import),
            kwh(last.export) - kwh(first.export),
        );
        let gas = (last.gas - first.gas) / 1_000_000;
        let equipment = household.equipment().clone();
        assert!(
            (1_000..14_000).contains(&import),
            "household {seed} draws {import} kWh: {equipment}"
        );
        assert!(
            (gas > 30 && gas < 3_500) == equipment.gas,
            "household {seed} burns {gas} m3: {equipment}"
        );
        match equipment.solar_watts {
            None => assert_eq!(export, 0),
            Some(watts) => assert!(
                (i64::from(watts) / 5..i64::from(watts) * 11 / 10)
                    .contains(&i64::try_from(export).unwrap()),
                "household {seed} feeds in {export} kWh: {equipment}"
            ),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The clock has its limits; outside them the meter says what it says at them.
    #[test]
    fn any_time_gives_a_telegram(seed: u64, at in prop_oneof![any::<i64>(), INSTALLED - 9..INSTALLED + 200 * DAY]) {
        for dialect in DIALECTS {
            // A century of history is computed once, not for every case.
            let at = if at > SUMMER { i64::MIN } else { at };
            let bytes = Household::new(seed).with_dialect(dialect).telegram_at(at);
            let telegram = Telegram::parse(&bytes).unwrap_or_else(|error| panic!("{error}"));
            prop_assert_eq!(telegram.check(), Ok(()));
        }
    }
}

#[test]
fn the_last_second_of_the_century_can_be_printed() {
    let bytes = Household::new(1).telegram_at(i64::MAX);
    assert!(
        String::from_utf8(bytes)
            .unwrap()
            .contains("0-0:1.0.0(991231235959W)")
    );
}

#[test]
fn demand_and_peaks_follow_from_the_registers() {
    /// 2025-06-01T00:00:00+02:00.
    const JUNE: i64 = 1_748_728_800;
    const QUARTER: i64 = 900;
    let mut household = Household::new(1).with_dialect(Dialect::Belgium);
    let mut drawn = |at| household.measure_at(at).totals.import.iter().sum::<u64>();
    let mut quarters = (JUNE..JUNE + 2 * DAY).step_by(900);
    let average = |start| ((drawn(start + QUARTER) - drawn(start)) / 900, start);
    let (watts, start) = quarters
        .by_ref()
        .map(average)
        .reduce(|highest, other| if other.0 > highest.0 { other } else { highest })
        .unwrap();
    let now = household.measure_at(JUNE + 2 * DAY + 600);
    let demand = now.demand.unwrap();
    let peak = demand.peak.unwrap();
    assert_eq!(
        (peak.watts, peak.ended.unix_seconds()),
        (watts, start + QUARTER)
    );
    let before = household.measure_at(JUNE + 2 * DAY).totals;
    let since: u64 = now.totals.import.iter().sum::<u64>() - before.import.iter().sum::<u64>();
    assert_eq!(demand.average, since / 900);
    assert_eq!(demand.past.len(), 13);
    let (may_ended, _) = demand.past.last().unwrap();
    assert_eq!(may_ended.unix_seconds(), JUNE);
    // The first quarter of an hour of a month has nothing to compare with.
    assert_eq!(household.measure_at(JUNE + 60).demand.unwrap().peak, None);
}

#[test]
fn what_a_hungarian_meter_keeps_of_a_month_are_its_registers_then() {
    let mut household = Household::new(1).with_dialect(Dialect::Hungary);
    let (begins, kept) = household.measure_at(SUMMER).month.unwrap();
    assert_eq!(begins.unix_seconds(), 1_748_728_800);
    assert_eq!(kept, household.measure_at(1_748_728_800).totals);
}
