#![allow(clippy::unwrap_used, reason = "tests")]
use chart::Measured;
use consent::Language;

use super::pictures::{Other, electricity, panels};
use super::*;
use crate::meter::PhaseNow;
use crate::phases::{PhaseLine, PhasePeak};
use crate::usage::{Point, Span, Totals};

fn screen(period: Period) -> MeterScreen {
    MeterScreen {
        id: "m1".into(),
        name: "Lindelaan 14 / boven".into(),
        period,
        day: "2026-06-01".into(),
        earlier: String::new(),
        later: None,
        from: 0,
        to: 86_400,
        spans: vec![
            Span {
                from: 0,
                to: 900,
                import_wh: Some(250),
                ..Span::default()
            },
            Span {
                from: 900,
                to: 1800,
                gas_l: Some(3),
                ..Span::default()
            },
        ],
        points: vec![Point { at: 5, net_w: -300 }],
        last: None,
        phases: Vec::new(),
        phase_peaks: Vec::new(),
        lately: None,
        totals: Totals::default(),
        standby_w: None,
        peak: None,
        prices: None,
        costs: None,
        price_reach: None,
        price_problem: None,
        now: 77,
    }
}

#[test]
fn a_file_is_called_after_its_meter_and_period() {
    let name = |period| named(&screen(period));
    assert_eq!(name(Period::Live), "live 77");
    assert_eq!(name(Period::Day), "2026-06-01");
    assert_eq!(name(Period::Week), "week 2026-06-01");
    assert_eq!(name(Period::Month), "2026-06");
    assert_eq!(name(Period::Year), "2026");
    assert_eq!(
        plain("../Lindelaan 14 / boven\u{202e}"),
        "---Lindelaan 14 - boven-"
    );
}

#[test]
fn a_day_is_in_kilowatts_and_a_week_in_kilowatt_hours_and_what_was_not_measured_is_absent() {
    let ups = |period| {
        electricity(&screen(period))
            .iter()
            .map(|piece| piece.up)
            .collect::<Vec<_>>()
    };
    assert_eq!(ups(Period::Day), [1.0]);
    assert_eq!(ups(Period::Week), [0.25]);
    let live = electricity(&screen(Period::Live));
    assert!(matches!(live.as_slice(), [piece] if piece.down == 0.3 && piece.up == 0.0));
}

#[test]
fn gas_is_drawn_in_cubic_metres_where_it_was_measured() {
    let week = screen(Period::Week);
    let gas = Other::Gas.pieces(&week);
    assert!(
        matches!(gas.as_slice(), [piece] if piece.start == 900 && piece.up == 0.003 && piece.down == 0.0)
    );
    assert!(Other::Heat.pieces(&week).is_empty());
    let words = words::of_other(Other::Gas, &week, Language::Nl);
    assert_eq!(
        (words.unit.as_str(), words.up.as_str()),
        ("Gas (m³)", "gas")
    );
    assert_eq!(words.fineness, "per dag");
}

#[test]
fn each_phase_has_its_own_picture_live_its_power_and_after_that_its_highest_current() {
    let mut live = screen(Period::Live);
    live.phases = vec![PhaseNow {
        phase: 2,
        decivolts: None,
        centiamperes: None,
        net_w: Some(-126),
        points: vec![Point { at: 5, net_w: -126 }],
    }];
    let drawn = panels(&live, Language::Nl);
    let phase = drawn.last().unwrap();
    assert_eq!(
        (phase.part.as_str(), phase.measured),
        (" phase 2", Measured::Electricity)
    );
    assert_eq!(phase.words.unit, "Fase 2: vermogen (kW)");
    assert!(matches!(phase.pieces[..], [piece] if piece.down == 0.126 && piece.up == 0.0));

    let mut week = screen(Period::Week);
    week.phase_peaks = vec![PhaseLine {
        phase: 1,
        points: Vec::new(),
        peaks: vec![PhasePeak {
            from: 0,
            to: 86_400,
            centiamperes: 1650,
        }],
    }];
    let drawn = panels(&week, Language::En);
    let phase = drawn.last().unwrap();
    assert_eq!(
        (phase.part.as_str(), phase.measured),
        (" phase 1", Measured::Current)
    );
    assert_eq!(phase.words.unit, "Phase 1: highest current (A)");
    assert_eq!(phase.words.fineness, "per day");
    assert!(matches!(phase.pieces[..], [piece] if piece.up == 16.5 && piece.end == 86_400));
}
