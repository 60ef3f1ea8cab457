//! History that was granted and is still to be sent.

use readings::Lane;
use rusqlite::{Connection, Row, params};

use super::StoreError;

/// What of a lane's past one consent still gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owed {
    /// Which consent.
    pub(crate) consent: [u8; 16],
    /// Which lane.
    pub(crate) lane: Lane,
    /// Everything before this was sent.
    pub(crate) sent_to: u64,
    /// Up to here, in unix seconds.
    pub(crate) until: u64,
}

/// Notes what a consent gets, or how far it was sent.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn set(db: &Connection, owed: &Owed) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO history (consent, lane, sent_to, until) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (consent, lane) DO UPDATE SET sent_to = ?3",
    )?
    .execute(params![
        owed.consent,
        owed.lane.code(),
        owed.sent_to.cast_signed(),
        owed.until.cast_signed()
    ])?;
    Ok(())
}

/// Everything that is still to be sent, consent by consent.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn all(db: &Connection) -> Result<Vec<Owed>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT consent, lane, sent_to, until FROM history ORDER BY consent, lane DESC",
    )?;
    let rows = statement.query_map([], row)?;
    rows.map(|owed| owed?).collect()
}

/// Forgets what was sent to its end.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn done(db: &Connection, owed: &Owed) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM history WHERE consent = ?1 AND lane = ?2")?
        .execute(params![owed.consent, owed.lane.code()])?;
    Ok(())
}

/// Forgets what a consent was granted; true if something was left to send.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn forget(db: &Connection, consent: &[u8; 16]) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("DELETE FROM history WHERE consent = ?1")?
        .execute([consent])?
        > 0)
}

fn row(row: &Row<'_>) -> rusqlite::Result<Result<Owed, StoreError>> {
    let Ok(lane) = Lane::from_code(row.get(1)?) else {
        return Ok(Err(StoreError::Damaged { what: "history" }));
    };
    Ok(Ok(Owed {
        consent: row.get(0)?,
        lane,
        sent_to: row.get::<_, i64>(2)?.cast_unsigned(),
        until: row.get::<_, i64>(3)?.cast_unsigned(),
    }))
}
