//! What the meter said: every reading for some days, quarter-hours and days for good.

use readings::codec::{self, CodecError};
use readings::{Batch, Granularity, Interval, Kind, Lane, Reading};
use rusqlite::{Connection, params};

use super::{StoreError, rows};

/// Keeps the readings of one minute, beside those of the same minute that were kept before a restart.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn keep_minute(
    db: &Connection,
    minute: u64,
    readings: &[Reading],
) -> Result<(), StoreError> {
    for kind in Kind::ALL {
        let mut rows = telling(readings, kind);
        if !rows.is_empty() {
            let earlier = raw_of(db, kind, minute, minute + 60)?;
            let is_new = |kept: &Reading| rows.iter().all(|row| row.at != kept.at);
            let earlier: Vec<Reading> = earlier.into_iter().filter(is_new).collect();
            rows.splice(0..0, earlier);
            rows.sort_by_key(|row| row.at);
            let batch = Batch::Readings(rows);
            db.prepare_cached(
                "INSERT OR REPLACE INTO raw (minute, kind, body) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![
                minute.cast_signed(),
                kind.code(),
                encoded(kind, &batch)?
            ])?;
        }
    }
    Ok(())
}

/// The readings of one kind from `since` to before `until`, earliest first.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn raw_of(
    db: &Connection,
    kind: Kind,
    since: u64,
    until: u64,
) -> Result<Vec<Reading>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT body FROM raw WHERE kind = ?1 AND minute >= ?2 AND minute < ?3 ORDER BY minute",
    )?;
    let first_minute = since - since % 60;
    let bodies = statement.query_map(
        params![kind.code(), first_minute.cast_signed(), until.cast_signed()],
        |row| row.get::<_, Vec<u8>>(0),
    )?;
    let within =
        |reading: &Reading| (since.cast_signed()..until.cast_signed()).contains(&reading.at.0);
    let mut readings = Vec::new();
    for body in bodies {
        match codec::decode(&body?) {
            Ok((_, Batch::Readings(minute))) => readings.extend(minute.into_iter().filter(within)),
            _ => {
                return Err(StoreError::Damaged {
                    what: "raw readings",
                });
            }
        }
    }
    Ok(readings)
}

/// Forgets readings from before `until`; says how many rows went.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn forget_raw(db: &Connection, until: u64) -> Result<usize, StoreError> {
    Ok(db
        .prepare_cached("DELETE FROM raw WHERE minute < ?1")?
        .execute([until.cast_signed()])?)
}

/// The beginning of the earliest minute that is kept.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn earliest_raw(db: &Connection) -> Result<Option<u64>, StoreError> {
    let earliest: Option<i64> = db
        .prepare_cached("SELECT min(minute) FROM raw")?
        .query_row([], |row| row.get(0))?;
    Ok(earliest.map(i64::cast_unsigned))
}

/// Keeps an interval. One that is kept already stays as it is: what was published is never rewritten.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn keep_interval(
    db: &Connection,
    granularity: Granularity,
    interval: &Interval,
) -> Result<(), StoreError> {
    for kind in Kind::ALL
        .into_iter()
        .filter(|kind| says_something(interval, *kind))
    {
        let body = encoded(kind, &Batch::Intervals(vec![interval.clone()]))?;
        db.prepare_cached("INSERT OR IGNORE INTO interval (granularity, kind, start, body) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![number(granularity), kind.code(), interval.start.0, body])?;
    }
    Ok(())
}

/// The intervals of a lane that begin from `since` to before `until`, earliest first, at most `limit`.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn intervals(
    db: &Connection,
    lane: Lane,
    since: u64,
    until: u64,
    limit: usize,
) -> Result<Vec<Interval>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT body FROM interval WHERE granularity = ?1 AND kind = ?2 AND start >= ?3 AND start < ?4
         ORDER BY start LIMIT ?5",
    )?;
    let bodies = statement.query_map(
        params![
            number(lane.granularity),
            lane.kind.code(),
            since.cast_signed(),
            until.cast_signed(),
            rows(limit)
        ],
        |row| row.get::<_, Vec<u8>>(0),
    )?;
    let mut intervals = Vec::new();
    for body in bodies {
        match codec::decode(&body?) {
            Ok((_, Batch::Intervals(found))) => intervals.extend(found),
            _ => return Err(StoreError::Damaged { what: "intervals" }),
        }
    }
    Ok(intervals)
}

/// When the last interval of this granularity ended.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn last_interval_end(
    db: &Connection,
    granularity: Granularity,
) -> Result<Option<u64>, StoreError> {
    let start: Option<i64> = db
        .prepare_cached("SELECT max(start) FROM interval WHERE granularity = ?1")?
        .query_row([number(granularity)], |row| row.get(0))?;
    let length = Lane::new(granularity, Kind::Electricity).default_slot_seconds();
    Ok(start.map(|start| start.cast_unsigned() + u64::from(length)))
}

/// The readings that say something of this kind, and of each only that.
#[must_use]
pub(crate) fn telling(readings: &[Reading], kind: Kind) -> Vec<Reading> {
    readings
        .iter()
        .map(|reading| reading.only(kind))
        .filter(|narrowed| {
            let silent = Reading {
                meter_time: narrowed.meter_time,
                ..Reading::at(narrowed.at)
            };
            *narrowed != silent
        })
        .collect()
}

fn says_something(interval: &Interval, kind: Kind) -> bool {
    let narrowed = interval.only(kind);
    let silent = Interval {
        readings: narrowed.readings,
        ..Interval::between(narrowed.start, narrowed.end)
    };
    narrowed != silent
}

fn encoded(kind: Kind, batch: &Batch) -> Result<Vec<u8>, StoreError> {
    codec::encode(kind, batch).map_err(|_: CodecError| StoreError::Damaged {
        what: "readings of one minute",
    })
}

fn number(granularity: Granularity) -> u8 {
    match granularity {
        Granularity::Live => 0,
        Granularity::QuarterHour => 1,
        Granularity::Day => 2,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use readings::{Electricity, UnixSeconds, Watt};

    use super::*;

    fn at(second: i64) -> Reading {
        Reading {
            electricity: Electricity {
                power_import: Some(Watt(second)),
                ..Electricity::default()
            },
            ..Reading::at(UnixSeconds(second))
        }
    }

    #[test]
    fn a_minute_that_a_restart_cuts_in_two_keeps_both_halves() {
        let dir = tempfile::tempdir().unwrap();
        let store = super::super::Store::open(&dir.path().join("test.db")).unwrap();
        let db = store.read();
        keep_minute(db, 600, &[at(600), at(601)]).unwrap();
        keep_minute(db, 600, &[at(601), at(630)]).unwrap();
        let kept = raw_of(db, Kind::Electricity, 0, 1_000).unwrap();
        let times: Vec<i64> = kept.iter().map(|reading| reading.at.0).collect();
        assert_eq!(times, [600, 601, 630]);
    }
}
