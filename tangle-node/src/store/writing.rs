//! The thread that writes. Blocks that arrive while one commit waits for the disk share the next.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rusqlite::{Connection, Transaction, params};
use tangle::{Block, BlockId, Tag};
use tokio::sync::{mpsc, oneshot};

use super::{AppendError, NewBlock, StoreError};
use crate::{feed::Feed, limits, tips::Tips};

/// Over which time blocks per second are counted.
const RATE_WINDOW: Duration = Duration::from_secs(10);

/// How long a failed commit counts.
const UNHEALTHY_FOR: Duration = Duration::from_secs(30);

pub(super) enum Job {
    Append {
        block: NewBlock,
        reply: oneshot::Sender<Result<(), AppendError>>,
    },
    Prune {
        before: u64,
        reply: oneshot::Sender<Result<bool, StoreError>>,
    },
}

/// Whether blocks reach the disk, and how many.
#[derive(Default)]
pub(crate) struct Health {
    failing_since: Mutex<Option<Instant>>,
    recent: Mutex<VecDeque<(Instant, usize)>>,
}

pub(super) struct Writer {
    connection: Connection,
    feed: Arc<Feed>,
    tips: Arc<Tips>,
    health: Arc<Health>,
    /// Times never go back in the order of arrival, whatever the clock does.
    last_at: u64,
}

type Reply = oneshot::Sender<Result<(), AppendError>>;

impl Health {
    /// Not for a while after a commit failed. Then others may try again, for only a block can show that it works.
    pub(crate) fn is_healthy(&self) -> bool {
        let failing_since = *self
            .failing_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        failing_since.is_none_or(|since| since.elapsed() > UNHEALTHY_FOR)
    }

    pub(crate) fn blocks_per_second(&self) -> f64 {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let count: usize = recent
            .iter()
            .filter(|(at, _)| at.elapsed() < RATE_WINDOW)
            .map(|(_, count)| count)
            .sum();
        count as f64 / RATE_WINDOW.as_secs_f64()
    }

    fn failing(&self, since: Option<Instant>) {
        *self
            .failing_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = since;
    }

    fn committed(&self, count: usize) {
        self.failing(None);
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        while recent
            .front()
            .is_some_and(|(at, _)| at.elapsed() > RATE_WINDOW)
        {
            recent.pop_front();
        }
        recent.push_back((Instant::now(), count));
    }
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        feed: Arc<Feed>,
        tips: Arc<Tips>,
        health: Arc<Health>,
    ) -> Result<Self, StoreError> {
        let last_at = connection.query_row(
            "SELECT coalesce(max(at), 0) FROM (SELECT at FROM block ORDER BY number DESC LIMIT 1)",
            [],
            |row| row.get::<_, i64>(0),
        )?;
        restore_tips(&connection, &tips)?;
        Ok(Self {
            connection,
            feed,
            tips,
            health,
            last_at: last_at.unsigned_abs(),
        })
    }

    /// Until nobody can send jobs any more.
    pub(super) fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut jobs = Vec::new();
        while queue.blocking_recv_many(&mut jobs, limits::BATCH) > 0 {
            let mut blocks = Vec::new();
            for job in jobs.drain(..) {
                match job {
                    Job::Append { block, reply } => blocks.push((block, reply)),
                    // Whoever pruned is gone only when the node stops.
                    Job::Prune { before, reply } => drop(reply.send(self.prune(before))),
                }
            }
            self.append(blocks);
        }
    }

    fn append(&mut self, blocks: Vec<(NewBlock, Reply)>) {
        if blocks.is_empty() {
            return;
        }
        let verdicts = match self.store(&blocks) {
            Ok(verdicts) => verdicts,
            Err(error) => return self.refuse_all(blocks, &error),
        };
        self.health.committed(blocks.len());
        let stored = blocks
            .iter()
            .zip(&verdicts)
            .filter(|(_, verdict)| verdict.is_ok());
        for ((block, _), _) in stored.clone() {
            self.tips.attach(block.id, &block.parents);
        }
        self.feed
            .announce(stored.filter_map(|((block, _), _)| Tag::from_slice(block.tag.as_deref()?)));
        for ((_, reply), verdict) in blocks.into_iter().zip(verdicts) {
            // The one who posted may have hung up; the block stays.
            let _ = reply.send(verdict);
        }
    }

    /// One transaction. The outer error means that nothing was stored.
    fn store(
        &mut self,
        blocks: &[(NewBlock, Reply)],
    ) -> Result<Vec<Result<(), AppendError>>, StoreError> {
        self.last_at = self.last_at.max(crate::now());
        let transaction = self.connection.transaction()?;
        let verdicts = blocks
            .iter()
            .map(|(block, _)| insert(&transaction, block, self.last_at))
            .collect::<Result<_, _>>()?;
        transaction.commit()?;
        Ok(verdicts)
    }

    fn refuse_all(&self, blocks: Vec<(NewBlock, Reply)>, error: &StoreError) {
        self.health.failing(Some(Instant::now()));
        tracing::error!("{} blocks were not stored: {error}", blocks.len());
        for (_, reply) in blocks {
            let _ = reply.send(Err(AppendError::Store(error.to_string())));
        }
    }

    fn prune(&mut self, before: u64) -> Result<bool, StoreError> {
        let transaction = self.connection.transaction()?;
        let most = limits::PRUNED_AT_ONCE as i64;
        let old = i64::try_from(before).unwrap_or(i64::MAX);
        // Oldest numbers first; as times never go back, the scan ends at the first block that stays.
        let gone = transaction.execute(
            "DELETE FROM block WHERE at < ?1 AND number IN (SELECT number FROM block ORDER BY number LIMIT ?2)",
            params![old, most],
        )?;
        transaction.commit()?;
        if gone > 0 {
            self.tips
                .retain(|tip| is_known(&self.connection, *tip).unwrap_or(false));
            tracing::info!("{gone} blocks were old enough to go");
        }
        Ok(gone == limits::PRUNED_AT_ONCE)
    }
}

