//! Claim: a withheld block is noticed and read when it comes after all, a block that is played again counts once and nowhere
//! else, and two devices that write with the same keys raise an alarm.

use std::sync::Arc;

use pi_daemon::meter::MeterEvent;
use pi_daemon::{Clock, Daemon, Options};
use scenarios::{House, LIVE, Service, Shared, copy_dir};
use simulated_meter::Household;

async fn with_reader() -> (House, Arc<Service>, Shared) {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let shared = house.share(&service, &[LIVE]).await;
    house.next_slot().await;
    house.seconds(20).await;
    (house, service, shared)
}

fn missing(house: &House, service: &Service, shared: &Shared) -> Vec<u64> {
    let seconds = service.seconds(&shared.id);
    let every = seconds[0]..house.now() - house.now() % 10;
    every.filter(|at| !seconds.contains(at)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_withheld_block_is_noticed_and_read_when_it_comes() {
    let (mut house, service, shared) = with_reader().await;
    // The node hides what the Pi publishes next before any reader sees it.
    house.seconds(8).await;
    let known = house.ledger.published().len();
    house.pi_second().await;
    house.pi_second().await;
    let hidden = house.ledger.published().split_off(known);
    assert_eq!(hidden.len(), 1, "one slot ended");
    assert_eq!(house.ledger.withhold(hidden[0].tag).await, 1);
    house.seconds(40).await;

    assert_eq!(
        missing(&house, &service, &shared).len(),
        10,
        "ten seconds are not there"
    );
    assert_eq!(
        service.record(&shared.id).lanes[0].gaps,
        1,
        "and the service knows"
    );

    house.ledger.release();
    house.seconds(2).await;
    assert_eq!(missing(&house, &service, &shared), Vec::<u64>::new());
    assert_eq!(service.record(&shared.id).lanes[0].gaps, 0);
}

#[tokio::test(start_paused = true)]
async fn a_block_that_is_played_again_counts_once_and_nowhere_else() {
    let (mut house, service, shared) = with_reader().await;
    let slots: Vec<_> = house
        .ledger
        .published_by("pi")
        .into_iter()
        .rev()
        .take(2)
        .collect();
    house.pi_second().await;
    house.next_slot().await;
    let newest = house.ledger.published_by("pi").pop().unwrap();
    for old in &slots {
        house.ledger.inject(old.tag, &old.data).await;
        house.ledger.inject(newest.tag, &old.data).await;
    }
    house.seconds(30).await;

    let readings = service.readings(&shared.id);
    let seconds = service.seconds(&shared.id);
    let every: Vec<u64> = (seconds[0]..house.now() - house.now() % 10).collect();
    assert_eq!(seconds, every, "each second once, in order");
    assert_eq!(service.record(&shared.id).readings, readings.len() as u64);
    let lane = &service.record(&shared.id).lanes[0];
    assert_eq!((lane.forks, lane.gaps), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn two_devices_with_the_same_keys_raise_an_alarm() {
    let (mut house, service, shared) = with_reader().await;
    // The card is copied, and a second Pi with another meter starts from the copy at the same moment.
    let copy = house.dir.path().join("copied-card");
    copy_dir(&house.pi_dir(), &copy);
    let clone = Daemon::open(Options {
        data_dir: copy,
        tangle: house.ledger.handle("clone"),
        node: "in memory".to_owned(),
        clock: Arc::clone(&house.clock) as Arc<dyn Clock>,
        live_slot: Some(10),
        raw_days: 7,
    })
    .unwrap();
    let mut other_meter = Household::new(8);
    clone.listen().await.unwrap();
    assert_eq!(service.record(&shared.id).lanes[0].forks, 0);
    for _ in 0..12 {
        house.pi_second().await;
        let telegram = other_meter.telegram_at(house.now().cast_signed());
        clone.hear(MeterEvent::Telegram(telegram));
        clone.tick().unwrap();
        clone.deliver().await.unwrap();
    }
    assert!(!house.ledger.published_by("clone").is_empty());
    house.seconds(15).await;

    let record = service.record(&shared.id);
    assert!(record.lanes[0].forks > 0, "{:?}", record.lanes[0]);
    let remarks = format!("{:?}", record.remarks);
    assert!(
        remarks.contains("somebody else writes with the device's keys"),
        "{remarks}"
    );
}
