//! Claim: a provider finds out neither who the other providers are nor how many, and sees no consent, device or event but its
//! own; the Pi sees only what is meant for it.

use std::collections::BTreeSet;
use std::path::Path;

use consent::Language;
use scenarios::hoard::{Hoard, LaneSecrets};
use scenarios::{House, LIVE, Publication, QUARTER, copy_dir, wish};
use tangle::Tag;
use wallet::NoSites;

/// Everything that lies in a directory, as bytes.
fn contents(dir: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(dir).unwrap();
    let files = files.map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    files.collect::<Vec<_>>().concat()
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

fn tags(blocks: &[Publication]) -> BTreeSet<Tag> {
    blocks.iter().map(|block| block.tag).collect()
}

#[tokio::test(start_paused = true)]
async fn a_provider_keeps_and_asks_for_nothing_of_another() {
    let mut house = House::new().await;
    let mine = house.service("Wattt Insights");
    let own = house.share(&mine, &[LIVE]).await;
    house.seconds(20).await;

    let before = house.ledger.published().len();
    let other = house.service("Netwerk Noord");
    let others = house.share(&other, &[QUARTER]).await;
    house.seconds(60).await;
    house.revoke(&others).await;
    let meanwhile = house.ledger.published().split_off(before);

    // Of all that was published meanwhile it asked for its own lane and nothing else.
    let asked = house.ledger.asked_by("Wattt Insights");
    let seen: Vec<_> = meanwhile
        .iter()
        .filter(|block| asked.contains(&block.tag))
        .collect();
    assert!(seen.iter().all(|block| block.by == "pi"), "{}", seen.len());
    let slots = house.now() / 10 - meanwhile[0].at / 10;
    assert!(
        seen.len() as u64 <= slots,
        "{} blocks in {slots} slots",
        seen.len()
    );
    assert!(meanwhile.len() > 2 * seen.len());

    // And nothing in its directory names the other.
    let theirs = house.wallet().consent(others.consent).unwrap();
    let kept = contents(mine.dir());
    assert!(
        holds(&kept, own.id.as_str().as_bytes()),
        "the search finds its own consent"
    );
    for (what, needle) in [
        ("name", b"Netwerk Noord".as_slice()),
        ("consent", others.consent.as_bytes()),
        ("consent in hexadecimal", others.id.as_str().as_bytes()),
        ("consent channel", theirs.consent_secret.expose()),
        ("link", theirs.request_secret.expose()),
        ("key", &theirs.signed.provider_key().as_bytes()[..32]),
        ("receipt's key", &theirs.receipt.key().as_bytes()[..32]),
    ] {
        assert!(!holds(&kept, needle), "it holds the other's {what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rotation_looks_the_same_with_one_reader_and_with_five() {
    let mut lengths = Vec::new();
    for others in [1, 5] {
        let mut house = House::new().await;
        let mine = house.service("Wattt Insights");
        house.share(&mine, &[LIVE]).await;
        let leaves = house.service("Buurtbatterij");
        let leaving = house.share(&leaves, &[LIVE]).await;
        for n in 1..others {
            let service = house.service(&format!("Dienst {n}"));
            house.share(&service, &[LIVE]).await;
        }
        let stolen = house.dir.path().join("stolen");
        copy_dir(mine.dir(), &stolen);
        house.revoke(&leaving).await;

        let hoard = Hoard::open(&stolen).unwrap();
        let secrets = LaneSecrets::of(&hoard.consents[0].readers[0]).unwrap();
        let rotation = secrets
            .iter()
            .flat_map(|held| (0..4).map(|part| held.rotation_key(part)));
        let archive = house.ledger.published();
        let under = |tag: Tag| archive.iter().filter(move |block| block.tag == tag);
        let parts = rotation.flat_map(|key| {
            let opened = under(Tag(key.tag.into())).filter_map(|block| key.open(&block.data));
            opened.map(|plain| plain.body.len()).collect::<Vec<_>>()
        });
        lengths.push(parts.collect::<Vec<_>>());
    }
    assert!(!lengths[0].is_empty(), "the rotation was found and opened");
    assert_eq!(lengths[0], lengths[1]);
}

#[tokio::test(start_paused = true)]
async fn two_providers_get_receipts_signed_by_different_keys() {
    let mut house = House::new().await;
    let (one, two) = (
        house.service("Wattt Insights"),
        house.service("Netwerk Noord"),
    );
    let (one, two) = (
        house.share(&one, &[LIVE]).await,
        house.share(&two, &[LIVE]).await,
    );
    let wallet = house.wallet();
    let key = |consent| wallet.consent(consent).unwrap().receipt.key().to_bytes();
    assert_ne!(key(one.consent), key(two.consent));
    let device = wallet.devices().remove(0);
    assert_ne!(key(one.consent), device.identity_key);
}

#[tokio::test(start_paused = true)]
async fn the_pi_asks_for_nothing_that_is_between_others() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    house.seconds(5).await;

    // A request that is opened and declined is between the service and the person.
    let before = house.ledger.published().len();
    let (_, link) = service.ask(wish(&[LIVE]), house.now()).await;
    let wallet = house.wallet();
    let opened = wallet.open_request(&link, &NoSites).await.unwrap();
    wallet.decline(opened.consent, Language::Nl).await.unwrap();
    house.seconds(15).await;
    let between = house.ledger.published().split_off(before);
    let others: Vec<_> = between
        .into_iter()
        .filter(|block| block.by != "pi")
        .collect();
    assert!(others.len() >= 4, "request, opening, no, and the answer");
    let asked = house.ledger.asked_by("pi");
    assert!(tags(&others).is_disjoint(&asked));

    // What is said to it, it does ask for.
    let before = house.ledger.published().len();
    house.share(&service, &[LIVE]).await;
    let told = house.ledger.published().split_off(before);
    let told = tags(
        &told
            .into_iter()
            .filter(|block| block.by == "wallet")
            .collect::<Vec<_>>(),
    );
    let asked = house.ledger.asked_by("pi");
    assert!(!told.is_disjoint(&asked));
    assert!(
        !told.is_subset(&asked),
        "the journal and the answer to the service are not for it"
    );
}
