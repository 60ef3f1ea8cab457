//! Claim: after a service has said PURGED its disk holds no reading, no key and no secret of that consent, also not in what was
//! deleted, and what it published and received stays closed to whoever takes the disk.

use std::path::Path;
use std::time::Duration;

use consent::ConsentState;
use provider_service::store::{BatchPlace, Span};
use scenarios::hoard::Hoard;
use scenarios::{House, LIVE, copy_dir};
use wallet::StopStep;

/// Bytes that only an unerased copy holds.
fn secrets_in(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let hoard = Hoard::open(dir).unwrap();
    let held = &hoard.consents[0];
    let mut secrets: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |what: &str, bytes: &[u8]| secrets.push((what.to_owned(), bytes.to_vec()));
    if let Some(secret) = &held.consent_secret {
        add("the consent's secret", secret.expose());
    }
    for reader in &held.readers {
        // The chain of the ratchet, and what takes part in rotations.
        let state = reader.to_state();
        add("a reader's state", &state[state.len() * 3 / 4..][..40]);
    }
    secrets
}

fn holds(dir: &Path, needle: &[u8]) -> bool {
    std::fs::read_dir(dir).unwrap().any(|entry| {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle)
    })
}

#[tokio::test(start_paused = true)]
async fn a_purged_service_has_nothing_and_opens_nothing() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let shared = house.share(&service, &[LIVE]).await;
    house.seconds(60).await;
    let given = house.wallet().consent(shared.consent).unwrap();
    let before = house.dir.path().join("before");
    copy_dir(service.dir(), &before);
    let everything = Span {
        from: 0,
        to: i64::MAX,
    };
    let store = service.provider.store();
    let batches = store
        .batches(&shared.id, everything, BatchPlace::START, 100)
        .unwrap();
    let readings = service.readings(&shared.id).len() as u64;
    assert!(readings >= 50);

    house.revoke(&shared).await;
    let wallet = house.wallet();
    let asks = wallet.ask_erasure(shared.consent, Duration::from_secs(60), |_| {});
    let erased = house.meanwhile(asks).await.unwrap();
    let told = erased.steps.iter().find_map(|step| match step {
        StopStep::Erased { readings, .. } => Some(*readings),
        _ => None,
    });
    assert!(told.is_some_and(|told| told >= readings), "{erased:?}");
    assert_eq!(service.record(&shared.id).state, ConsentState::Erased);
    house.seconds(2).await;

    // Rows are gone, and so are the bytes they were made of.
    assert!(service.batches(&shared.id).is_empty());
    let mut needles = secrets_in(&before);
    assert!(needles.len() >= 2);
    needles.push((
        "the link's secret".to_owned(),
        given.request_secret.expose().to_vec(),
    ));
    for (_, batch) in &batches {
        let middle = batch.body.len() / 2;
        needles.push((
            "a batch of readings".to_owned(),
            batch.body[middle..middle + 32].to_vec(),
        ));
    }
    for (what, needle) in &needles {
        assert!(
            holds(&before, needle),
            "the search finds {what} before the erasure"
        );
        assert!(!holds(service.dir(), needle), "{what} is still on the disk");
    }

    // Whoever takes the disk and the whole archive opens nothing; the copy from before still could.
    let ledger = house.ledger.handle("thief");
    let left = Hoard::open(service.dir()).unwrap();
    assert!(left.consents.iter().all(|held| held.readers.is_empty()
        && held.grant_key.is_none()
        && held.consent_secret.is_none()));
    let loot = left.open_all(&*ledger, house.now()).await.unwrap();
    assert_eq!(loot.last(), None);
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_is_the_evidence() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let shared = house.share(&service, &[LIVE]).await;
    house.seconds(20).await;
    service
        .provider
        .stop_and_erase(&shared.id, house.now())
        .unwrap();
    house.seconds(3).await;
    let receipt = service.provider.receipt(&shared.id).unwrap().unwrap();
    assert!(receipt.contains("Wattt Insights"), "{receipt}");
    house.wallet().sync().await.unwrap();
    let view = house.wallet().consent(shared.consent).unwrap();
    assert!(view.purged.is_some(), "{:?}", view.state);
}
