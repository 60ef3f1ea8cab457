//! Quarter-hours, and history where a consent grants it.

use crate::house::{House, LIVE, NOON, Provider};
use readings::Batch;

const QUARTER: &str = "quarter-hour/electricity";
const NEVER: u64 = NOON + 365 * 86_400;

/// A telegram every thirty seconds, so that hours pass quickly.
async fn half_minutes(house: &mut House, count: u64) {
    for _ in 0..count {
        house.clock.set(house.now() + 29);
        house.second().await;
    }
}

#[tokio::test]
async fn a_quarter_hour_is_published_when_it_has_ended_and_adds_up_to_the_register() {
    let (mut house, mut wallet) = House::owned().await;
    let mut wattt = Provider::new(1);
    wallet.authorise(&house, &wattt, &[QUARTER], NEVER).await;
    house.second().await;
    assert!(wattt.fetch_grant(&house).await);
    half_minutes(&mut house, 4 * 30 + 4).await;
    wattt.read(&house).await;
    let starts: Vec<u64> = wattt
        .intervals
        .iter()
        .map(|interval| interval.start.0.cast_unsigned())
        .collect();
    assert_eq!(starts, [NOON + 900, NOON + 1_800, NOON + 2_700]);
    assert!(wattt.intervals.iter().all(readings::Interval::complete));
    let used = wattt.intervals[0].used.import.sum();
    assert!(used.is_some(), "{:?}", wattt.intervals[0]);
    assert_eq!(wattt.intervals[0].used.gas, None, "not agreed on");
}

#[tokio::test]
async fn a_restart_in_the_middle_of_a_quarter_hour_loses_no_energy() {
    let (mut house, mut wallet) = House::owned().await;
    let mut wattt = Provider::new(1);
    wallet.authorise(&house, &wattt, &[QUARTER], NEVER).await;
    half_minutes(&mut house, 40).await;
    wattt.fetch_grant(&house).await;
    house.cut_power();
    house.clock.set(house.now() + 60);
    house.switch_on();
    half_minutes(&mut house, 60).await;
    wattt.read(&house).await;
    assert_eq!(wattt.intervals.len(), 2);
    assert!(
        wattt
            .intervals
            .iter()
            .all(|interval| interval.used.import.sum().is_some())
    );
}

#[tokio::test]
async fn history_comes_on_a_channel_of_its_own_and_no_further_back_than_agreed() {
    let (mut house, mut wallet) = House::owned().await;
    half_minutes(&mut house, 4 * 30).await;
    let mut wattt = Provider::new(1);
    let authorized = wattt.authorized(&house, &[QUARTER], NEVER, Some(1));
    wallet.authorise_with(&house, authorized).await;
    house.second().await;
    assert!(wattt.fetch_grant(&house).await);
    assert!(wattt.history.is_some());
    let granted = house.now();
    half_minutes(&mut house, 70).await;
    wattt.read(&house).await;

    let mut past = Vec::new();
    for batch in &wattt.past {
        match batch {
            Batch::Intervals(intervals) => past.extend(intervals.iter().cloned()),
            Batch::Readings(_) => panic!("only quarter-hours were agreed on"),
        }
    }
    let first = past[0].start.0.cast_unsigned();
    assert_eq!(
        first,
        granted - granted % 900 - 86_400,
        "a day back, the gap before the first reading stated"
    );
    assert_eq!(past[0].readings, 0);
    assert!(
        past.windows(2).all(|pair| pair[0].end == pair[1].start),
        "without a hole and without an overlap"
    );
    let last = past.last().unwrap().end;
    assert_eq!(
        last, wattt.intervals[0].start,
        "it ends where the lane begins"
    );
    assert!(past.iter().filter(|interval| interval.readings > 0).count() >= 4);
}

#[tokio::test]
async fn history_of_a_live_lane_has_every_reading_that_is_kept() {
    let (mut house, mut wallet) = House::owned().await;
    house.seconds_alone(150);
    let mut wattt = Provider::new(1);
    let authorized = wattt.authorized(&house, &[LIVE], NEVER, Some(1));
    wallet.authorise_with(&house, authorized).await;
    house.second().await;
    wattt.fetch_grant(&house).await;
    house.seconds(130).await;
    wattt.read(&house).await;
    let past: Vec<i64> = wattt
        .past
        .iter()
        .flat_map(|batch| match batch {
            Batch::Readings(readings) => readings
                .iter()
                .map(|reading| reading.at.0)
                .collect::<Vec<_>>(),
            Batch::Intervals(_) => panic!("only live readings were agreed on"),
        })
        .collect();
    let first_live = wattt.readings[0].at.0;
    assert_eq!(past, (past[0]..first_live).collect::<Vec<_>>());
    assert!(past.len() > 100, "{}", past.len());
}

#[tokio::test]
async fn the_past_stops_with_the_consent() {
    let (mut house, mut wallet) = House::owned().await;
    half_minutes(&mut house, 60).await;
    let mut wattt = Provider::new(1);
    let authorized = wattt.authorized(&house, &[QUARTER], NEVER, Some(1));
    wallet.authorise_with(&house, authorized).await;
    wallet.revoke(&house, wattt.consent).await;
    house.second().await;
    wattt.fetch_grant(&house).await;
    half_minutes(&mut house, 40).await;
    wattt.read(&house).await;
    assert!(wattt.past.is_empty());
}
