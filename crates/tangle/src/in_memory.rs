//! A Tangle without a node, for tests: the same rules, nothing kept.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use async_trait::async_trait;
use futures::{StreamExt, stream, stream::BoxStream};
use tokio::sync::broadcast;

use crate::{
    Block, BlockId, Cursor, MAX_BLOCKS_PER_TAG, NetworkInfo, Page, Stored, Tag, Tangle, TangleError,
};

/// How many blocks a watcher may lag behind before it has to reconcile.
const FEED_LENGTH: usize = 4_096;
const PAGE: usize = MAX_BLOCKS_PER_TAG;
const NAME: &str = "in-memory";

/// A Tangle that lives in this process. Share it in an `Arc`.
pub struct InMemory {
    ledger: Mutex<Ledger>,
    feed: broadcast::Sender<Stored>,
}

struct Ledger {
    blocks: Vec<Stored>,
    by_tag: HashMap<Tag, Vec<usize>>,
    by_id: HashMap<BlockId, usize>,
    reachable: bool,
}

impl InMemory {
    /// An empty Tangle.
    pub fn new() -> Self {
        let ledger = Ledger {
            blocks: Vec::new(),
            by_tag: HashMap::new(),
            by_id: HashMap::new(),
            reachable: true,
        };
        Self {
            ledger: Mutex::new(ledger),
            feed: broadcast::channel(FEED_LENGTH).0,
        }
    }

    /// Makes every call fail as if the node were down, or work again.
    pub fn set_reachable(&self, reachable: bool) {
        self.lock().reachable = reachable;
    }

    /// How many blocks there are.
    pub fn len(&self) -> usize {
        self.lock().blocks.len()
    }

    /// Whether nothing was published yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every block so far, earliest first: what somebody who recorded the whole Tangle holds.
    pub fn recording(&self) -> Vec<Stored> {
        self.lock().blocks.clone()
    }

    /// What arrives from now on and what is there, with nothing between and nothing twice: `publish` announces
    /// a block before it lets go of the ledger.
    fn subscribe(&self, tags: &[Tag]) -> (broadcast::Receiver<Stored>, Vec<Stored>) {
        let ledger = self.lock();
        (self.feed.subscribe(), ledger.first_under(tags))
    }

    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reach(&self) -> Result<MutexGuard<'_, Ledger>, TangleError> {
        let ledger = self.lock();
        if ledger.reachable {
            return Ok(ledger);
        }
        Err(TangleError::Unreachable {
            node: NAME.to_owned(),
            why: "set_reachable(false)".to_owned(),
        })
    }
}

impl Default for InMemory {
    fn default() -> Self {
        Self::new()
    }
}

impl Ledger {
    /// The block approves the one before it, so the same content twice gives two ids, as on a real Tangle.
    fn append(&mut self, tag: Tag, data: &[u8]) -> Result<Stored, TangleError> {
        let parent = self.blocks.last().map_or(BlockId::GENESIS, |last| last.id);
        let id = Block::tagged(vec![parent], &tag.0, data)?.id();
        let at = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .map(|since| since.as_secs());
        let stored = Stored {
            id,
            tag,
            data: data.to_vec(),
            at,
        };
        self.by_id.insert(id, self.blocks.len());
        self.by_tag.entry(tag).or_default().push(self.blocks.len());
        self.blocks.push(stored.clone());
        Ok(stored)
    }

    fn first_under(&self, tags: &[Tag]) -> Vec<Stored> {
        let found = tags
            .iter()
            .flat_map(|tag| self.under(*tag, 0).take(MAX_BLOCKS_PER_TAG));
        found.map(|(_, stored)| stored.clone()).collect()
    }

    fn under(&self, tag: Tag, from: usize) -> impl Iterator<Item = (usize, &Stored)> {
        let places = self.by_tag.get(&tag).into_iter().flatten().copied();
        places
            .skip_while(move |place| *place < from)
            .filter_map(|place| Some((place, self.blocks.get(place)?)))
    }
}

#[async_trait]
impl Tangle for InMemory {
    async fn publish(&self, tag: Tag, data: &[u8]) -> Result<BlockId, TangleError> {
        let mut ledger = self.reach()?;
        let stored = ledger.append(tag, data)?;
        let id = stored.id;
        // Nobody watching is not an error.
        let _ = self.feed.send(stored);
        Ok(id)
    }

