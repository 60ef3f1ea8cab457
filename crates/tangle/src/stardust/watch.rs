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

use super::{look_up, node::Node, nodes::Nodes};
use crate::{
    BlockId, Cursor, MAX_TAGS, Stored, Tag, TangleError,
    api::{WATCH, WatchTags, WatchedBlocks},
};

/// How long a node may let a question wait. Shorter than what routers and proxies cut.
const WAIT_SECONDS: u16 = 25;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Longest wish of a node to be left alone that the feed heeds.
const LONGEST_WISH: Duration = Duration::from_secs(300);

pub(super) fn watch(nodes: &Arc<Nodes>, tags: &[Tag]) -> BoxStream<'static, Stored> {
    let feeds = tags
        .chunks(MAX_TAGS)
        .map(|some| Feed::new(nodes.clone(), some.to_vec()).stream());
    stream::select_all(feeds.collect::<Vec<_>>()).boxed()
}

struct Feed {
    nodes: Arc<Nodes>,
    tags: Vec<Tag>,
    allowed: HashSet<Tag>,
    /// Whose feed it is and where that node's last answer ended; `None` before the first and after the node failed
    /// or lost its place.
    place: Option<(Arc<Node>, Cursor)>,
    /// What was looked up after the first place was taken, which the next answer may repeat.
    looked_up: HashSet<BlockId>,
    ready: VecDeque<Stored>,
    pause: Duration,
}

impl Feed {
    fn new(nodes: Arc<Nodes>, tags: Vec<Tag>) -> Self {
        let allowed = tags.iter().copied().collect();
        let (looked_up, ready) = (HashSet::new(), VecDeque::new());
        Self {
            nodes,
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
        match self.place.take() {
            None => self.begin().await,
            Some((node, place)) => self.go_on(node, place).await,
        }
    }

    /// First the place, then the look-up: what arrives between the two comes once more with the feed.
    async fn begin(&mut self) -> Result<(), TangleError> {
        let tags = &self.tags;
        let there = |node: Arc<Node>| async move {
            let place = poll(&node, tags, None).await?.cursor;
            Ok((place, look_up::by_tags(&node, tags).await?))
        };
        let (node, (place, there)) = self.nodes.ask(there).await?;
        self.looked_up = there.iter().map(|stored| stored.id).collect();
        self.ready.extend(there);
        self.place = Some((node, place));
        Ok(())
    }

    async fn go_on(&mut self, node: Arc<Node>, place: Cursor) -> Result<(), TangleError> {
        let answer = match poll(&node, &self.tags, Some(place)).await {
            Ok(answer) => answer,
            Err(error) => {
                self.keep_or_change(node, place, &error);
                return Err(error);
            }
        };
        if answer.lost {
            tracing::warn!(
                node = node.address(),
                "the node lost its place in the feed; looking everything up again"
            );
            return Ok(());
        }
        let arrived = match look_up::read(&node, answer.blocks, &self.allowed) {
            Ok(arrived) => arrived,
            Err(error) => {
                self.keep_or_change(node, place, &error);
                return Err(error);
            }
        };
        let looked_up = std::mem::take(&mut self.looked_up);
        self.ready.extend(
            arrived
                .into_iter()
                .filter(|stored| !looked_up.contains(&stored.id)),
        );
        self.place = Some((node, answer.cursor));
        Ok(())
    }

    /// An only node goes on where it stopped; of several, the next one that is well looks everything up anew.
    fn keep_or_change(&mut self, node: Arc<Node>, place: Cursor, error: &TangleError) {
        node.rest.begins(error);
        if self.nodes.is_one() {
            self.place = Some((node, place));
        }
    }

    /// At least as long as the node asks for.
    async fn pause_after(&mut self, error: &TangleError) {
        if self.pause == FIRST_PAUSE {
            tracing::warn!("the live feed is interrupted and will go on where it stopped: {error}");
        }
        tokio::time::sleep(
            error
                .retry_after()
                .unwrap_or_default()
                .min(LONGEST_WISH)
                .max(self.pause),
        )
        .await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }
}

async fn poll(
    node: &Node,
    tags: &[Tag],
    after: Option<Cursor>,
) -> Result<WatchedBlocks, TangleError> {
    let question = WatchTags {
        tags: tags.to_vec(),
        after,
        wait_seconds: WAIT_SECONDS,
    };
    let longer = Duration::from_secs(WAIT_SECONDS.into());
    node.ask(WATCH, &question, longer).await
}
