//! The thread that writes. Blocks that arrive while one commit waits for the disk share the next.

mod chain;
mod pruning;

use std::sync::Arc;

use rusqlite::{Connection, Transaction, params};
use tangle::{Block, BlockId, Tag};
use tokio::sync::{mpsc, oneshot};

use self::chain::Chain;
use super::{
    AppendError, Events, NewBlock, NewMilestone, Prune, StoreError,
    window::{Unreferenced, Window},
};
use crate::{limits, mqtt::BlockEvent};

type Reply<T, E = StoreError> = oneshot::Sender<Result<T, E>>;

pub(super) enum Job {
    Append {
        block: NewBlock,
        reply: Reply<(), AppendError>,
    },
    /// What a milestone with these parents would refer to.
    Cone {
        parents: Vec<BlockId>,
        reply: oneshot::Sender<Vec<BlockId>>,
    },
    Milestone {
        milestone: NewMilestone,
        reply: Reply<()>,
    },
    Settle {
        ids: Vec<BlockId>,
        walked: Option<u32>,
        reply: Reply<()>,
    },
    Prune {
        prune: Prune,
        reply: Reply<bool>,
    },
}

pub(super) struct Writer {
    connection: Connection,
    events: Arc<Events>,
    /// `None` where no milestones are issued.
    chain: Option<Chain>,
    /// Times never go back in the order of arrival, whatever the clock does.
    last_at: u64,
}

/// What became of a block within its transaction.
enum Inserted {
    /// It was there already.
    Known,
    New {
        /// `None` where no milestones are issued.
        place: Option<Unreferenced>,
    },
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        events: Arc<Events>,
        coordinated: bool,
    ) -> Result<Self, StoreError> {
        let last_at = connection.query_row(
            "SELECT coalesce(max(at), 0) FROM (SELECT at FROM block ORDER BY number DESC LIMIT 1)",
            [],
            |row| row.get::<_, i64>(0),
        )?;
        events.set_latest(chain::latest(&connection)?);
        let chain = Chain::restore(&connection, coordinated)?;
        restore_tips(&connection, &events)?;
        Ok(Self {
            connection,
            events,
            chain,
            last_at: last_at.unsigned_abs(),
        })
    }

    /// Until nobody can send jobs any more.
    pub(super) fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut jobs = Vec::new();
        while queue.blocking_recv_many(&mut jobs, limits::BATCH) > 0 {
            let mut blocks = Vec::new();
            for job in jobs.drain(..) {
                // Whoever asked is gone only when the node stops.
                match job {
                    Job::Append { block, reply } => blocks.push((block, reply)),
                    Job::Cone { parents, reply } => drop(reply.send(self.cone(&parents))),
                    Job::Milestone { milestone, reply } => {
                        drop(reply.send(self.confirm(milestone)));
                    }
                    Job::Settle { ids, walked, reply } => {
                        drop(reply.send(self.settle(&ids, walked)));
                    }
                    Job::Prune { prune, reply } => drop(reply.send(self.prune(prune))),
                }
            }
            self.append(blocks);
        }
        self.tidy_up();
    }

    fn append(&mut self, blocks: Vec<(NewBlock, Reply<(), AppendError>)>) {
        if blocks.is_empty() {
            return;
        }
        let verdicts = match self.store(&blocks) {
            Ok(verdicts) => verdicts,
            Err(error) => return self.refuse_all(blocks, &error),
        };
        self.events.health.committed(true);
        let stored = verdicts.iter().filter(|verdict| verdict.is_ok()).count();
        self.events.health.stored().add(stored);
        for ((block, reply), verdict) in blocks.into_iter().zip(verdicts) {
            if let Ok(Inserted::New { .. }) = &verdict {
                self.events.arrived(&block);
            }
            // The one who posted may have hung up; the block stays.
            let _ = reply.send(verdict.map(drop));
        }
    }

    /// One transaction. The outer error means that nothing was stored.
    fn store(
        &mut self,
        blocks: &[(NewBlock, Reply<(), AppendError>)],
    ) -> Result<Vec<Result<Inserted, AppendError>>, StoreError> {
        self.last_at = self.last_at.max(crate::now());
        let transaction = self.connection.transaction()?;
        let mut verdicts = Vec::with_capacity(blocks.len());
        // Blocks of this batch may be each other's parents.
        let mut arriving = Window::default();
        for (block, _) in blocks {
            let verdict = insert(
                &transaction,
                block,
                self.last_at,
                self.chain.as_ref(),
                &arriving,
            )?;
            if let Ok(Inserted::New { place: Some(place) }) = &verdict {
                arriving.insert(block.id, place.clone());
            }
            verdicts.push(verdict);
        }
        transaction.commit()?;
        if let Some(chain) = &mut self.chain {
            chain.window.extend(arriving);
            self.events.set_unreferenced(chain.window.len());
        }
        Ok(verdicts)
    }

    fn refuse_all(&self, blocks: Vec<(NewBlock, Reply<(), AppendError>)>, error: &StoreError) {
        self.events.health.committed(false);
        tracing::error!("{} blocks were not stored: {error}", blocks.len());
        for (_, reply) in blocks {
            let _ = reply.send(Err(AppendError::Store(error.to_string())));
        }
    }

    /// In an index: nothing behind these blocks has to be looked at again.
    fn settle(&mut self, ids: &[BlockId], walked: Option<u32>) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        {
            let mut refer = transaction.prepare_cached(
                "INSERT OR IGNORE INTO reference (number, milestone_index, white_flag)
                 SELECT number, ?2, 0 FROM block WHERE id = ?1",
            )?;
            for id in ids {
                refer.execute(params![id.0, walked.unwrap_or(0)])?;
            }
            let mut mark = transaction
                .prepare_cached("INSERT OR IGNORE INTO walked (milestone_index) VALUES (?1)")?;
            if let Some(walked) = walked {
                mark.execute(params![walked])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Folds the log into the file, so that the file alone is the whole state.
    fn tidy_up(&self) {
        let folded = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
                row.get::<_, i64>(0)
            });
        if let Err(error) = folded {
            tracing::warn!("the log stays beside the file: {error}");
        }
    }
}

