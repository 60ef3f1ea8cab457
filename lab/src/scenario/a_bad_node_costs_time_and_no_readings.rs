//! A node that loses, delays, doubles, reorders, answers late or not at all, and serves junk under the right tags.

use anyhow::{Context as _, ensure};
use consent::ConsentState;
use scenarios::{Faults, House, LIVE, QUARTER};

use super::story;
use crate::Lab;
use crate::figures::Figures;
use crate::seeded::Seeded;

pub(crate) const CLAIM: &str = "A node that loses, delays, doubles and reorders blocks, fails to answer, and puts junk before what is true costs time, and no reading: when it behaves again everything has arrived once, and nobody was locked out although keys turned meanwhile. A node that was pruned costs what it forgot before anybody read it, and nothing else.";

/// Storms, one after another.
const STORMS: u64 = 20;
/// Seconds of one storm.
const STORM: u64 = 400;
/// After ten minutes the Pi publishes again what was never confirmed.
const CALM: u64 = 900;

pub(crate) fn run(lab: Lab) -> anyhow::Result<Figures> {
    story(weather(lab))
}

async fn weather(lab: Lab) -> anyhow::Result<Figures> {
    let mut seeded = Seeded::new(lab.seed);
    let mut house = House::new().await;
    let (stays, goes) = (
        house.service("Netwerk Noord"),
        house.service("Wattt Insights"),
    );
    let shared = house.share(&stays, &[LIVE, QUARTER]).await;
    let leaves = house.share(&goes, &[LIVE]).await;
    let storms = lab.share_of(STORMS);
    for storm in 0..storms {
        house
            .ledger
            .misbehave(faults(&mut seeded), lab.seed + storm);
        let turns = STORM / 4 + seeded.below(STORM / 4);
        live(&mut house, turns).await;
        // The owner's word has to get through as well.
        house.ledger.behave().await;
        let wallet = house.wallet();
        house.meanwhile(wallet.pause(leaves.consent)).await?;
        house
            .ledger
            .misbehave(faults(&mut seeded), lab.seed + 1_000 + storm);
        live(&mut house, STORM - turns).await;
        house.ledger.behave().await;
        house.meanwhile(wallet.resume(leaves.consent)).await?;
        live(&mut house, CALM).await;
        let record = stays.record(&shared.id);
        let lane = record
            .lanes
            .iter()
            .find(|lane| lane.lane == LIVE)
            .context("no lane")?;
        ensure!((lane.gaps, lane.forks) == (0, 0), "storm {storm}: {lane:?}");
        ensure!(
            lane.last_slot == Some(house.now() / 10 - 1),
            "storm {storm}: {lane:?}"
        );
        ensure!(
            goes.record(&leaves.id).state == ConsentState::Active,
            "storm {storm}: locked out"
        );
        ensure!(
            goes.record(&leaves.id)
                .lanes
                .iter()
                .all(|lane| lane.following),
            "storm {storm}: locked out"
        );
    }
    let seconds = stays.seconds(&shared.id);
    let first = *seconds.first().context("nothing arrived")?;
    let mut in_order = seconds.clone();
    in_order.sort_unstable();
    let every: Vec<u64> = (first..house.now() - house.now() % 10).collect();
    ensure!(
        in_order == every,
        "{} seconds of {}",
        in_order.len(),
        every.len()
    );
    let rejected: u64 = stays
        .record(&shared.id)
        .lanes
        .iter()
        .map(|lane| lane.rejected)
        .sum();

    // Half an hour that nobody reads, and then the node forgets it.
    house.silence(&stays);
    house.seconds(1_800).await;
    house.ledger.prune();
    house.join(&stays);
    live(&mut house, CALM).await;
    let record = stays.record(&shared.id);
    let lane = record
        .lanes
        .iter()
        .find(|lane| lane.lane == LIVE)
        .context("no lane")?;
    ensure!(
        lane.last_slot == Some(house.now() / 10 - 1),
        "after pruning: {lane:?}"
    );
    ensure!(
        lane.gaps > 0,
        "what was forgotten is not seen to be missing: {lane:?}"
    );
    Ok(Figures::default()
        .with("storms", storms)
        .with("seconds_of_readings", every.len())
        .with("readings_lost", 0)
        .with("junk_blocks_thrown_away", rejected)
        .with("slots_missing_after_half_an_hour_was_pruned", lane.gaps))
}

/// Seconds of everybody's life; once a minute the Pi asks what became of its blocks, as it does when it runs by itself.
async fn live(house: &mut House, seconds: u64) {
    for _ in 0..seconds {
        house.second().await;
        if house.now().is_multiple_of(60) {
            // A node that does not answer is asked again.
            drop(house.daemon().confirm().await);
        }
    }
}

fn faults(seeded: &mut Seeded) -> Faults {
    let mut at_most = |hundredths: u64| u32::try_from(seeded.below(hundredths)).unwrap_or_default();
    Faults {
        deaf: at_most(40),
        refuses: at_most(15),
        mute: at_most(15),
        loses: at_most(15),
        doubles: at_most(15),
        junk: at_most(15),
        delays: at_most(25),
        longest_delay: 30,
    }
}
