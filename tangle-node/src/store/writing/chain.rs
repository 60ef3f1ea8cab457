//! The chain of milestones: what the next one refers to, and writing it down.

use rusqlite::{Connection, OptionalExtension, Row, params};
use tangle::{Block, BlockId};

use super::{
    super::{NewMilestone, StoreError, window::Window},
    Unreferenced, Writer, is_known,
};
use crate::{
    limits,
    metadata::{Metadata, Reference},
    milestone::{Milestone, MilestoneId, MilestoneInfo},
};

/// The state of a network with milestones.
pub(super) struct Chain {
    pub(super) window: Window,
    /// The index of the latest milestone, 0 before the first.
    latest: u32,
}

impl Chain {
    /// As the file has it. What arrived while no milestones were issued counts as referenced by the last one.
    pub(super) fn restore(
        connection: &Connection,
        coordinated: bool,
    ) -> Result<Option<Self>, StoreError> {
        if !coordinated {
            connection.execute("UPDATE about SET coordinated = 0", [])?;
            return Ok(None);
        }
        let latest = latest(connection)?.map_or(0, |latest| latest.index);
        connection.execute(
            "UPDATE about SET coordinated = 1, taken_by = ?1,
                taken_until = (SELECT coalesce(max(number), 0) FROM block),
                settled = (SELECT coalesce(max(number), 0) FROM block)
             WHERE coordinated = 0",
            params![latest],
        )?;
        let mut chain = Self {
            window: Window::default(),
            latest,
        };
        chain.restore_window(connection)?;
        Ok(Some(chain))
    }

    fn restore_window(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let mut statement = connection.prepare(
            "SELECT block.number, block.bytes FROM block LEFT JOIN reference USING (number)
             WHERE block.number > (SELECT settled FROM about) AND reference.number IS NULL ORDER BY block.number",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (number, bytes): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let Ok(block) = Block::parse(&bytes) else {
                continue;
            };
            let mut oldest = self.latest;
            for parent in &block.parents {
                let behind = self.oldest_behind(connection, *parent, &Window::default())?;
                // A parent that was pruned was young enough when the block came.
                oldest = oldest.min(behind.unwrap_or(self.latest));
            }
            let place = Unreferenced {
                number,
                parents: block.parents,
                oldest,
            };
            self.window.insert(BlockId::of(&bytes), place);
        }
        Ok(())
    }

    /// The oldest milestone that refers to something behind this block; `None` when the block is not here.
    pub(super) fn oldest_behind(
        &self,
        connection: &Connection,
        id: BlockId,
        arriving: &Window,
    ) -> Result<Option<u32>, StoreError> {
        if let Some(block) = self.window.get(id).or_else(|| arriving.get(id)) {
            return Ok(Some(block.oldest));
        }
        if id == BlockId::GENESIS {
            return Ok(Some(0));
        }
        let index = connection
            .prepare_cached(
                "SELECT coalesce(reference.milestone_index, about.taken_by)
                 FROM about, block LEFT JOIN reference USING (number) WHERE block.id = ?1",
            )?
            .query_row(params![id.0], |row| row.get(0))
            .optional()?;
        debug_assert!(index.is_some() || !is_known(connection, id)?);
        Ok(index)
    }

    pub(super) fn is_below_max_depth(&self, oldest: u32) -> bool {
        self.latest.saturating_sub(oldest) > limits::BELOW_MAX_DEPTH
    }
}

impl Writer {
    pub(super) fn cone(&self, parents: &[BlockId]) -> Vec<BlockId> {
        self.chain
            .as_ref()
            .map(|chain| chain.window.cone(parents))
            .unwrap_or_default()
    }

