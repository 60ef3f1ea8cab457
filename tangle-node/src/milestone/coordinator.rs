//! Issues milestones on a schedule.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tangle::{Block, BlockId, Payload, TangleError, pow};
use tokio_util::sync::CancellationToken;

use super::{CoordinatorKey, Essence, KIND, Milestone, MilestoneId, MilestoneInfo, merkle_root};
use crate::{
    limits,
    store::{AppendError, NewBlock, NewMilestone, Store, StoreError},
};

/// What issues milestones.
pub(crate) struct Coordinator {
    pub(crate) key: CoordinatorKey,
    /// From one milestone to the next while blocks arrive.
    pub(crate) interval: Duration,
    pub(crate) min_pow_score: u32,
    pub(crate) store: Arc<Store>,
    pub(crate) miner: Arc<pow::Miner>,
}

/// Why a milestone was not issued; it is tried again at the next time.
#[derive(Debug, thiserror::Error)]
enum IssueError {
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("a block that joins tips was not taken: {0}")]
    Append(#[from] AppendError),
    #[error("a block that joins tips found no nonce: {0}")]
    Mining(#[from] TangleError),
}

/// Until the node stops: then once more, so that the next start finds nothing left to do.
pub(crate) async fn coordinate(coordinator: Coordinator, stop: CancellationToken) {
    let mut last = tokio::time::Instant::now();
    loop {
        let stopping = coordinator.due(&stop).await;
        let idle = !stopping && last.elapsed() >= limits::MILESTONE_IDLE;
        match coordinator.issue(idle).await {
            Ok(true) => last = tokio::time::Instant::now(),
            Ok(false) => {}
            Err(error) => tracing::warn!("no milestone was issued, the next try follows: {error}"),
        }
        if stopping {
            return;
        }
    }
}

impl Coordinator {
    /// Waits for the next milestone's time, which a flood of blocks brings forward; whether the node stops.
    async fn due(&self, stop: &CancellationToken) -> bool {
        let next = tokio::time::Instant::now() + self.interval;
        loop {
            let look = tokio::time::sleep(Duration::from_millis(200));
            tokio::select! {
                () = stop.cancelled() => return true,
                () = tokio::time::sleep_until(next) => return false,
                () = look => {
                    if self.store.events.unreferenced() > limits::WINDOW {
                        return false;
                    }
                }
            }
        }
    }

    /// Whether a milestone was issued: not when nothing happened since the last one, unless `idle` says that it is
    /// time all the same.
    async fn issue(&self, idle: bool) -> Result<bool, IssueError> {
        self.join_tips().await?;
        let mut parents = self.store.events.tips.all();
        parents.truncate(Block::MAX_PARENTS);
        if parents.is_empty() {
            parents.push(BlockId::GENESIS);
        }
        parents.sort_unstable();
        let cone = self.store.cone(parents.clone()).await?;
        let latest = self.store.events.latest();
        // The milestone before is always among them.
        let news = cone.len() > usize::from(latest.is_some());
        if !news && !idle {
            return Ok(false);
        }
        let milestone = self.sign(parents, cone, latest);
        let info = milestone.info;
        tracing::debug!(
            index = info.index,
            blocks = milestone.cone.len(),
            "milestone"
        );
        self.store.confirm(milestone).await?;
        Ok(true)
    }

    /// Blocks without payload join tips until so few are left that one milestone can name them.
    async fn join_tips(&self) -> Result<(), IssueError> {
        for _ in 0..limits::CHECKPOINT_ROUNDS {
            let tips = self.store.events.tips.all();
            if tips.len() <= Block::MAX_PARENTS {
                return Ok(());
            }
            let most = match self.min_pow_score {
                0 => usize::MAX,
                _ => limits::MINED_CHECKPOINTS,
            };
            let groups: Vec<_> = tips.chunks(Block::MAX_PARENTS).take(most).collect();
            for some in groups.chunks(limits::QUEUED_BLOCKS / 4) {
                let joining = some.iter().map(|parents| self.join(parents.to_vec()));
                futures::future::try_join_all(joining).await?;
            }
        }
        Ok(())
    }

    async fn join(&self, mut parents: Vec<BlockId>) -> Result<(), IssueError> {
        parents.sort_unstable();
        let mut block = Block {
            parents,
            payload: Payload::None,
            nonce: 0,
        };
        if self.min_pow_score > 0 {
            let draft = block.to_bytes();
            let head = draft
                .split_last_chunk::<8>()
                .map_or(draft.as_slice(), |(head, _)| head);
            let turn = self.miner.turn().await?;
            block.nonce = turn.mine(head, self.min_pow_score).await?;
        }
        Ok(self.store.append(new_block(block)).await?)
    }

    fn sign(
        &self,
        parents: Vec<BlockId>,
        cone: Vec<BlockId>,
        latest: Option<MilestoneInfo>,
    ) -> NewMilestone {
        let now = u32::try_from(crate::now()).unwrap_or(u32::MAX);
        let essence = Essence {
            index: latest.map_or(1, |latest| latest.index + 1),
            // Never back, whatever the clock does.
            timestamp: latest.map_or(now, |latest| now.max(latest.timestamp + 1)),
            previous: latest.map_or(MilestoneId::NONE, |latest| latest.milestone_id),
            parents,
            inclusion_root: merkle_root(&cone),
            applied_root: merkle_root(&[]),
        };
        let info = essence.info();
        let signature = self.key.sign(&essence);
        NewMilestone {
            block: new_block(essence.into_block(signature)),
            info,
            cone,
        }
    }
}

fn new_block(block: Block) -> NewBlock {
    let bytes = Bytes::from(block.to_bytes());
    let milestone = Milestone::of(&block).zip(payload(&block.payload));
    NewBlock {
        id: BlockId::of(&bytes),
        parents: block.parents,
        tag: None,
        milestone: milestone.map(|(milestone, payload)| (milestone.essence.index, payload)),
        bytes,
    }
}

/// The payload of a milestone with its kind, as other programs expect it.
pub(crate) fn payload(payload: &Payload) -> Option<Bytes> {
    match payload {
        Payload::Other { kind: KIND, bytes } => {
            Some([&KIND.to_le_bytes(), bytes.as_slice()].concat().into())
        }
        _ => None,
    }
}
