//! Claim: when the wallet's computer is lost, its 24 words bring back every device, consent, receipt and line of activity, and
//! the wallet that comes back goes on where the other one stopped.

use std::time::Duration;

use consent::{ConsentState, Language};
use scenarios::{House, LIVE, PHASES, QUARTER, wish};
use wallet::{NoSites, Seed};

#[tokio::test(start_paused = true)]
async fn a_lost_wallet_comes_back_whole_and_goes_on() {
    let mut house = House::new().await;
    let (one, two, three) = (
        house.service("Wattt Insights"),
        house.service("Netwerk Noord"),
        house.service("Buurtbatterij"),
    );
    let runs = house.share(&one, &[LIVE]).await;
    let paused = house.share(&two, &[QUARTER]).await;
    let ended = house.share(&three, &[LIVE, PHASES]).await;
    house.seconds(20).await;
    let wallet = house.wallet();
    wallet.pause(paused.consent).await.unwrap();
    house.revoke(&ended).await;
    let asks = wallet.ask_erasure(ended.consent, Duration::from_secs(60), |_| {});
    house.meanwhile(asks).await.unwrap();
    let (_, link) = three.ask(wish(&[PHASES]), house.now()).await;
    let opened = wallet.open_request(&link, &NoSites).await.unwrap();
    wallet.decline(opened.consent, Language::En).await.unwrap();
    let (_, waits) = two.ask(wish(&[PHASES]), house.now()).await;
    let waiting = wallet.open_request(&waits, &NoSites).await.unwrap().consent;
    house.seconds(5).await;
    wallet.sync().await.unwrap();

    let (devices, consents, activity) = (wallet.devices(), wallet.consents(), wallet.activity());
    let receipts: Vec<_> = consents
        .iter()
        .map(|consent| consent.receipt.as_bytes().to_vec())
        .collect();
    let words = wallet.words();
    drop(wallet);
    house.close_wallet();
    std::fs::remove_dir_all(house.dir.path().join("wallet")).unwrap();

    // Only the words are left.
    assert_eq!(*Seed::from_words(&words).unwrap().words(), *words);
    let wallet = house.restore_wallet("new-computer");
    assert!(
        wallet.consents().is_empty(),
        "nothing is known before the Tangle was read"
    );
    let recovered = wallet.recover(|_, _| {}).await.unwrap();
    assert_eq!((recovered.devices, recovered.consents), (1, 3));

    assert_eq!(wallet.devices(), devices);
    assert_eq!(wallet.consents(), consents);
    let back: Vec<_> = wallet
        .consents()
        .iter()
        .map(|consent| consent.receipt.as_bytes().to_vec())
        .collect();
    assert_eq!(back, receipts);
    assert_eq!(wallet.activity(), activity);
    assert!(wallet.check_journal().await.unwrap().is_whole());
    let requests = wallet.waiting_requests().unwrap();
    assert_eq!(
        requests
            .iter()
            .map(|request| request.consent)
            .collect::<Vec<_>>(),
        [waiting]
    );

    // And it goes on: it stops what runs, and resumes what is paused.
    let stopped = house.revoke(&runs).await;
    assert!(stopped.complete, "{stopped:?}");
    assert_eq!(one.record(&runs.id).state, ConsentState::Revoked);
    wallet.resume(paused.consent).await.unwrap();
    house.seconds(5).await;
    assert_eq!(two.record(&paused.id).state, ConsentState::Active);
}

#[tokio::test(start_paused = true)]
async fn other_words_bring_back_nothing() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    house.share(&service, &[LIVE]).await;
    house.close_wallet();
    let stranger = Seed::from_bytes([7; 32]);
    let wallet = house.restore_wallet_of("stranger", &stranger);
    let refused = wallet.recover(|_, _| {}).await.unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("the words are right, but no wallet of them"),
        "{refused}"
    );
    assert!(wallet.consents().is_empty() && wallet.devices().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_a_lost_wallet_decided_and_could_not_say_is_said_by_its_heir() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let shared = house.share(&service, &[LIVE]).await;
    house.seconds(20).await;
    // The decision reaches the journal on the Tangle; then the computer is lost before anybody is told.
    let wallet = house.wallet();
    wallet.sync().await.unwrap();
    wallet.sync().await.unwrap();
    house.ledger.take_only(JOURNAL_ENTRY);
    let delivered = wallet.revoke(shared.consent, Duration::ZERO, |_| {}).await;
    house.ledger.take_everything();
    drop((delivered, wallet));
    house.close_wallet();
    assert_eq!(service.record(&shared.id).state, ConsentState::Active);

    let wallet = house.restore_wallet("new-computer");
    wallet.recover(|_, _| {}).await.unwrap();
    house.seconds(20).await;
    assert_eq!(service.record(&shared.id).state, ConsentState::Revoked);
    assert!(
        service.record(&shared.id).last_readable.is_some(),
        "the Pi has turned its keys"
    );
}

/// The blocks of one short entry of the journal.
const JOURNAL_ENTRY: usize = 1;
