//! Channels that are being published, and who may read them.

use readings::Lane;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use zeroize::Zeroizing;

use super::StoreError;

/// Whose channel it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Carries {
    /// A lane.
    Lane(Lane),
    /// The history that one consent was granted.
    History([u8; 16]),
}

/// A channel as it stands on the disk.
#[derive(Clone)]
pub(crate) struct StoredChannel {
    /// Its row.
    pub(crate) id: i64,
    /// What it carries.
    pub(crate) carries: Carries,
    /// The length of its slots.
    pub(crate) slot_seconds: u32,
    /// `channel::Publisher` as bytes.
    pub(crate) publisher: Zeroizing<Vec<u8>>,
}

const COLUMNS: &str = "id, lane, consent, slot_seconds, publisher";

/// The channel that carries this, if it is published.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn find(db: &Connection, carries: Carries) -> Result<Option<StoredChannel>, StoreError> {
    let found = match carries {
        Carries::Lane(lane) => db
            .prepare_cached(&format!("SELECT {COLUMNS} FROM channel WHERE lane = ?1"))?
            .query_row([lane.code()], row)
            .optional()?,
        Carries::History(consent) => db
            .prepare_cached(&format!("SELECT {COLUMNS} FROM channel WHERE consent = ?1"))?
            .query_row([consent], row)
            .optional()?,
    };
    found.transpose()
}

/// All channels, in the order in which they began.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn all(db: &Connection) -> Result<Vec<StoredChannel>, StoreError> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM channel ORDER BY id"))?;
    let rows = statement.query_map([], row)?;
    rows.map(|found| found?).collect()
}

/// The lanes that are published.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn lanes(db: &Connection) -> Result<Vec<Lane>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT lane FROM channel WHERE lane IS NOT NULL ORDER BY lane")?;
    let codes = statement.query_map([], |row| row.get(0))?;
    codes.map(|code| lane_of(code?)).collect()
}

/// Begins a channel.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn insert(
    db: &Connection,
    carries: Carries,
    slot_seconds: u32,
    publisher: &[u8],
) -> Result<(), StoreError> {
    let (lane, consent) = match carries {
        Carries::Lane(lane) => (Some(lane.code()), None),
        Carries::History(consent) => (None, Some(consent)),
    };
    db.prepare_cached(
        "INSERT INTO channel (lane, consent, slot_seconds, publisher) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![lane, consent, slot_seconds, publisher])?;
    Ok(())
}

/// Moves a channel on.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn advance(db: &Connection, id: i64, publisher: &[u8]) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE channel SET publisher = ?2 WHERE id = ?1")?
        .execute(params![id, publisher])?;
    Ok(())
}

/// Ends a channel: its keys are gone.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn remove(db: &Connection, id: i64) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM channel WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

/// Who reads a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Holder {
    /// The owner.
    Owner,
    /// The provider of one consent.
    Consent([u8; 16]),
}

impl Holder {
    fn key(&self) -> &[u8] {
        match self {
            Self::Owner => b"owner",
            Self::Consent(id) => id,
        }
    }

    fn from_key(key: &[u8]) -> Result<Self, StoreError> {
        match key {
            b"owner" => Ok(Self::Owner),
            _ => key
                .try_into()
                .map(Self::Consent)
                .map_err(|_| StoreError::Damaged { what: "a reader" }),
        }
    }
}

/// A reader and its pairwise key as bytes.
pub(crate) type StoredReader = (Holder, Zeroizing<Vec<u8>>);

/// The readers of a lane and their pairwise keys, `channel::LanePairwise` as bytes.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn readers(db: &Connection, lane: Lane) -> Result<Vec<StoredReader>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT holder, pairwise FROM reader WHERE lane = ?1 ORDER BY holder")?;
    let rows = statement.query_map([lane.code()], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, Zeroizing::new(row.get(1)?)))
    })?;
    rows.map(|found| {
        let (key, pairwise) = found?;
        Ok((Holder::from_key(&key)?, pairwise))
    })
    .collect()
}

/// How many may read a lane.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn reader_count(db: &Connection, lane: Lane) -> Result<usize, StoreError> {
    let count: i64 = db
        .prepare_cached("SELECT count(*) FROM reader WHERE lane = ?1")?
        .query_row([lane.code()], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Lets somebody read a lane, or replaces their pairwise key.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn set_reader(
    db: &Connection,
    lane: Lane,
    holder: Holder,
    pairwise: &[u8],
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO reader (lane, holder, pairwise) VALUES (?1, ?2, ?3)
         ON CONFLICT (lane, holder) DO UPDATE SET pairwise = ?3",
    )?
    .execute(params![lane.code(), holder.key(), pairwise])?;
    Ok(())
}

/// Takes a lane away from somebody; true if they had it.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn remove_reader(
    db: &Connection,
    lane: Lane,
    holder: Holder,
) -> Result<bool, StoreError> {
    let removed = db
        .prepare_cached("DELETE FROM reader WHERE lane = ?1 AND holder = ?2")?
        .execute(params![lane.code(), holder.key()])?;
    Ok(removed > 0)
}

fn row(row: &Row<'_>) -> rusqlite::Result<Result<StoredChannel, StoreError>> {
    let lane: Option<u8> = row.get(1)?;
    let consent: Option<[u8; 16]> = row.get(2)?;
    let carries = match (lane, consent) {
        (Some(code), None) => lane_of(code).map(Carries::Lane),
        (None, Some(consent)) => Ok(Carries::History(consent)),
        _ => Err(StoreError::Damaged { what: "a channel" }),
    };
    let channel = StoredChannel {
        id: row.get(0)?,
        carries: match carries {
            Ok(carries) => carries,
            Err(error) => return Ok(Err(error)),
        },
        slot_seconds: row.get(3)?,
        publisher: Zeroizing::new(row.get(4)?),
    };
    Ok(Ok(channel))
}

fn lane_of(code: u8) -> Result<Lane, StoreError> {
    Lane::from_code(code).map_err(|_| StoreError::Damaged { what: "a lane" })
}
