//! The Tangle of a story: in memory, with a memory of its own.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use pi_daemon::Clock;
use rand_core::Rng as _;
use tangle::{BlockId, Cursor, InMemory, NetworkInfo, Page, Stored, Tag, Tangle, TangleError};

use crate::faults::{Fate, Faults, Misbehaviour};

/// One block, and who put it there when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Who: the name of the [`Handle`].
    pub by: String,
    /// When, by the clock of the story.
    pub at: u64,
    /// Under which tag.
    pub tag: Tag,
    /// What.
    pub data: Vec<u8>,
}

/// A Tangle in memory that remembers who did what, and can be told to misbehave.
pub struct Ledger {
    inner: InMemory,
    clock: Arc<dyn Clock>,
    notes: Mutex<Notes>,
}

#[derive(Default)]
struct Notes {
    published: Vec<Publication>,
    asked: Vec<(String, Tag)>,
    withheld: HashSet<BlockId>,
    lose_answers: bool,
    takes_only: Option<usize>,
    faults: Option<Misbehaviour>,
}

impl Ledger {
    /// An empty one.
    pub fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            inner: InMemory::new(),
            clock,
            notes: Mutex::default(),
        })
    }

    /// The ledger as one party uses it.
    pub fn handle(self: &Arc<Self>, party: &str) -> Arc<dyn Tangle> {
        self.deaf_handle(party, &[])
    }

    /// The ledger as a party uses it that never looks under these tags.
    pub fn deaf_handle(self: &Arc<Self>, party: &str, unheard: &[Tag]) -> Arc<dyn Tangle> {
        Arc::new(Handle {
            party: party.to_owned(),
            ledger: Arc::clone(self),
            unheard: unheard.iter().copied().collect(),
        })
    }

    /// Makes the node fail for everybody, or answer again.
    pub fn set_reachable(&self, reachable: bool) {
        self.inner.set_reachable(reachable);
    }

    /// Everything that was ever published, earliest first: what somebody holds who recorded it all.
    pub fn published(&self) -> Vec<Publication> {
        self.notes().published.clone()
    }

    /// What one party has published.
    pub fn published_by(&self, party: &str) -> Vec<Publication> {
        let all = self.published();
        all.into_iter().filter(|block| block.by == party).collect()
    }

    /// Every tag that one party has ever asked for.
    pub fn asked_by(&self, party: &str) -> BTreeSet<Tag> {
        let notes = self.notes();
        let asked = notes.asked.iter().filter(|(by, _)| by == party);
        asked.map(|(_, tag)| *tag).collect()
    }

    /// Takes every block and loses the word about it, or answers again.
    pub fn lose_answers(&self, lose: bool) {
        self.notes().lose_answers = lose;
    }

    /// Takes so many blocks more and no others.
    pub fn take_only(&self, blocks: usize) {
        self.notes().takes_only = Some(blocks);
    }

    /// Takes whatever comes.
    pub fn take_everything(&self) {
        self.notes().takes_only = None;
    }

    /// Hides the blocks that are under this tag now; says how many those are.
    pub async fn withhold(&self, tag: Tag) -> usize {
        let found = self.inner.by_tags(&[tag]).await.unwrap();
        let hidden = found.len();
        self.notes()
            .withheld
            .extend(found.into_iter().map(|stored| stored.id));
        hidden
    }

    /// Shows everything again.
    pub fn release(&self) {
        self.notes().withheld.clear();
    }

    /// Misbehaves like this from now on, by this seed; [`Ledger::behave`] ends it.
    pub fn misbehave(&self, faults: Faults, seed: u64) {
        self.notes().faults = Some(Misbehaviour::new(faults, seed));
    }

    /// Behaves well again. What was held back appears; what was lost stays lost.
    pub async fn behave(&self) {
        let Some(faults) = self.notes().faults.take() else {
            return;
        };
        for (tag, data) in faults.held_back() {
            self.inner.publish(tag, &data).await.unwrap();
        }
    }

    /// Forgets every block that it has now, as a node does that prunes.
    pub fn prune(&self) {
        let gone = self.inner.recording();
        self.notes()
            .withheld
            .extend(gone.into_iter().map(|stored| stored.id));
    }

    /// Somebody publishes something: anybody may.
    pub async fn inject(&self, tag: Tag, data: &[u8]) {
        self.publish_as("stranger", tag, data).await.unwrap();
    }

    async fn publish_as(&self, by: &str, tag: Tag, data: &[u8]) -> Result<BlockId, TangleError> {
        if !self.takes_one_more() {
            return Err(broken("the node takes no more blocks"));
        }
        let fate = self.fate()?;
        let id = self.keep(fate, tag, data).await?;
        self.notes().published.push(Publication {
            by: by.to_owned(),
            at: self.clock.unix(),
            tag,
            data: data.to_vec(),
        });
        if fate == Fate::AnswerLost {
            return Err(broken("the connection broke after the block was taken"));
        }
        match self.notes().lose_answers {
            false => Ok(id),
            true => Err(broken("the connection broke after the block was taken")),
        }
    }

    /// Lets what is due appear, and decides whether a call is answered.
    async fn pass_time(&self) -> Result<(), TangleError> {
        let now = self.clock.unix();
        let (due, fails) = match &mut self.notes().faults {
            None => return Ok(()),
            Some(faults) => (faults.due(now), faults.call_fails()),
        };
        for (tag, data) in due {
            self.inner.publish(tag, &data).await?;
        }
        match fails {
            true => Err(broken("the connection broke")),
            false => Ok(()),
        }
    }

    fn fate(&self) -> Result<Fate, TangleError> {
        let fate = match &mut self.notes().faults {
            None => Fate::Kept,
            Some(faults) => faults.fate(),
        };
        match fate {
            Fate::Refused => Err(broken("the connection broke before the block was taken")),
            fate => Ok(fate),
        }
    }

    async fn keep(&self, fate: Fate, tag: Tag, data: &[u8]) -> Result<BlockId, TangleError> {
        match fate {
            Fate::Lost => return Ok(nobody()),
            Fate::HeldBack(seconds) => {
                let due = self.clock.unix() + seconds;
                if let Some(faults) = &mut self.notes().faults {
                    faults.hold_back(due, tag, data);
                }
                return Ok(nobody());
            }
            Fate::BehindJunk => {
                let mut junk = vec![0; data.len()];
                crate::random().fill_bytes(&mut junk);
                self.inner.publish(tag, &junk).await?;
            }
            Fate::Doubled => drop(self.inner.publish(tag, data).await?),
            Fate::Kept | Fate::AnswerLost | Fate::Refused => {}
        }
        self.inner.publish(tag, data).await
    }

    fn takes_one_more(&self) -> bool {
        match &mut self.notes().takes_only {
            None => true,
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }

    fn is_shown(&self, stored: &Stored) -> bool {
        !self.notes().withheld.contains(&stored.id)
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The id of a block that the node does not show: never confirmed.
fn nobody() -> BlockId {
    let mut id = [0; 32];
    crate::random().fill_bytes(&mut id);
    BlockId(id)
}

fn broken(why: &str) -> TangleError {
    TangleError::Unreachable {
        node: "in memory".to_owned(),
        why: why.to_owned(),
    }
}

/// One party's connection to a [`Ledger`].
pub struct Handle {
    party: String,
    ledger: Arc<Ledger>,
    unheard: HashSet<Tag>,
}

impl Handle {
    fn note(&self, tags: &[Tag]) {
        let asked = tags.iter().map(|tag| (self.party.clone(), *tag));
        self.ledger.notes().asked.extend(asked);
    }
}

#[async_trait]
impl Tangle for Handle {
    async fn publish(&self, tag: Tag, data: &[u8]) -> Result<BlockId, TangleError> {
        self.ledger.publish_as(&self.party, tag, data).await
    }

    async fn by_tags(&self, tags: &[Tag]) -> Result<Vec<Stored>, TangleError> {
        self.note(tags);
        self.ledger.pass_time().await?;
        let found = self.ledger.inner.by_tags(tags).await?;
        Ok(found
            .into_iter()
            .filter(|stored| self.ledger.is_shown(stored) && !self.unheard.contains(&stored.tag))
            .collect())
    }

    async fn by_tag_after(&self, tag: Tag, after: Option<Cursor>) -> Result<Page, TangleError> {
        self.note(&[tag]);
        self.ledger.pass_time().await?;
        let mut page = self.ledger.inner.by_tag_after(tag, after).await?;
        page.blocks.retain(|stored| self.ledger.is_shown(stored));
        Ok(page)
    }

    async fn by_id(&self, id: BlockId) -> Result<Option<Stored>, TangleError> {
        self.ledger.pass_time().await?;
        let found = self.ledger.inner.by_id(id).await?;
        Ok(found.filter(|stored| self.ledger.is_shown(stored)))
    }

    fn watch(&self, tags: Vec<Tag>) -> BoxStream<'static, Stored> {
        self.note(&tags);
        let ledger = Arc::clone(&self.ledger);
        let shown = move |stored: &Stored| futures::future::ready(ledger.is_shown(stored));
        self.ledger.inner.watch(tags).filter(shown).boxed()
    }

    async fn confirmed(&self, id: BlockId) -> Result<bool, TangleError> {
        self.ledger.pass_time().await?;
        self.ledger.inner.confirmed(id).await
    }

    async fn network(&self) -> Result<NetworkInfo, TangleError> {
        self.ledger.inner.network().await
    }
}
