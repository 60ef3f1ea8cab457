//! A device that hands over or sends something else than was agreed on: it is not used, or not kept.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod household;

use std::sync::Arc;

use channel::{BlockKind, Publisher};
use consent::{Choices, ConsentState, HistoryWish, LaneWish, Localised};
use data_dir::random;
use household::{Household, NOON, live, provider, quarter_hour, record, settle};
use provider_service::consents::Id;
use provider_service::offer::Wish;
use provider_service::provider::Provider;
use readings::codec::CODEC;
use readings::{Batch, Interval, UnixSeconds, codec};
use tangle::InMemory;

const DAY: u64 = 86_400;

#[tokio::test]
async fn keys_of_slots_that_nobody_hands_over_are_not_used() {
    // Long ago in slots of a second, which would be work without end; long after now; and slots of a day for live readings.
    for (granted_at, slot_seconds) in [(0, 1), (NOON + 30 * DAY, 10), (NOON, 86_400)] {
        let (directory, tangle) = (tempfile::tempdir().unwrap(), Arc::new(InMemory::new()));
        let provider = provider(directory.path(), &tangle);
        let (id, link) = household::ask(&provider, 1, NOON).await;
        let mut household = Household::open(&tangle, &link, NOON).await;
        household.say_yes(NOON).await;
        household.slot_seconds = slot_seconds;
        household.grant(granted_at).await;
        settle(&provider, NOON).await;
        let refused = record(&provider, &id);
        assert_eq!(refused.state, ConsentState::Authorised);
        let said = |what: &str| {
            refused
                .remarks
                .iter()
                .any(|remark| remark.what.contains(what))
        };
        assert!(
            said("none that can be granted now"),
            "{:?}",
            refused.remarks
        );

        household.lanes.clear();
        household.slot_seconds = 10;
        household.grant(NOON).await;
        settle(&provider, NOON).await;
        assert_eq!(record(&provider, &id).state, ConsentState::Active);
    }
}

/// A household that agreed to seven days of the past, and what publishes them.
async fn with_a_week_of_the_past(
    provider: &Arc<Provider>,
    tangle: &Arc<InMemory>,
) -> (Id, Household, Publisher) {
    let why = || Localised::new("To compare.", "Om te vergelijken.");
    let wished = |lane| LaneWish {
        lane,
        needed: true,
        why: why(),
        coarser: Vec::new(),
    };
    settle(provider, NOON).await;
    let wish = Wish {
        lanes: Some(vec![
            wished(live()),
            wished("quarter-hour/electricity".parse().unwrap()),
        ]),
        history: Some(HistoryWish {
            days: 30,
            why: why(),
        }),
        ..Wish::default()
    };
    let asked = provider.ask(wish, &[1; 32], NOON).unwrap();
    let id = asked.record.id.clone();
    settle(provider, NOON).await;
    let mut household = Household::open(tangle, &asked.link, NOON).await;
    let choices = Choices::as_asked(household.request.request()).history(Some(7));
    household.say_yes_to(choices, NOON).await;
    let past = household.grant_with_the_past(NOON).await;
    settle(provider, NOON).await;
    (id, household, past)
}

async fn send(household: &Household, past: &mut Publisher, body: &[u8]) {
    let (slot, kind) = (past.position().1, BlockKind::History);
    let blocks = past.publish(slot, kind, CODEC, body, &mut random::generator());
    household.put(&blocks.unwrap()).await;
}

#[tokio::test]
async fn the_past_goes_back_as_far_as_was_agreed_and_no_further() {
    let (directory, tangle) = (tempfile::tempdir().unwrap(), Arc::new(InMemory::new()));
    let provider = provider(directory.path(), &tangle);
    let (id, household, mut past) = with_a_week_of_the_past(&provider, &tangle).await;
    let begins = NOON - 7 * DAY;
    for start in [begins - DAY, begins, NOON - 900] {
        send(&household, &mut past, &quarter_hour(start)).await;
    }
    settle(&provider, NOON + 60).await;
    let record = record(&provider, &id);
    assert_eq!(record.readings, 2, "{:?}", record.remarks);
    assert_eq!(record.first_reading_at, Some(begins.cast_signed()));
}

#[tokio::test]
async fn quarter_hours_of_the_past_begin_where_quarter_hours_do_and_may_have_gaps() {
    let (directory, tangle) = (tempfile::tempdir().unwrap(), Arc::new(InMemory::new()));
    let provider = provider(directory.path(), &tangle);
    let (id, household, mut past) = with_a_week_of_the_past(&provider, &tangle).await;
    let begins = NOON - 7 * DAY;
    for second in 1..4 {
        send(&household, &mut past, &quarter_hour(begins + second)).await;
    }
    settle(&provider, NOON + 60).await;
    assert_eq!(record(&provider, &id).readings, 0);

    let row = |start: u64, end: u64| {
        let at = |unix: u64| UnixSeconds(unix.cast_signed());
        Interval::between(at(start), at(end))
    };
    // A device that was without power for three hours says so in one row.
    let rows = vec![
        row(begins, begins + 900),
        row(begins + 900, begins + 900 + 3 * 3_600),
        row(begins + 900 + 3 * 3_600, begins + 1_800 + 3 * 3_600),
    ];
    let body = codec::encode(live().kind, &Batch::Intervals(rows)).unwrap();
    send(&household, &mut past, &body).await;
    settle(&provider, NOON + 120).await;
    let record = record(&provider, &id);
    assert_eq!(record.readings, 3, "{:?}", record.remarks);
}