    /// Writes a milestone and what it refers to, in one transaction, and tells everybody.
    pub(super) fn confirm(&mut self, milestone: NewMilestone) -> Result<(), StoreError> {
        let written = self.write(&milestone);
        self.events.health.committed(written.is_ok());
        let number = written?;
        let NewMilestone { block, info, cone } = milestone;
        let Some(chain) = &mut self.chain else {
            return Ok(());
        };
        let references = cone.iter().zip(0..).map(|(id, white_flag)| {
            let reference = Reference {
                milestone: info.index,
                white_flag: Some(white_flag),
            };
            (*id, chain.window.remove(*id), reference)
        });
        let references: Vec<_> = references.collect();
        let place = Unreferenced {
            number,
            parents: block.parents.clone(),
            oldest: info.index,
        };
        chain.window.insert(block.id, place);
        chain.latest = info.index;
        self.events.set_unreferenced(chain.window.len());
        self.events.health.stored().add(1);
        self.events.health.referenced().add(cone.len());
        self.events.set_latest(Some(info));
        self.events.arrived(&block);
        self.events.broker.milestone(&info);
        for (id, place, reference) in references {
            // Whoever listens wants to know of milestones which they are; that takes another look at the disk.
            let own_index = || own_index(&self.connection, id);
            let parents = place.map(|place| place.parents).unwrap_or_default();
            self.events.broker.referenced(id, || {
                Metadata::unreferenced(id, parents, own_index()).referenced(reference)
            });
        }
        Ok(())
    }

    /// The milestone's own place.
    fn write(&mut self, milestone: &NewMilestone) -> Result<i64, StoreError> {
        let NewMilestone { block, info, cone } = milestone;
        let Some(chain) = &self.chain else {
            return Err(StoreError::Failed("no milestones are issued".to_owned()));
        };
        self.last_at = self.last_at.max(crate::now());
        let numbers: Vec<_> = cone
            .iter()
            .filter_map(|id| chain.window.get(*id).map(|place| place.number))
            .collect();
        let transaction = self.connection.transaction()?;
        transaction.execute(
            "INSERT INTO block (at, id, bytes) VALUES (?1, ?2, ?3)",
            params![self.last_at as i64, block.id.0, &block.bytes[..]],
        )?;
        let own = transaction.last_insert_rowid();
        {
            let mut refer = transaction.prepare_cached(
                "INSERT INTO reference (number, milestone_index, white_flag) VALUES (?1, ?2, ?3)",
            )?;
            for (number, white_flag) in numbers.iter().zip(0u32..) {
                refer.execute(params![number, info.index, white_flag])?;
            }
        }
        let first = numbers.iter().min().copied().unwrap_or(own);
        let last = numbers.iter().max().copied().unwrap_or(own);
        transaction.execute(
            "INSERT INTO milestone (milestone_index, id, timestamp, block, first, last) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![info.index, info.milestone_id.0, info.timestamp, block.id.0, first, last],
        )?;
        let referenced: std::collections::HashSet<_> = numbers.into_iter().collect();
        let open = chain
            .window
            .numbers()
            .filter(|number| !referenced.contains(number));
        let settled = open.min().unwrap_or(own) - 1;
        transaction.execute("UPDATE about SET settled = ?1", params![settled])?;
        transaction.commit()?;
        Ok(own)
    }
}

/// The latest milestone of the file.
pub(super) fn latest(connection: &Connection) -> Result<Option<MilestoneInfo>, StoreError> {
    Ok(connection
        .query_row(
            "SELECT milestone_index, timestamp, id FROM milestone ORDER BY milestone_index DESC LIMIT 1",
            [],
            info,
        )
        .optional()?)
}

fn info(row: &Row<'_>) -> rusqlite::Result<MilestoneInfo> {
    Ok(MilestoneInfo {
        index: row.get(0)?,
        timestamp: row.get(1)?,
        milestone_id: MilestoneId(row.get(2)?),
    })
}

/// The index of the milestone in this block, if there is one.
fn own_index(connection: &Connection, id: BlockId) -> Option<u32> {
    let bytes: Vec<u8> = connection
        .prepare_cached("SELECT bytes FROM block WHERE id = ?1")
        .and_then(|mut statement| statement.query_row(params![id.0], |row| row.get(0)))
        .ok()?;
    Milestone::of(&Block::parse(&bytes).ok()?).map(|milestone| milestone.essence.index)
}
