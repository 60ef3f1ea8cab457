//! A device or a service that speaks without end is heard to the end, and the wallet writes down a bounded part of it.

use consent::{Alert, ConsentMessage, ConsentState, Fact, StatusMessage};
use wallet::Wallet;

use crate::house::{House, share, until};

/// More than anybody may write on the first day.
const FLOOD: u32 = 60;
/// What may be written on the first day, and on each day after it.
const FIRST_DAY: usize = 32 + 16;
const A_DAY: usize = 16;

fn count(wallet: &Wallet, is_so: impl Fn(&Fact) -> bool) -> usize {
    let lines = wallet.activity();
    lines.iter().filter(|line| is_so(&line.fact)).count()
}

fn reports(wallet: &Wallet) -> usize {
    count(wallet, |fact| matches!(fact, Fact::DeviceReported { .. }))
}

fn confirmations(wallet: &Wallet) -> usize {
    count(wallet, |fact| matches!(fact, Fact::StopConfirmed { .. }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_reports_without_end_fills_no_journal_and_is_heard_again_tomorrow() {
    let house = House::new();
    let (wallet, _, device) = house.with_device().await;
    let alert = StatusMessage::Alert {
        at: house.time.now(),
        alert: Alert::MeterBack,
    };
    device.repeat(&alert, FLOOD).await;
    let news = wallet.sync().await.unwrap();
    assert!(news.from_devices >= FLOOD, "all of it is heard: {news:?}");
    assert!(
        (1..=FIRST_DAY).contains(&reports(&wallet)),
        "{}",
        reports(&wallet)
    );

    house.time.pass(86_400);
    let before = reports(&wallet);
    device.repeat(&alert, FLOOD / 2).await;
    wallet.sync().await.unwrap();
    let more = reports(&wallet) - before;
    assert!((1..=A_DAY).contains(&more), "{more}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_repeats_itself_fills_no_journal_and_can_still_be_stopped() {
    let house = House::new();
    let (wallet, _, device) = house.with_device().await;
    let mut provider = share(&house, &wallet, "Wattt Insights").await;
    provider.repeat(&ConsentMessage::Stopped, FLOOD).await;
    until(&wallet, "the service is heard", |wallet| {
        confirmations(wallet) > 0
    })
    .await;
    wallet.sync().await.unwrap();
    assert!(
        confirmations(&wallet) <= FIRST_DAY,
        "{}",
        confirmations(&wallet)
    );

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
    drop(device);
}
