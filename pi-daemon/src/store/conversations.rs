//! The consent channels: who has said how much, so that a number is never used twice.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::StoreError;

/// The log of one consent channel, `consent::ConsentLog` as bytes.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn log(db: &Connection, consent: &[u8; 16]) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(db
        .prepare_cached("SELECT log FROM conversation WHERE consent = ?1")?
        .query_row([consent], |row| row.get(0))
        .optional()?)
}

/// Stores the log of a consent channel.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn set_log(db: &Connection, consent: &[u8; 16], log: &[u8]) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO conversation (consent, log) VALUES (?1, ?2) ON CONFLICT (consent) DO UPDATE SET log = ?2",
    )?
    .execute(params![consent, log])?;
    Ok(())
}

/// Forgets a consent channel.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn forget(db: &Connection, consent: &[u8; 16]) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM conversation WHERE consent = ?1")?
        .execute([consent])?;
    Ok(())
}

/// Forgets every consent channel.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn forget_all(db: &Connection) -> Result<(), StoreError> {
    db.execute("DELETE FROM conversation", [])?;
    Ok(())
}
