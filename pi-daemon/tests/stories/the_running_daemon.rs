//! The daemon as it runs by itself: in real time, asked over its socket.

use std::time::{Duration, Instant};

use crate::house::{House, LIVE, Provider, Wallet};
use consent::ConsentMessage;
use pi_daemon::meter::MeterEvent;
use pi_daemon::socket::{Answer, Request};
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread")]
async fn pairs_grants_publishes_revokes_and_is_asked_over_its_socket() {
    let mut house = House::new();
    house.live_slot = 1;
    let stop = CancellationToken::new();
    let running = house.let_it_run(stop.clone());
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut wallet = Wallet::pair(&mut house).await;

    let mut wattt = Provider::new(1);
    let never = house.now() + 1_000_000;
    wallet.authorise(&house, &wattt, &[LIVE], never).await;
    house.seconds(5).await;
    assert!(wattt.fetch_grant(&house).await);
    wattt.read(&house).await;
    assert!(wattt.readings.len() >= 2, "{:?}", wattt.events);
    wattt.listen(&house).await;

    let revoked = Instant::now();
    wallet.revoke(&house, wattt.consent).await;
    let acknowledged = loop {
        if let Some(ConsentMessage::RevokedAck { .. }) = wattt.listen(&house).await.last() {
            break revoked.elapsed();
        }
        assert!(
            revoked.elapsed() < Duration::from_secs(20),
            "no acknowledgement"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    println!(
        "from revocation to acknowledgement: {} ms",
        acknowledged.as_millis()
    );
    let report = house.ask_report().await;
    assert!(report.running && report.meter.telegrams > 5);
    assert_eq!((report.lanes.len(), report.consents), (0, 0));

    assert!(matches!(
        house.ask(Request::Pair { new_secret: false }).await,
        Answer::Refused { .. }
    ));
    assert_eq!(house.ask(Request::Unpair).await, Answer::Unpaired);
    house.seconds(2).await;
    wallet.listen(&house).await;
    assert!(matches!(
        wallet.told.last(),
        Some(consent::StatusMessage::Deleted { .. })
    ));

    stop.cancel();
    running.await.unwrap();
    // Another daemon may start on the directory now.
    house.running = None;
    house.switch_on();
    house
        .daemon()
        .hear(MeterEvent::Refused("a test".to_owned()));
    assert_eq!(house.report().meter.refused, 1);
}
