//! The Tangle as the rest of the house sees it: publish a block under a tag, find blocks by tag, watch tags, confirm.
//!
//! Everything goes through the [`Tangle`] trait. [`connect`] speaks to nodes of the IOTA Stardust protocol in the types
//! of `iota-client` (and to `tangle-node` for the look-up by tag); [`InMemory`] is a Tangle for tests. Blocks are built,
//! mined and checked here ([`Block`], [`pow`]): neither keys nor proof of work pass through the client library.
//!
//! ```
//! use tangle::{InMemory, Tag, Tangle};
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let tangle = InMemory::new();
//! let tag = Tag([7; 32]);
//! let id = tangle.publish(tag, b"hello").await?;
//! let found = tangle.by_tags(&[tag]).await?;
//! assert_eq!(found[0].id, id);
//! assert_eq!(found[0].data, b"hello");
//! # Ok::<(), tangle::TangleError>(()) }).unwrap();
//! ```

pub mod api;
mod block;
mod crowds;
mod error;
mod in_memory;
mod login;
pub mod pow;
mod stardust;
mod types;

use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::BoxStream;

pub use self::{
    block::{Block, BlockError, Payload},
    crowds::Crowds,
    error::TangleError,
    in_memory::InMemory,
    login::{Logins, NoLogin},
    stardust::{Settings, connect_with},
    types::{BlockId, Cursor, IdError, NetworkInfo, Page, Stored, Tag},
};

/// Most tags that one question to a node names. [`Tangle::by_tags`] takes more and asks several times.
pub const MAX_TAGS: usize = 1_000;

/// Most blocks that [`Tangle::by_tags`] returns for one tag (`docs/protocol.md` section 3.4).
pub const MAX_BLOCKS_PER_TAG: usize = 64;

/// Most bytes of data that [`Tangle::by_tags`] collects for [`MAX_TAGS`] tags: five blocks of 4 kB each. Rounds come in
/// order, so what a flood pushes out are later blocks under a tag, never a tag's first.
pub const MAX_COLLECTED: usize = 24 << 20;

/// A ledger of tagged blocks: everybody can write, everybody can read, nobody can change what is there.
///
/// Order is the node's order of arrival, and its time is only an upper bound: what a block *means* is decided by
/// the sequence numbers and hash links inside (`docs/protocol.md` section 7).
#[async_trait]
pub trait Tangle: Send + Sync {
    /// Publishes one block and returns its id once the node has stored it.
    ///
    /// Dropping the future stops the proof of work. Publishing the same content again makes another block
    /// under the same tag, unless its parents are the same too; readers drop the copy.
    ///
    /// # Errors
    /// [`TangleError`]; when [`TangleError::is_temporary`], the same call will work later.
    async fn publish(&self, tag: Tag, data: &[u8]) -> Result<BlockId, TangleError>;

    /// Finds the blocks under each of these tags, earliest first within a tag, at most [`MAX_BLOCKS_PER_TAG`] a tag.
    ///
    /// The answer is filled round by round (every tag's first block, then every tag's second…) up to a bounded
    /// size, so that a flood under one tag hides nothing under another. [`Tangle::by_tag_after`] goes past the
    /// first blocks of a flooded tag.
    ///
    /// # Errors
    /// [`TangleError`]; among them [`TangleError::Altered`] when a block's content does not match its id.
    async fn by_tags(&self, tags: &[Tag]) -> Result<Vec<Stored>, TangleError>;

    /// One page of the blocks under one tag, earliest first, from `after` on (`None`: from the first).
    ///
    /// # Errors
    /// As [`Tangle::by_tags`].
    async fn by_tag_after(&self, tag: Tag, after: Option<Cursor>) -> Result<Page, TangleError>;

    /// The block with this id, `None` when the node does not (or no longer) have it or it carries no 32-byte tag.
    ///
    /// # Errors
    /// As [`Tangle::by_tags`].
    async fn by_id(&self, id: BlockId) -> Result<Option<Stored>, TangleError>;

    /// The blocks under these tags: what is there already, as [`Tangle::by_tags`] finds it, then what arrives.
    ///
    /// The stream reconnects by itself and does not end while the node can come back; what arrived meanwhile
    /// follows. Of a flood under one tag it hands on a part: reconcile with [`Tangle::by_tag_after`] now and then.
    fn watch(&self, tags: Vec<Tag>) -> BoxStream<'static, Stored>;

    /// Whether the ledger has taken this block for good: referenced by a milestone, or, in a network without
    /// milestones, stored and solid. `false` also when the node does not know the block.
    ///
    /// # Errors
    /// [`TangleError`].
    async fn confirmed(&self, id: BlockId) -> Result<bool, TangleError>;

    /// Which network this is and what it asks of a block.
    ///
    /// # Errors
    /// [`TangleError`].
    async fn network(&self) -> Result<NetworkInfo, TangleError>;
}

/// A Tangle behind the node at this address, such as `http://127.0.0.1:14265`, or behind several nodes of one network:
/// `http://first,https://second`.
///
/// Of several, the first that is well is asked first; when it fails, the next is asked, and the first again after half a
/// minute, later after longer. A node without look-up by tag still takes and gives blocks, so that a foreign node and an
/// index beside it can be named together. No node need be up yet: the first use says so if none is.
///
/// HTTPS trusts the system's certificates (or the file that `SSL_CERT_FILE` names); `HTTPS_PROXY`, `HTTP_PROXY` and
/// `NO_PROXY` are heeded. A node that asks for a password or a token gets the one of [`Logins::of_this_user`]. Proof of
/// work uses all cores; see [`connect_with`] to change any of that.
///
/// # Errors
/// [`TangleError::Address`] when an address cannot be one of a node, [`TangleError::Logins`] when there are logins that
/// cannot be read.
pub fn connect(addresses: &str) -> Result<Arc<dyn Tangle>, TangleError> {
    let settings = Settings {
        logins: Logins::of_this_user()?,
        ..Settings::default()
    };
    connect_with(addresses, settings)
}
