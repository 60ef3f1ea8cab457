//! Claim: whenever the Pi loses its power, or an old copy of its card is put back, nothing acknowledged is lost, no place on the
//! Tangle ever holds two different blocks, and readers see neither gap nor duplicate.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use consent::Fact;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};
use scenarios::{House, LIVE, Service, Shared, copy_dir};
use tangle::Tag;

async fn with_reader() -> (House, Arc<Service>, Shared) {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let shared = house.share(&service, &[LIVE]).await;
    house.next_slot().await;
    (house, service, shared)
}

/// No place holds two different blocks; says how many hold the same one twice.
fn copies(house: &House) -> usize {
    let mut under: BTreeMap<Tag, Vec<Vec<u8>>> = BTreeMap::new();
    for block in house.ledger.published_by("pi") {
        under.entry(block.tag).or_default().push(block.data);
    }
    for (tag, blocks) in &under {
        let different: BTreeSet<_> = blocks.iter().collect();
        assert_eq!(different.len(), 1, "{tag} holds two different blocks");
    }
    under.values().filter(|blocks| blocks.len() > 1).count()
}

/// But for the seconds that were only in memory when the power went: those of the slot that had not ended.
fn every_second_once(house: &House, service: &Service, shared: &Shared, cut: u64) {
    let seconds = service.seconds(&shared.id);
    let every = seconds[0]..house.now() - house.now() % 10;
    let durable: Vec<u64> = every
        .filter(|at| !(cut - cut % 10..=cut).contains(at))
        .collect();
    let arrived: Vec<u64> = seconds
        .into_iter()
        .filter(|at| !(cut - cut % 10..=cut).contains(at))
        .collect();
    assert_eq!(arrived, durable);
    let lane = &service.record(&shared.id).lanes[0];
    assert_eq!((lane.gaps, lane.forks, lane.rejected), (0, 0, 0));
}

/// One second in which the power goes at one of the moments that differ: before anything, after the tick, after listening, after
/// publishing, or after the node took the block and before the Pi heard so.
async fn second_cut_at(house: &mut House, moment: u32) {
    house.set_time(house.now() + 1);
    house.telegram();
    if moment > 0 {
        house.daemon().tick().unwrap();
    }
    if moment > 1 {
        house.daemon().listen().await.unwrap();
        house.daemon().tick().unwrap();
    }
    if moment == 3 {
        house.ledger.lose_answers(true);
        drop(house.daemon().deliver().await);
        house.ledger.lose_answers(false);
    }
    if moment == 4 {
        house.daemon().deliver().await.unwrap();
    }
    house.cut_power();
    house.switch_on();
}

#[tokio::test(start_paused = true)]
async fn sixty_seeded_power_cuts_lose_and_double_nothing() {
    let (mut house, service, shared) = with_reader().await;
    let other = house.service("Netwerk Noord");
    let leaves = house.share(&other, &[LIVE]).await;
    let mut seeded = ChaCha20Rng::seed_from_u64(2026);
    let mut cuts = 0;
    while cuts < 60 {
        match seeded.next_u32() % 3 {
            0 => drop(house.pi_second().await),
            _ => {
                // What the meter says in a second that is cut is lost with the memory, unless its slot was durable.
                cuts += 1;
                second_cut_at(&mut house, seeded.next_u32() % 5).await;
            }
        }
        if cuts == 30 {
            let wallet = house.wallet();
            drop(wallet.pause(leaves.consent).await.unwrap());
        }
        if house.now() % 10 == 0 {
            service.catch_up(house.now()).await;
        }
    }
    house.seconds(25).await;
    copies(&house);
    let lane = &service.record(&shared.id).lanes[0];
    assert_eq!((lane.gaps, lane.forks, lane.rejected), (0, 0, 0));
    assert_eq!(lane.last_slot, Some(house.now() / 10 - 1), "it reads on");
    let seconds = service.seconds(&shared.id);
    let once: BTreeSet<_> = seconds.iter().collect();
    assert_eq!(once.len(), seconds.len(), "no second twice");
}

#[tokio::test(start_paused = true)]
async fn a_block_whose_arrival_was_never_heard_of_is_sent_again_with_the_same_bytes() {
    let (mut house, service, shared) = with_reader().await;
    house.seconds(19).await;
    house.ledger.lose_answers(true);
    house.pi_second().await;
    let cut = house.now();
    house.cut_power();
    house.ledger.lose_answers(false);
    house.switch_on();
    house.seconds(20).await;
    assert_eq!(copies(&house), 1, "it was sent twice");
    every_second_once(&house, &service, &shared, cut);
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_ended_during_an_outage_survives_the_power() {
    let (mut house, service, shared) = with_reader().await;
    house.ledger.set_reachable(false);
    house.seconds(40).await;
    let cut = house.now();
    house.cut_power();
    house.switch_on();
    house.seconds(5).await;
    house.ledger.set_reachable(true);
    house.seconds(30).await;
    assert_eq!(copies(&house), 0);
    every_second_once(&house, &service, &shared, cut);
}

#[tokio::test(start_paused = true)]
async fn an_old_card_that_is_put_back_begins_a_new_epoch_and_the_owner_is_told() {
    let (mut house, service, shared) = with_reader().await;
    house.seconds(20).await;
    house.cut_power();
    let old = house.dir.path().join("old-card");
    copy_dir(&house.pi_dir(), &old);
    house.switch_on();
    house.seconds(60).await;
    let epoch = house
        .report()
        .lanes
        .iter()
        .find(|lane| lane.lane == LIVE)
        .unwrap()
        .epoch;
    house.cut_power();
    std::fs::remove_dir_all(house.pi_dir()).unwrap();
    copy_dir(&old, &house.pi_dir());
    house.switch_on();
    house.seconds(60).await;

    let lane = house
        .report()
        .lanes
        .into_iter()
        .find(|lane| lane.lane == LIVE)
        .unwrap();
    assert!(lane.epoch > epoch, "{lane:?}");
    assert_eq!(copies(&house), 0);
    let record = service.record(&shared.id);
    assert_eq!((record.lanes[0].gaps, record.lanes[0].forks), (0, 0));
    assert_eq!(
        record.lanes[0].last_slot,
        Some(house.now() / 10 - 1),
        "it reads on"
    );
    let seconds = service.seconds(&shared.id);
    let once: BTreeSet<_> = seconds.iter().collect();
    assert_eq!(once.len(), seconds.len(), "no second twice");

    let wallet = house.wallet();
    wallet.sync().await.unwrap();
    let told = wallet.activity();
    assert!(
        told.iter()
            .any(|line| matches!(line.fact, Fact::DeviceReported { .. })),
        "{told:?}"
    );
}