fn insert(
    transaction: &Transaction<'_>,
    block: &NewBlock,
    at: u64,
    chain: Option<&Chain>,
    arriving: &Window,
) -> Result<Result<Inserted, AppendError>, StoreError> {
    let mut oldest = u32::MAX;
    for parent in &block.parents {
        let parents_oldest = match chain {
            Some(chain) => chain.oldest_behind(transaction, *parent, arriving)?,
            None => is_known(transaction, *parent)?.then_some(0),
        };
        let Some(parents_oldest) = parents_oldest else {
            return Ok(Err(AppendError::UnknownParent(*parent)));
        };
        if chain.is_some_and(|chain| chain.is_below_max_depth(parents_oldest)) {
            return Ok(Err(AppendError::OldParent(*parent)));
        }
        oldest = oldest.min(parents_oldest);
    }
    let tag = block.tag.as_deref().filter(|tag| !tag.is_empty());
    let inserted = transaction
        .prepare_cached("INSERT OR IGNORE INTO block (at, id, tag, bytes) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![at as i64, block.id.0, tag, &block.bytes[..]])?;
    if inserted == 0 {
        return Ok(Ok(Inserted::Known));
    }
    let place = chain.map(|_| Unreferenced {
        number: transaction.last_insert_rowid(),
        parents: block.parents.clone(),
        oldest,
    });
    Ok(Ok(Inserted::New { place }))
}

fn is_known(connection: &Connection, id: BlockId) -> Result<bool, StoreError> {
    Ok(id == BlockId::GENESIS
        || connection
            .prepare_cached("SELECT 1 FROM block WHERE id = ?1")?
            .exists(params![id.0])?)
}

/// The last blocks are the tips, but for those that others among them approve.
fn restore_tips(connection: &Connection, events: &Events) -> Result<(), StoreError> {
    let mut statement = connection.prepare(
        "SELECT bytes FROM block
         WHERE number > (SELECT min(iif(coordinated, settled, last), last - 16)
            FROM about, (SELECT coalesce(max(number), 0) AS last FROM block))
         ORDER BY number",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let bytes: Vec<u8> = row.get(0)?;
        if let Ok(block) = Block::parse(&bytes) {
            events.tips.attach(BlockId::of(&bytes), &block.parents);
        }
    }
    Ok(())
}

impl Events {
    /// Tells everybody who waits for it about a block that is on disk.
    fn arrived(&self, block: &NewBlock) {
        self.tips.attach(block.id, &block.parents);
        self.broker.block(&BlockEvent {
            id: block.id,
            tag: block.tag.as_deref(),
            bytes: &block.bytes,
            parents: &block.parents,
            milestone: block
                .milestone
                .as_ref()
                .map(|(index, payload)| (*index, payload)),
        });
        self.feed
            .announce(block.tag.as_deref().and_then(Tag::from_slice));
    }
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
            milestone: None,
            bytes: bytes.into(),
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
        let mut writer = Writer::new(connection, Arc::default(), true).unwrap();

        let stored = (0..u16::MAX)
            .take_while(|number| append(&mut writer, *number).is_ok())
            .count();
        assert!(stored > 5, "{stored}");
        let refused = append(&mut writer, 60_000).unwrap_err();
        assert!(refused.to_string().contains("full"), "{refused}");
        assert!(!writer.events.health.is_healthy());

        writer
            .connection
            .pragma_update(None, "max_page_count", 10_000)
            .unwrap();
        append(&mut writer, 60_000).unwrap();
        assert!(writer.events.health.is_healthy());
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
        let mut writer = Writer::new(connection, Arc::default(), true).unwrap();
        writer.last_at = crate::now() + 3_600;
        append(&mut writer, 1).unwrap();
        let at = writer
            .connection
            .query_row("SELECT at FROM block", [], |row| row.get::<_, i64>(0))
            .unwrap();
        assert_eq!(at.unsigned_abs(), writer.last_at);
    }
}
