//! Slots that have ended and wait to be sealed.

use readings::Lane;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::StoreError;

/// What one slot of a lane carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EndedSlot {
    /// Its number.
    pub(crate) slot: u64,
    /// The encoded batch and its codec; nothing for a cover block.
    pub(crate) batch: Option<(u16, Vec<u8>)>,
}

/// Notes what an ended slot carries.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn add(db: &Connection, lane: Lane, ended: &EndedSlot) -> Result<(), StoreError> {
    let (codec, body) = match &ended.batch {
        Some((codec, body)) => (*codec, Some(body)),
        None => (0, None),
    };
    db.prepare_cached(
        "INSERT OR IGNORE INTO pending (lane, slot, codec, body) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![lane.code(), ended.slot.cast_signed(), codec, body])?;
    Ok(())
}

/// The earliest slot of a lane that waits.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn first(db: &Connection, lane: Lane) -> Result<Option<EndedSlot>, StoreError> {
    Ok(db
        .prepare_cached(
            "SELECT slot, codec, body FROM pending WHERE lane = ?1 ORDER BY slot LIMIT 1",
        )?
        .query_row([lane.code()], |row| {
            let codec = row.get(1)?;
            let body: Option<Vec<u8>> = row.get(2)?;
            Ok(EndedSlot {
                slot: row.get::<_, i64>(0)?.cast_unsigned(),
                batch: body.map(|body| (codec, body)),
            })
        })
        .optional()?)
}

/// The last slot of a lane that waits.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn last(db: &Connection, lane: Lane) -> Result<Option<u64>, StoreError> {
    let last: Option<i64> = db
        .prepare_cached("SELECT max(slot) FROM pending WHERE lane = ?1")?
        .query_row([lane.code()], |row| row.get(0))?;
    Ok(last.map(i64::cast_unsigned))
}

/// Forgets a slot that was sealed.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn remove(db: &Connection, lane: Lane, slot: u64) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM pending WHERE lane = ?1 AND slot = ?2")?
        .execute(params![lane.code(), slot.cast_signed()])?;
    Ok(())
}

/// Forgets every slot of a lane: nobody may read it any more.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn clear(db: &Connection, lane: Lane) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM pending WHERE lane = ?1")?
        .execute([lane.code()])?;
    Ok(())
}

/// How many slots wait, over all lanes.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn count(db: &Connection) -> Result<usize, StoreError> {
    let count: i64 = db
        .prepare_cached("SELECT count(*) FROM pending")?
        .query_row([], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}
