//! Takes over what the followed node has: the live feed, and walks through the past of milestones, tips and the blocks
//! that readers name.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use serde::Serialize;
use tangle::{Block, BlockId, Payload};
use tokio_util::sync::CancellationToken;

use super::{
    events::{self, Arrivals, Source},
    node::{FollowError, ForeignNode, Info, Status},
};
use crate::store::{NewBlock, Store};

/// From one look at the node's milestones to the next.
const LOOK: Duration = Duration::from_secs(2);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Questions to the node at a time.
const AT_ONCE: usize = 8;
/// The index under which the past of tips and named blocks is settled.
const NO_MILESTONE: u32 = 0;

/// Follows one node.
pub(crate) struct Follower {
    node: ForeignNode,
    source: Source,
    store: Arc<Store>,
    state: Mutex<State>,
}

struct State {
    progress: Progress,
    /// Whether the tips were walked since the live feed is there.
    feed_covers_tips: bool,
}

/// How complete the index is.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Progress {
    /// The followed node.
    pub(crate) follows: String,
    /// Its network.
    pub(crate) network: String,
    /// The latest milestone of the node; 0 where none are issued.
    pub(crate) latest_milestone: u32,
    /// Everything from this milestone on is here…
    pub(crate) complete_from: Option<u32>,
    /// …up to this one.
    pub(crate) complete_to: Option<u32>,
    /// The followed node pruned milestones before the index had walked them: there are gaps before `completeFrom`.
    pub(crate) gaps: bool,
    /// Blocks that others refer to and that the node no longer had.
    pub(crate) missing: u64,
    /// Blocks that the node handed over since the start.
    pub(crate) taken: u64,
    /// Whether new blocks arrive as they are published.
    pub(crate) live_feed: bool,
    /// Whether the last walk reached its end.
    pub(crate) caught_up: bool,
    /// Whether nothing that the node has is known to be missing here.
    pub(crate) complete: bool,
}

impl Follower {
    pub(super) fn new(node: ForeignNode, source: Source, store: Arc<Store>, info: &Info) -> Self {
        let progress = Progress {
            follows: node.name(),
            network: info.protocol.network_name.clone(),
            ..Progress::default()
        };
        Self {
            node,
            source,
            store,
            state: Mutex::new(State {
                progress,
                feed_covers_tips: false,
            }),
        }
    }

    pub(super) fn node(&self) -> &ForeignNode {
        &self.node
    }

    pub(super) fn progress(&self) -> Progress {
        let state = self.lock();
        let mut progress = state.progress.clone();
        progress.complete = state.feed_covers_tips && progress.caught_up && !progress.gaps;
        progress
    }

    /// Listens to the live feed, for ever.
    pub(super) async fn listen(self: Arc<Self>, stop: CancellationToken) {
        let mut pause = FIRST_PAUSE;
        while !stop.is_cancelled() {
            let ended = tokio::select! {
                ended = events::listen(&self.node, &self.source, &*self) => ended,
                () = stop.cancelled() => return,
            };
            let was_there = self.disconnected();
            if was_there || pause == FIRST_PAUSE {
                tracing::warn!("no live feed, new blocks come later: {ended}");
            }
            pause = if was_there {
                FIRST_PAUSE
            } else {
                (pause * 2).min(LONGEST_PAUSE)
            };
            let _ = tokio::time::timeout(pause, stop.cancelled()).await;
        }
    }

    /// Walks what the node has, for ever.
    pub(super) async fn walk(self: Arc<Self>, stop: CancellationToken) {
        let mut said = Progress::default();
        while !stop.is_cancelled() {
            let caught_up = tokio::select! {
                caught_up = self.catch_up() => caught_up,
                () = stop.cancelled() => return,
            };
            if let Err(error) = &caught_up {
                tracing::warn!("the index falls behind: {error}");
            }
            self.lock().progress.caught_up = caught_up.is_ok();
            self.say(&mut said);
            let _ = tokio::time::timeout(LOOK, stop.cancelled()).await;
        }
    }

    /// A reader named this block: takes it and what lies behind it.
    pub(super) async fn named(&self, id: BlockId) -> Result<(), FollowError> {
        self.walk_from(vec![id], NO_MILESTONE).await
    }

    async fn catch_up(&self) -> Result<(), FollowError> {
        let Info { status, .. } = self.node.info().await?;
        let latest = status.confirmed_milestone.index;
        self.lock().progress.latest_milestone = latest;
        self.walk_milestones(&status).await?;
        self.walk_tips().await
    }

