//! The JSON and CSV forms.

#![expect(clippy::unwrap_used, reason = "tests")]

mod arbitrary;

use proptest::prelude::*;
use readings::{
    CentiAmpere, DeciVolt, Interval, Kind, Mark, Meter, MeterTime, Quantity, Reading, UnixSeconds,
    Watt, WattHour, csv,
};
use serde_json::json;

fn reading() -> Reading {
    let mut reading = Reading::at(UnixSeconds(1_553_436_320));
    reading.meter_time = Some(MeterTime::new(2019, 3, 24, 15, 5, 20, Mark::Winter).unwrap());
    reading.electricity.power_import = Some(Watt(377));
    reading.electricity.import.t1 = Some(WattHour(3_432_827));
    reading.phases.l1.voltage = Some(DeciVolt(2_371));
    reading.phases.l1.current = Some(CentiAmpere(5));
    reading.implausible.insert(Quantity::Gas);
    reading.replaced.insert(Meter::Gas);
    reading
}

fn interval() -> Interval {
    let mut interval = Interval::between(UnixSeconds(1_553_436_000), UnixSeconds(1_553_436_900));
    interval.readings = 900;
    interval.used.import.t1 = Some(WattHour(94));
    interval.unplaced.import.t1 = Some(WattHour(3));
    interval.partial.insert(Quantity::ImportT1);
    interval
}

#[test]
fn a_reading_in_json_names_its_units() {
    let expected = json!({
        "at": 1_553_436_320,
        "meter_time": "2019-03-24T15:05:20+01:00",
        "power_import_w": 377,
        "import_t1_wh": 3_432_827,
        "voltage_l1_v": 237.1,
        "current_l1_a": 0.05,
        "implausible": ["gas_l"],
        "replaced": ["gas"],
    });
    assert_eq!(serde_json::to_value(reading()).unwrap(), expected);
    assert_eq!(
        serde_json::from_value::<Reading>(expected).unwrap(),
        reading()
    );
}

#[test]
fn an_interval_in_json_says_whether_it_is_complete() {
    let expected = json!({
        "start": 1_553_436_000,
        "end": 1_553_436_900,
        "readings": 900,
        "import_t1_wh": 94,
        "unplaced_import_t1_wh": 3,
        "partial": ["import_t1_wh"],
        "complete": false,
    });
    assert_eq!(serde_json::to_value(interval()).unwrap(), expected);
    assert_eq!(
        serde_json::from_value::<Interval>(expected).unwrap(),
        interval()
    );
}

#[test]
fn unknown_names_and_null_are_passed_over_and_wrong_values_are_not() {
    let odd = json!({"at": 5, "colour": {"of": ["the", "meter"]}, "gas_l": null, "implausible": ["vibes"]});
    assert_eq!(
        serde_json::from_value::<Reading>(odd).unwrap(),
        Reading::at(UnixSeconds(5))
    );
    for wrong in [
        json!({"power_import_w": 5}),
        json!({"at": "noon"}),
        json!({"at": 5, "voltage_l1_v": -1}),
        json!({"at": 5, "voltage_l1_v": 1e300}),
        json!({"at": 5, "tariff": 70_000}),
        json!({"at": 5, "meter_time": "2019-13-01T00:00:00"}),
    ] {
        assert!(
            serde_json::from_value::<Reading>(wrong.clone()).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn a_file_of_readings_has_a_header_that_names_units() {
    let file = csv::write_readings(
        &[Kind::GasWaterHeat],
        [&reading(), &Reading::at(UnixSeconds(0))],
    );
    let lines: Vec<_> = file.split("\r\n").collect();
    assert_eq!(
        lines,
        [
            "at_unix_s,at_utc,meter_time,gas_l,gas_measured_at,water_l,water_measured_at,heat_kj,heat_measured_at,cold_kj,cold_measured_at,implausible,replaced",
            "1553436320,2019-03-24T14:05:20Z,2019-03-24T15:05:20+01:00,,,,,,,,,gas_l,gas",
            "0,1970-01-01T00:00:00Z,,,,,,,,,,,",
            ""
        ]
    );
    let phases = csv::write_readings(&[Kind::Phases], [&reading()]);
    assert!(phases.contains(",237.1,0.05,"), "{phases}");
}

#[test]
fn a_file_of_intervals_has_both_ends() {
    let file = csv::write_intervals(&[Kind::Electricity], [&interval()]);
    let (header, line) = file.split_once("\r\n").unwrap();
    assert!(
        header.starts_with("start_unix_s,start_utc,end_unix_s,readings,import_wh,import_t1_wh,"),
        "{header}"
    );
    assert!(header.ends_with(",complete"), "{header}");
    assert!(
        line.starts_with("1553436000,2019-03-24T14:00:00Z,1553436900,900,,94,"),
        "{line}"
    );
    assert!(line.ends_with(",false\r\n"), "{line}");
}

#[test]
fn a_header_and_lines_make_the_same_file() {
    let kinds = Kind::ALL;
    let by_line = csv::readings_header(&kinds) + &csv::reading_line(&kinds, &reading());
    assert_eq!(csv::write_readings(&kinds, [&reading()]), by_line);
    let by_line = csv::intervals_header(&kinds) + &csv::interval_line(&kinds, &interval());
    assert_eq!(csv::write_intervals(&kinds, [&interval()]), by_line);
}

proptest! {
    #[test]
    fn any_reading_comes_back_from_json(reading in arbitrary::reading()) {
        let text = serde_json::to_string(&reading).unwrap();
        prop_assert_eq!(serde_json::from_str::<Reading>(&text).unwrap(), reading);
    }

    #[test]
    fn any_interval_comes_back_from_json(interval in arbitrary::interval()) {
        let text = serde_json::to_string(&interval).unwrap();
        prop_assert_eq!(serde_json::from_str::<Interval>(&text).unwrap(), interval);
    }

    #[test]
    fn every_line_has_as_many_fields_as_the_header(reading in arbitrary::reading(), interval in arbitrary::interval()) {
        for file in [csv::write_readings(&Kind::ALL, [&reading]), csv::write_intervals(&Kind::ALL, [&interval])] {
            let counts: Vec<_> = file.trim_end().split("\r\n").map(|line| line.split(',').count()).collect();
            prop_assert_eq!(counts.len(), 2);
            prop_assert_eq!(counts.first(), counts.last());
            prop_assert!(!file.contains('"'));
        }
    }
}
