//! The owner's own readings, as they came: one encoded batch a slot.

use consent::DeviceId;
use readings::Lane;
use rusqlite::{Connection, params};

use super::letter::{from_sql, to_sql};
use super::{Store, StoreError};

/// A batch of one slot, still encoded.
pub(crate) struct StoredBatch {
    /// When its slot begins, in unix seconds.
    pub(crate) at: u64,
    /// The number of its first block in the channel.
    pub(crate) seq: u64,
    pub(crate) codec: u16,
    pub(crate) body: Vec<u8>,
}

impl Store {
    pub(crate) fn has_readers(&self, device: &DeviceId) -> Result<bool, StoreError> {
        let query = "SELECT count(*) FROM reader WHERE device = ?1";
        Ok(self
            .connection
            .query_row(query, [device.as_bytes()], |row| row.get::<_, i64>(0))?
            > 0)
    }

    /// The lanes of a device that the owner has keys for, each with its reader's state.
    pub(crate) fn readers(&self, device: &DeviceId) -> Result<Vec<(Lane, Vec<u8>)>, StoreError> {
        let mut query = self
            .connection
            .prepare("SELECT lane, state FROM reader WHERE device = ?1")?;
        let rows = query.query_map([device.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let lane = |(code, state): (u8, Vec<u8>)| {
            let lane = Lane::from_code(code).map_err(|_| StoreError::Damaged { what: "a lane" })?;
            Ok((lane, state))
        };
        rows.map(|row| lane(row?)).collect()
    }

    /// When the newest slot of each lane began of which something was read, in unix seconds.
    pub(crate) fn newest(&self, device: &DeviceId) -> Result<Vec<(Lane, u64)>, StoreError> {
        let query = "SELECT lane, max(at) FROM own_data WHERE device = ?1 GROUP BY lane";
        let mut query = self.connection.prepare(query)?;
        let rows = query.query_map([device.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let newest = |(code, at): (u8, i64)| {
            let lane = Lane::from_code(code).map_err(|_| StoreError::Damaged { what: "a lane" })?;
            Ok((lane, from_sql(at)))
        };
        rows.map(|row| newest(row?)).collect()
    }

    /// The same of one lane.
    pub(crate) fn newest_of(
        &self,
        device: &DeviceId,
        lane: Lane,
    ) -> Result<Option<u64>, StoreError> {
        let query = "SELECT max(at) FROM own_data WHERE device = ?1 AND lane = ?2";
        let values = params![device.as_bytes(), lane.code()];
        let newest: Option<i64> = self.connection.query_row(query, values, |row| row.get(0))?;
        Ok(newest.map(from_sql))
    }

    /// Batches of a lane whose slots begin within these unix seconds, oldest first.
    pub(crate) fn batches(
        &self,
        device: &DeviceId,
        lane: Lane,
        from: u64,
        to: u64,
    ) -> Result<Vec<StoredBatch>, StoreError> {
        let query = "SELECT at, seq, codec, batch FROM own_data
                     WHERE device = ?1 AND lane = ?2 AND at >= ?3 AND at < ?4 ORDER BY at, seq";
        let mut query = self.connection.prepare(query)?;
        let values = params![device.as_bytes(), lane.code(), to_sql(from), to_sql(to)];
        let rows = query.query_map(values, |row| {
            Ok(StoredBatch {
                at: from_sql(row.get(0)?),
                seq: from_sql(row.get(1)?),
                codec: row.get(2)?,
                body: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

pub(crate) fn set_reader(
    connection: &Connection,
    device: &DeviceId,
    lane: Lane,
    state: &[u8],
) -> Result<(), StoreError> {
    let query = "INSERT INTO reader (device, lane, state) VALUES (?1, ?2, ?3)
                 ON CONFLICT (device, lane) DO UPDATE SET state = excluded.state";
    connection.execute(query, params![device.as_bytes(), lane.code(), state])?;
    Ok(())
}

/// A batch that is there already stays: after new keys the same slots may be read again.
pub(crate) fn add_batch(
    connection: &Connection,
    device: &DeviceId,
    lane: Lane,
    batch: &StoredBatch,
) -> Result<bool, StoreError> {
    let query = "INSERT OR IGNORE INTO own_data (device, lane, at, seq, codec, batch)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let values = params![
        device.as_bytes(),
        lane.code(),
        to_sql(batch.at),
        to_sql(batch.seq),
        batch.codec,
        batch.body
    ];
    Ok(connection.execute(query, values)? > 0)
}
