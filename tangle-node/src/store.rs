//! The file: one SQLite database in WAL mode. One thread writes, a few connections read.

mod file;
mod health;
mod reading;
mod window;
mod writing;

use std::{
    fs::File,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use tangle::{BlockId, Cursor, api::AskedTag};
use tokio::sync::{mpsc, oneshot};

use bytes::Bytes;

pub(crate) use self::reading::{Found, StoredBlock};
use self::{
    health::Health,
    reading::Readers,
    writing::{Job, Writer},
};
use crate::{
    feed::Feed,
    limits,
    milestone::{MilestoneId, MilestoneInfo},
    mqtt::Broker,
    tips::Tips,
};

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process has it.
    #[error("{0} is in use by another tangle-node; stop that one, or give this one its own --data")]
    InUse(String),
    /// Made by a newer program.
    #[error(
        "{file} was made by a newer tangle-node (format {found}, this one knows up to {known}); use the newer program"
    )]
    Newer {
        /// The file.
        file: String,
        /// The version that it has.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// A database of something else, or no database.
    #[error("{0} is not a file of tangle-node; give --data another name")]
    NotOurs(String),
    /// Made for another network.
    #[error(
        "{file} holds the network {found:?}, not {wanted:?}; give --network {found:?}, or another --data"
    )]
    OtherNetwork {
        /// The file.
        file: String,
        /// The network it was made for.
        found: String,
        /// The network that was asked for.
        wanted: String,
    },
    /// The operating system says no.
    #[error("{file} cannot be opened: {why}; check that the directory exists and may be written")]
    Open {
        /// The file.
        file: String,
        /// From the operating system.
        why: String,
    },
    /// Reading or writing failed.
    #[error("the node's file cannot be read or written now: {0}")]
    Failed(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// What became of a block.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppendError {
    #[error("parent {0} is unknown to this node, or pruned: ask for tips again")]
    UnknownParent(BlockId),
    #[error("parent {0} is below max depth, too old to be approved: ask for tips again")]
    OldParent(BlockId),
    #[error("the node is busy: too many blocks wait for its disk")]
    Busy,
    #[error("the node cannot store blocks now: {0}")]
    Store(String),
}

/// A block that passed the checks.
pub(crate) struct NewBlock {
    pub(crate) id: BlockId,
    pub(crate) parents: Vec<BlockId>,
    /// Of tagged data, of any length; only those of 32 bytes can be looked up and watched.
    pub(crate) tag: Option<Vec<u8>>,
    /// The index and the payload of a milestone.
    pub(crate) milestone: Option<(u32, Bytes)>,
    pub(crate) bytes: Bytes,
}

/// A milestone that was signed.
pub(crate) struct NewMilestone {
    pub(crate) block: NewBlock,
    pub(crate) info: MilestoneInfo,
    /// What it refers to, in white-flag order.
    pub(crate) cone: Vec<BlockId>,
}

/// Which blocks go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Prune {
    /// Those that arrived before this, in Unix seconds.
    Before {
        /// Unix seconds.
        seconds: u64,
    },
    /// The oldest, while the file holds more than this.
    Above {
        /// Of the file, without free pages.
        bytes: u64,
    },
}

/// Who is told what happens, and what everybody may know of it.
#[derive(Default)]
pub(crate) struct Events {
    pub(crate) feed: Feed,
    pub(crate) tips: Tips,
    pub(crate) health: Health,
    pub(crate) broker: Broker,
    latest: Mutex<Option<MilestoneInfo>>,
    unreferenced: AtomicUsize,
}

impl Events {
    /// The latest milestone.
    pub(crate) fn latest(&self) -> Option<MilestoneInfo> {
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Blocks that no milestone refers to yet.
    pub(crate) fn unreferenced(&self) -> usize {
        self.unreferenced.load(Ordering::Relaxed)
    }

    fn set_latest(&self, latest: Option<MilestoneInfo>) {
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = latest;
    }

    fn set_unreferenced(&self, count: usize) {
        self.unreferenced.store(count, Ordering::Relaxed);
    }
}

/// The blocks of a node.
pub(crate) struct Store {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    readers: Readers,
    /// The place before the first block of this file; an older place belongs to another file.
    beginning: Cursor,
    pub(crate) events: Arc<Events>,
    /// Held as long as the store lives: the operating system lets go of it however the process ends.
    _lock: File,
}

impl Store {
    /// `coordinated`: whether milestones are issued.
    pub(crate) fn open(path: &Path, network: &str, coordinated: bool) -> Result<Self, StoreError> {
        let (connection, lock, beginning) = file::open(path, network)?;
        let events = Arc::new(Events::default());
        let readers = Readers::open(path)?;
        let writer = Writer::new(connection, events.clone(), coordinated)?;
        let (jobs, queue) = mpsc::channel(limits::QUEUED_BLOCKS);
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || writer.run(queue))
            .map_err(|error| StoreError::Failed(error.to_string()))?;
        Ok(Self {
            jobs: Mutex::new(Some(jobs)),
            thread: Mutex::new(Some(thread)),
            readers,
            beginning,
            events,
            _lock: lock,
        })
    }

