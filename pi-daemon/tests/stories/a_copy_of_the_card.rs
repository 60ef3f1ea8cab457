//! Claim: a device whose card was copied, and whose copy runs beside it, notices and tells its owner.

use std::sync::Arc;

use consent::{Alert, StatusMessage};
use pi_daemon::meter::MeterEvent;
use pi_daemon::{Clock, Daemon, Options};
use simulated_meter::Household;
use tangle::Tangle;

use crate::house::{House, LIVE, Provider};
use crate::power_cuts_and_outages::copy;

#[tokio::test]
async fn a_copy_that_runs_beside_it_is_noticed_within_two_slots() {
    let (mut house, mut wallet) = House::owned().await;
    let wattt = Provider::new(1);
    let never = house.now() + 1_000_000;
    wallet.authorise(&house, &wattt, &[LIVE], never).await;
    house.seconds(40).await;
    assert!(
        house.report().warnings.is_empty(),
        "its own blocks are no copy's"
    );

    let directory = house.dir.path().join("copy");
    copy(&house.data_dir(), &directory);
    let copied = Daemon::open(Options {
        data_dir: directory,
        tangle: Arc::clone(&house.tangle) as Arc<dyn Tangle>,
        node: "in memory".to_owned(),
        clock: Arc::clone(&house.clock) as Arc<dyn Clock>,
        live_slot: Some(house.live_slot),
        raw_days: 7,
    })
    .unwrap();
    let mut other_meter = Household::new(8);
    copied.listen().await.unwrap();
    for _ in 0..30 {
        house.second().await;
        let telegram = other_meter.telegram_at(house.now().cast_signed());
        copied.hear(MeterEvent::Telegram(telegram));
        copied.tick().unwrap();
        copied.deliver().await.unwrap();
    }
    let warnings = house.report().warnings;
    assert!(
        warnings
            .iter()
            .any(|said| said.contains("copy of its card")),
        "{warnings:?}"
    );
    wallet.listen(&house).await;
    let fork = |told: &StatusMessage| {
        matches!(
            told,
            StatusMessage::Alert {
                alert: Alert::ForkSeen { .. },
                ..
            }
        )
    };
    assert!(wallet.told.iter().any(fork), "{:?}", wallet.told);
}
