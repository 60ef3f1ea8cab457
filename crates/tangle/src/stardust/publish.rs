//! One block on its way to the ledger: parents, proof of work, and the node that takes it.

use std::time::Duration;

use super::{Settings, node::Node};
use crate::{
    Block, BlockId, Tag, TangleError,
    pow::{Miner, Turn},
};

/// Content that is to be published, and the block that was made of it last.
pub(super) struct Publication<'a> {
    miner: &'a Miner,
    settings: &'a Settings,
    tag: Tag,
    data: &'a [u8],
    /// A block that shows this score. Another node of the network takes it too, if it knows the parents.
    ready: Option<(u32, Vec<u8>)>,
}

impl<'a> Publication<'a> {
    pub(super) fn new(miner: &'a Miner, settings: &'a Settings, tag: Tag, data: &'a [u8]) -> Self {
        Self {
            miner,
            settings,
            tag,
            data,
            ready: None,
        }
    }

    /// Publishes at this node.
    pub(super) async fn at(&mut self, node: &Node) -> Result<BlockId, TangleError> {
        let score = node.recent_network().await?.min_pow_score;
        let bytes = match self.ready.take() {
            Some((shown, bytes)) if shown >= score => bytes,
            _ => self.mined(node, score).await?,
        };
        let answer = node.post(&bytes).await;
        self.ready = Some((score, bytes));
        if !matches!(answer, Err(TangleError::Refused { .. })) {
            return answer;
        }
        // While we mined, the node may have pruned the parents or learned another score: once more with its news.
        node.forget_network();
        let score = node.recent_network().await?.min_pow_score;
        let bytes = self.mined(node, score).await?;
        node.post(&bytes).await
    }

    /// A block ready to post. Only one at a time is in work.
    async fn mined(&self, node: &Node, score: u32) -> Result<Vec<u8>, TangleError> {
        if score == 0 {
            return Ok(self.draft(node.tips().await?)?.to_bytes());
        }
        let turn = self.miner.turn().await?;
        let mut parents = node.tips().await?;
        self.check_effort(node, &self.draft(parents.clone())?, score)?;
        loop {
            let draft = self.draft(parents.clone())?;
            tokio::select! {
                mined = with_nonce(&turn, draft, score) => return mined,
                newer = self.newer_tips(node, &parents) => parents = newer,
            }
        }
    }

    fn draft(&self, parents: Vec<BlockId>) -> Result<Block, TangleError> {
        Ok(Block::tagged(parents, &self.tag.0, self.data)?)
    }

    fn check_effort(&self, node: &Node, draft: &Block, score: u32) -> Result<(), TangleError> {
        let (expected, allowed) = (
            self.miner.expected(draft.to_bytes().len(), score),
            self.settings.most_work,
        );
        if expected <= allowed {
            return Ok(());
        }
        Err(TangleError::TooMuchWork {
            node: node.address().to_owned(),
            score,
            expected,
            allowed,
        })
    }

    /// Ends when the node has other tips than these. While it has not, or is away, the work goes on.
    async fn newer_tips(&self, node: &Node, parents: &[BlockId]) -> Vec<BlockId> {
        loop {
            tokio::time::sleep(self.settings.newer_parents_after.max(SHORTEST)).await;
            match node.tips().await {
                Ok(tips) if tips != parents => return tips,
                _ => {}
            }
        }
    }
}

/// A node is not asked for tips more often than this.
const SHORTEST: Duration = Duration::from_millis(10);

async fn with_nonce(turn: &Turn, mut block: Block, score: u32) -> Result<Vec<u8>, TangleError> {
    let draft = block.to_bytes();
    let head = draft
        .split_last_chunk::<8>()
        .map_or(draft.as_slice(), |(head, _)| head);
    block.nonce = turn.mine(head, score).await?;
    Ok(block.to_bytes())
}
