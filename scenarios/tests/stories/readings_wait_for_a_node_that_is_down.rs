//! Claim: while the node is down readings wait on the Pi, and when it is back they arrive in order, without gap or duplicate,
//! and what the owner decided meanwhile holds from when it was decided; a service that never reached the Tangle says so.

use std::time::Duration;

use consent::ConsentState;
use scenarios::{House, LIVE, visitor, wish};
use wallet::Delivery;

#[tokio::test(start_paused = true)]
async fn an_outage_leaves_no_trace_in_the_readings() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let shared = house.share(&service, &[LIVE]).await;
    house.next_slot().await;
    house.ledger.set_reachable(false);
    for _ in 0..300 {
        assert!(!house.second().await);
    }
    let report = house.report();
    assert!(!report.node.reachable);
    assert_eq!(report.outbox.slots_waiting + report.outbox.unsent, 30);
    assert!(
        service.provider.node().unreachable_since.is_some(),
        "the service noticed too"
    );
    let known = service.seconds(&shared.id).len();

    house.ledger.set_reachable(true);
    let from = house.ledger.published().len();
    house.seconds(3).await;
    assert_eq!(
        house.report().outbox.slots_waiting + house.report().outbox.unsent,
        0
    );
    let seconds = service.seconds(&shared.id);
    assert!(seconds.len() >= known + 290);
    let every: Vec<u64> = (seconds[0]..house.now() - house.now() % 10).collect();
    assert_eq!(seconds, every);
    let late = house.ledger.published().split_off(from);
    let tags: std::collections::BTreeSet<_> = late.iter().map(|block| block.tag).collect();
    assert_eq!(tags.len(), late.len(), "nothing was published twice");
    assert_eq!(service.record(&shared.id).lanes[0].gaps, 0);
    assert_eq!(service.provider.node().unreachable_since, None);
}

#[tokio::test(start_paused = true)]
async fn an_end_that_was_decided_during_an_outage_closes_what_was_measured_in_it() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let shared = house.share(&service, &[LIVE]).await;
    house.next_slot().await;
    house.seconds(10).await;
    house.ledger.set_reachable(false);
    house.seconds(20).await;
    let wallet = house.wallet();
    let decided_at = house.now();
    let stopped = wallet
        .revoke(shared.consent, Duration::ZERO, |_| {})
        .await
        .unwrap();
    assert!(
        matches!(stopped.delivery, Delivery::Waiting(_)),
        "it is decided and waits"
    );
    assert!(!stopped.complete);
    house.seconds(100).await;

    house.ledger.set_reachable(true);
    let wallet_hears = wallet.revoke(shared.consent, Duration::from_secs(60), |_| {});
    let stopped = house.meanwhile(wallet_hears).await.unwrap();
    assert!(stopped.complete, "{stopped:?}");
    house.seconds(20).await;
    assert_eq!(service.record(&shared.id).state, ConsentState::Revoked);
    let last = *service.seconds(&shared.id).last().unwrap();
    assert!(last < decided_at + 10, "{last} {decided_at}");
}

#[tokio::test(start_paused = true)]
async fn a_node_that_answers_and_takes_nothing_loses_nothing() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let shared = house.share(&service, &[LIVE]).await;
    house.next_slot().await;
    house.ledger.take_only(0);
    house.seconds(60).await;
    let report = house.report();
    assert!(report.outbox.slots_waiting + report.outbox.unsent >= 6);

    house.ledger.take_everything();
    house.seconds(5).await;
    let seconds = service.seconds(&shared.id);
    let every: Vec<u64> = (seconds[0]..house.now() - house.now() % 10).collect();
    assert_eq!(seconds, every);
    assert_eq!(service.record(&shared.id).lanes[0].gaps, 0);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_never_reached_the_tangle_says_so_and_asks_later() {
    let mut house = House::new().await;
    house.ledger.set_reachable(false);
    let service = house.service("Wattt Insights");
    for known in ["", "node"] {
        let refused = service.provider.ask(wish(&[LIVE]), &visitor(), house.now());
        let sentence = refused.unwrap_err().to_string();
        assert!(sentence.contains("the Tangle was not reached") && sentence.contains(known));
        house.seconds(2).await;
    }
    house.ledger.set_reachable(true);
    let shared = house.share(&service, &[LIVE]).await;
    assert_eq!(service.record(&shared.id).state, ConsentState::Active);
}
