//! What a killed Pi has left on its disk: from here on it has promised that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use readings::{Batch, Lane, MeterTime, Reading, codec};
use rusqlite::Connection;

const DATABASE: &str = "pi-daemon.db";
/// Where SQLite writes first.
pub(crate) const WRITE_AHEAD_LOG: &str = "pi-daemon.db-wal";

/// A second that was measured, and the lane that carries it.
pub(crate) type Second = (Lane, i64);

/// When the meter says that it measured: on a busy machine two telegrams may arrive within one second of the Pi.
pub(crate) fn measured(reading: &Reading) -> i64 {
    let by_meter = reading.meter_time.and_then(MeterTime::to_unix);
    by_meter.unwrap_or(reading.at).0
}

/// Everything that a Pi ever had on its disk when it was killed.
#[derive(Default)]
pub(crate) struct Disk {
    /// Readings of slots that had ended, but were not sealed.
    pub(crate) acknowledged: BTreeSet<Second>,
    /// Blocks that were sealed, with their tags.
    pub(crate) sealed: BTreeMap<[u8; 32], Vec<u8>>,
    /// Rows of roll-ups, and of the raw copy.
    pub(crate) kept: BTreeSet<(u8, u8, i64)>,
    last_parcel: i64,
}

/// What a kill cut short.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CutShort {
    /// Slots that had ended and were not sealed.
    pub(crate) slots_to_seal: u64,
    /// Blocks that were sealed and, as far as the Pi knew, not published.
    pub(crate) blocks_to_publish: u64,
    /// Blocks of a key rotation among them.
    pub(crate) of_a_rotation: u64,
}

impl CutShort {
    /// Nothing waited for anything.
    pub(crate) fn is_nothing(&self) -> bool {
        self.slots_to_seal + self.blocks_to_publish == 0
    }
}

impl Disk {
    /// Notes what is there now. Works on a copy, so that the Pi finds its write-ahead log as it was left.
    pub(crate) fn note(&mut self, pi: &Path, scratch: &Path) -> anyhow::Result<CutShort> {
        std::fs::create_dir_all(scratch)?;
        for file in [DATABASE, WRITE_AHEAD_LOG] {
            if pi.join(file).exists() {
                std::fs::copy(pi.join(file), scratch.join(file))?;
            }
        }
        let noted = self.read(&scratch.join(DATABASE));
        std::fs::remove_dir_all(scratch)?;
        noted
    }

    fn read(&mut self, file: &Path) -> anyhow::Result<CutShort> {
        let db = Connection::open(file)?;
        self.acknowledged.extend(pending(&db)?);
        for (n, tag, data) in parcels(&db, self.last_parcel)? {
            self.last_parcel = n;
            let before = self.sealed.insert(tag, data.clone());
            anyhow::ensure!(
                before.is_none_or(|before| before == data),
                "two different blocks were sealed for one place"
            );
        }
        self.kept.extend(kept(&db)?);
        cut_short(&db)
    }
}

fn cut_short(db: &Connection) -> anyhow::Result<CutShort> {
    let count =
        |question: &str| db.query_row(question, [], |row| row.get::<_, u32>(0).map(u64::from));
    Ok(CutShort {
        slots_to_seal: count("SELECT count(*) FROM pending")?,
        blocks_to_publish: count("SELECT count(*) FROM outbox WHERE sent_at IS NULL")?,
        of_a_rotation: count(
            "SELECT count(*) FROM outbox WHERE sent_at IS NULL AND what = 'key rotation'",
        )?,
    })
}

/// The rows of roll-ups and of the raw copy, by what they are of.
pub(crate) fn kept(db: &Connection) -> anyhow::Result<Vec<(u8, u8, i64)>> {
    let mut statement = db.prepare(
        "SELECT 0, kind, minute FROM raw UNION SELECT granularity, kind, start FROM interval",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn pending(db: &Connection) -> anyhow::Result<Vec<Second>> {
    let mut statement = db.prepare("SELECT lane, body FROM pending WHERE body IS NOT NULL")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, u8>(0)?, row.get::<_, Vec<u8>>(1)?))
    })?;
    let mut seconds = Vec::new();
    for row in rows {
        let (lane, body) = row?;
        let lane = Lane::from_code(lane)?;
        if let (_, Batch::Readings(readings)) = codec::decode(&body)? {
            seconds.extend(readings.iter().map(|reading| (lane, measured(reading))));
        }
    }
    Ok(seconds)
}

type Parcel = (i64, [u8; 32], Vec<u8>);

fn parcels(db: &Connection, after: i64) -> anyhow::Result<Vec<Parcel>> {
    let mut statement = db.prepare(
        "SELECT n, tag, data FROM outbox JOIN outbox_bytes USING (n) WHERE n > ?1 ORDER BY n",
    )?;
    let rows = statement.query_map([after], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
