//! The wallet's database: a copy of the journal, what waits to be sent, and how far others were read.
//!
//! All of it but the waiting letters can be found again on the Tangle with the 24 words.

use std::path::Path;
use std::time::Duration;

use consent::journal::ChainSecrets;
use consent::{JournalEntry, JournalRecord};
use data_dir::steps_from;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::position::Position;

mod letter;
mod readings;

pub(crate) use letter::{Draft, Letter, Sealed, add_letter, remove_letter};
pub(crate) use readings::{StoredBatch, add_batch, set_reader};

/// `MKWA`, so that the file says what it is.
const APPLICATION: i32 = 0x4d4b_5741;
/// What made the tables and every change to them, in order; how many steps were taken stands in `user_version`.
const STEPS: &[&str] = &[include_str!("store/schema.sql")];
const SCHEMA: i32 = STEPS.len() as i32;
/// So many entries of the journal are in memory at a time.
const PART: u32 = 256;

/// What can be wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A newer program has written it.
    #[error(
        "the wallet's database is of version {found}; this program knows version {SCHEMA}, so update it"
    )]
    Newer {
        /// Its version.
        found: i32,
    },
    /// Some other program's file.
    #[error("the wallet's database belongs to another program")]
    Foreign,
    /// Another wallet's database.
    #[error(
        "this database belongs to another wallet than these words; move it away, and it is rebuilt"
    )]
    OtherWallet,
    /// Something in it cannot be read.
    #[error(
        "{what} in the wallet's database cannot be read; move the file away, and it is rebuilt from the words"
    )]
    Damaged {
        /// What.
        what: &'static str,
    },
    /// The disk is full.
    #[error("the disk is full: nothing was done; make room and try again")]
    Full,
    /// SQLite.
    #[error("the wallet's database: {0}")]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
                Self::Damaged { what: "something" }
            }
            _ => Self::Sqlite(error),
        }
    }
}

