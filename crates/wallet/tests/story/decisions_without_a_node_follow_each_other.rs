//! The node is away, and a person pauses, resumes, stops and asks to erase: each is judged by what was decided before it, none
//! is lost, and the service may read until the Pi has said otherwise.

use std::time::Duration;

use consent::{ConsentState, ControlMessage, Step};
use wallet::{Delivery, WalletError};

use crate::house::{House, share, until};

#[tokio::test(flavor = "multi_thread")]
async fn pause_resume_stop_and_erasure_wait_in_their_order() {
    let house = House::new();
    let (wallet, _, device) = house.with_device().await;
    let mut provider = share(&house, &wallet, "Wattt Insights").await;
    let consent = wallet.consents()[0].id;

    house.tangle.set_reachable(false);
    let paused = wallet.pause(consent).await.unwrap();
    assert!(matches!(paused, Delivery::Waiting(_)));
    let now = house.time.now();
    assert!(wallet.consents()[0].reads_at(now), "the Pi knows nothing");
    let again = wallet.pause(consent).await;
    assert!(matches!(again, Err(WalletError::WrongState { .. })));
    wallet.resume(consent).await.unwrap();
    for _ in 0..2 {
        wallet
            .revoke(consent, Duration::ZERO, |_| {})
            .await
            .unwrap();
    }
    for _ in 0..2 {
        let asked = wallet.ask_erasure(consent, Duration::ZERO, |_| {});
        asked.await.unwrap();
    }
    let waiting = wallet.undelivered_on(consent).unwrap();
    let steps: Vec<Step> = waiting.into_iter().map(|(_, step)| step).collect();
    assert_eq!(
        steps,
        [Step::Pause, Step::Resume, Step::Revoke, Step::Erase]
    );
    let late = wallet.resume(consent).await;
    assert!(matches!(late, Err(WalletError::WrongState { .. })));

    house.tangle.set_reachable(true);
    wallet.sync().await.unwrap();
    assert!(wallet.undelivered_on(consent).unwrap().is_empty());
    provider.until(ConsentState::Erased).await;
    until(&wallet, "erased", |wallet| {
        wallet.consents()[0].state == ConsentState::Erased
    })
    .await;
    until(&wallet, "the Pi has turned its keys", |wallet| {
        wallet.consents()[0].delivery.device_at.is_some()
    })
    .await;
    let obeyed = device.with(|device| device.obeyed.clone()).await;
    let about = |message: &&ControlMessage| {
        matches!(
            message,
            ControlMessage::Paused { .. }
                | ControlMessage::Resumed { .. }
                | ControlMessage::AuthorizationRevoked { .. }
        )
    };
    assert_eq!(obeyed.iter().filter(about).count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_holds_when_the_pi_says_so() {
    let house = House::new();
    let (wallet, _, _device) = house.with_device().await;
    let _provider = share(&house, &wallet, "Wattt Insights").await;
    let consent = wallet.consents()[0].id;
    wallet.pause(consent).await.unwrap();
    until(&wallet, "the pause holds", |wallet| {
        let view = &wallet.consents()[0];
        view.state == ConsentState::Paused && !view.reads_at(house.time.now())
    })
    .await;
    assert!(wallet.consents()[0].delivery.device_at.is_some());
}
