//! The store in one SQLite file: write-ahead log, every commit on the disk before it counts, deleted bytes overwritten.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{
    Connection, OpenFlags, OptionalExtension as _, Row, Transaction, TransactionBehavior, params,
};
use zeroize::Zeroizing;

use super::{
    Batch, BatchPlace, Change, Holdings, Outgoing, Part, Secrets, Sent, Span, Store, StoreError,
    schema,
};
use crate::consents::{ConsentRecord, Id};
use crate::usage::{Bucket, Mean, Register, Resolution};

/// One connection writes, another reads, so that a long graph never holds up a reading that comes in.
#[derive(Debug)]
pub struct SqliteStore {
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
}

impl SqliteStore {
    /// Opens or creates the file.
    ///
    /// # Errors
    /// When a newer program wrote it, or SQLite refuses.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let writer = Connection::open(path)?;
        schema::prepare(&writer)?;
        let reader = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        schema::prepare(&reader)?;
        reader.pragma_update(None, "query_only", "ON")?;
        Ok(Self {
            writer: Mutex::new(writer),
            reader: Mutex::new(reader),
        })
    }

    fn reader(&self) -> MutexGuard<'_, Connection> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let outcome = work(&transaction)?;
        transaction.commit()?;
        Ok(outcome)
    }
}

