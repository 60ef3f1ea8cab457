//! The node goes away, the program is killed: nothing decided is lost, and nothing is said twice.

use std::time::Duration;

use consent::{ConsentState, ControlMessage};
use wallet::{Delivery, NoSites};

use crate::house::{House, grant, share, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_without_a_node_waits_and_is_carried_out_later() {
    let house = House::new();
    let (wallet, _, device) = house.with_device().await;
    let mut provider = share(&house, &wallet, "Wattt Insights").await;
    let consent = wallet.consents()[0].id;

    house.tangle.set_reachable(false);
    let stopped = wallet
        .revoke(consent, Duration::from_millis(300), |_| {})
        .await
        .unwrap();
    assert!(matches!(stopped.delivery, Delivery::Waiting(_)) && !stopped.complete);
    drop(wallet);

    house.tangle.set_reachable(true);
    let wallet = house.open("wallet").unwrap();
    wallet.sync().await.unwrap();
    provider.until(ConsentState::Revoked).await;
    until(&wallet, "the device has turned its keys", |wallet| {
        wallet.consents()[0].delivery.device_at.is_some()
    })
    .await;
    assert_eq!(revocations(&device).await, 1);
}

/// The node stops after every possible number of blocks, and the program is started anew: like a power cut at each
/// step of a yes and of a stop.
#[tokio::test(flavor = "multi_thread")]
async fn whichever_block_is_the_last_every_message_is_said_exactly_once() {
    let house = House::new();
    let (wallet, _, device) = house.with_device().await;
    drop(wallet);
    for blocks in 0..9 {
        let provider = house.provider("Wattt Insights");
        provider.post_request().await;
        let wallet = house.open("wallet").unwrap();
        let open = wallet.open_request(&provider.link, &NoSites).await.unwrap();
        let consent = open.consent;

        house.tangle.fail_after(blocks);
        grant(&wallet, &open).await.ok();
        drop(wallet);
        house.tangle.set_reachable(true);
        let wallet = house.open("wallet").unwrap();
        wallet.sync().await.unwrap();
        assert!(
            wallet.consent(consent).unwrap().state.is_running(),
            "after {blocks} blocks"
        );

        house.tangle.fail_after(blocks);
        wallet.revoke(consent, Duration::ZERO, |_| {}).await.ok();
        drop(wallet);
        house.tangle.set_reachable(true);
        let wallet = house.open("wallet").unwrap();
        until(&wallet, "revoked", |wallet| {
            wallet
                .consent(consent)
                .unwrap()
                .delivery
                .device_at
                .is_some()
        })
        .await;
        assert!(wallet.check_journal().await.unwrap().is_whole());
    }
    let obeyed = device.with(|device| device.obeyed.clone()).await;
    let yes = obeyed
        .iter()
        .filter(|message| matches!(message, ControlMessage::Authorized(_)))
        .count();
    assert_eq!((yes, revocations(&device).await), (9, 9));
    assert!(
        house.tangle.no_tag_carries_two_payloads(),
        "the same bytes were sent again"
    );
}

async fn revocations(device: &crate::house::device::Device) -> usize {
    let obeyed = device.with(|device| device.obeyed.clone()).await;
    obeyed
        .iter()
        .filter(|message| matches!(message, ControlMessage::AuthorizationRevoked { .. }))
        .count()
}
