//! Claim: what a service said and the ledger lost, although the node had taken it, is said again with the same bytes, once.

use std::time::Duration;

use scenarios::{Faults, House, LIVE};

/// A minute a step: when the service asks what became of its blocks.
const MINUTE: u64 = 60;

#[tokio::test(start_paused = true)]
async fn a_service_confirms_a_stop_although_the_ledger_lost_its_word() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let shared = house.share(&service, &[LIVE]).await;
    let wallet = house.wallet();
    wallet
        .revoke(shared.consent, Duration::ZERO, |_| {})
        .await
        .unwrap();

    let loses = Faults {
        loses: 100,
        ..Faults::default()
    };
    let before = said(&house).len();
    house.ledger.misbehave(loses, 1);
    service.catch_up(house.now()).await;
    house.ledger.behave().await;
    let lost = said(&house).split_off(before);
    assert!(!lost.is_empty(), "the service has confirmed");
    wallet.sync().await.unwrap();
    let confirmed = || wallet.consent(shared.consent).unwrap().delivery.service_at;
    assert_eq!(confirmed(), None, "and nobody has heard it");

    for _ in 0..30 {
        house.set_time(house.now() + MINUTE);
        service.catch_up(house.now()).await;
    }
    wallet.sync().await.unwrap();
    assert!(confirmed().is_some(), "it was said again");
    assert_eq!(
        said(&house).split_off(before + lost.len()),
        lost,
        "the same bytes, and once"
    );
}

fn said(house: &House) -> Vec<Vec<u8>> {
    let blocks = house.ledger.published_by("Wattt Insights");
    blocks.into_iter().map(|block| block.data).collect()
}
