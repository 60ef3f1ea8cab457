//! Claim: who only sees the Tangle cannot link two blocks, find an inbox, or tell one type of block from another: one size, no
//! tag twice, bytes like noise, and a lane's blocks come at a constant pace whether or not somebody is at home.

use std::collections::BTreeSet;
use std::io::Write as _;

use consent::Language;
use scenarios::{House, LIVE, PHASES, Publication, QUARTER, wish};
use std::time::Duration;
use wallet::NoSites;

/// A whole life: pairing, consents, a refusal, a pause, rotations, an end and an erasure.
async fn whole_life() -> House {
    let mut house = House::new().await;
    let (one, two) = (
        house.service("Wattt Insights"),
        house.service("Netwerk Noord"),
    );
    let goes = house.share(&one, &[LIVE, PHASES]).await;
    house.share(&two, &[LIVE, QUARTER]).await;
    let (_, link) = two.ask(wish(&[PHASES]), house.now()).await;
    let wallet = house.wallet();
    let opened = wallet.open_request(&link, &NoSites).await.unwrap();
    wallet.decline(opened.consent, Language::En).await.unwrap();
    wallet.pause(goes.consent).await.unwrap();
    house.seconds(25).await;
    wallet.resume(goes.consent).await.unwrap();
    house.seconds(25).await;
    house.meter_works = false;
    house.seconds(30).await;
    house.revoke(&goes).await;
    let asks = wallet.ask_erasure(goes.consent, Duration::from_secs(60), |_| {});
    house.meanwhile(asks).await.unwrap();
    house.seconds(15).await;
    house
}

/// How far the bytes are from noise: Pearson's chi-square over the 256 values, about 255 ± 23 for noise.
fn chi_square<'a>(bytes: impl Iterator<Item = &'a u8>) -> f64 {
    let mut counts = [0_u64; 256];
    bytes.for_each(|byte| counts[usize::from(*byte)] += 1);
    let expected = counts.iter().sum::<u64>() as f64 / 256.0;
    let square = |count: &u64| (*count as f64 - expected).powi(2) / expected;
    counts.iter().map(square).sum()
}

fn compressed(bytes: &[u8]) -> usize {
    let mut encoder = zstd::Encoder::new(Vec::new(), 9).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn all_blocks_look_alike_and_like_noise() {
    let house = whole_life().await;
    let archive = house.ledger.published();
    assert!(archive.len() > 60, "{}", archive.len());

    assert!(
        archive.iter().all(|block| block.data.len() == 4096),
        "one size"
    );
    let tags: BTreeSet<_> = archive.iter().map(|block| block.tag).collect();
    assert_eq!(tags.len(), archive.len(), "no tag twice");

    for block in &archive {
        assert!(
            compressed(&block.data) > 4096,
            "a block that compresses says something"
        );
        let chi = chi_square(block.data.iter());
        assert!(
            (120.0..450.0).contains(&chi),
            "{chi} in a block of {}",
            block.by
        );
    }
    let everything: Vec<u8> = archive
        .iter()
        .flat_map(|block| block.data.clone())
        .collect();
    assert!(
        compressed(&everything) > everything.len(),
        "no two blocks share anything"
    );
    let tag_bytes: Vec<u8> = archive.iter().flat_map(|block| block.tag.0).collect();
    assert!(
        compressed(&tag_bytes) >= tag_bytes.len(),
        "tags share nothing either"
    );

    // No place in a block has a habit: neither the nonce, nor the beginning, nor the end.
    for place in 0..4096 {
        let chi = chi_square(archive.iter().map(|block| &block.data[place]));
        assert!(chi < 600.0, "byte {place} of a block has a habit: {chi}");
    }
}

#[tokio::test(start_paused = true)]
async fn blocks_of_different_parties_cannot_be_told_apart() {
    let house = whole_life().await;
    let archive = house.ledger.published();
    for by in ["pi", "wallet", "Wattt Insights", "Netwerk Noord"] {
        let of: Vec<&Publication> = archive.iter().filter(|block| block.by == by).collect();
        assert!(!of.is_empty(), "{by} published something");
        let chi = chi_square(of.iter().flat_map(|block| &block.data));
        assert!(
            (120.0..450.0).contains(&chi),
            "{chi} over all blocks of {by}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_lane_goes_on_at_the_same_pace_when_the_meter_is_silent() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let shared = house.share(&service, &[LIVE]).await;
    house.next_slot().await;
    let mut paces = Vec::new();
    for works in [true, false, true] {
        house.meter_works = works;
        let from = house.ledger.published().len();
        house.seconds(60).await;
        let blocks = house.ledger.published().split_off(from);
        assert!(
            blocks.iter().all(|block| block.by == "pi"),
            "nobody else says anything"
        );
        paces.push(blocks.iter().map(|block| block.at % 60).collect::<Vec<_>>());
    }
    assert_eq!(paces[0].len(), 6, "one block a slot");
    assert_eq!(paces[0], paces[1]);
    assert_eq!(paces[0], paces[2]);

    // The reader does know the difference.
    let seconds = service.seconds(&shared.id);
    let silent = house.now() - 115..house.now() - 70;
    assert!(!seconds.iter().any(|at| silent.contains(at)));
    assert!(seconds.iter().any(|at| *at > house.now() - 50));
}