    async fn walk_milestones(&self, status: &Status) -> Result<(), FollowError> {
        let latest = status.confirmed_milestone.index;
        let (_, walked_to) = self.walked().await?;
        let mut next = walked_to.map_or(1, |index| index + 1);
        if next <= status.pruning_index {
            self.lock().progress.gaps |= walked_to.is_some();
            next = status.pruning_index + 1;
        }
        while next <= latest {
            // Pruned between the two questions: the next look says so.
            let Some(parents) = self.node.milestone_parents(next).await? else {
                return Ok(());
            };
            self.walk_from(parents, next).await?;
            self.walked().await?;
            next += 1;
        }
        Ok(())
    }

    /// What no milestone refers to yet. The live feed brings it, but for what came before the feed was there.
    async fn walk_tips(&self) -> Result<(), FollowError> {
        if self.lock().feed_covers_tips {
            return Ok(());
        }
        let live = self.lock().progress.live_feed;
        self.walk_from(self.node.tips().await?, NO_MILESTONE)
            .await?;
        let mut state = self.lock();
        state.feed_covers_tips = live && state.progress.live_feed;
        Ok(())
    }

    async fn walked(&self) -> Result<(Option<u32>, Option<u32>), FollowError> {
        let walked = self.store.walked().await.map_err(stored)?;
        let progress = &mut self.lock().progress;
        (progress.complete_from, progress.complete_to) = walked;
        Ok(walked)
    }

    /// Takes everything behind these blocks that was not settled by an earlier walk, and settles it.
    async fn walk_from(&self, start: Vec<BlockId>, milestone: u32) -> Result<(), FollowError> {
        let (mut open, mut seen, mut settled) = (start, HashSet::new(), Vec::new());
        while !open.is_empty() {
            let some = open.split_off(open.len().saturating_sub(AT_ONCE));
            let looking = some
                .into_iter()
                .filter(|id| *id != BlockId::GENESIS && seen.insert(*id))
                .map(|id| async move { Ok::<_, FollowError>((id, self.parents(id).await?)) });
            for (id, parents) in futures::future::try_join_all(looking).await? {
                if let Some(parents) = parents {
                    settled.push(id);
                    open.extend(parents);
                }
            }
        }
        let walked = (milestone != NO_MILESTONE).then_some(milestone);
        self.store.settle(settled, walked).await.map_err(stored)
    }

    /// The parents of a block that is here afterwards; `None` when its past is settled, or the node has it no more.
    async fn parents(&self, id: BlockId) -> Result<Option<Vec<BlockId>>, FollowError> {
        let bytes = match self.store.by_id(id).await.map_err(stored)? {
            Some(found) if found.reference.is_some() => return Ok(None),
            Some(found) => found.bytes,
            None => match self.node.block(id).await? {
                Some(bytes) => {
                    self.take(bytes.clone().into()).await?;
                    bytes
                }
                None => {
                    self.lock().progress.missing += 1;
                    return Ok(None);
                }
            },
        };
        Ok(Block::parse(&bytes).ok().map(|block| block.parents))
    }

    /// Stores a block. What is no block is dropped: a node may say what it likes.
    async fn take(&self, bytes: Bytes) -> Result<(), FollowError> {
        let Ok(block) = Block::parse(&bytes) else {
            return Ok(());
        };
        let tag = match block.payload {
            Payload::TaggedData { tag, .. } => Some(tag),
            _ => None,
        };
        let block = NewBlock {
            id: BlockId::of(&bytes),
            // Its parents may follow later.
            parents: Vec::new(),
            tag,
            milestone: None,
            bytes,
        };
        self.store.append(block).await.map_err(stored)?;
        self.lock().progress.taken += 1;
        Ok(())
    }

    /// A line whenever the answer to "is it complete?" changes.
    fn say(&self, said: &mut Progress) {
        let now = self.progress();
        if (now.complete, now.missing) != (said.complete, said.missing) || said.follows.is_empty() {
            let milestones = match now.complete_from.zip(now.complete_to) {
                Some((from, to)) => {
                    format!("milestones {from} to {to} of {}", now.latest_milestone)
                }
                None => "no milestones".to_owned(),
            };
            let verdict = if now.complete {
                "complete"
            } else {
                "not complete"
            };
            tracing::info!(
                "the index is {verdict}: {milestones}, {} blocks taken, {} missing",
                now.taken,
                now.missing
            );
            *said = now;
        }
    }

    /// Whether the feed had been there.
    fn disconnected(&self) -> bool {
        let mut state = self.lock();
        state.feed_covers_tips = false;
        std::mem::take(&mut state.progress.live_feed)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Arrivals for Follower {
    fn connected(&self) {
        self.lock().progress.live_feed = true;
        tracing::info!("the live feed of {} is there", self.node.name());
    }

    async fn arrived(&self, bytes: Bytes) {
        if let Err(error) = self.take(bytes).await {
            tracing::warn!("a block of the live feed was not stored: {error}");
        }
    }
}

fn stored(error: impl std::fmt::Display) -> FollowError {
    FollowError::Store(error.to_string())
}