/// Names a conversation whose position is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place<'a> {
    /// The chain to a device: `channel::Chain`.
    Control(&'a consent::DeviceId),
    /// The chain from a device: `channel::Chain`.
    Status(&'a consent::DeviceId),
    /// A consent channel: `consent::ConsentLog`.
    Log(&'a consent::ConsentId),
}

impl Place<'_> {
    fn name(&self) -> String {
        match self {
            Self::Control(device) => format!("control/{device}"),
            Self::Status(device) => format!("status/{device}"),
            Self::Log(consent) => format!("log/{consent}"),
        }
    }
}

/// One entry of the journal as it stands on the Tangle: body ‖ signature.
pub(crate) struct StoredEntry {
    pub(crate) number: u32,
    pub(crate) body: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

pub(crate) struct Store {
    connection: Connection,
}

impl Store {
    /// Opens the database, or makes it.
    pub(crate) fn open(path: &Path, fingerprint: &[u8; 16]) -> Result<Self, StoreError> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "secure_delete", "ON")?;
        let mut store = Self { connection };
        store.migrate()?;
        store.check_owner(fingerprint)?;
        Ok(store)
    }

    fn migrate(&mut self) -> Result<(), StoreError> {
        let number = |name| {
            self.connection
                .pragma_query_value(None, name, |row| row.get::<_, i32>(0))
        };
        let (application, version) = (number("application_id")?, number("user_version")?);
        match (application, version) {
            (APPLICATION, found) => match steps_from(found.into(), STEPS) {
                Ok([]) => Ok(()),
                Ok(missing) => self.take(missing),
                Err(_) => Err(StoreError::Newer { found }),
            },
            (0, 0) if self.is_empty()? => self.take(STEPS),
            _ => Err(StoreError::Foreign),
        }
    }

    fn is_empty(&self) -> Result<bool, StoreError> {
        let tables = "SELECT count(*) FROM sqlite_master";
        Ok(self
            .connection
            .query_row(tables, [], |row| row.get::<_, i64>(0))?
            == 0)
    }

    fn take(&mut self, missing: &[&str]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        for step in missing {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", SCHEMA)?;
        Ok(transaction.commit()?)
    }

    fn check_owner(&mut self, fingerprint: &[u8; 16]) -> Result<(), StoreError> {
        match self.meta("fingerprint")? {
            Some(found) if found == fingerprint => Ok(()),
            Some(_) => Err(StoreError::OtherWallet),
            None => self.set_meta("fingerprint", fingerprint),
        }
    }

    pub(crate) fn meta(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let query = "SELECT value FROM meta WHERE key = ?1";
        Ok(self
            .connection
            .query_row(query, [key], |row| row.get(0))
            .optional()?)
    }

    pub(crate) fn set_meta(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        set_meta(&self.connection, key, value)
    }

    /// The journal, from its first entry. A long one is never in memory as a whole.
    pub(crate) fn journal(&self) -> impl Iterator<Item = Result<StoredEntry, StoreError>> {
        let (mut part, mut next) = (Vec::new().into_iter(), 0);
        std::iter::from_fn(move || {
            if part.len() == 0 {
                match self.journal_from(next) {
                    Ok(more) => part = more.into_iter(),
                    Err(error) => return Some(Err(error)),
                }
            }
            let entry: StoredEntry = part.next()?;
            next = entry.number.saturating_add(1);
            Some(Ok(entry))
        })
    }

    /// A part of the journal: entries from this number on, some hundreds at most; none if it ends before.
    pub(crate) fn journal_from(&self, number: u32) -> Result<Vec<StoredEntry>, StoreError> {
        let query = "SELECT number, body, signature FROM journal WHERE number >= ?1
                     ORDER BY number LIMIT ?2";
        let mut query = self.connection.prepare(query)?;
        let rows = query.query_map([number, PART], |row| {
            Ok(StoredEntry {
                number: row.get(0)?,
                body: row.get(1)?,
                signature: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(crate) fn place(&self, place: Place<'_>) -> Result<Option<Vec<u8>>, StoreError> {
        let query = "SELECT state FROM place WHERE name = ?1";
        Ok(self
            .connection
            .query_row(query, [place.name()], |row| row.get(0))
            .optional()?)
    }

    pub(crate) fn set_place(&self, place: Place<'_>, state: &[u8]) -> Result<(), StoreError> {
        set_place(&self.connection, place, state)
    }

    /// Everything that `work` does happens, or nothing of it.
    pub(crate) fn atomically<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let transaction = self.connection.transaction()?;
        let value = work(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }
}

pub(crate) fn add_entry(
    connection: &Connection,
    number: u32,
    body: &[u8],
    signature: &[u8],
) -> Result<(), StoreError> {
    let query = "INSERT INTO journal (number, body, signature) VALUES (?1, ?2, ?3)";
    connection.execute(query, params![number, body, signature])?;
    Ok(())
}

pub(crate) fn set_meta(connection: &Connection, key: &str, value: &[u8]) -> Result<(), StoreError> {
    let query = "INSERT INTO meta (key, value) VALUES (?1, ?2)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    connection.execute(query, params![key, value])?;
    Ok(())
}

pub(crate) fn set_place(
    connection: &Connection,
    place: Place<'_>,
    state: &[u8],
) -> Result<(), StoreError> {
    let query = "INSERT INTO place (name, state) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET state = excluded.state";
    connection.execute(query, params![place.name(), state])?;
    Ok(())
}

/// A device that was added begins both conversations anew.
pub(crate) fn start_places(
    connection: &Connection,
    record: &JournalRecord,
) -> Result<(), StoreError> {
    let JournalEntry::DeviceAdded(secrets) = &record.entry else {
        return Ok(());
    };
    let device = secrets.device();
    for (place, secret) in [
        (Place::Control(&device), &secrets.control),
        (Place::Status(&device), &secrets.status),
    ] {
        let start = ChainSecrets {
            index: 0,
            secret: secret.clone(),
        };
        set_place(connection, place, &Position::at(&start).to_bytes())?;
    }
    Ok(())
}
