//! The outbox: exact bytes in their order, kept until the ledger has confirmed them.
//!
//! A row goes from *unsent* to *sent* (the node took it) to gone (a milestone referenced it). A row whose confirmation does
//! not come is published again with the same bytes; readers know a block by its content and drop the copy.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::{StoreError, rows};

/// One block that waits to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parcel {
    /// Its place in the order.
    pub(crate) n: i64,
    /// What it is, for the log: "live/electricity", "grant"…
    pub(crate) what: String,
    /// Where it goes.
    pub(crate) tag: [u8; 32],
    /// The bytes.
    pub(crate) data: Vec<u8>,
}

/// Appends a block.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn add(
    db: &Connection,
    what: &str,
    tag: &[u8; 32],
    data: &[u8],
) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO outbox (what, tag) VALUES (?1, ?2)")?
        .execute(params![what, tag])?;
    db.prepare_cached("INSERT INTO outbox_bytes (n, data) VALUES (last_insert_rowid(), ?1)")?
        .execute([data])?;
    Ok(())
}

/// The first blocks that were not published yet.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn unsent(db: &Connection, limit: usize) -> Result<Vec<Parcel>, StoreError> {
    parcels(
        db,
        "SELECT n, what, tag, data FROM outbox JOIN outbox_bytes USING (n) WHERE sent_at IS NULL ORDER BY n LIMIT ?1",
        limit,
    )
}

/// How many blocks were not published yet.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn unsent_count(db: &Connection) -> Result<usize, StoreError> {
    count(db, "SELECT count(*) FROM outbox WHERE sent_at IS NULL")
}

/// How many blocks the node took that are not confirmed yet.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn unconfirmed_count(db: &Connection) -> Result<usize, StoreError> {
    count(db, "SELECT count(*) FROM outbox WHERE sent_at IS NOT NULL")
}

/// Notes that the node took a block and gave it this id.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn sent(db: &Connection, n: i64, block: &[u8; 32], now: u64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE outbox SET block = ?2, sent_at = ?3 WHERE n = ?1")?
        .execute(params![n, block, now.cast_signed()])?;
    Ok(())
}

/// A block that the node took and that may be confirmed by now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Its place in the order.
    pub(crate) n: i64,
    /// Its id on the ledger.
    pub(crate) block: [u8; 32],
    /// When the node took it.
    pub(crate) at: u64,
}

/// The earliest blocks that the node took before `before`.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn unconfirmed(
    db: &Connection,
    before: u64,
    limit: usize,
) -> Result<Vec<Sent>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT n, block, sent_at FROM outbox WHERE sent_at <= ?1 AND block IS NOT NULL ORDER BY n LIMIT ?2",
    )?;
    let rows = statement.query_map(params![before.cast_signed(), rows(limit)], |row| {
        Ok(Sent {
            n: row.get(0)?,
            block: row.get(1)?,
            at: row.get::<_, i64>(2)?.cast_unsigned(),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Forgets a block: it is confirmed.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn confirmed(db: &Connection, n: i64) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM outbox WHERE n = ?1")?
        .execute([n])?;
    db.prepare_cached("DELETE FROM outbox_bytes WHERE n = ?1")?
        .execute([n])?;
    Ok(())
}

/// The bytes of one block again, for a node that lost them.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn again(db: &Connection, n: i64) -> Result<Option<Parcel>, StoreError> {
    Ok(db
        .prepare_cached(
            "SELECT n, what, tag, data FROM outbox JOIN outbox_bytes USING (n) WHERE n = ?1",
        )?
        .query_row([n], parcel)
        .optional()?)
}

fn parcels(db: &Connection, query: &str, limit: usize) -> Result<Vec<Parcel>, StoreError> {
    let mut statement = db.prepare_cached(query)?;
    let found = statement.query_map([rows(limit)], parcel)?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn parcel(row: &rusqlite::Row<'_>) -> rusqlite::Result<Parcel> {
    Ok(Parcel {
        n: row.get(0)?,
        what: row.get(1)?,
        tag: row.get(2)?,
        data: row.get(3)?,
    })
}

fn count(db: &Connection, query: &str) -> Result<usize, StoreError> {
    let count: i64 = db.prepare_cached(query)?.query_row([], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}