    /// Returns when the block is on disk. A block that is there already is no error.
    pub(crate) async fn append(&self, block: NewBlock) -> Result<(), AppendError> {
        let (reply, stored) = oneshot::channel();
        self.send(Job::Append { block, reply }, limits::QUEUE_WAIT)
            .await
            .ok_or(AppendError::Busy)?;
        stored
            .await
            .unwrap_or_else(|_| Err(AppendError::Store("it is stopping".to_owned())))
    }

    /// What a milestone with these parents would refer to, in white-flag order.
    pub(crate) async fn cone(&self, parents: Vec<BlockId>) -> Result<Vec<BlockId>, StoreError> {
        let (reply, cone) = oneshot::channel();
        self.send(Job::Cone { parents, reply }, limits::QUEUE_WAIT)
            .await
            .ok_or_else(stopping)?;
        cone.await.map_err(|_| stopping())
    }

    /// Returns when the milestone is on disk.
    pub(crate) async fn confirm(&self, milestone: NewMilestone) -> Result<(), StoreError> {
        let (reply, written) = oneshot::channel();
        self.send(Job::Milestone { milestone, reply }, limits::QUEUE_WAIT)
            .await
            .ok_or_else(stopping)?;
        written.await.map_err(|_| stopping())?
    }

    /// In an index: nothing behind these blocks has to be looked at again, and this milestone has been walked.
    pub(crate) async fn settle(
        &self,
        ids: Vec<BlockId>,
        walked: Option<u32>,
    ) -> Result<(), StoreError> {
        let (reply, settled) = oneshot::channel();
        self.send(Job::Settle { ids, walked, reply }, limits::QUEUE_WAIT)
            .await
            .ok_or_else(stopping)?;
        settled.await.map_err(|_| stopping())?
    }

    /// In an index: the first and the last of the milestones that were walked without a gap.
    pub(crate) async fn walked(&self) -> Result<(Option<u32>, Option<u32>), StoreError> {
        self.readers
            .read(|connection| reading::walked(connection))
            .await
    }

    /// Removes some blocks; whether there may be more of them to go.
    pub(crate) async fn prune(&self, prune: Prune) -> Result<bool, StoreError> {
        let (reply, pruned) = oneshot::channel();
        self.send(Job::Prune { prune, reply }, Duration::MAX)
            .await
            .ok_or_else(stopping)?;
        pruned.await.map_err(|_| stopping())?
    }

    /// Blocks under tags in rounds, at most `per_tag` a tag, at most [`limits::ANSWER`] bytes.
    pub(crate) async fn by_tags(
        &self,
        tags: Vec<AskedTag>,
        per_tag: usize,
    ) -> Result<Found, StoreError> {
        self.readers
            .read(move |connection| reading::by_tags(connection, &tags, per_tag))
            .await
    }

    pub(crate) async fn by_id(&self, id: BlockId) -> Result<Option<StoredBlock>, StoreError> {
        self.readers
            .read(move |connection| reading::by_id(connection, id))
            .await
    }

    /// A milestone's block by the milestone's index.
    pub(crate) async fn milestone_by_index(
        &self,
        index: u32,
    ) -> Result<Option<StoredBlock>, StoreError> {
        self.readers
            .read(move |connection| reading::milestone_by_index(connection, index))
            .await
    }

    /// A milestone's block by the milestone's id.
    pub(crate) async fn milestone_by_id(
        &self,
        id: MilestoneId,
    ) -> Result<Option<StoredBlock>, StoreError> {
        self.readers
            .read(move |connection| reading::milestone_by_id(connection, id))
            .await
    }

    /// The last milestone that was pruned, 0 if none was.
    pub(crate) async fn pruning_index(&self) -> Result<u32, StoreError> {
        self.readers
            .read(|connection| reading::pruning_index(connection))
            .await
    }

    /// Bytes of the file that hold something.
    pub(crate) async fn used_bytes(&self) -> Result<u64, StoreError> {
        self.readers
            .read(|connection| reading::used_bytes(connection))
            .await
    }

    /// The place of the last block on disk.
    pub(crate) async fn head(&self) -> Result<Cursor, StoreError> {
        let head = self
            .readers
            .read(|connection| reading::head(connection))
            .await?;
        Ok(head.max(self.beginning))
    }

    pub(crate) fn beginning(&self) -> Cursor {
        self.beginning
    }

    /// Lets the writer finish what is queued, and closes the file. The writer goes last: it tidies the file up.
    pub(crate) async fn close(&self) {
        self.readers.close();
        drop(
            self.jobs
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let _ = tokio::task::spawn_blocking(|| thread.map(JoinHandle::join)).await;
    }

    async fn send(&self, job: Job, patience: Duration) -> Option<()> {
        let jobs = self
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()?;
        tokio::time::timeout(patience, jobs.send(job))
            .await
            .ok()?
            .ok()
    }
}

fn stopping() -> StoreError {
    StoreError::Failed("it is stopping".to_owned())
}