    async fn by_tags(&self, tags: &[Tag]) -> Result<Vec<Stored>, TangleError> {
        let ledger = self.reach()?;
        let found = tags
            .iter()
            .flat_map(|tag| ledger.under(*tag, 0).take(MAX_BLOCKS_PER_TAG));
        Ok(found.map(|(_, stored)| stored.clone()).collect())
    }

    async fn by_tag_after(&self, tag: Tag, after: Option<Cursor>) -> Result<Page, TangleError> {
        let ledger = self.reach()?;
        let from = after.map_or(0, |cursor| {
            usize::try_from(cursor.0)
                .unwrap_or(usize::MAX)
                .saturating_add(1)
        });
        let page: Vec<_> = ledger.under(tag, from).take(PAGE + 1).collect();
        let next = page
            .get(PAGE)
            .and(page.get(PAGE - 1))
            .map(|(place, _)| Cursor(*place as u64));
        Ok(Page {
            blocks: page
                .into_iter()
                .take(PAGE)
                .map(|(_, stored)| stored.clone())
                .collect(),
            next,
        })
    }

    async fn by_id(&self, id: BlockId) -> Result<Option<Stored>, TangleError> {
        let ledger = self.reach()?;
        Ok(ledger
            .by_id
            .get(&id)
            .and_then(|place| ledger.blocks.get(*place))
            .cloned())
    }

    fn watch(&self, tags: Vec<Tag>) -> BoxStream<'static, Stored> {
        let (feed, there) = self.subscribe(&tags);
        let arriving = stream::unfold((feed, tags), |(mut feed, tags)| async move {
            loop {
                match feed.recv().await {
                    Ok(stored) if tags.contains(&stored.tag) => {
                        return Some((stored, (feed, tags)));
                    }
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            }
        });
        stream::iter(there).chain(arriving).boxed()
    }

    async fn confirmed(&self, id: BlockId) -> Result<bool, TangleError> {
        Ok(self.reach()?.by_id.contains_key(&id))
    }

    async fn network(&self) -> Result<NetworkInfo, TangleError> {
        drop(self.reach()?);
        Ok(NetworkInfo {
            name: NAME.to_owned(),
            min_pow_score: 0,
            protocol_version: 2,
            node: NAME.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[tokio::test]
    async fn blocks_come_back_by_tag_earliest_first_and_page_by_page() {
        let tangle = InMemory::new();
        for number in 0..150u8 {
            tangle.publish(Tag([1; 32]), &[number]).await.unwrap();
            tangle.publish(Tag([2; 32]), &[number]).await.unwrap();
        }
        let found = tangle.by_tags(&[Tag([1; 32]), Tag([3; 32])]).await.unwrap();
        assert_eq!(
            found
                .iter()
                .map(|stored| stored.data.clone())
                .collect::<Vec<_>>(),
            (0..64u8).map(|n| vec![n]).collect::<Vec<_>>()
        );

        let first = tangle.by_tag_after(Tag([2; 32]), None).await.unwrap();
        let second = tangle.by_tag_after(Tag([2; 32]), first.next).await.unwrap();
        assert_eq!(
            (
                first.blocks.len(),
                second.blocks.len(),
                second.next.is_none()
            ),
            (64, 64, false)
        );
        assert_eq!(second.blocks.first().unwrap().data, [64]);
    }

    #[tokio::test]
    async fn a_watcher_gets_its_tags_only() {
        let tangle = InMemory::new();
        let before = tangle
            .publish(Tag([1; 32]), b"there already")
            .await
            .unwrap();
        let mut watch = tangle.watch(vec![Tag([1; 32])]);
        tangle.publish(Tag([2; 32]), b"other").await.unwrap();
        let after = tangle.publish(Tag([1; 32]), b"mine").await.unwrap();
        assert_eq!(watch.next().await.unwrap().id, before);
        assert_eq!(watch.next().await.unwrap().id, after);
    }

    #[tokio::test]
    async fn out_of_reach_is_a_temporary_error_and_keeps_what_was_there() {
        let tangle = InMemory::new();
        let id = tangle.publish(Tag([1; 32]), b"kept").await.unwrap();
        tangle.set_reachable(false);
        assert!(
            tangle
                .publish(Tag([1; 32]), b"lost")
                .await
                .unwrap_err()
                .is_temporary()
        );
        tangle.set_reachable(true);
        assert!(tangle.confirmed(id).await.unwrap());
        assert_eq!(tangle.len(), 1);
    }
}
