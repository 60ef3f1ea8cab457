//! What a service says on its own consent channel holds up nothing and nobody, however much it is and whatever it says.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use consent::ConsentMessage;
use futures::stream::BoxStream;
use tangle::{BlockId, Cursor, InMemory, NetworkInfo, Page, Stored, Tag, Tangle, TangleError};

use crate::house::{House, LIVE, NOON, Provider};

const NEVER: u64 = NOON + 365 * 86_400;
/// A later version's message: no kind that this one knows.
const UNKNOWN: [u8; 11] = [1, 0xA3, 0, 0x80, 1, 7, 2, 0x82, 0x18, 99, 0xA0];

#[tokio::test]
async fn a_word_that_is_not_known_is_skipped_and_the_next_one_counts() {
    let (mut house, mut wallet) = House::owned().await;
    let mut wattt = Provider::new(1);
    wallet.authorise(&house, &wattt, &[LIVE], NEVER).await;
    house.seconds(25).await;
    wattt.say_unread(&house, &UNKNOWN).await;
    house.seconds(2).await;
    house.cut_power();
    house.switch_on();
    wattt.say(&house, ConsentMessage::Terminated).await;
    house.seconds(2).await;
    let said = wattt.listen(&house).await;
    assert!(
        matches!(said.last(), Some(ConsentMessage::TerminatedAck { .. })),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_service_that_goes_on_and_on_keeps_the_device_from_nothing() {
    let (mut house, mut wallet) = House::owned().await;
    let (mut talks, mut goes) = (Provider::new(1), Provider::new(2));
    wallet.authorise(&house, &talks, &[LIVE], NEVER).await;
    wallet.authorise(&house, &goes, &[LIVE], NEVER).await;
    house.seconds(25).await;
    assert!(talks.fetch_grant(&house).await && goes.fetch_grant(&house).await);
    goes.listen(&house).await;

    house.cut_power();
    for _ in 0..600 {
        talks.say(&house, ConsentMessage::Accepted).await;
    }
    wallet.revoke(&house, goes.consent).await;
    let asked = Arc::new(Asked::of(&house.tangle));
    house.switch_on_with(Arc::clone(&asked) as Arc<dyn Tangle>);
    house.daemon().listen().await.unwrap();
    let questions = asked.count.load(Ordering::Relaxed);
    assert!(questions < 150, "{questions} questions before it publishes");

    let before = house.tangle.len();
    house.daemon().deliver().await.unwrap();
    assert!(house.tangle.len() > before, "it publishes");
    let said = goes.listen(&house).await;
    assert!(
        matches!(said.last(), Some(ConsentMessage::RevokedAck { .. })),
        "{said:?}"
    );

    // What it says last is heard as well, look by look.
    talks.say(&house, ConsentMessage::Terminated).await;
    house.seconds(20).await;
    let said = talks.listen(&house).await;
    assert!(
        matches!(said.last(), Some(ConsentMessage::TerminatedAck { .. })),
        "{said:?}"
    );
}

/// Counts the questions that a Tangle is asked.
struct Asked {
    tangle: Arc<InMemory>,
    count: AtomicUsize,
}

impl Asked {
    fn of(tangle: &Arc<InMemory>) -> Self {
        Self {
            tangle: Arc::clone(tangle),
            count: AtomicUsize::new(0),
        }
    }
}

#[async_trait]
impl Tangle for Asked {
    async fn publish(&self, tag: Tag, data: &[u8]) -> Result<BlockId, TangleError> {
        self.tangle.publish(tag, data).await
    }

    async fn by_tags(&self, tags: &[Tag]) -> Result<Vec<Stored>, TangleError> {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.tangle.by_tags(tags).await
    }

    async fn by_tag_after(&self, tag: Tag, after: Option<Cursor>) -> Result<Page, TangleError> {
        self.tangle.by_tag_after(tag, after).await
    }

    async fn by_id(&self, id: BlockId) -> Result<Option<Stored>, TangleError> {
        self.tangle.by_id(id).await
    }

    fn watch(&self, tags: Vec<Tag>) -> BoxStream<'static, Stored> {
        self.tangle.watch(tags)
    }

    async fn confirmed(&self, id: BlockId) -> Result<bool, TangleError> {
        self.tangle.confirmed(id).await
    }

    async fn network(&self) -> Result<NetworkInfo, TangleError> {
        self.tangle.network().await
    }
}
