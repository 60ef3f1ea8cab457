//! Twenty-four words restore everything the wallet knew, and the wallet goes on from there.

use std::time::Duration;

use consent::ConsentState;
use wallet::{Seed, WalletError};

use crate::house::{House, share, until};

#[tokio::test(flavor = "multi_thread")]
async fn on_a_new_machine_the_words_give_devices_consents_receipts_and_activity() {
    let house = House::new();
    let (wallet, seed, device) = house.with_device().await;
    let mut provider = share(&house, &wallet, "Wattt Insights").await;
    let before = wallet.activity();
    let consent = wallet.consents()[0].clone();
    drop(wallet);

    let words = seed.words();
    let restored = house.restore("new machine", &Seed::from_words(&words).unwrap());
    let recovered = restored.recover(|_, _| ()).await.unwrap();
    assert_eq!((recovered.devices, recovered.consents), (1, 1));
    assert_eq!(restored.activity(), before);
    assert_eq!(
        restored.consents()[0].receipt.as_bytes(),
        consent.receipt.as_bytes()
    );
    assert!(restored.check_journal().await.unwrap().is_whole());

    // It is the owner: the device obeys it, and so does the provider.
    let stopping = tokio::spawn(async move { provider.until(ConsentState::Revoked).await });
    let stopped = restored
        .revoke(consent.id, Duration::from_secs(10), |_| {})
        .await
        .unwrap();
    stopping.await.unwrap();
    assert!(stopped.complete, "{stopped:?}");
    drop(device);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_database_is_rebuilt_and_nothing_is_said_twice() {
    let house = House::new();
    let (wallet, _, device) = house.with_device().await;
    share(&house, &wallet, "Wattt Insights").await;
    let before = wallet.activity();
    let obeyed = device.with(|device| device.obeyed.len()).await;
    drop(wallet);
    for name in ["wallet.db", "wallet.db-wal", "wallet.db-shm"] {
        let _ = std::fs::remove_file(house.path("wallet").join(name));
    }

    let blocks = house.tangle.len();
    let rebuilt = house.open("wallet").unwrap();
    rebuilt.sync().await.unwrap();
    assert_eq!(rebuilt.activity(), before);
    assert_eq!(rebuilt.consents()[0].state, ConsentState::Active);
    assert_eq!(house.tangle.len(), blocks, "nothing new had to be written");
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(device.with(|device| device.obeyed.len()).await, obeyed);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_lost_wallet_had_decided_but_not_said_its_heir_says() {
    let house = House::new();
    let (wallet, seed, device) = house.with_device().await;
    let mut provider = share(&house, &wallet, "Wattt Insights").await;
    let consent = wallet.consents()[0].id;

    // The journal's block is the last that the node takes before the machine is lost.
    let blocks_of_entry = 1;
    house.tangle.fail_after(blocks_of_entry);
    wallet.revoke(consent, Duration::ZERO, |_| {}).await.ok();
    house.tangle.set_reachable(true);
    drop(wallet);

    let heir = house.restore("heir", &seed);
    heir.recover(|_, _| ()).await.unwrap();
    assert_eq!(heir.consents()[0].state, ConsentState::Revoked);
    provider.until(ConsentState::Revoked).await;
    until(&heir, "the device has turned its keys", |heir| {
        heir.consents()[0].delivery.device_at.is_some()
    })
    .await;
    drop(device);
}

#[tokio::test]
async fn words_without_a_wallet_are_said_to_be_so() {
    let house = House::new();
    let seed = Seed::from_bytes([77; 32]);
    let wallet = house.restore("nothing", &seed);
    let error = wallet.recover(|_, _| ()).await.unwrap_err();
    assert!(
        matches!(error, WalletError::NothingToRestore { .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_long_journal_is_found_by_doubling_and_bisection() {
    let house = House::new();
    let (wallet, seed) = house.create("wallet");
    wallet.sync().await.unwrap();
    let directory = house.path("out");
    for _ in 0..9 {
        wallet.export(&directory).await.unwrap();
    }
    let restored = house.restore("again", &seed);
    let totals = std::sync::Mutex::new(Vec::new());
    let recovered = restored
        .recover(|_, total| totals.lock().unwrap().push(total))
        .await
        .unwrap();
    assert_eq!(recovered.entries, 10);
    assert!(totals.lock().unwrap().iter().all(|total| *total == 10));
}

#[tokio::test]
async fn a_withheld_entry_is_noticed() {
    let house = House::new();
    let (wallet, seed) = house.create("wallet");
    wallet.sync().await.unwrap();
    for _ in 0..3 {
        wallet.export(&house.path("out")).await.unwrap();
    }
    // Entries are one block each here; the node keeps the third to itself.
    let third = house.tangle.recording()[2].tag;
    house.tangle.withhold(third);
    let restored = house.restore("again", &seed);
    let error = restored.sync().await.unwrap_err();
    assert!(
        matches!(error, WalletError::JournalGap { number: 2 }),
        "{error}"
    );
}
