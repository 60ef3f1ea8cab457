//! Looking up.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, OptionalExtension, params};
use tangle::{
    BlockId, Cursor,
    api::{AskedTag, FoundBlock},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{StoreError, file};
use crate::{limits, metadata::Reference, milestone::MilestoneId};

/// A block by its id.
pub(crate) struct StoredBlock {
    pub(crate) id: BlockId,
    pub(crate) bytes: Vec<u8>,
    /// `None` while no milestone refers to it.
    pub(crate) reference: Option<Reference>,
}

/// What lies under some tags.
pub(crate) struct Found {
    pub(crate) blocks: Vec<FoundBlock>,
    pub(crate) more: Vec<AskedTag>,
    /// The last block on disk when this was read.
    pub(crate) head: Cursor,
}

/// Connections that read, used in turn.
pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    turn: Arc<Semaphore>,
}

/// A connection that goes back when the work with it ends, whatever became of the question.
struct Lent {
    connection: Option<Connection>,
    idle: Arc<Mutex<Vec<Connection>>>,
    turn: OwnedSemaphorePermit,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let connections = (0..limits::READERS)
            .map(|_| file::open_reader(path))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            idle: Arc::new(Mutex::new(connections)),
            turn: Arc::new(Semaphore::new(limits::READERS)),
        })
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        look_up: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let stopping = || StoreError::Failed("it is stopping".to_owned());
        let turn = Arc::clone(&self.turn)
            .acquire_owned()
            .await
            .map_err(|_| stopping())?;
        let mut lent = Lent {
            connection: locked(&self.idle).pop(),
            idle: Arc::clone(&self.idle),
            turn,
        };
        // Whoever asked may be gone before this ends.
        let read = tokio::task::spawn_blocking(move || {
            let connection = lent.connection.as_mut().ok_or_else(stopping)?;
            look_up(connection)
        });
        read.await
            .map_err(|error| StoreError::Failed(error.to_string()))?
    }

    pub(super) fn close(&self) {
        self.turn.close();
        locked(&self.idle).clear();
    }
}

impl Drop for Lent {
    /// Before the turn ends, so that the next one finds it.
    fn drop(&mut self) {
        let closed = self.turn.semaphore().is_closed();
        if let Some(connection) = self.connection.take().filter(|_| !closed) {
            locked(&self.idle).push(connection);
        }
    }
}

fn locked(idle: &Mutex<Vec<Connection>>) -> MutexGuard<'_, Vec<Connection>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn by_id(
    connection: &Connection,
    id: BlockId,
) -> Result<Option<StoredBlock>, StoreError> {
    stored(connection, "block.id = ?1", params![id.0])
}

pub(super) fn milestone_by_index(
    connection: &Connection,
    index: u32,
) -> Result<Option<StoredBlock>, StoreError> {
    let found = "block.id = (SELECT block FROM milestone WHERE milestone_index = ?1)";
    stored(connection, found, params![index])
}

pub(super) fn milestone_by_id(
    connection: &Connection,
    id: MilestoneId,
) -> Result<Option<StoredBlock>, StoreError> {
    let found = "block.id = (SELECT block FROM milestone WHERE id = ?1)";
    stored(connection, found, params![id.0])
}

pub(super) fn pruning_index(connection: &Connection) -> Result<u32, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT coalesce(min(milestone_index), 1) - 1 FROM milestone")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// The ends of the last run of walked milestones.
pub(super) fn walked(connection: &Connection) -> Result<(Option<u32>, Option<u32>), StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT
            (SELECT max(milestone_index) FROM walked AS first
             WHERE NOT EXISTS (SELECT 1 FROM walked WHERE milestone_index = first.milestone_index - 1)),
            (SELECT max(milestone_index) FROM walked)",
    )?;
    Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Bytes of the file that hold something. Pages that became free are used again.
pub(super) fn used_bytes(connection: &Connection) -> Result<u64, StoreError> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let pages = number("page_count")?.saturating_sub(number("freelist_count")?);
    Ok(pages.saturating_mul(number("page_size")?).unsigned_abs())
}

fn stored(
    connection: &Connection,
    condition: &str,
    parameters: impl rusqlite::Params,
) -> Result<Option<StoredBlock>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT block.id, block.bytes, reference.milestone_index, reference.white_flag,
            block.number <= about.taken_until, about.taken_by
         FROM about, block LEFT JOIN reference USING (number) WHERE {condition}"
    ))?;
    let found = statement.query_row(parameters, |row| {
        let taken: bool = row.get(4)?;
        let taken_by: u32 = row.get(5)?;
        let by_milestone: Option<u32> = row.get(2)?;
        let reference = by_milestone.or(taken.then_some(taken_by));
        let white_flag = row.get(3)?;
        Ok(StoredBlock {
            id: BlockId(row.get(0)?),
            bytes: row.get(1)?,
            reference: reference.map(|milestone| Reference {
                milestone,
                white_flag,
            }),
        })
    });
    Ok(found.optional()?)
}

