//! A phone and a desktop with the same words: each sees what the other did, and at once they do no harm.

use std::time::Duration;

use consent::{ConsentState, ControlMessage};
use wallet::NoSites;

use crate::house::{House, grant, share, until};

#[tokio::test(flavor = "multi_thread")]
async fn what_one_does_the_other_sees() {
    let house = House::new();
    let (desktop, seed, device) = house.with_device().await;
    let phone = house.restore("phone", &seed);
    phone.recover(|_, _| ()).await.unwrap();

    let mut provider = share(&house, &desktop, "Wattt Insights").await;
    phone.sync().await.unwrap();
    let consent = phone.consents()[0].id;
    let stopping = tokio::spawn(async move { provider.until(ConsentState::Revoked).await });
    assert!(
        phone
            .revoke(consent, Duration::from_secs(10), |_| {})
            .await
            .unwrap()
            .complete
    );
    stopping.await.unwrap();
    until(&desktop, "revoked", |desktop| {
        desktop.consents()[0].state == ConsentState::Revoked
    })
    .await;
    phone.sync().await.unwrap();
    desktop.sync().await.unwrap();
    assert_eq!(phone.activity(), desktop.activity());
    drop(device);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_at_once_end_in_one_journal_and_say_everything_once() {
    let house = House::new();
    let (desktop, seed, device) = house.with_device().await;
    let phone = house.restore("phone", &seed);
    phone.recover(|_, _| ()).await.unwrap();

    let (one, other) = (
        house.provider("Wattt Insights"),
        house.provider("Green Choice"),
    );
    one.post_request().await;
    other.post_request().await;
    let on_desktop = async {
        let open = desktop.open_request(&one.link, &NoSites).await.unwrap();
        grant(&desktop, &open).await.unwrap();
    };
    let on_phone = async {
        let open = phone.open_request(&other.link, &NoSites).await.unwrap();
        grant(&phone, &open).await.unwrap();
    };
    tokio::join!(on_desktop, on_phone);

    for wallet in [&desktop, &phone] {
        until(wallet, "both are granted", |wallet| {
            wallet.consents().len() == 2
                && wallet
                    .consents()
                    .iter()
                    .all(|c| c.state == ConsentState::Granted)
        })
        .await;
    }
    for _ in 0..3 {
        phone.sync().await.unwrap();
        desktop.sync().await.unwrap();
    }
    assert_eq!(phone.activity(), desktop.activity());
    assert!(phone.check_journal().await.unwrap().is_whole());
    let obeyed = device.with(|device| device.obeyed.clone()).await;
    assert_eq!(
        obeyed
            .iter()
            .filter(|message| matches!(message, ControlMessage::Authorized(_)))
            .count(),
        2
    );
}
