//! Nodes of the Stardust protocol: blocks through its routes, look-up by tag through those of [`crate::api`].

pub(crate) mod address;
mod failure;
mod http;
mod look_up;
mod node;
mod nodes;
mod publish;
mod rest;
mod watch;

use std::{num::NonZeroUsize, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::stream::BoxStream;

use self::{node::Node, nodes::Nodes, publish::Publication};
use crate::{
    BlockId, Cursor, Logins, NetworkInfo, Page, Stored, Tag, Tangle, TangleError, pow::Miner,
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
    /// The longest time that the proof of work of a block may be expected to take. A node that asks for more, by
    /// mistake or to keep somebody busy, is refused with [`TangleError::TooMuchWork`].
    pub most_work: Duration,
    /// For nodes that ask for them. [`crate::connect`] takes those of [`Logins::of_this_user`].
    pub logins: Logins,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mining_threads: None,
            timeout: Duration::from_secs(15),
            newer_parents_after: Duration::from_secs(30),
            most_work: Duration::from_secs(30 * 60),
            logins: Logins::default(),
        }
    }
}

/// As [`crate::connect`], with settings.
///
/// # Errors
/// [`TangleError::Address`] when an address cannot be one of a node.
pub fn connect_with(addresses: &str, settings: Settings) -> Result<Arc<dyn Tangle>, TangleError> {
    let nodes = Arc::new(Nodes::new(addresses, &settings)?);
    let miner = settings
        .mining_threads
        .map_or_else(Miner::on_all_cores, Miner::new);
    Ok(Arc::new(Stardust {
        nodes,
        miner,
        settings,
    }))
}

struct Stardust {
    nodes: Arc<Nodes>,
    miner: Miner,
    settings: Settings,
}

#[async_trait]
impl Tangle for Stardust {
    async fn publish(&self, tag: Tag, data: &[u8]) -> Result<BlockId, TangleError> {
        let mut publication = Publication::new(&self.miner, &self.settings, tag, data);
        let mut round = self.nodes.round();
        while let Some(node) = round.next().await {
            match publication.at(&node).await {
                Ok(id) => {
                    node.rest.is_over();
                    return Ok(id);
                }
                Err(error) => round.failed(&node, error)?,
            }
        }
        Err(round.failure())
    }

    async fn by_tags(&self, tags: &[Tag]) -> Result<Vec<Stored>, TangleError> {
        let look_up = |node: Arc<Node>| async move { look_up::by_tags(&node, tags).await };
        Ok(self.nodes.ask(look_up).await?.1)
    }

    async fn by_tag_after(&self, tag: Tag, after: Option<Cursor>) -> Result<Page, TangleError> {
        let (node, mut page) = match after.and_then(|after| self.nodes.node_of(after)) {
            // A place means something only to the node that gave it.
            Some((node, place)) => {
                let page = look_up::by_tag_after(&node, tag, Some(place)).await?;
                (node, page)
            }
            None => {
                let look_up =
                    |node: Arc<Node>| async move { look_up::by_tag_after(&node, tag, None).await };
                self.nodes.ask(look_up).await?
            }
        };
        if let Some(next) = page.next {
            page.next = Some(self.nodes.cursor_of(&node, next)?);
        }
        Ok(page)
    }

    async fn by_id(&self, id: BlockId) -> Result<Option<Stored>, TangleError> {
        let found = |node: Arc<Node>| async move { node.block(id).await };
        self.nodes.any(found, Option::is_some).await
    }

    fn watch(&self, tags: Vec<Tag>) -> BoxStream<'static, Stored> {
        watch::watch(&self.nodes, &tags)
    }

    async fn confirmed(&self, id: BlockId) -> Result<bool, TangleError> {
        let confirmed = |node: Arc<Node>| async move { node.confirmed(id).await };
        self.nodes.any(confirmed, |is| *is).await
    }

    async fn network(&self) -> Result<NetworkInfo, TangleError> {
        let network = |node: Arc<Node>| async move { node.network().await };
        Ok(self.nodes.ask(network).await?.1)
    }
}
