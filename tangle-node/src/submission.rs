//! What a posted block must be, and what the node completes for those who ask it to.

use std::sync::Arc;

use bytes::Bytes;
use tangle::{Block, BlockError, BlockId, Payload, TangleError, pow};

use tokio::sync::Semaphore;

use crate::{limits, store::NewBlock};

/// Why a posted block is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SubmissionError {
    #[error("{0}")]
    Block(#[from] BlockError),
    #[error(
        "payloads of kind {0} are not accepted: this node carries tagged data (kind 5) and keeps no ledger of tokens"
    )]
    PayloadKind(u32),
    #[error("the proof of work does not reach the score {0} of this network")]
    Score(u32),
    #[error("this node does no proof of work for others: post the block with its nonce")]
    NoMiner,
    #[error(
        "the node has enough proof of work to do for others: post the block with its nonce, or later"
    )]
    MinerBusy,
    #[error("the node's proof of work failed: {0}")]
    Mining(#[from] TangleError),
}

/// Does the proof of work of those who ask for it: one block at a time, and a bounded number waits.
pub(crate) struct Workshop {
    miner: Arc<pow::Miner>,
    queue: Semaphore,
}

impl Workshop {
    pub(crate) fn new(miner: Arc<pow::Miner>) -> Self {
        Self {
            miner,
            queue: Semaphore::new(limits::QUEUED_WORK),
        }
    }

    async fn mine(&self, head: &[u8], min_score: u32) -> Result<u64, SubmissionError> {
        let _place = self
            .queue
            .try_acquire()
            .map_err(|_| SubmissionError::MinerBusy)?;
        Ok(self.miner.turn().await?.mine(head, min_score).await?)
    }
}

/// A block as posted, perhaps without parents or nonce.
pub(crate) struct Draft(Block);

impl Draft {
    /// # Errors
    /// For payloads that this node does not carry.
    pub(crate) fn new(block: Block) -> Result<Self, SubmissionError> {
        match block.payload {
            Payload::Other { kind, .. } => Err(SubmissionError::PayloadKind(kind)),
            _ => Ok(Self(block)),
        }
    }

    /// Without parents the tips are taken; with nonce 0 and too little work, the work is done here, if that is
    /// offered.
    pub(crate) async fn complete(
        self,
        tips: impl FnOnce() -> Vec<BlockId>,
        workshop: Option<&Workshop>,
        min_score: u32,
    ) -> Result<NewBlock, SubmissionError> {
        let mut block = self.0;
        if block.parents.is_empty() {
            block.parents = tips();
        }
        let mut bytes = block.to_bytes();
        if !pow::is_enough(&bytes, min_score) {
            if block.nonce != 0 {
                return Err(SubmissionError::Score(min_score));
            }
            let head = bytes
                .split_last_chunk::<8>()
                .map_or(bytes.as_slice(), |(head, _)| head);
            let workshop = workshop.ok_or(SubmissionError::NoMiner)?;
            block.nonce = workshop.mine(head, min_score).await?;
            bytes = block.to_bytes();
        }
        checked(&bytes)
    }
}

/// The bytes once more as a stranger would read them: what is stored is always a complete block.
fn checked(bytes: &[u8]) -> Result<NewBlock, SubmissionError> {
    let block = Block::parse(bytes)?;
    let tag = match block.payload {
        Payload::TaggedData { tag, .. } => Some(tag),
        _ => None,
    };
    Ok(NewBlock {
        id: BlockId::of(bytes),
        parents: block.parents,
        tag,
        milestone: None,
        bytes: Bytes::copy_from_slice(bytes),
    })
}
