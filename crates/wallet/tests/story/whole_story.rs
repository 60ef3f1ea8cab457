//! From the first word to the last: pair, share, pause, resume, stop, erase.
use std::sync::Mutex;
use std::time::Duration;

use consent::{Acquaintance, Choices, ConsentState, Expression, Language};
use jiff::tz::TimeZone;
use wallet::{NoSites, PairStep, StopStep, WalletError};

use crate::house::device::Device;
use crate::house::provider::{LIVE, QUARTER};
use crate::house::{House, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_meter_is_added_shared_paused_resumed_stopped_and_erased() {
    let house = House::new();
    let (wallet, _) = house.create("wallet");
    let device = Device::start(&house);
    let steps = Mutex::new(Vec::new());
    let paired = wallet
        .pair(&device.code(), None, |step| {
            steps.lock().unwrap().push(step)
        })
        .await
        .unwrap();
    assert_eq!(paired.name, "Raspberry Pi");
    assert_eq!(
        *steps.lock().unwrap(),
        [
            PairStep::Calling,
            PairStep::Recognised,
            PairStep::Accepted,
            PairStep::Added
        ]
    );

    let mut provider = house.provider("Wattt Insights");
    provider.post_request().await;
    let shown = wallet.open_request(&provider.link, &NoSites).await.unwrap();
    assert!(!shown.site_checked);
    assert_eq!(shown.acquaintance, Acquaintance::None);

    let request = shown.signed.request();
    let least = Choices::least(request, house.time.now(), &TimeZone::UTC);
    assert_eq!(
        least.lanes.as_slice(),
        [QUARTER],
        "the coarsest that the service can use"
    );
    let choices = least.with(request, LIVE);
    let granted = wallet
        .grant(
            shown.consent,
            paired.device,
            &choices,
            Language::Nl,
            Expression::CommandLine,
        )
        .await
        .unwrap();
    assert_eq!(granted.agreement.lanes.as_slice(), [LIVE]);
    provider.until(ConsentState::Active).await;
    until(&wallet, "active", |wallet| {
        wallet.consents()[0].state == ConsentState::Active
    })
    .await;

    wallet.pause(shown.consent).await.unwrap();
    provider.until(ConsentState::Paused).await;
    until(&wallet, "pause confirmed", |wallet| {
        wallet.consents()[0].delivery.device_at.is_some()
    })
    .await;
    wallet.resume(shown.consent).await.unwrap();
    provider.until(ConsentState::Active).await;
    until(&wallet, "resume confirmed", |wallet| {
        wallet.consents()[0].delivery.device_at.is_some()
    })
    .await;

    let stopping = tokio::spawn(async move {
        provider.until(ConsentState::Revoked).await;
        provider
    });
    let seen = Mutex::new(Vec::new());
    let stopped = wallet
        .revoke(shown.consent, Duration::from_secs(10), |step| {
            seen.lock().unwrap().push(step)
        })
        .await
        .unwrap();
    let mut provider = stopping.await.unwrap();
    assert!(stopped.complete, "{stopped:?}");
    assert_eq!(*seen.lock().unwrap(), stopped.steps);
    let [
        StopStep::Told { .. },
        StopStep::KeysChanged { last_readable, .. },
        StopStep::ServiceStopped { .. },
    ] = stopped.steps[..]
    else {
        panic!("{:?}", stopped.steps)
    };
    assert_eq!(last_readable, None, "no slot had come to its end");

    assert!(matches!(
        wallet.pause(shown.consent).await,
        Err(WalletError::WrongState { .. })
    ));
    let erasing = tokio::spawn(async move { provider.until(ConsentState::Erased).await });
    let erased = wallet
        .ask_erasure(shown.consent, Duration::from_secs(10), |_| {})
        .await
        .unwrap();
    erasing.await.unwrap();
    assert!(
        matches!(
            erased.steps.last(),
            Some(StopStep::Erased { readings: 3, .. })
        ),
        "{erased:?}"
    );

    assert!(wallet.check_journal().await.unwrap().is_whole());
    assert!(wallet.activity().len() >= 12, "{:#?}", wallet.activity());
}
