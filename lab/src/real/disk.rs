//! What a killed Pi has left on its disk: from here on it has promised that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use readings::{Batch, Lane, codec};
use rusqlite::Connection;
use scenarios::copy_dir;

/// A second that was measured, and the lane that carries it.
pub(crate) type Second = (Lane, i64);

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

impl Disk {
    /// Notes what is there now. Works on a copy, so that the Pi finds its write-ahead log as it was left.
    pub(crate) fn note(&mut self, pi: &Path, scratch: &Path) -> anyhow::Result<()> {
        copy_dir(pi, scratch);
        let noted = self.read(&scratch.join("pi-daemon.db"));
        std::fs::remove_dir_all(scratch)?;
        noted
    }

    fn read(&mut self, file: &Path) -> anyhow::Result<()> {
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
        Ok(())
    }
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
            seconds.extend(readings.iter().map(|reading| (lane, reading.at.0)));
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
