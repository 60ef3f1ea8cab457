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
    /// What is kept of past months: peaks in Belgium, registers in Hungary.
    Months,
}

/// The shape of a known object; `None` for one that is not known, among which are the past billing
/// periods that some meters give behind an F group.
#[inline]
pub(crate) fn shape(obis: Obis) -> Option<Shape> {
    if !obis.is_current() {
        return None;
    }
    let (a, b, c, d, e) = obis.groups();
    match (a, b) {
        (1, 0 | 1) => electricity(c, d, e),
        (0, 0) => household(c, d, e),
        (0, _) => mbus(c, d, e),
        // The version of the P1 interface.
        (1, 3) => matches!((c, d, e), (0, 2, 8)).then_some(Shape::Measure),
        (5..=9, _) => old_meters(c, d, e),
        _ => None,
    }
}

/// Whether it is a message to the household: up to 1,024 characters in DSMR 4 and 5.
pub(crate) fn is_message(obis: Obis) -> bool {
    matches!(obis.groups(), (0, 0, 96, 13, 0..=5))
}

/// The meter itself (DSMR 5.0.2 P1, section 6.12; e-MUCS P1 2.1; Smarty P1 1.1.3).
fn household(c: u8, d: u8, e: u8) -> Option<Shape> {
    match (c, d, e) {
        (1, 0, 0) => Some(Shape::Time),
        // Identifiers, the Belgian version, messages to the household, state and error of D0.
        (42, 0, 0) | (96, 1, 0..=9 | 255) | (96, 13, 0..=5) => Some(Shape::Text),
        (0, 0, 0..=9) | (96, 5, 0..=5) | (97, 97, 0) => Some(Shape::Text),
        // `ON` or `OFF`, in Hungary.
        (96, 50, 68) => Some(Shape::Text),
        // Tariff, switch and relays, threshold, numbers of power failures.
        (96, 14, 0 | 1) | (96, 3, 10) | (17, 0, 0) | (96, 7, 0..=21) => Some(Shape::Measure),
        (98, 1, 0) => Some(Shape::Months),
        (99, 97, 0) => Some(Shape::FailureLog),
        _ => None,
    }
}

/// Meters for gas, water, heat, cold, or a second one for electricity, on the M-Bus; and relays.
fn mbus(c: u8, d: u8, e: u8) -> Option<Shape> {
    match (c, d, e) {
        (24, 2, 1..=3) => Some(Shape::Timed),
        (24, 1 | 4, 0) | (96, 3, 10) => Some(Shape::Measure),
        (96, 1, 0..=9) | (42, 0, 0) => Some(Shape::Text),
        (24, 3, 0 | 1) => Some(Shape::Series),
        _ => None,
    }
}

/// The second channel is what meters in Switzerland use, and that of Luxembourg's limits.
#[inline]
fn electricity(c: u8, d: u8, e: u8) -> Option<Shape> {
    match (d, c, e) {
        // Powers, currents, voltages, power factors, frequency: total and by phase.
        (7, 1..=16 | 21..=36 | 41..=56 | 61..=76 | 90..=92, 0..=4) => Some(Shape::Measure),
        // Registers, in total and by tariff (11 to 13 in Israel): active, reactive by direction and quadrant, apparent.
        (8, 1..=10 | 15 | 16 | 21..=30 | 41..=50 | 61..=70, 0..=8 | 11..=13) => {
            Some(Shape::Measure)
        }
        // The lowest power factor, and how long the meter averages.
        (3, 13, 0) | (8, 0, 0..=9) => Some(Shape::Measure),
        // Voltage sags and swells by phase: how many, how long and how deep the last one.
        (32..=34 | 36..=38, 32 | 52 | 72, 0) => Some(Shape::Measure),
        // Limits by phase; averages of the running quarter of an hour and of the last one.
        (4, 11 | 31 | 51 | 71 | 1..=10 | 15 | 16, 0) => Some(Shape::Measure),
        (5, 1..=10 | 15 | 16, 0) => Some(Shape::Measure),
        // The peak of this month.
        (6, 1..=10 | 15 | 16, 0..=4) => Some(Shape::Timed),
        // Averages of ten minutes or a quarter of an hour.
        (24, 1..=16 | 31 | 32 | 51 | 52 | 71 | 72, 0) => Some(Shape::Measure),
        (97, 99, 0) => Some(Shape::FailureLog),
        // Identifiers, state and versions of D0 meters and of programs.
        (0, 0, 0..=9) | (1, 96, 0..=9 | 255) | (5, 96, 0..=5) | (2, 0, 0..=8) => Some(Shape::Text),
        (9, 0, 1 | 2) => Some(Shape::Text),
        _ => None,
    }
}

/// Heat (5), cold (6), gas (7) and water (8, 9) in DSMR 2.x, before they moved to `0-n:24`.
fn old_meters(c: u8, d: u8, e: u8) -> Option<Shape> {
    match (c, d, e) {
        (0, 0, 0) => Some(Shape::Text),
        (1, 0, 0) | (23, 1 | 2, 0) => Some(Shape::Timed),
        (24, 4, 0) | (96, 3, 10) => Some(Shape::Measure),
        _ => None,
    }
}
