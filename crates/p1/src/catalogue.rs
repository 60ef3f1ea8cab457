//! Which codes are known, and what their content looks like.

use crate::Obis;

/// What the content of an object looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Measure,
    Time,
    Text,
    Timed,
    Series,
    FailureLog,
    Peaks,
}

/// The shape of a known object; `None` for one that is not known, among which are the past billing
/// periods that some meters give behind an F group.
pub(crate) fn shape(obis: Obis) -> Option<Shape> {
    if obis.f.is_some_and(|period| period != 255) {
        return None;
    }
    match obis.a {
        0 if obis.b == 0 => household(obis),
        0 => mbus(obis),
        1 => electricity(obis),
        5..=9 => old_meters(obis),
        _ => None,
    }
}

/// The meter itself (DSMR 5.0.2 P1, section 6.12; e-MUCS P1; Smarty P1).
fn household(obis: Obis) -> Option<Shape> {
    match (obis.c, obis.d, obis.e) {
        (1, 0, 0) => Some(Shape::Time),
        // Identifiers, the Belgian version, messages to the household.
        (42, 0, 0) | (96, 1, 0..=4 | 255) | (96, 13, 0..=5) => Some(Shape::Text),
        // Tariff, switch and relays, threshold, numbers of power failures.
        (96, 14, 0) | (96, 3, 10) | (17, 0, 0) | (96, 7, 0..=21) => Some(Shape::Measure),
        (98, 1, 0) => Some(Shape::Peaks),
        _ => None,
    }
}

/// Meters for gas, water, heat, cold, or a second one for electricity, on the M-Bus.
fn mbus(obis: Obis) -> Option<Shape> {
    match (obis.c, obis.d, obis.e) {
        (96, 1, 0..=2) => Some(Shape::Text),
        (24, 2, 1..=3) => Some(Shape::Timed),
        (24, 3, 0 | 1) => Some(Shape::Series),
        (24, 1 | 4, 0) | (96, 3, 10) => Some(Shape::Measure),
        _ => None,
    }
}

fn electricity(obis: Obis) -> Option<Shape> {
    match (obis.b, obis.c, obis.d, obis.e) {
        // The version of the P1 interface.
        (3, 0, 2, 8) => Some(Shape::Measure),
        // Identifier and status of D0 meters.
        (0, 0, 0, 0..=9) | (0, 96, 1, 0 | 1 | 255) | (0, 96, 5, 5) => Some(Shape::Text),
        // Registers, in total and by tariff: active, reactive by direction and quadrant, apparent.
        (0, 1..=10 | 15 | 16, 8, 0..=4) => Some(Shape::Measure),
        // Powers, currents, voltages, power factors, frequency: total and by phase.
        (0, 1..=80, 7, 0) => Some(Shape::Measure),
        // Voltage sags and swells by phase.
        (0, 32 | 52 | 72, 32 | 36, 0) => Some(Shape::Measure),
        // Thresholds by phase, the average demand of this quarter of an hour.
        (0, 31 | 51 | 71 | 1 | 2, 4, 0) | (1, 31, 4, 0) => Some(Shape::Measure),
        // The peak of this month.
        (0, 1 | 2, 6, 0) => Some(Shape::Timed),
        (0, 99, 97, 0) => Some(Shape::FailureLog),
        _ => None,
    }
}

/// Heat (5, 6), gas (7) and water (8, 9) in DSMR 2.x, before they moved to `0-n:24`.
fn old_meters(obis: Obis) -> Option<Shape> {
    match (obis.b, obis.c, obis.d, obis.e) {
        (0, 0, 0, 0) => Some(Shape::Text),
        (0, 1, 0, 0) | (0, 23, 1 | 2, 0) => Some(Shape::Timed),
        (0, 24, 4, 0) => Some(Shape::Measure),
        _ => None,
    }
}
