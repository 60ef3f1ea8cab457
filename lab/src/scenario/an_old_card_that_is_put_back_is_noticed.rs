//! Copies of the Pi's data directory, of all ages, are put back.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, ensure};
use consent::{Alert, Fact};
use scenarios::{House, LIVE, copy_dir};

use super::story;
use crate::Lab;
use crate::figures::Figures;
use crate::seeded::Seeded;

pub(crate) const CLAIM: &str = "When an old copy of the Pi's data directory is put back, the Pi notices at its start, begins a new epoch, tells its owner, and uses no number, key or nonce a second time; readers read on without a gap.";

/// How many old copies are put back, one after another.
const COPIES: u64 = 40;
/// The oldest copy, in seconds.
const OLDEST: u64 = 240;
const NONCE: usize = 24;

pub(crate) fn run(lab: Lab) -> anyhow::Result<Figures> {
    story(put_back(lab))
}

async fn put_back(lab: Lab) -> anyhow::Result<Figures> {
    let mut seeded = Seeded::new(lab.seed);
    let mut house = House::new().await;
    let (stays, goes) = (
        house.service("Netwerk Noord"),
        house.service("Wattt Insights"),
    );
    let shared = house.share(&stays, &[LIVE]).await;
    let leaves = house.share(&goes, &[LIVE]).await;
    let (copies, mut turned) = (lab.share_of(COPIES), 0);
    for copy in 0..copies {
        house.seconds(1 + seeded.below(30)).await;
        let old = house.dir.path().join(format!("card-{copy}"));
        house.cut_power();
        copy_dir(&house.pi_dir(), &old);
        house.switch_on();
        house.seconds(1 + seeded.below(OLDEST / 2)).await;
        if seeded.once_in(3) {
            // The readers go on with keys that the copy never had.
            turned += 1;
            let wallet = house.wallet();
            house.meanwhile(wallet.pause(leaves.consent)).await?;
            house.seconds(5).await;
            house.meanwhile(wallet.resume(leaves.consent)).await?;
        }
        house.seconds(1 + seeded.below(OLDEST / 2)).await;
        let epoch = epoch(&house)?;
        house.cut_power();
        std::fs::remove_dir_all(house.pi_dir())?;
        std::fs::rename(&old, house.pi_dir())?;
        house.switch_on();
        house.seconds(60).await;
        let now = self::epoch(&house)?;
        ensure!(now != epoch, "copy {copy}: it went on in epoch {now}");
        let record = stays.record(&shared.id);
        let lane = record.lanes.first().context("no lane")?;
        ensure!(
            lane.last_slot == Some(house.now() / 10 - 1),
            "copy {copy}: {lane:?}"
        );
    }
    let told = told(&house).await?;
    ensure!(
        told >= copies,
        "the owner was told {told} times of {copies}"
    );
    let seconds = stays.seconds(&shared.id);
    let once: BTreeSet<_> = seconds.iter().collect();
    ensure!(
        once.len() == seconds.len(),
        "{} readings twice",
        seconds.len() - once.len()
    );
    let record = stays.record(&shared.id);
    let lane = record.lanes.first().context("no lane")?;
    ensure!((lane.gaps, lane.forks) == (0, 0), "{lane:?}");
    let (blocks, contradictions, nonces) = twice(&house);
    ensure!(
        (contradictions, nonces) == (0, 0),
        "{contradictions} places, {nonces} nonces used twice"
    );
    Ok(Figures::default()
        .with("old_copies_put_back", copies)
        .with("of_which_keys_had_turned_since", turned)
        .with("times_the_owner_was_told", told)
        .with("blocks_on_the_ledger", blocks)
        .with("places_with_two_different_blocks", contradictions)
        .with("nonces_used_twice", nonces))
}

fn epoch(house: &House) -> anyhow::Result<u32> {
    let report = house.report();
    let lane = report.lanes.iter().find(|lane| lane.lane == LIVE);
    Ok(lane.context("the lane is not published")?.epoch)
}

async fn told(house: &House) -> anyhow::Result<u64> {
    let wallet = house.wallet();
    wallet.sync().await?;
    let lines = wallet.activity();
    let restored = |fact: &Fact| {
        matches!(
            fact,
            Fact::DeviceReported {
                alert: Alert::OldStateRestored,
                ..
            }
        )
    };
    Ok(lines.iter().filter(|line| restored(&line.fact)).count() as u64)
}

/// Blocks of the Pi, places with different ones, and nonces that stand before different ciphertexts.
fn twice(house: &House) -> (usize, usize, usize) {
    let (mut places, mut nonces) = (BTreeMap::new(), BTreeMap::new());
    let published = house.ledger.published_by("pi");
    for block in &published {
        places
            .entry(block.tag)
            .or_insert_with(BTreeSet::new)
            .insert(&block.data);
        let nonce = block.data.get(..NONCE);
        nonces
            .entry(nonce)
            .or_insert_with(BTreeSet::new)
            .insert(&block.data);
    }
    let differ = |blocks: &BTreeSet<_>| blocks.len() > 1;
    (
        published.len(),
        places.values().filter(|blocks| differ(blocks)).count(),
        nonces.values().filter(|blocks| differ(blocks)).count(),
    )
}