impl Store for SqliteStore {
    fn commit(&self, change: Change) -> Result<ConsentRecord, StoreError> {
        let erase = change.erase;
        let stored = self.write(|tx| apply(tx, change))?;
        if erase {
            // The log still holds the old pages until it is folded into the file, where secure_delete has overwritten them.
            let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
        Ok(stored)
    }

    fn create(&self, change: Change, visitor: &[u8; 32]) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO consent (id, visitor, requested_at, record) VALUES (?1, ?2, ?3, '')",
                params![
                    change.record.id.as_str(),
                    visitor,
                    change.record.requested_at
                ],
            )?;
            apply(tx, change).map(drop)
        })
    }

    fn forget_requests(&self, before: i64) -> Result<usize, StoreError> {
        const OVER: &str =
            "SELECT id FROM consent WHERE record ->> 'state' IN ('Declined', 'Lapsed', 'Malformed')
             AND coalesce(record ->> 'ended_at', record ->> 'request_expires_at') <= ?1";
        self.write(|tx| {
            tx.execute(
                &format!("DELETE FROM secret WHERE consent IN ({OVER})"),
                [before],
            )?;
            Ok(tx.execute(
                &format!("DELETE FROM consent WHERE id IN ({OVER})"),
                [before],
            )?)
        })
    }

    fn consents(&self) -> Result<Vec<ConsentRecord>, StoreError> {
        let reader = self.reader();
        let mut query =
            reader.prepare_cached(&format!("{RECORD} ORDER BY requested_at DESC, id"))?;
        let rows = query.query_map([], record_row)?;
        rows.map(|row| record_of(row?)).collect()
    }

    fn consent(&self, id: &Id) -> Result<Option<ConsentRecord>, StoreError> {
        let reader = self.reader();
        let mut query = reader.prepare_cached(&format!("{RECORD} WHERE id = ?1"))?;
        query
            .query_row([id.as_str()], record_row)
            .optional()?
            .map(record_of)
            .transpose()
    }

    fn consent_of_visitor(&self, visitor: &[u8; 32]) -> Result<Option<ConsentRecord>, StoreError> {
        let reader = self.reader();
        let mut query = reader.prepare_cached(&format!("{RECORD} WHERE visitor = ?1"))?;
        query
            .query_row([visitor], record_row)
            .optional()?
            .map(record_of)
            .transpose()
    }

    fn secrets(&self, id: &Id) -> Result<Vec<(Part, Secrets)>, StoreError> {
        let reader = self.reader();
        let mut query = reader
            .prepare_cached("SELECT part, body FROM secret WHERE consent = ?1 ORDER BY part")?;
        let rows = query.query_map([id.as_str()], |row| {
            Ok((row.get(0)?, Secrets(Zeroizing::new(row.get(1)?))))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn batches(
        &self,
        id: &Id,
        span: Span,
        after: BatchPlace,
        limit: u32,
    ) -> Result<Vec<(BatchPlace, Batch)>, StoreError> {
        let reader = self.reader();
        let mut query = reader.prepare_cached(
            "SELECT place, lane, channel, seq, first_at, last_at, count, body FROM batch
             WHERE consent = ?1 AND first_at < ?2 AND last_at >= ?3 AND (first_at, place) > (?4, ?5)
             ORDER BY first_at, place LIMIT ?6",
        )?;
        let rows = query.query_map(
            params![
                id.as_str(),
                span.to,
                span.from,
                after.first_at,
                after.row,
                limit
            ],
            batch_row,
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn buckets(
        &self,
        id: &Id,
        resolution: Resolution,
        span: Span,
    ) -> Result<Vec<Bucket>, StoreError> {
        let reader = self.reader();
        let mut query = reader.prepare_cached(
            "SELECT start, end, first_at, last_at, import_first, import_last, export_first, export_last,
                    power_import_sum, power_import_samples, power_export_sum, power_export_samples, import_wh, export_wh
             FROM bucket WHERE consent = ?1 AND resolution = ?2 AND start >= ?3 AND start < ?4 ORDER BY start",
        )?;
        let rows = query.query_map(
            params![id.as_str(), resolution.code(), span.from, span.to],
            |row| bucket_row(row, resolution),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn outgoing(&self, limit: u32) -> Result<Vec<Outgoing>, StoreError> {
        let reader = self.reader();
        let mut query = reader.prepare_cached(
            "SELECT place, tag, data FROM outgoing WHERE sent_at IS NULL ORDER BY place LIMIT ?1",
        )?;
        let rows = query.query_map([limit], |row| {
            Ok(Outgoing {
                place: row.get(0)?,
                tag: row.get(1)?,
                data: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn sent(&self, place: i64, block: &[u8; 32], now: i64) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.execute(
                "UPDATE outgoing SET block = ?2, sent_at = ?3 WHERE place = ?1",
                params![place, block, now],
            )?;
            Ok(())
        })
    }

    fn unconfirmed(&self, before: i64, limit: u32) -> Result<Vec<Sent>, StoreError> {
        let reader = self.reader();
        let mut query = reader.prepare_cached(
            "SELECT place, block, sent_at FROM outgoing WHERE sent_at <= ?1 ORDER BY sent_at, place LIMIT ?2",
        )?;
        let rows = query.query_map(params![before, limit], |row| {
            Ok(Sent {
                place: row.get(0)?,
                block: row.get(1)?,
                at: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn confirmed(&self, place: i64) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.execute("DELETE FROM outgoing WHERE place = ?1", [place])?;
            Ok(())
        })
    }

    fn lost(&self, place: i64) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.execute(
                "UPDATE outgoing SET block = NULL, sent_at = NULL WHERE place = ?1",
                [place],
            )?;
            Ok(())
        })
    }

    fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let reader = self.reader();
        let mut query = reader.prepare_cached("SELECT value FROM setting WHERE name = ?1")?;
        Ok(query.query_row([name], |row| row.get(0)).optional()?)
    }

    fn set_setting(&self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                params![name, value],
            )?;
            Ok(())
        })
    }

    fn holdings(&self) -> Result<Holdings, StoreError> {
        let reader = self.reader();
        let count = |sql: &str| {
            reader
                .query_row(sql, [], |row| row.get::<_, i64>(0))
                .map(i64::unsigned_abs)
        };
        Ok(Holdings {
            consents: count("SELECT count(*) FROM consent")?,
            batches: count("SELECT count(*) FROM batch")?,
            outgoing: count("SELECT count(*) FROM outgoing")?,
            bytes: count("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")?,
        })
    }
}

fn apply(tx: &Transaction<'_>, change: Change) -> Result<ConsentRecord, StoreError> {
    let id = change.record.id.clone();
    if change.erase {
        erase(tx, &id)?;
    }
    for arrival in &change.arrivals {
        if add_batch(tx, &id, &arrival.batch)? {
            for bucket in &arrival.buckets {
                add_bucket(tx, &id, bucket)?;
            }
        }
    }
    for block in &change.outgoing {
        tx.prepare_cached("INSERT INTO outgoing (tag, data) VALUES (?1, ?2)")?
            .execute(params![block.tag, block.data])?;
    }
    for (part, body) in &change.secrets {
        set_secret(tx, &id, *part, body.as_ref())?;
    }
    let record = serde_json::to_string(&change.record)
        .map_err(|error| StoreError::Damaged(error.to_string()))?;
    tx.prepare_cached("UPDATE consent SET record = ?2 WHERE id = ?1")?
        .execute(params![id.as_str(), record])?;
    let mut query = tx.prepare_cached(&format!("{RECORD} WHERE id = ?1"))?;
    record_of(query.query_row([id.as_str()], record_row)?)
}

fn set_secret(
    tx: &Transaction<'_>,
    id: &Id,
    part: Part,
    body: Option<&Secrets>,
) -> Result<(), StoreError> {
    if let Some(Secrets(body)) = body {
        tx.prepare_cached("INSERT INTO secret (consent, part, body) VALUES (?1, ?2, ?3) ON CONFLICT (consent, part) DO UPDATE SET body = excluded.body")?
            .execute(params![id.as_str(), part, body.as_slice()])?;
    } else {
        tx.prepare_cached("DELETE FROM secret WHERE consent = ?1 AND part = ?2")?
            .execute(params![id.as_str(), part])?;
    }
    Ok(())
}

fn erase(tx: &Transaction<'_>, id: &Id) -> Result<(), StoreError> {
    for table in ["batch", "bucket", "secret"] {
        tx.execute(
            &format!("DELETE FROM {table} WHERE consent = ?1"),
            [id.as_str()],
        )?;
    }
    tx.execute(
        "UPDATE consent SET readings = 0, first_at = NULL, last_at = NULL WHERE id = ?1",
        [id.as_str()],
    )?;
    Ok(())
}

/// Says whether the batch was new.
fn add_batch(tx: &Transaction<'_>, id: &Id, batch: &Batch) -> Result<bool, StoreError> {
    let new = tx
        .prepare_cached(
            "INSERT INTO batch (consent, lane, channel, seq, first_at, last_at, count, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (consent, channel, seq) DO NOTHING",
        )?
        .execute(params![
            id.as_str(),
            batch.lane,
            batch.channel,
            batch.seq.cast_signed(),
            batch.first_at,
            batch.last_at,
            batch.count,
            batch.body,
        ])?;
    if new == 1 {
        tx.prepare_cached(
            "UPDATE consent SET readings = readings + ?2, first_at = min(coalesce(first_at, ?3), ?3), last_at = max(coalesce(last_at, ?4), ?4)
             WHERE id = ?1",
        )?
        .execute(params![id.as_str(), batch.count, batch.first_at, batch.last_at])?;
    }
    Ok(new == 1)
}

/// What the device stated replaces an earlier statement; what was derived here grows.
fn add_bucket(tx: &Transaction<'_>, id: &Id, bucket: &Bucket) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO bucket (consent, resolution, start, end, first_at, last_at, import_first, import_last, export_first, export_last,
             power_import_sum, power_import_samples, power_export_sum, power_export_samples, import_wh, export_wh)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
         ON CONFLICT (consent, resolution, start) DO UPDATE SET
             first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at),
             import_first = coalesce(min(import_first, excluded.import_first), import_first, excluded.import_first),
             import_last = coalesce(max(import_last, excluded.import_last), import_last, excluded.import_last),
             export_first = coalesce(min(export_first, excluded.export_first), export_first, excluded.export_first),
             export_last = coalesce(max(export_last, excluded.export_last), export_last, excluded.export_last),
             power_import_sum = power_import_sum + excluded.power_import_sum,
             power_import_samples = power_import_samples + excluded.power_import_samples,
             power_export_sum = power_export_sum + excluded.power_export_sum,
             power_export_samples = power_export_samples + excluded.power_export_samples,
             import_wh = excluded.import_wh, export_wh = excluded.export_wh",
    )?
    .execute(params![
        id.as_str(),
        bucket.resolution.code(),
        bucket.start,
        bucket.end,
        bucket.first_at,
        bucket.last_at,
        bucket.import.first,
        bucket.import.last,
        bucket.export.first,
        bucket.export.last,
        bucket.power_import.sum,
        bucket.power_import.samples,
        bucket.power_export.sum,
        bucket.power_export.samples,
        bucket.import_wh,
        bucket.export_wh,
    ])?;
    Ok(())
}

