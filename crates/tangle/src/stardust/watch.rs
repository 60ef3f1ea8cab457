//! The live feed: what is there, then long polling from a place in the node's order, so that an outage leaves no gap.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use futures::{
    StreamExt,
    stream::{self, BoxStream},
};

use super::{look_up, node::Node};
use crate::{
    BlockId, Cursor, MAX_TAGS, Stored, Tag, TangleError,
    api::{WATCH, WatchTags, WatchedBlocks},
};

/// How long a node may let a question wait. Shorter than what routers and proxies cut.
const WAIT_SECONDS: u16 = 25;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

pub(super) fn watch(node: &Arc<Node>, tags: &[Tag]) -> BoxStream<'static, Stored> {
    let feeds = tags
        .chunks(MAX_TAGS)
        .map(|some| Feed::new(node.clone(), some.to_vec()).stream());
    stream::select_all(feeds.collect::<Vec<_>>()).boxed()
}

struct Feed {
    node: Arc<Node>,
    tags: Vec<Tag>,
    allowed: HashSet<Tag>,
    /// Where the node's last answer ended; `None` before the first and after the node lost its place.
    place: Option<Cursor>,
    /// What was looked up after the first place was taken, which the next answer may repeat.
    looked_up: HashSet<BlockId>,
    ready: VecDeque<Stored>,
    pause: Duration,
}

impl Feed {
    fn new(node: Arc<Node>, tags: Vec<Tag>) -> Self {
        let allowed = tags.iter().copied().collect();
        let (looked_up, ready) = (HashSet::new(), VecDeque::new());
        Self {
            node,
            tags,
            allowed,
            place: None,
            looked_up,
            ready,
            pause: FIRST_PAUSE,
        }
    }

    fn stream(self) -> BoxStream<'static, Stored> {
        stream::unfold(
            self,
            |mut feed| async move { Some((feed.next().await, feed)) },
        )
        .boxed()
    }

    async fn next(&mut self) -> Stored {
        loop {
            if let Some(stored) = self.ready.pop_front() {
                return stored;
            }
            match self.fill().await {
                Ok(()) => self.pause = FIRST_PAUSE,
                Err(error) => self.pause_after(&error).await,
            }
        }
    }

    async fn fill(&mut self) -> Result<(), TangleError> {
        match self.place {
            None => self.begin().await,
            Some(place) => self.go_on(place).await,
        }
    }

    /// First the place, then the look-up: what arrives between the two comes once more with the feed.
    async fn begin(&mut self) -> Result<(), TangleError> {
        let place = self.poll(None).await?.cursor;
        let there = look_up::by_tags(&self.node, &self.tags).await?;
        self.looked_up = there.iter().map(|stored| stored.id).collect();
        self.ready.extend(there);
        self.place = Some(place);
        Ok(())
    }

    async fn go_on(&mut self, place: Cursor) -> Result<(), TangleError> {
        let answer = self.poll(Some(place)).await?;
        if answer.lost {
            tracing::warn!(
                node = self.node.address(),
                "the node lost its place in the feed; looking everything up again"
            );
            self.place = None;
            return Ok(());
        }
        let arrived = look_up::read(&self.node, answer.blocks, &self.allowed)?;
        let looked_up = std::mem::take(&mut self.looked_up);
        self.ready.extend(
            arrived
                .into_iter()
                .filter(|stored| !looked_up.contains(&stored.id)),
        );
        self.place = Some(answer.cursor);
        Ok(())
    }

    async fn poll(&self, after: Option<Cursor>) -> Result<WatchedBlocks, TangleError> {
        let question = WatchTags {
            tags: self.tags.clone(),
            after,
            wait_seconds: WAIT_SECONDS,
        };
        self.node
            .ask(WATCH, &question, Duration::from_secs(WAIT_SECONDS.into()))
            .await
    }

    async fn pause_after(&mut self, error: &TangleError) {
        if self.pause == FIRST_PAUSE {
            tracing::warn!("the live feed is interrupted and will go on where it stopped: {error}");
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }
}
