//! The phases at this moment, and how they came there.

use readings::{Phase, Phases, Reading};
use serde::Serialize;
use specta::Type;

use crate::usage::Point;

/// One phase at one moment, and how it came there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct PhaseNow {
    /// 1, 2 or 3.
    pub phase: u8,
    /// In tenths of volts.
    pub decivolts: Option<u32>,
    /// In hundredths of amperes.
    pub centiamperes: Option<u32>,
    /// Watts from the grid; below zero to it.
    pub net_w: Option<i32>,
    /// The same of every reading of the live graph.
    pub points: Vec<Point>,
}

/// The phases that the last reading has, each with its power in all of them.
pub(super) fn of(readings: &[Reading]) -> Vec<PhaseNow> {
    let Some(last) = readings.last() else {
        return Vec::new();
    };
    let one = |phase_of: fn(&Phases) -> &Phase, number: u8| {
        let phase = phase_of(&last.phases);
        (*phase != Phase::default()).then(|| PhaseNow {
            phase: number,
            decivolts: phase.voltage.map(|voltage| voltage.0),
            centiamperes: phase.current.map(|current| current.0),
            net_w: net(phase),
            points: readings
                .iter()
                .filter_map(|reading| {
                    let at = u32::try_from(reading.at.0).ok()?;
                    let net_w = net(phase_of(&reading.phases))?;
                    Some(Point { at, net_w })
                })
                .collect(),
        })
    };
    let all = [
        one(|phases| &phases.l1, 1),
        one(|phases| &phases.l2, 2),
        one(|phases| &phases.l3, 3),
    ];
    all.into_iter().flatten().collect()
}

/// Watts from the grid; below zero to it; absent if not measured.
fn net(phase: &Phase) -> Option<i32> {
    let drawn = phase.power_import.map(|watt| watt.0);
    let given = phase.power_export.map(|watt| watt.0);
    drawn.or(given)?;
    let net = drawn.unwrap_or(0).saturating_sub(given.unwrap_or(0));
    i32::try_from(net).ok()
}

#[cfg(test)]
mod tests {
    use readings::{UnixSeconds, Watt};

    use super::*;

    #[test]
    fn a_phase_has_its_power_in_every_reading_and_one_that_is_not_there_is_left_out() {
        let reading = |at: i64, drawn: u32, given: u32| {
            let mut reading = Reading::at(UnixSeconds(at));
            reading.phases.l1.power_import = Some(Watt(drawn.into()));
            reading.phases.l1.power_export = Some(Watt(given.into()));
            reading
        };
        let shown = of(&[reading(10, 500, 0), reading(20, 0, 126)]);
        let point = |at, net_w| Point { at, net_w };
        assert_eq!(
            shown,
            [PhaseNow {
                phase: 1,
                decivolts: None,
                centiamperes: None,
                net_w: Some(-126),
                points: vec![point(10, 500), point(20, -126)],
            }]
        );
        assert_eq!(of(&[]), []);
    }
}