const RECORD: &str = "SELECT record, readings, first_at, last_at FROM consent";

type RecordRow = (String, i64, Option<i64>, Option<i64>);

fn record_row(row: &Row<'_>) -> rusqlite::Result<RecordRow> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

/// The counts are columns, kept by the same transaction as the readings, so they win over what the record remembered.
fn record_of((text, readings, first_at, last_at): RecordRow) -> Result<ConsentRecord, StoreError> {
    let mut record: ConsentRecord =
        serde_json::from_str(&text).map_err(|error| StoreError::Damaged(error.to_string()))?;
    record.readings = readings.unsigned_abs();
    record.first_reading_at = first_at;
    record.last_reading_at = last_at;
    Ok(record)
}

fn batch_row(row: &Row<'_>) -> rusqlite::Result<(BatchPlace, Batch)> {
    let batch = Batch {
        lane: row.get(1)?,
        channel: row.get(2)?,
        seq: row.get::<_, i64>(3)?.cast_unsigned(),
        first_at: row.get(4)?,
        last_at: row.get(5)?,
        count: row.get(6)?,
        body: row.get(7)?,
    };
    Ok((
        BatchPlace {
            first_at: batch.first_at,
            row: row.get(0)?,
        },
        batch,
    ))
}

fn bucket_row(row: &Row<'_>, resolution: Resolution) -> rusqlite::Result<Bucket> {
    let register = |first: usize| -> rusqlite::Result<Register> {
        Ok(Register {
            first: row.get(first)?,
            last: row.get(first.saturating_add(1))?,
        })
    };
    let mean = |sum: usize| -> rusqlite::Result<Mean> {
        Ok(Mean {
            sum: row.get(sum)?,
            samples: row.get(sum.saturating_add(1))?,
        })
    };
    Ok(Bucket {
        resolution,
        start: row.get(0)?,
        end: row.get(1)?,
        first_at: row.get(2)?,
        last_at: row.get(3)?,
        import: register(4)?,
        export: register(6)?,
        power_import: mean(8)?,
        power_export: mean(10)?,
        import_wh: row.get(12)?,
        export_wh: row.get(13)?,
    })
}
