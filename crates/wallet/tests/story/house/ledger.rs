//! A Tangle that fails on command.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use async_trait::async_trait;
use futures::stream::BoxStream;
use tangle::{BlockId, Cursor, InMemory, NetworkInfo, Page, Stored, Tag, Tangle, TangleError};

pub(crate) struct Ledger {
    inner: InMemory,
    faults: Mutex<Faults>,
}

#[derive(Default)]
struct Faults {
    /// How many blocks are taken before the node goes away.
    budget: Option<usize>,
    withheld: HashSet<Tag>,
    network: Option<String>,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self {
            inner: InMemory::new(),
            faults: Mutex::default(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.inner.len()
    }

    pub(crate) fn recording(&self) -> Vec<Stored> {
        self.inner.recording()
    }

    pub(crate) fn set_reachable(&self, reachable: bool) {
        self.faults.lock().unwrap().budget = None;
        self.inner.set_reachable(reachable);
    }

    /// Takes so many blocks more, then goes away.
    pub(crate) fn fail_after(&self, blocks: usize) {
        self.faults.lock().unwrap().budget = Some(blocks);
        if blocks == 0 {
            self.inner.set_reachable(false);
        }
    }

    pub(crate) fn withhold(&self, tag: Tag) {
        self.faults.lock().unwrap().withheld.insert(tag);
    }

    pub(crate) fn give(&self, tag: Tag) {
        self.faults.lock().unwrap().withheld.remove(&tag);
    }

    pub(crate) fn set_network(&self, name: &str) {
        self.faults.lock().unwrap().network = Some(name.into());
    }

    pub(crate) fn no_tag_carries_two_payloads(&self) -> bool {
        let mut payloads: HashMap<Tag, Vec<u8>> = HashMap::new();
        self.recording().into_iter().all(|block| {
            let first = payloads
                .entry(block.tag)
                .or_insert_with(|| block.data.clone());
            *first == block.data
        })
    }
}

#[async_trait]
impl Tangle for Ledger {
    async fn publish(&self, tag: Tag, data: &[u8]) -> Result<BlockId, TangleError> {
        // As a network does: whatever else waits has its turn.
        tokio::task::yield_now().await;
        let id = self.inner.publish(tag, data).await?;
        let mut faults = self.faults.lock().unwrap();
        if let Some(budget) = &mut faults.budget {
            *budget = budget.saturating_sub(1);
            if *budget == 0 {
                self.inner.set_reachable(false);
            }
        }
        Ok(id)
    }

    async fn by_tags(&self, tags: &[Tag]) -> Result<Vec<Stored>, TangleError> {
        let mut found = self.inner.by_tags(tags).await?;
        let faults = self.faults.lock().unwrap();
        found.retain(|stored| !faults.withheld.contains(&stored.tag));
        Ok(found)
    }

    async fn by_tag_after(&self, tag: Tag, after: Option<Cursor>) -> Result<Page, TangleError> {
        self.inner.by_tag_after(tag, after).await
    }

    async fn by_id(&self, id: BlockId) -> Result<Option<Stored>, TangleError> {
        self.inner.by_id(id).await
    }

    fn watch(&self, tags: Vec<Tag>) -> BoxStream<'static, Stored> {
        self.inner.watch(tags)
    }

    async fn confirmed(&self, id: BlockId) -> Result<bool, TangleError> {
        self.inner.confirmed(id).await
    }

    async fn network(&self) -> Result<NetworkInfo, TangleError> {
        let mut info = self.inner.network().await?;
        if let Some(name) = &self.faults.lock().unwrap().network {
            info.name.clone_from(name);
        }
        Ok(info)
    }
}
