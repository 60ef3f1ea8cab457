//! The tables, and how an older database is brought up to date.

use data_dir::steps_from;
use rusqlite::Connection;

use super::StoreError;

/// What made the tables and every change to them, in order.
const STEPS: &[&str] = &[TABLES, BLOCKS_ARE_KEPT];
/// The format this program writes (`PRAGMA user_version`): how many steps were taken.
pub const VERSION: i64 = STEPS.len() as i64;

/// Prepares a connection and its tables.
///
/// `secure_delete` overwrites what is deleted with zeros, because erasing keys and readings is a promise made to people.
///
/// # Errors
/// [`StoreError::Newer`] when a newer program wrote the database; else what SQLite says.
pub fn prepare(connection: &Connection) -> Result<(), StoreError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let missing = steps_from(found, STEPS).map_err(|newer| StoreError::Newer {
        found: newer.found,
        known: newer.known,
    })?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    if !missing.is_empty() {
        let steps = missing.concat();
        connection.execute_batch(&format!(
            "BEGIN IMMEDIATE; {steps} PRAGMA user_version = {VERSION}; COMMIT;"
        ))?;
    }
    Ok(())
}

const TABLES: &str = "
CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;

CREATE TABLE consent (
    id TEXT PRIMARY KEY,
    visitor BLOB NOT NULL UNIQUE,
    requested_at INTEGER NOT NULL,
    readings INTEGER NOT NULL DEFAULT 0,
    first_at INTEGER,
    last_at INTEGER,
    record TEXT NOT NULL
) STRICT;

CREATE TABLE secret (
    consent TEXT NOT NULL REFERENCES consent (id),
    part INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (consent, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE batch (
    place INTEGER PRIMARY KEY,
    consent TEXT NOT NULL REFERENCES consent (id),
    lane INTEGER NOT NULL,
    channel BLOB NOT NULL,
    seq INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (consent, channel, seq)
) STRICT;
CREATE INDEX batch_by_time ON batch (consent, first_at, place);

CREATE TABLE bucket (
    consent TEXT NOT NULL REFERENCES consent (id),
    resolution INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    import_first INTEGER, import_last INTEGER,
    export_first INTEGER, export_last INTEGER,
    power_import_sum INTEGER NOT NULL, power_import_samples INTEGER NOT NULL,
    power_export_sum INTEGER NOT NULL, power_export_samples INTEGER NOT NULL,
    import_wh INTEGER, export_wh INTEGER,
    PRIMARY KEY (consent, resolution, start)
) STRICT, WITHOUT ROWID;

CREATE TABLE outgoing (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    tag BLOB NOT NULL,
    data BLOB NOT NULL
) STRICT;
";

/// Published blocks are kept until the ledger has confirmed them.
const BLOCKS_ARE_KEPT: &str = "
ALTER TABLE outgoing ADD COLUMN block BLOB;
ALTER TABLE outgoing ADD COLUMN sent_at INTEGER;
CREATE INDEX outgoing_sent ON outgoing (sent_at);
";
