//! Where a consent, its keys and its readings are kept.
//!
//! A provider is the one who outgrows a machine, so the engine sits behind a trait; [`sqlite`] is the first one.
//! Every change of state is one [`Change`]: it is stored whole or not at all, so that a reader's position and the readings it
//! produced can never disagree after a crash.

pub mod schema;
pub mod sqlite;

use zeroize::Zeroizing;

use crate::consents::{ConsentRecord, Id};
use crate::usage::{Bucket, Resolution};

/// A part of the secrets of one consent, opaque to the store. All of them go when the consent is erased.
#[derive(Clone)]
pub struct Secrets(pub Zeroizing<Vec<u8>>);

/// Names a part of the secrets: parts that change often are written apart from those that hardly ever do.
pub type Part = u8;

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(..)")
    }
}

/// A block that was sealed and waits to be published: these bytes, and no others, ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Its place in the queue; zero before it is stored.
    pub place: i64,
    /// The tag.
    pub tag: [u8; 32],
    /// The bytes.
    pub data: Vec<u8>,
}

/// A block that the node took and that may not be confirmed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its place in the queue.
    pub place: i64,
    /// Its id on the Tangle.
    pub block: [u8; 32],
    /// When it was taken, in unix seconds.
    pub at: i64,
}

/// One block's readings, as the device compressed and signed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The lane's code.
    pub lane: u8,
    /// The channel they came on, so that history and live never collide.
    pub channel: [u8; 16],
    /// Sequence number in that channel.
    pub seq: u64,
    /// First and last moment covered, unix seconds.
    pub first_at: i64,
    /// See `first_at`.
    pub last_at: i64,
    /// Readings or intervals in it.
    pub count: u32,
    /// The codec's bytes.
    pub body: Vec<u8>,
}

/// A batch, and what the graphs are drawn from, made of the same readings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The readings.
    pub batch: Batch,
    /// What they add to the graphs.
    pub buckets: Vec<Bucket>,
}

/// Everything that one step changes about one consent.
#[derive(Debug)]
pub struct Change {
    /// The record after the step.
    pub record: ConsentRecord,
    /// Parts of the secrets that changed; `None` deletes a part.
    pub secrets: Vec<(Part, Option<Secrets>)>,
    /// Readings that came in.
    pub arrivals: Vec<Arrival>,
    /// Sealed blocks to publish.
    pub outgoing: Vec<Outgoing>,
    /// Deletes readings, graphs and secrets first.
    pub erase: bool,
}

impl Change {
    /// Only the record.
    #[must_use]
    pub fn of(record: ConsentRecord) -> Self {
        Self {
            record,
            secrets: Vec::new(),
            arrivals: Vec::new(),
            outgoing: Vec::new(),
            erase: false,
        }
    }
}

/// A stretch of time, `from` inclusive, `to` exclusive, unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First second.
    pub from: i64,
    /// First second after it.
    pub to: i64,
}

/// What the store holds, for the operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Holdings {
    /// Consents and requests that are known.
    pub consents: u64,
    /// Batches of readings.
    pub batches: u64,
    /// Sealed blocks that wait for the node.
    pub outgoing: u64,
    /// Size of the database file in bytes.
    pub bytes: u64,
}

/// Why the store refused.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the sentences say it")]
pub enum StoreError {
    #[error(
        "the database was written by a newer version of this program (its format is {found}, this one knows {known}). Install the newer version again."
    )]
    Newer { found: i64, known: i64 },
    #[error("the database refused: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("the database holds something that cannot be read back: {0}")]
    Damaged(String),
}

/// The engine. Calls block; async code wraps them.
pub trait Store: Send + Sync {
    /// Stores a change, whole or not at all. A batch that is already there is not stored again and not counted; the record that was
    /// stored (with its counts) comes back.
    ///
    /// # Errors
    /// When the engine refuses; nothing was changed then.
    fn commit(&self, change: Change) -> Result<ConsentRecord, StoreError>;