fn insert(
    transaction: &Transaction<'_>,
    block: &NewBlock,
    at: u64,
) -> Result<Result<(), AppendError>, StoreError> {
    for parent in &block.parents {
        if *parent != BlockId::GENESIS && !is_known(transaction, *parent)? {
            return Ok(Err(AppendError::UnknownParent(*parent)));
        }
    }
    transaction
        .prepare_cached("INSERT OR IGNORE INTO block (at, id, tag, bytes) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![at as i64, block.id.0, block.tag, block.bytes])?;
    Ok(Ok(()))
}

fn is_known(connection: &Connection, id: BlockId) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM block WHERE id = ?1")?
        .exists(params![id.0])?)
}

/// The last blocks are the tips, but for those that others among them approve.
fn restore_tips(connection: &Connection, tips: &Tips) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare("SELECT bytes FROM block ORDER BY number DESC LIMIT 16")?;
    let last = statement
        .query_map([], |row| row.get::<_, Vec<u8>>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    for bytes in last.iter().rev() {
        if let Ok(block) = Block::parse(bytes) {
            tips.attach(BlockId::of(bytes), &block.parents);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::store::file;

    fn block(number: u16) -> NewBlock {
        let block = Block::tagged(
            vec![BlockId::GENESIS],
            &[7; 32],
            &[&number.to_le_bytes()[..], &[0; 4_000]].concat(),
        );
        let bytes = block.unwrap().to_bytes();
        NewBlock {
            id: BlockId::of(&bytes),
            parents: vec![BlockId::GENESIS],
            tag: Some(vec![7; 32]),
            bytes,
        }
    }

    fn append(writer: &mut Writer, number: u16) -> Result<(), AppendError> {
        let (reply, mut verdict) = oneshot::channel();
        writer.append(vec![(block(number), reply)]);
        verdict.try_recv().unwrap()
    }

    #[test]
    fn a_full_disk_refuses_blocks_loses_none_and_heals() {
        let directory = tempfile::tempdir().unwrap();
        let (connection, _lock, _) =
            file::open(&directory.path().join("tangle.db"), "test").unwrap();
        connection
            .pragma_update(None, "max_page_count", 40)
            .unwrap();
        let mut writer =
            Writer::new(connection, Arc::default(), Arc::default(), Arc::default()).unwrap();

        let stored = (0..u16::MAX)
            .take_while(|number| append(&mut writer, *number).is_ok())
            .count();
        assert!(stored > 5, "{stored}");
        let refused = append(&mut writer, 60_000).unwrap_err();
        assert!(refused.to_string().contains("full"), "{refused}");
        assert!(!writer.health.is_healthy());

        writer
            .connection
            .pragma_update(None, "max_page_count", 10_000)
            .unwrap();
        append(&mut writer, 60_000).unwrap();
        assert!(writer.health.is_healthy());
        let count = writer
            .connection
            .query_row("SELECT count(*) FROM block", [], |row| row.get::<_, i64>(0));
        assert_eq!(count.unwrap(), stored as i64 + 1);
    }

    #[test]
    fn times_never_go_back_in_the_order_of_arrival() {
        let directory = tempfile::tempdir().unwrap();
        let (connection, _lock, _) =
            file::open(&directory.path().join("tangle.db"), "test").unwrap();
        let mut writer =
            Writer::new(connection, Arc::default(), Arc::default(), Arc::default()).unwrap();
        writer.last_at = crate::now() + 3_600;
        append(&mut writer, 1).unwrap();
        let at = writer
            .connection
            .query_row("SELECT at FROM block", [], |row| row.get::<_, i64>(0))
            .unwrap();
        assert_eq!(at.unsigned_abs(), writer.last_at);
    }
}
