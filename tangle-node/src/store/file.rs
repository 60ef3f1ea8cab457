//! Opening the file, once a process.

use std::{
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use data_dir::steps_from;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use tangle::Cursor;

use super::StoreError;

/// `PRAGMA application_id`: "MKTN".
const APPLICATION: i64 = 0x4d4b_544e;

/// What made and changed the tables, a step a version.
const STEPS: [&str; 2] = [BLOCKS, MILESTONES];

/// The first block's number carries the file's birth, so that a place in another file's order is recognised.
/// Leaves room for a million blocks a second, and numbers stay below 2^53, exact in every JSON reader.
const NUMBERS_PER_SECOND: u64 = 1 << 20;

const BLOCKS: &str = "
    CREATE TABLE block (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        at     INTEGER NOT NULL,
        id     BLOB NOT NULL UNIQUE,
        tag    BLOB,
        bytes  BLOB NOT NULL
    ) STRICT;
    CREATE INDEX block_by_tag ON block (tag, number) WHERE tag IS NOT NULL;
    CREATE TABLE about (network TEXT NOT NULL, beginning INTEGER NOT NULL) STRICT;
";

/// Since version 2. `settled`: a milestone refers to every block up to there, or the block was there before the
/// milestones. `taken_until`, `taken_by`: blocks up to there without a reference count as referenced by that
/// milestone, because they arrived while none were issued. `walked`: in an index, the milestones whose past is here.
const MILESTONES: &str = "
    CREATE TABLE milestone (
        milestone_index INTEGER PRIMARY KEY,
        id              BLOB NOT NULL UNIQUE,
        timestamp       INTEGER NOT NULL,
        block           BLOB NOT NULL,
        first           INTEGER NOT NULL,
        last            INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX milestone_by_last ON milestone (last);
    CREATE TABLE reference (
        number          INTEGER PRIMARY KEY,
        milestone_index INTEGER NOT NULL,
        white_flag      INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE walked (milestone_index INTEGER PRIMARY KEY) STRICT;
    ALTER TABLE about ADD COLUMN coordinated INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE about ADD COLUMN settled     INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE about ADD COLUMN taken_until INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE about ADD COLUMN taken_by    INTEGER NOT NULL DEFAULT 0;
";

/// The writing connection, the lock that keeps other processes out, and the place before the first block.
pub(super) fn open(path: &Path, network: &str) -> Result<(Connection, File, Cursor), StoreError> {
    let lock = lock(path)?;
    private_file(path).map_err(|why| cannot_open(path, &why))?;
    let mut connection = Connection::open(path).map_err(|why| cannot_open(path, &why))?;
    check_owner(path, &connection)?;
    // FULL: a block is on disk when its commit returns, also when the power goes.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -16_384)?;
    // What a burst has grown is given back.
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    create(&mut connection, network)?;
    let beginning = check_network(path, &connection, network)?;
    Ok((connection, lock, beginning))
}

/// A connection that only reads.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).map_err(|why| cannot_open(path, &why))?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(16);
    // Room for the upper levels of the trees of ten million blocks, so that a look-up reads leaves only.
    connection.pragma_update(None, "cache_size", -16_384)?;
    Ok(connection)
}

fn lock(path: &Path) -> Result<File, StoreError> {
    let file = private_file(&beside(path)).map_err(|why| cannot_open(path, &why))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse(path.display().to_string())),
        Err(TryLockError::Error(why)) => Err(cannot_open(path, &why)),
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

fn private_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

fn check_owner(path: &Path, connection: &Connection) -> Result<(), StoreError> {
    let file = path.display().to_string();
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (Ok(application), Ok(version)) = (number("application_id"), number("user_version")) else {
        return Err(StoreError::NotOurs(file));
    };
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (application, version) {
        (APPLICATION, 1..) => match steps_from(version, &STEPS) {
            Ok(_) => Ok(()),
            Err(newer) => Err(StoreError::Newer {
                file,
                found: newer.found,
                known: newer.known,
            }),
        },
        (0, 0) if tables == 0 => Ok(()),
        _ => Err(StoreError::NotOurs(file)),
    }
}

/// All or nothing: a kill while the file is made leaves an empty one, and one while it is brought to this version
/// leaves the old one.
fn create(connection: &mut Connection, network: &str) -> Result<(), StoreError> {
    let transaction = connection.transaction()?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    // The file's owner was checked: there is no newer version here.
    let missing = steps_from(found, &STEPS).unwrap_or_default();
    if missing.is_empty() {
        return Ok(());
    }
    for step in missing {
        transaction.execute_batch(step)?;
    }
    if found == 0 {
        let beginning = (crate::now() * NUMBERS_PER_SECOND) as i64;
        transaction.execute(
            "INSERT INTO sqlite_sequence (name, seq) VALUES ('block', ?1)",
            params![beginning],
        )?;
        transaction.execute(
            "INSERT INTO about (network, beginning) VALUES (?1, ?2)",
            params![network, beginning],
        )?;
    } else {
        tracing::info!(
            "the file of version {found} is brought to version {}",
            STEPS.len()
        );
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", STEPS.len() as i64)?;
    transaction.commit()?;
    Ok(())
}

fn check_network(path: &Path, connection: &Connection, wanted: &str) -> Result<Cursor, StoreError> {
    let about = connection
        .query_row("SELECT network, beginning FROM about", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
        })
        .optional()?;
    let file = path.display().to_string();
    match about {
        Some((found, beginning)) if found == wanted => Ok(Cursor(beginning.unsigned_abs())),
        Some((found, _)) => Err(StoreError::OtherNetwork {
            file,
            found,
            wanted: wanted.to_owned(),
        }),
        None => Err(StoreError::NotOurs(file)),
    }
}

fn cannot_open(path: &Path, why: &dyn std::fmt::Display) -> StoreError {
    StoreError::Open {
        file: path.display().to_string(),
        why: why.to_string(),
    }
}
