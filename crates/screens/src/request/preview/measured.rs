//! From what was measured to what a preview draws.

use readings::{Metered, Reading};

use crate::phases::PhaseLine;
use crate::terms::seconds;
use crate::usage::{self, Span};

/// What flowed between what gas, water and heat meters said: they speak every five minutes or every hour, however often
/// they are read.
pub(super) fn flows(readings: &[Reading]) -> Vec<Span> {
    let all = readings.iter().map(|reading| &reading.gas_water_heat);
    let gas = all.clone().map(|meters| told(&meters.gas, |litre| litre.0));
    let water = all
        .clone()
        .map(|meters| told(&meters.water, |litre| litre.0));
    let heat = all.map(|meters| told(&meters.heat, |kilojoule| kilojoule.0));
    let gas = between(gas).map(|(span, flowed)| Span {
        gas_l: flowed,
        ..span
    });
    let water = between(water).map(|(span, flowed)| Span {
        water_l: flowed,
        ..span
    });
    let heat = between(heat).map(|(span, flowed)| Span {
        heat_kj: flowed,
        ..span
    });
    gas.chain(water).chain(heat).collect()
}

/// When a meter said it, and how far it was.
fn told<U: Copy>(meter: &Metered<U>, number: impl Fn(U) -> i64) -> Option<(u64, i64)> {
    let at = meter.measured?.to_unix()?;
    Some((u64::try_from(at.0).ok()?, number(meter.register?)))
}

fn between(
    told: impl Iterator<Item = Option<(u64, i64)>>,
) -> impl Iterator<Item = (Span, Option<u32>)> {
    let mut last: Option<(u64, i64)> = None;
    told.flatten().filter_map(move |(at, register)| {
        let (before, was) = last.replace((at, register))?;
        let flowed = register
            .checked_sub(was)
            .and_then(|flowed| u32::try_from(flowed).ok());
        (at > before).then(|| {
            let span = Span {
                from: seconds(before),
                to: seconds(at),
                whole: true,
                ..Span::default()
            };
            (span, flowed)
        })
    })
}

pub(super) fn phase_points(readings: &[Reading]) -> Vec<PhaseLine> {
    let line = |phase: u8, of: fn(&Reading) -> &readings::Phase| {
        let points = readings.iter().filter_map(|reading| {
            let phase = of(reading);
            usage::net_point(reading.at, phase.power_import, phase.power_export)
        });
        PhaseLine {
            phase,
            points: points.collect(),
            peaks: Vec::new(),
        }
    };
    let lines = [
        line(1, |reading| &reading.phases.l1),
        line(2, |reading| &reading.phases.l2),
        line(3, |reading| &reading.phases.l3),
    ];
    lines
        .into_iter()
        .filter(|line| !line.points.is_empty())
        .collect()
}