pub(super) fn head(connection: &Connection) -> Result<Cursor, StoreError> {
    let mut statement = connection.prepare_cached("SELECT coalesce(max(number), 0) FROM block")?;
    Ok(Cursor(
        statement
            .query_row([], |row| row.get::<_, i64>(0))?
            .unsigned_abs(),
    ))
}

/// A block that may become part of an answer.
struct Candidate {
    /// Which block of its tag this is, from 0: the round in which it is served.
    round: usize,
    /// Which of the asked tags.
    place: usize,
    number: i64,
}

pub(super) fn by_tags(
    connection: &mut Connection,
    asked: &[AskedTag],
    per_tag: usize,
) -> Result<Found, StoreError> {
    // One transaction: the same state of the file for every tag, and for the blocks found.
    let transaction = connection.transaction()?;
    let mut candidates = candidates(&transaction, asked, per_tag + 1)?;
    candidates.sort_by_key(|candidate| (candidate.round, candidate.place));
    let blocks = fitting(&transaction, &candidates, per_tag)?;
    let (taken, left) = candidates
        .split_at_checked(blocks.len())
        .unwrap_or_default();
    let head = head(&transaction)?;
    Ok(Found {
        blocks,
        more: more(asked, taken, left),
        head,
    })
}

fn candidates(
    connection: &Connection,
    asked: &[AskedTag],
    most: usize,
) -> Result<Vec<Candidate>, StoreError> {
    let mut statement = connection.prepare_cached(
        // The index by tag answers this alone.
        "SELECT number FROM block WHERE tag = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
    )?;
    let mut candidates = Vec::new();
    for (place, AskedTag { tag, after }) in asked.iter().enumerate() {
        let after = after.map_or(0, |cursor| i64::try_from(cursor.0).unwrap_or(i64::MAX));
        let numbers = statement.query_map(params![tag.0, after, most as i64], |row| row.get(0))?;
        for (round, number) in numbers.enumerate() {
            candidates.push(Candidate {
                round,
                place,
                number: number?,
            });
        }
    }
    Ok(candidates)
}

/// The first of the candidates, as many as one answer holds: at least one, then until it is full.
fn fitting(
    connection: &Connection,
    candidates: &[Candidate],
    per_tag: usize,
) -> Result<Vec<FoundBlock>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT id, at, bytes FROM block WHERE number = ?1")?;
    let mut blocks = Vec::new();
    let mut length = 0;
    let served = candidates
        .iter()
        .take_while(|candidate| candidate.round < per_tag);
    for Candidate { number, .. } in served {
        if length >= limits::ANSWER {
            break;
        }
        let found = statement.query_row(params![number], |row| {
            Ok(FoundBlock {
                block_id: BlockId(row.get(0)?),
                cursor: Cursor(number.unsigned_abs()),
                at: row.get::<_, i64>(1)?.unsigned_abs(),
                block: row.get(2)?,
            })
        })?;
        length += found.block.len();
        blocks.push(found);
    }
    Ok(blocks)
}

/// For each tag with candidates left: from where on.
fn more(asked: &[AskedTag], taken: &[Candidate], left: &[Candidate]) -> Vec<AskedTag> {
    let mut after: Vec<_> = asked.iter().map(|asked| (asked.after, false)).collect();
    for candidate in taken {
        if let Some((after, _)) = after.get_mut(candidate.place) {
            *after = Some(Cursor(candidate.number.unsigned_abs()));
        }
    }
    for candidate in left {
        if let Some((_, more)) = after.get_mut(candidate.place) {
            *more = true;
        }
    }
    let places = asked.iter().zip(after).filter(|(_, (_, more))| *more);
    places
        .map(|(asked, (after, _))| AskedTag {
            tag: asked.tag,
            after,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use std::time::Duration;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn a_question_that_nobody_waits_for_any_more_takes_no_connection_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tangle.sqlite");
        let _file = file::open(&path, "test").unwrap();
        let readers = Readers::open(&path).unwrap();
        for _ in 0..2 * limits::READERS {
            let (ends, waits) = std::sync::mpsc::channel::<()>();
            let question = readers.read(move |_| {
                let _ = waits.recv();
                Ok(())
            });
            let given_up = tokio::time::timeout(Duration::from_millis(5), question).await;
            assert!(given_up.is_err(), "it was not answered yet");
            drop(ends);
        }
        let answer = tokio::time::timeout(PATIENCE, readers.read(|_| Ok(1)));
        assert_eq!(answer.await.unwrap().unwrap(), 1);
    }

    #[tokio::test]
    async fn a_question_that_panics_takes_no_connection_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tangle.sqlite");
        let _file = file::open(&path, "test").unwrap();
        let readers = Readers::open(&path).unwrap();
        for _ in 0..2 * limits::READERS {
            let broken: Result<(), _> = readers.read(|_| panic!("a bug")).await;
            assert!(broken.is_err());
        }
        assert_eq!(readers.read(|_| Ok(1)).await.unwrap(), 1);
    }
}
