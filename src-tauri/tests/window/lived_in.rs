//! A home that was measured for a year already: what its wallet would have read by now, written where it keeps it.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use readings::codec::{self, CODEC};
use readings::{
    Batch, CentiAmpere, Granularity, Interval, Kind, Lane, Litre, PhaseSummaries, PhaseSummary,
    Registers, UnixSeconds, Usage, WattHour,
};
use rusqlite::{Connection, params};
use simulated_meter::{Household, Totals};
use wallet::Home;

const QUARTER: i64 = 900;
const DAY: i64 = 86_400;
/// The household of the Pi's simulated meter.
const SEED: u64 = 1;
/// Days of more than a year.
const DAYS: i64 = 400;

/// Fills the wallet in this directory, whose window is closed and whose one meter was added before: with quarter hours of
/// two months.
pub(crate) fn since_a_year(directory: &Path) {
    since(directory, 62);
}

/// The same with quarter hours of so many days.
pub(crate) fn since(directory: &Path, quarters_of: i64) {
    let database = Home::open(directory).unwrap().database().unwrap();
    let mut database = Connection::open(database).unwrap();
    let device: Vec<u8> = database
        .query_row("SELECT device FROM reader", [], |row| row.get(0))
        .unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = i64::try_from(now.as_secs()).unwrap();
    let mut household = Household::new(SEED);
    let transaction = database.transaction().unwrap();
    for (granularity, length, count) in [
        (Granularity::Day, DAY, DAYS),
        (
            Granularity::QuarterHour,
            QUARTER,
            quarters_of * DAY / QUARTER,
        ),
    ] {
        // What is measured from now on comes from the Pi.
        let last = now - now.rem_euclid(length);
        let first = last - count * length;
        let mut before = household.measure_at(first).totals;
        for start in (first..last).step_by(usize::try_from(length).unwrap()) {
            let after = household.measure_at(start + length).totals;
            let interval = Interval {
                used: used(&before, &after),
                phases: phases(&mut household, start, length),
                readings: u32::try_from(length / 10).unwrap(),
                ..Interval::between(UnixSeconds(start), UnixSeconds(start + length))
            };
            for kind in Kind::ALL {
                let batch = Batch::Intervals(vec![interval.only(kind)]);
                let body = codec::encode(kind, &batch).unwrap();
                let lane = Lane::new(granularity, kind).code();
                transaction
                    .execute(
                        "INSERT INTO own_data (device, lane, at, seq, codec, batch) VALUES (?, ?, ?, 0, ?, ?)",
                        params![device, lane, start, CODEC, body],
                    )
                    .unwrap();
            }
            before = after;
        }
    }
    transaction.commit().unwrap();
}

fn used(before: &Totals, after: &Totals) -> Usage {
    let watt_hours = |register: u64| i64::try_from(register / 3_600).unwrap();
    let between = |before: [u64; 2], after: [u64; 2]| {
        let [low, normal] = [0, 1].map(|n| WattHour(watt_hours(after[n]) - watt_hours(before[n])));
        Registers {
            t1: Some(low),
            t2: Some(normal),
            ..Registers::default()
        }
    };
    let litres = |millilitres: u64| i64::try_from(millilitres / 1_000).unwrap();
    Usage {
        import: between(before.import, after.import),
        export: between(before.export, after.export),
        gas: Some(Litre(litres(after.gas) - litres(before.gas))),
        ..Usage::default()
    }
}

/// The highest current of each phase at a few times within.
fn phases(household: &mut Household, start: i64, length: i64) -> PhaseSummaries {
    let mut highest = [0; 3];
    for quarter in 1..=4 {
        let now = household.measure_at(start + length * quarter / 4);
        for (phase, highest) in highest.iter_mut().enumerate() {
            let current = now.watts[phase].unsigned_abs() * 1_000;
            *highest = current
                .div_euclid(now.decivolts[phase].unsigned_abs())
                .max(*highest);
        }
    }
    let [l1, l2, l3] = highest.map(|current| PhaseSummary {
        current_max: Some(CentiAmpere(current)),
        ..PhaseSummary::default()
    });
    PhaseSummaries {
        l1,
        l2,
        l3,
        ..PhaseSummaries::default()
    }
}
