#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use jiff::tz::TimeZone;
use readings::{Litre, Mark, MeterTime, Metered, Reading, UnixSeconds};

use super::*;

const MIDNIGHT: u64 = 1_781_820_000;
const NEXT: u64 = MIDNIGHT + 86_400;

fn calendar() -> Calendar {
    Calendar(TimeZone::get("Europe/Amsterdam").unwrap())
}

/// A home that measured all day, with or without gas and phases, and of which nobody watched every reading.
fn home(gas: Option<u32>, phases: usize) -> Yesterday {
    let quarters = (0..96).map(|quarter| Span {
        from: seconds(MIDNIGHT + quarter * 900),
        to: seconds(MIDNIGHT + (quarter + 1) * 900),
        import_wh: Some(100),
        gas_l: gas,
        whole: true,
        ..Span::default()
    });
    let mut peaks = example::phase_peaks(MIDNIGHT);
    peaks.truncate(phases);
    let mut yesterday = Yesterday {
        calendar: calendar(),
        from: MIDNIGHT,
        to: NEXT,
        quarters: (None, quarters.collect()),
        points: (None, Vec::new()),
        gas: (None, Vec::new()),
        phases: (None, Vec::new()),
        peaks: (None, peaks),
    };
    yesterday.stand_in();
    yesterday
}

#[test]
fn each_kind_is_drawn_at_its_own_fineness_and_nothing_else_with_it() {
    let home = home(Some(5), 3);
    let electricity = home.preview(Kind::Electricity, Fineness::Day);
    assert_eq!((electricity.spans.len(), electricity.points.len()), (1, 0));
    assert_eq!(electricity.spans[0].import_wh, Some(9_600));
    assert_eq!(electricity.spans[0].gas_l, None, "gas is another lane");
    let gas = home.preview(Kind::GasWaterHeat, Fineness::QuarterHour);
    assert_eq!((gas.spans.len(), gas.example), (96, None));
    assert_eq!(gas.spans[0].import_wh, None);
    let phases = home.preview(Kind::Phases, Fineness::Day);
    assert_eq!(phases.phases.len(), 3);
    assert!(phases.phases.iter().all(|line| line.peaks.len() == 1));
    let fine = home.preview(Kind::Phases, Fineness::QuarterHour);
    let of_the_day = fine.phases[0].peaks.iter().map(|peak| peak.centiamperes);
    assert_eq!(
        of_the_day.max(),
        Some(phases.phases[0].peaks[0].centiamperes)
    );
}

#[test]
fn single_readings_that_were_not_kept_are_an_example_and_say_why() {
    let home = home(Some(5), 3);
    for kind in [Kind::Electricity, Kind::GasWaterHeat, Kind::Phases] {
        let live = home.preview(kind, Fineness::Live);
        assert_eq!(live.example, Some(ExampleWhy::NotKept), "{kind:?}");
        let day = home.preview(kind, Fineness::Day);
        assert_eq!(day.example, None, "{kind:?}");
    }
}

#[test]
fn what_a_home_does_not_have_has_no_example() {
    let home = home(None, 0);
    for kind in [Kind::GasWaterHeat, Kind::Phases] {
        for fineness in [Fineness::Live, Fineness::QuarterHour, Fineness::Day] {
            let preview = home.preview(kind, fineness);
            assert_eq!(preview.example, None, "{kind:?} {fineness:?}");
            assert!(preview.spans.is_empty() && preview.phases.is_empty());
        }
    }
}

#[test]
fn every_reading_that_was_kept_is_this_home() {
    let mut home = home(None, 0);
    let points = example::points(MIDNIGHT);
    home.points = (None, points.clone());
    home.stand_in();
    let live = home.preview(Kind::Electricity, Fineness::Live);
    assert_eq!((live.example, live.points), (None, points));
}

#[test]
fn gas_flows_from_one_word_of_its_meter_to_the_next() {
    let told = |minute| MeterTime::new(2026, 6, 19, 0, minute, 0, Mark::Summer).unwrap();
    let reading = |at: i64, minute, litres| {
        let mut reading = Reading::at(UnixSeconds(at));
        reading.gas_water_heat.gas = Metered {
            register: Some(Litre(litres)),
            measured: Some(told(minute)),
        };
        reading
    };
    let readings = [
        reading(10, 0, 1_000),
        reading(20, 0, 1_000),
        reading(310, 5, 1_004),
        reading(610, 10, 1_004),
        reading(910, 15, 2),
    ];
    let begin = u32::try_from(told(0).to_unix().unwrap().0).unwrap();
    let flowed: Vec<_> = flows(&readings)
        .iter()
        .map(|span| (span.from - begin, span.to - begin, span.gas_l))
        .collect();
    assert_eq!(
        flowed,
        [
            (0, 300, Some(4)),
            (300, 600, Some(0)),
            // A meter that was replaced begins again: how much flowed is not known.
            (600, 900, None),
        ]
    );
}
