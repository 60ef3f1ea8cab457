//! Claim: a provider that was revoked, has expired or is paused opens nothing published from then on, although it kept all keys,
//! holds the whole archive and every later rotation, ignores every notice and asks for keys again.

use scenarios::attack;
use scenarios::hoard::{Hoard, Loot};
use scenarios::{House, LIVE, Service, Shared, copy_dir};
use std::sync::Arc;

/// Two services read the same lane; the keys of one are copied while it still may read.
struct Story {
    house: House,
    stays: (Arc<Service>, Shared),
    goes: (Arc<Service>, Shared),
}

impl Story {
    async fn begin(ends_in: u64) -> Self {
        let mut house = House::new().await;
        let (stays, goes) = (
            house.service("Netwerk Noord"),
            house.service("Wattt Insights"),
        );
        let stays_shared = house.share(&stays, &[LIVE]).await;
        let until = house.now() + ends_in;
        let goes_shared = house.share_until(&goes, &[LIVE], until).await;
        house.seconds(20).await;
        let story = Self {
            stays: (stays, stays_shared),
            goes: (goes, goes_shared),
            house,
        };
        copy_dir(story.goes.0.dir(), &story.stolen());
        story
    }

    fn stolen(&self) -> std::path::PathBuf {
        self.house.dir.path().join("stolen")
    }

    /// The end of the last slot that the provider may open, as the device has stated it.
    fn closed_from(&self) -> i64 {
        let record = self.goes.0.record(&self.goes.1.id);
        record.last_readable.unwrap()
    }

    async fn loot(&self) -> Loot {
        let hoard = Hoard::open(&self.stolen()).unwrap();
        let ledger = self.house.ledger.handle("hoarder");
        hoard.open_all(&*ledger, self.house.now()).await.unwrap()
    }

    /// Neither as the protocol reads, nor by any key on any block, and the other reader misses nothing.
    async fn nothing_opens_between(&self, from: i64, to: i64) {
        let loot = self.loot().await;
        assert!(loot.before(from) > 0, "the keys were good until then");
        assert_eq!(loot.from(from) - loot.from(to), 0, "{:?}", loot.last());

        let hoard = Hoard::open(&self.stolen()).unwrap();
        let opened =
            attack::try_everything(&hoard, &self.house.ledger.published(), self.house.now());
        let slots = opened.iter().filter(|opened| opened.plain.kind() != 2);
        let slots: Vec<i64> = slots
            .map(|opened| opened.plain.slot().cast_signed() * 10)
            .collect();
        assert!(slots.iter().any(|start| *start < from));
        let late: Vec<_> = slots
            .iter()
            .filter(|start| (from..to).contains(start))
            .collect();
        assert!(
            late.is_empty(),
            "slots from {late:?} open although {from} was the end"
        );

        let seconds = self.stays.0.seconds(&self.stays.1.id);
        let every: Vec<u64> = (seconds[0]..self.house.now() - self.house.now() % 10).collect();
        assert_eq!(seconds, every, "who stays reads on without a gap");
    }
}

#[tokio::test(start_paused = true)]
async fn a_revoked_provider() {
    let mut story = Story::begin(90 * 86_400).await;
    story.house.seconds(15).await;
    let revoked_at = story.house.now().cast_signed();
    let goes = story.goes.1.clone();
    let stopped = story.house.revoke(&goes).await;
    assert!(stopped.complete, "{stopped:?}");
    story.house.seconds(60).await;

    let end = story.closed_from();
    assert!(
        (revoked_at - 10..=revoked_at + 10).contains(&end),
        "{end} {revoked_at}"
    );
    story.nothing_opens_between(end, i64::MAX).await;
}

#[tokio::test(start_paused = true)]
async fn an_expired_provider() {
    let mut story = Story::begin(60).await;
    let until = story
        .house
        .wallet()
        .consent(story.goes.1.consent)
        .unwrap()
        .agreement
        .until;
    story.house.seconds(100).await;

    let end = story.closed_from();
    assert!(end <= until.cast_signed(), "{end} {until}");
    assert!(end > until.cast_signed() - 20);
    story.nothing_opens_between(end, i64::MAX).await;
}

#[tokio::test(start_paused = true)]
async fn a_paused_provider_reads_on_when_it_is_resumed_and_never_what_was_in_between() {
    let mut story = Story::begin(90 * 86_400).await;
    story.house.seconds(15).await;
    let (wallet, goes) = (story.house.wallet(), story.goes.1.clone());
    let waits = wallet.pause(goes.consent);
    story.house.meanwhile(waits).await.unwrap();
    story.house.seconds(2).await;
    let paused = story.house.now() + 10;
    story.house.seconds(60).await;
    let resumed = story.house.now() - story.house.now() % 10;
    let waits = wallet.resume(goes.consent);
    story.house.meanwhile(waits).await.unwrap();
    story.house.seconds(60).await;

    story
        .nothing_opens_between(paused.cast_signed(), resumed.cast_signed())
        .await;
    let seconds = story.goes.0.seconds(&goes.id);
    assert!(seconds.iter().any(|at| *at > resumed), "it reads on");
    assert!(!seconds.iter().any(|at| (paused..resumed).contains(at)));
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_does_not_listen_and_asks_for_new_keys_gets_none() {
    let mut story = Story::begin(90 * 86_400).await;
    story.house.seconds(15).await;
    let goes = story.goes.1.clone();
    story.house.revoke(&goes).await;
    let end = story.closed_from();

    // Its program runs on with the stolen directory and never sees that it was told to stop.
    let (service, secret) = (Arc::clone(&story.goes.0), {
        let wallet = story.house.wallet();
        wallet.consent(goes.consent).unwrap().consent_secret
    });
    story.house.silence(&service);
    let deaf = story
        .house
        .ledger
        .deaf_handle("deaf", &attack::notices(&secret));
    let deaf = Arc::new(Service::start_on("Wattt Insights", &story.stolen(), deaf));
    story.house.join(&deaf);
    story.house.seconds(120).await;

    let said = story.house.ledger.published_by("deaf").len();
    assert!(said > 0, "it asked for new keys");
    assert_eq!(
        deaf.seconds(&goes.id)
            .into_iter()
            .filter(|at| at.cast_signed() >= end)
            .count(),
        0
    );
    story.house.silence(&deaf);
    drop(deaf);
    story.nothing_opens_between(end, i64::MAX).await;
}