    /// A new consent, with the digest of the capability that lets its visitor see it.
    ///
    /// # Errors
    /// When the engine refuses.
    fn create(&self, change: Change, visitor: &[u8; 32]) -> Result<(), StoreError>;

    /// Forgets requests that ended at this time or before without a yes, whole; says how many.
    ///
    /// # Errors
    /// When the engine refuses.
    fn forget_requests(&self, before: i64) -> Result<usize, StoreError>;

    /// All records, newest first.
    ///
    /// # Errors
    /// When the engine refuses or a record cannot be read back.
    fn consents(&self) -> Result<Vec<ConsentRecord>, StoreError>;

    /// One record.
    ///
    /// # Errors
    /// See [`Store::consents`].
    fn consent(&self, id: &Id) -> Result<Option<ConsentRecord>, StoreError>;

    /// The record that the holder of this capability may see.
    ///
    /// # Errors
    /// See [`Store::consents`].
    fn consent_of_visitor(&self, visitor: &[u8; 32]) -> Result<Option<ConsentRecord>, StoreError>;

    /// The secrets of a consent; none when they were erased.
    ///
    /// # Errors
    /// See [`Store::consents`].
    fn secrets(&self, id: &Id) -> Result<Vec<(Part, Secrets)>, StoreError>;

    /// Batches that touch the span, oldest first, at most `limit`, starting after `after` (the place of the last one seen).
    ///
    /// # Errors
    /// When the engine refuses.
    fn batches(
        &self,
        id: &Id,
        span: Span,
        after: BatchPlace,
        limit: u32,
    ) -> Result<Vec<(BatchPlace, Batch)>, StoreError>;

    /// Buckets that start in the span, oldest first.
    ///
    /// # Errors
    /// When the engine refuses.
    fn buckets(
        &self,
        id: &Id,
        resolution: Resolution,
        span: Span,
    ) -> Result<Vec<Bucket>, StoreError>;

    /// Sealed blocks to publish, in order.
    ///
    /// # Errors
    /// When the engine refuses.
    fn outgoing(&self, limit: u32) -> Result<Vec<Outgoing>, StoreError>;

    /// A sealed block was taken by the node under this id; it is kept until [`Store::confirmed`].
    ///
    /// # Errors
    /// When the engine refuses.
    fn sent(&self, place: i64, block: &[u8; 32], now: i64) -> Result<(), StoreError>;

    /// Blocks that were taken at this time or before and are not known to be confirmed, longest ago first.
    ///
    /// # Errors
    /// When the engine refuses.
    fn unconfirmed(&self, before: i64, limit: u32) -> Result<Vec<Sent>, StoreError>;

    /// Forgets a block: the ledger has it.
    ///
    /// # Errors
    /// When the engine refuses.
    fn confirmed(&self, place: i64) -> Result<(), StoreError>;

    /// A block that the node took did not come to stay: the same bytes wait to be published again.
    ///
    /// # Errors
    /// When the engine refuses.
    fn lost(&self, place: i64) -> Result<(), StoreError>;

    /// A value kept beside the consents, such as the digest of the API key.
    ///
    /// # Errors
    /// When the engine refuses.
    fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Stores such a value.
    ///
    /// # Errors
    /// When the engine refuses.
    fn set_setting(&self, name: &str, value: &[u8]) -> Result<(), StoreError>;

    /// Figures for the operator.
    ///
    /// # Errors
    /// When the engine refuses.
    fn holdings(&self) -> Result<Holdings, StoreError>;
}

/// Where a batch stands in the order of [`Store::batches`]: by time, then by arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BatchPlace {
    /// Its first moment.
    pub first_at: i64,
    /// The engine's row.
    pub row: i64,
}

impl BatchPlace {
    /// Before everything.
    pub const START: Self = Self {
        first_at: i64::MIN,
        row: i64::MIN,
    };
}
