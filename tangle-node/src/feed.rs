//! Who waits for which tag.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tangle::Tag;
use tokio::sync::Notify;

/// Wakes those who wait for a tag when a block under it is on disk.
#[derive(Default)]
pub(crate) struct Feed {
    waiting: Mutex<BTreeMap<(Tag, u64), Arc<Notify>>>,
    next: AtomicU64,
}

/// Somebody who waits; gone when dropped.
pub(crate) struct Waiter<'a> {
    feed: &'a Feed,
    tags: &'a [Tag],
    number: u64,
    notify: Arc<Notify>,
}

impl Feed {
    /// Waits for these tags from now on: what was on disk before must be looked up after this call.
    pub(crate) fn wait_for<'a>(&'a self, tags: &'a [Tag]) -> Waiter<'a> {
        let (number, notify) = (
            self.next.fetch_add(1, Ordering::Relaxed),
            Arc::new(Notify::new()),
        );
        self.lock()
            .extend(tags.iter().map(|tag| ((*tag, number), notify.clone())));
        Waiter {
            feed: self,
            tags,
            number,
            notify,
        }
    }

    pub(crate) fn announce(&self, tags: impl IntoIterator<Item = Tag>) {
        let waiting = self.lock();
        for tag in tags {
            waiting
                .range((tag, 0)..=(tag, u64::MAX))
                .for_each(|(_, notify)| notify.notify_one());
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(Tag, u64), Arc<Notify>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiter<'_> {
    /// Ends when something was announced since the last time, at once if that was meanwhile.
    pub(crate) async fn woken(&self) {
        self.notify.notified().await;
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let mut waiting = self.feed.lock();
        for tag in self.tags {
            waiting.remove(&(*tag, self.number));
        }
    }
}
