//! A node of the Stardust protocol: blocks through `iota-client`, look-up by tag through the routes of [`crate::api`].

mod address;
mod failure;
mod http;
mod look_up;
mod node;
mod watch;

use std::{num::NonZeroUsize, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::stream::BoxStream;

use self::node::Node;
use crate::{
    Block, BlockId, Cursor, NetworkInfo, Page, Stored, Tag, Tangle, TangleError,
    pow::{Miner, Turn},
};

/// How to talk to a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Cores for proof of work; `None` means all.
    pub mining_threads: Option<NonZeroUsize>,
    /// How long an answer may take.
    pub timeout: Duration,
    /// How long a block may be in work before it looks for newer parents. A block whose parents are too old is not
    /// taken up by the network; starting over costs nothing, because every nonce is as likely as the next.
    pub newer_parents_after: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mining_threads: None,
            timeout: Duration::from_secs(15),
            newer_parents_after: Duration::from_secs(30),
        }
    }
}

/// As [`crate::connect`], with settings.
///
/// # Errors
/// [`TangleError::Address`] when the address cannot be one of a node.
pub fn connect_with(url: &str, settings: Settings) -> Result<Arc<dyn Tangle>, TangleError> {
    let node = Arc::new(Node::new(address::parse(url)?, settings.timeout)?);
    let miner = settings
        .mining_threads
        .map_or_else(Miner::on_all_cores, Miner::new);
    Ok(Arc::new(Stardust {
        node,
        miner,
        newer_parents_after: settings.newer_parents_after,
    }))
}

struct Stardust {
    node: Arc<Node>,
    miner: Miner,
    newer_parents_after: Duration,
}

impl Stardust {
    /// A block ready to post. Only one at a time is in work.
    async fn mined(&self, tag: Tag, data: &[u8]) -> Result<Vec<u8>, TangleError> {
        let min_score = self.node.recent_network().await?.min_pow_score;
        if min_score == 0 {
            return Ok(Block::tagged(self.node.tips().await?, &tag.0, data)?.to_bytes());
        }
        let turn = self.miner.turn().await?;
        let mut parents = self.node.tips().await?;
        loop {
            let block = Block::tagged(parents.clone(), &tag.0, data)?;
            tokio::select! {
                mined = with_nonce(&turn, block, min_score) => return mined,
                newer = self.newer_tips(&parents) => parents = newer,
            }
        }
    }

    /// Ends when the node has other tips than these. While it has not, or is away, the work goes on.
    async fn newer_tips(&self, parents: &[BlockId]) -> Vec<BlockId> {
        loop {
            tokio::time::sleep(self.newer_parents_after).await;
            match self.node.tips().await {
                Ok(tips) if tips != parents => return tips,
                _ => {}
            }
        }
    }
}

async fn with_nonce(turn: &Turn, mut block: Block, min_score: u32) -> Result<Vec<u8>, TangleError> {
    let draft = block.to_bytes();
    let head = draft
        .split_last_chunk::<8>()
        .map_or(draft.as_slice(), |(head, _)| head);
    block.nonce = turn.mine(head, min_score).await?;
    Ok(block.to_bytes())
}

#[async_trait]
impl Tangle for Stardust {
    async fn publish(&self, tag: Tag, data: &[u8]) -> Result<BlockId, TangleError> {
        match self.node.post(&self.mined(tag, data).await?).await {
            // While we mined, the node may have pruned the parents or learned another score: once more with its news.
            Err(TangleError::Refused { .. }) => {
                self.node.forget_network();
                self.node.post(&self.mined(tag, data).await?).await
            }
            answer => answer,
        }
    }

    async fn by_tags(&self, tags: &[Tag]) -> Result<Vec<Stored>, TangleError> {
        look_up::by_tags(&self.node, tags).await
    }

    async fn by_tag_after(&self, tag: Tag, after: Option<Cursor>) -> Result<Page, TangleError> {
        look_up::by_tag_after(&self.node, tag, after).await
    }

    async fn by_id(&self, id: BlockId) -> Result<Option<Stored>, TangleError> {
        self.node.block(id).await
    }

    fn watch(&self, tags: Vec<Tag>) -> BoxStream<'static, Stored> {
        watch::watch(&self.node, &tags)
    }

    async fn confirmed(&self, id: BlockId) -> Result<bool, TangleError> {
        self.node.confirmed(id).await
    }

    async fn network(&self) -> Result<NetworkInfo, TangleError> {
        self.node.network().await
    }
}
