//! A provider that tells the device another story than the wallet is found out, and silences nobody by it.

use consent::{ConsentState, Fact, Writer};

use crate::house::{House, share, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_with_two_stories_is_found_out_and_the_person_can_still_stop_it() {
    let house = House::new();
    let (wallet, _, device) = house.with_device().await;
    let mut provider = share(&house, &wallet, "Wattt Insights").await;
    provider.claim_another_history(Writer::Device).await;
    until(&wallet, "the fork", |wallet| wallet.consents()[0].forked).await;
    let forks = |wallet: &wallet::Wallet| {
        wallet
            .activity()
            .iter()
            .filter(|line| matches!(line.fact, Fact::LogForked { .. }))
            .count()
    };
    assert_eq!(forks(&wallet), 1);

    let consent = wallet.consents()[0].id;
    wallet
        .revoke(consent, std::time::Duration::ZERO, |_| {})
        .await
        .unwrap();
    until(&wallet, "the device has turned its keys", |wallet| {
        let consent = &wallet.consents()[0];
        consent.state == ConsentState::Revoked && consent.delivery.device_at.is_some()
    })
    .await;
    assert_eq!(forks(&wallet), 1, "told once");
    drop(device);
}
