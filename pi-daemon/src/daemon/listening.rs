//! What others wrote to this device: its owner, the providers of running consents, and wallets that want to pair.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use tangle::{Stored, Tag, Tangle, TangleError};

use super::{Complaint, Daemon, LONGEST_WAIT, letters};
use crate::device::{Awaited, DeviceError, Reply};

/// Between two looks while the live feed tells what is new.
const RECONCILE: Duration = Duration::from_secs(10);
/// The first look after the live feed was told of other tags: something may have come just before.
const SOON: Duration = Duration::from_secs(1);
/// Between two looks while somebody stands there and waits, or while there is more to hear.
const HURRY: Duration = Duration::from_millis(500);
/// Rounds of one look in which only parties of consents say something; what they say after that is heard by the next look.
const MOST_ROUNDS: usize = 32;

/// Who said something that was obeyed, so that there may be more.
#[derive(Default)]
struct Heard {
    owner: bool,
    others: bool,
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the sentences say it")]
pub enum ListenError {
    #[error(transparent)]
    Tangle(#[from] TangleError),
    #[error(transparent)]
    Device(#[from] DeviceError),
}

impl Daemon {
    /// Reads and obeys what was written to this device: everything that its owner wrote, and of the parties of its consents as
    /// much as a bounded number of rounds brings, so that a service which goes on and on does not keep it from publishing.
    ///
    /// # Errors
    /// [`ListenError`]; nothing is published until this has worked again.
    pub async fn listen(&self) -> Result<(), ListenError> {
        let heard = self.listen_to_the_end().await;
        if let Err(ListenError::Tangle(error)) = &heard {
            self.device().node_is_away(error);
        }
        self.outgoing.notify_one();
        heard
    }

    async fn listen_to_the_end(&self) -> Result<(), ListenError> {
        self.know_the_network().await?;
        self.look_for_own_blocks().await?;
        self.hear_everybody().await?;
        self.look_for_another_with_the_same_keys().await?;
        let now = self.now();
        self.device().has_listened(now);
        Ok(())
    }

    async fn hear_everybody(&self) -> Result<(), ListenError> {
        let mut rounds = 0;
        while rounds < MOST_ROUNDS {
            let heard = self.listen_once().await?;
            if !heard.owner && !heard.others {
                return Ok(());
            }
            rounds += usize::from(!heard.owner);
        }
        self.more_to_hear.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn listen_once(&self) -> Result<Heard, ListenError> {
        self.more_to_hear.store(false, Ordering::Relaxed);
        let now = self.now();
        let awaited = self.device().awaited(now)?;
        let keys = awaited.iter().map(|(_, key)| key.clone()).collect();
        let letters = letters::fetch(&*self.tangle(), keys).await?;
        let mut heard = Heard::default();
        for ((who, _), letter) in awaited.iter().zip(&letters) {
            if letters::is_incomplete(letter) {
                self.more_to_hear.store(true, Ordering::Relaxed);
            }
            let received = self.device().receive(who, letter, now)?;
            match who {
                Awaited::Control(_) => heard.owner |= received.obeyed,
                _ => heard.others |= received.obeyed,
            }
            for reply in received.replies {
                self.reply(reply).await?;
            }
        }
        Ok(heard)
    }

    async fn reply(&self, reply: Reply) -> Result<(), DeviceError> {
        tokio::time::sleep(reply.after).await;
        self.device().post(&reply)?;
        self.outgoing.notify_one();
        Ok(())
    }

    async fn know_the_network(&self) -> Result<(), ListenError> {
        if self.device().network_is_known() {
            return Ok(());
        }
        let network = self.tangle().network().await?;
        tracing::info!("the node serves the network {}", network.name);
        self.device().this_is_the_network(&network);
        Ok(())
    }

    pub(super) async fn keep_listening(&self) {
        let mut complaint = Complaint::new("the node answers again");
        let mut wait = Duration::from_secs(1);
        let mut feed = Feed::default();
        loop {
            match self.listen().await {
                Ok(()) => {
                    complaint.about(None::<ListenError>);
                    wait = Duration::from_secs(1);
                    self.wait_for_news(&mut feed).await;
                }
                Err(error) => {
                    complaint.about(Some(error));
                    tokio::select! {
                        () = tokio::time::sleep(wait) => {}
                        () = self.ears.notified() => {}
                    }
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            }
        }
    }

    async fn wait_for_news(&self, feed: &mut Feed) {
        let now = self.now();
        let awaited = self.device().awaited(now).unwrap_or_default();
        let in_a_hurry = self.more_to_hear.load(Ordering::Relaxed) || self.device().is_pairing(now);
        let is_new = feed.follow(
            self,
            awaited
                .iter()
                .map(|(_, key)| Tag(key.tag(0).into()))
                .collect(),
        );
        let wait = match (in_a_hurry, is_new) {
            (true, _) => HURRY,
            (false, true) => SOON,
            (false, false) => RECONCILE,
        };
        tokio::select! {
            () = feed.news() => {}
            () = tokio::time::sleep(wait) => {}
            () = self.ears.notified() => {}
        }
    }
}

/// The live feed of the tags that are listened for.
#[derive(Default)]
struct Feed {
    node: Option<Arc<dyn Tangle>>,
    tags: Vec<Tag>,
    stream: Option<BoxStream<'static, Stored>>,
}

impl Feed {
    /// True if the feed begins anew.
    fn follow(&mut self, daemon: &Daemon, tags: Vec<Tag>) -> bool {
        let node = daemon.tangle();
        let is_same_node = self
            .node
            .as_ref()
            .is_some_and(|known| Arc::ptr_eq(known, &node));
        if tags.is_empty() || self.stream.is_some() && self.tags == tags && is_same_node {
            return false;
        }
        self.stream = Some(node.watch(tags.clone()));
        self.node = Some(node);
        self.tags = tags;
        true
    }

    async fn news(&mut self) {
        if let Some(stream) = &mut self.stream
            && stream.next().await.is_some()
        {
            return;
        }
        self.stream = None;
        std::future::pending().await
    }
}
