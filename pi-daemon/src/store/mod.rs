//! The device's one SQLite file.
//!
//! Whatever belongs together is written together: [`Store::transaction`] is the only way to change anything, and every
//! piece (outbox, channels, readings) is a set of functions over the transaction they are part of.

pub(crate) mod channels;
pub(crate) mod conversations;
pub(crate) mod history;
pub(crate) mod outbox;
pub(crate) mod pending;
pub(crate) mod readings;
pub(crate) mod settings;

use std::path::Path;

use data_dir::{NewerTables, steps_from};
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

/// What made the tables and every change to them, in order; how many steps were taken stands in SQLite's `user_version`.
const STEPS: &[&str] = &[include_str!("schema.sql")];
/// 4 MiB of pages in memory are plenty for what the daemon asks.
const CACHE_KIB: i64 = 4096;

/// The device's database.
pub(crate) struct Store {
    db: Connection,
}

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the sentences say it")]
pub enum StoreError {
    #[error("the database {path} cannot be opened: {source}")]
    Open {
        path: String,
        source: rusqlite::Error,
    },
    #[error(
        "the database {path} has version {}, this pi-daemon knows versions up to {}. Install the newer pi-daemon that wrote it", .tables.found, .tables.known
    )]
    Newer { path: String, tables: NewerTables },
    #[error(
        "the disk is full. Free some space; until then raw readings are not kept, and publishing waits if it must"
    )]
    Full,
    #[error("the database does not take it: {0}")]
    Sqlite(rusqlite::Error),
    #[error(
        "what the database holds as {what} cannot be read; restore the data directory from a backup, or set the device up anew"
    )]
    Damaged { what: &'static str },
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            // A write-ahead log that cannot grow is reported as a failed write.
            Some(ErrorCode::SystemIoFailure) if error.to_string().contains("disk I/O") => {
                Self::Full
            }
            _ => Self::Sqlite(error),
        }
    }
}

impl Store {
    /// Opens the database, creating its tables in an empty file and bringing older ones up to date.
    ///
    /// # Errors
    /// [`StoreError`]; among them a file that a newer version wrote.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, STEPS)
    }

    fn open_with(path: &Path, steps: &[&str]) -> Result<Self, StoreError> {
        let named = |source| StoreError::Open {
            path: path.display().to_string(),
            source,
        };
        let mut db = Connection::open(path).map_err(named)?;
        db.pragma_update(None, "journal_mode", "WAL")
            .map_err(named)?;
        db.pragma_update(None, "synchronous", "FULL")
            .map_err(named)?;
        db.pragma_update(None, "secure_delete", true)
            .map_err(named)?;
        db.pragma_update(None, "cache_size", -CACHE_KIB)
            .map_err(named)?;
        let found: i64 = db
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(named)?;
        let missing = steps_from(found, steps).map_err(|tables| StoreError::Newer {
            path: path.display().to_string(),
            tables,
        })?;
        if !missing.is_empty() {
            take(&mut db, missing, steps.len()).map_err(named)?;
        }
        Ok(Self { db })
    }

    /// Does all of `work`, or none of it; what is done is on the disk when this returns.
    ///
    /// # Errors
    /// Those of `work`, and [`StoreError`] when it cannot be written.
    pub(crate) fn transaction<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let done = work(&transaction)?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(done)
    }

    /// Looks something up.
    pub(crate) fn read(&self) -> &Connection {
        &self.db
    }
}

/// A number of rows as SQLite counts them.
fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// All of the steps or none, so that a power cut leaves the old tables.
fn take(db: &mut Connection, missing: &[&str], version: usize) -> rusqlite::Result<()> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in missing {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", rows(version))?;
    transaction.commit()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_database_of_a_newer_version_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("test.db");
        let store = Store::open(&path).unwrap();
        store.db.pragma_update(None, "user_version", 7).unwrap();
        drop(store);
        let error = Store::open(&path).err().unwrap().to_string();
        assert!(error.contains("version 7"), "{error}");
    }

    #[test]
    fn a_database_of_an_older_version_takes_the_steps_that_are_missing_and_keeps_what_it_holds() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("test.db");
        let mut store = Store::open(&path).unwrap();
        store
            .transaction(|db| settings::set(db, settings::Name::Identity, b"kept"))
            .unwrap();
        drop(store);
        let steps = [STEPS, &["CREATE TABLE tomorrow (at INTEGER) STRICT"]].concat();
        for _ in 0..2 {
            let store = Store::open_with(&path, &steps).unwrap();
            let kept = settings::get(store.read(), settings::Name::Identity).unwrap();
            assert_eq!(kept.unwrap().as_slice(), b"kept");
            store
                .db
                .execute("INSERT INTO tomorrow VALUES (1)", [])
                .unwrap();
        }
        // A step that fails leaves everything as it was.
        let broken = [steps.as_slice(), &["DROP TABLE tomorrow; nonsense"]].concat();
        assert!(Store::open_with(&path, &broken).is_err());
        Store::open_with(&path, &steps).unwrap();
        let newer = Store::open(&path).err().unwrap().to_string();
        assert!(newer.contains("version 2"), "{newer}");
    }

    #[test]
    fn a_file_that_is_no_database_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("test.db");
        std::fs::write(
            &path,
            "this is a text, not a database, however long it may be ".repeat(99),
        )
        .unwrap();
        let error = Store::open(&path).err().unwrap().to_string();
        assert!(error.contains("test.db"), "{error}");
    }

    #[test]
    fn work_that_fails_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(&dir.path().join("test.db")).unwrap();
        let failed: Result<(), StoreError> = store.transaction(|db| {
            settings::set(db, settings::Name::Identity, b"half")?;
            Err(StoreError::Damaged { what: "the test" })
        });
        failed.unwrap_err();
        assert_eq!(
            settings::get(store.read(), settings::Name::Identity).unwrap(),
            None
        );
    }
}
