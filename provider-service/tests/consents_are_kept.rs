//! What a provider does with a consent, from the request to the end.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod household;

use std::sync::Arc;

use channel::IdentityKey;
use consent::{ConsentMessage, ConsentState, InboxMessage, InboxSlot};
use data_dir::random;
use household::{Household, NOON, ask, live, provider, record, settle, stored};
use provider_service::consents::Ending;
use provider_service::provider::ProviderError;
use provider_service::store::Span;
use provider_service::usage::Resolution;
use tangle::InMemory;

struct Stage {
    directory: tempfile::TempDir,
    tangle: Arc<InMemory>,
}

fn stage() -> Stage {
    Stage {
        directory: tempfile::tempdir().unwrap(),
        tangle: Arc::new(InMemory::new()),
    }
}

#[tokio::test]
async fn a_grant_is_accepted_and_readings_arrive() {
    let stage = stage();
    let provider = provider(stage.directory.path(), &stage.tangle);
    let (id, mut household) = Household::connected(&provider, &stage.tangle, 1, NOON).await;
    assert_eq!(record(&provider, &id).state, ConsentState::Active);
    assert_eq!(household.provider_said().await, [ConsentMessage::Accepted]);

    for n in 2..=7 {
        household.publish_slot(NOON + n * 10, 400).await;
    }
    settle(&provider, NOON + 75).await;
    let record = record(&provider, &id);
    assert_eq!(record.readings, 60);
    assert_eq!(record.lanes[0].last_slot, Some((NOON + 60) / 10));
    assert_eq!(record.lanes[0].gaps, 0);
    let times: Vec<_> = stored(&provider, &id)
        .iter()
        .map(|reading| reading.at.0.unsigned_abs())
        .collect();
    assert_eq!(times, (NOON + 10..NOON + 70).collect::<Vec<_>>());
    let span = Span {
        from: 0,
        to: i64::MAX,
    };
    let quarter = provider
        .store()
        .buckets(&id, Resolution::Derived, span)
        .unwrap()[0];
    assert_eq!(
        (quarter.power_import.samples, quarter.power_import.sum),
        (60, 24_000)
    );
}

#[tokio::test]
async fn a_no_shares_nothing_and_leaves_no_keys() {
    let stage = stage();
    let provider = provider(stage.directory.path(), &stage.tangle);
    let (id, link) = ask(&provider, 1, NOON).await;
    let household = Household::open(&stage.tangle, &link, NOON).await;
    household.say_no(NOON + 5).await;
    settle(&provider, NOON + 5).await;
    let record = record(&provider, &id);
    assert_eq!(
        (record.state, record.ended_by),
        (ConsentState::Declined, Some(Ending::DeclinedByOwner))
    );
    assert!(provider.link(&id).is_none());
    let left: Vec<_> = provider
        .store()
        .secrets(&id)
        .unwrap()
        .iter()
        .map(|(part, _)| *part)
        .collect();
    assert_eq!(left, [0], "only the evidence stays");
}

#[tokio::test]
async fn a_request_expires_but_not_while_the_node_is_away() {
    let stage = stage();
    let provider = provider(stage.directory.path(), &stage.tangle);
    let (id, link) = ask(&provider, 1, NOON).await;
    let household = Household::open(&stage.tangle, &link, NOON).await;
    household.say_yes(NOON + 590).await;
    stage.tangle.set_reachable(false);
    assert!(matches!(
        provider.poll(NOON + 5_000).await,
        Err(ProviderError::Node(_))
    ));
    assert_eq!(provider.node().unreachable_since, Some(NOON + 5_000));
    assert_eq!(record(&provider, &id).state, ConsentState::Requested);

    stage.tangle.set_reachable(true);
    settle(&provider, NOON + 5_010).await;
    assert_eq!(provider.node().unreachable_since, None);
    assert_eq!(
        record(&provider, &id).state,
        ConsentState::Authorised,
        "the answer was given in time"
    );

    let (unanswered, _) = ask(&provider, 2, NOON).await;
    settle(&provider, NOON + 600).await;
    assert_eq!(
        record(&provider, &unanswered).state,
        ConsentState::Requested,
        "an answer may be on its way"
    );
    settle(&provider, NOON + 660).await;
    let record = record(&provider, &unanswered);
    assert_eq!(
        (record.state, record.ended_by),
        (ConsentState::Lapsed, Some(Ending::Unanswered))
    );
    assert!(provider.link(&unanswered).is_none());
}

#[tokio::test]
async fn a_forged_grant_is_refused_and_the_real_one_still_counts() {
    let stage = stage();
    let provider = provider(stage.directory.path(), &stage.tangle);
    let (id, link) = ask(&provider, 1, NOON).await;
    let mut household = Household::open(&stage.tangle, &link, NOON).await;
    household.say_yes(NOON).await;

    // Somebody who saw the link seals keys of its own and claims to be the device, without its signature.
    let forger = IdentityKey::from_seed(&random::bytes());
    let secret = household.link.secret.clone();
    let (sealed, _) = household.seal(&[live()], secret.expose(), NOON);
    let claim = InboxMessage::Grant {
        device_key: household.device.verifying().to_bytes(),
        sealed,
    };
    household
        .post(
            &secret.inbox_key(InboxSlot::Device),
            &forger,
            "inbox",
            &claim.to_bytes(),
        )
        .await;
    settle(&provider, NOON).await;
    let refused = record(&provider, &id);
    assert_eq!(refused.state, ConsentState::Authorised);
    assert!(
        refused.remarks[0].what.contains("keys were refused"),
        "{:?}",
        refused.remarks
    );

    household.lanes.clear();
    household.grant(NOON).await;
    settle(&provider, NOON).await;
    assert_eq!(record(&provider, &id).state, ConsentState::Active);
}

#[tokio::test]
async fn another_device_than_the_receipt_names_is_refused() {
    let stage = stage();
    let provider = provider(stage.directory.path(), &stage.tangle);
    let (id, link) = ask(&provider, 1, NOON).await;
    let mut household = Household::open(&stage.tangle, &link, NOON).await;
    household.say_yes(NOON).await;
    let other = IdentityKey::from_seed(&random::bytes());
    household.grant_as(&other, &[live()], NOON).await;
    settle(&provider, NOON).await;
    let record = record(&provider, &id);
    assert_eq!(record.state, ConsentState::Authorised);
    assert!(
        record.remarks[0].what.contains("another device"),
        "{:?}",
        record.remarks
    );
}

#[tokio::test]
async fn a_lane_that_was_not_agreed_is_not_read() {
    let stage = stage();
    let provider = provider(stage.directory.path(), &stage.tangle);
    let (id, link) = ask(&provider, 1, NOON).await;
    let mut household = Household::open(&stage.tangle, &link, NOON).await;
    household.say_yes(NOON).await;
    let device = household.device.clone();
    household
        .grant_as(&device, &[live(), "live/phases".parse().unwrap()], NOON)
        .await;
    settle(&provider, NOON).await;
    let parts: Vec<_> = provider
        .store()
        .secrets(&id)
        .unwrap()
        .iter()
        .map(|(part, _)| *part)
        .collect();
    assert_eq!(parts, [0, 1, 16], "keys to anything else are not kept");
}

#[tokio::test]
async fn a_notice_of_withdrawal_stops_reading_at_once() {
    let stage = stage();
    let provider = provider(stage.directory.path(), &stage.tangle);
    let (id, mut household) = Household::connected(&provider, &stage.tangle, 1, NOON).await;
    household.publish_slot(NOON + 20, 400).await;
    settle(&provider, NOON + 21).await;

    // The Pi is away: the keys have not turned, the notice alone must do.
    household
        .wallet_says(ConsentMessage::AuthorizationRevoked, NOON + 22)
        .await;
    household.publish_slot(NOON + 30, 400).await;
    settle(&provider, NOON + 31).await;
    let stopped = record(&provider, &id);
    assert_eq!(
        (stopped.state, stopped.ended_by),
        (ConsentState::Revoked, Some(Ending::WithdrawnByOwner))
    );
    assert_eq!(
        stopped.readings, 10,
        "nothing after the notice was kept, although it could be opened"
    );
    assert_eq!(stopped.last_readable, None);
    let parts: Vec<_> = provider
        .store()
        .secrets(&id)
        .unwrap()
        .iter()
        .map(|(part, _)| *part)
        .collect();
    assert_eq!(parts, [0, 1], "the keys of the lanes are gone");
    assert_eq!(
        household.provider_said().await,
        [ConsentMessage::Accepted, ConsentMessage::Stopped]
    );

    let closing = household.rotate(NOON + 31, true).await;
    household
        .device_says(
            ConsentMessage::RevokedAck {
                lanes: vec![closing],
            },
            NOON + 32,
        )
        .await;
    settle(&provider, NOON + 33).await;
    let confirmed = record(&provider, &id);
    assert_eq!(confirmed.last_readable, Some((NOON + 40).cast_signed()));
    assert_eq!(confirmed.end_confirmed_at, Some((NOON + 32).cast_signed()));
}

#[tokio::test]
async fn keys_that_turn_for_everybody_are_followed() {
    let stage = stage();
    let provider = provider(stage.directory.path(), &stage.tangle);
    let (id, mut household) = Household::connected(&provider, &stage.tangle, 1, NOON).await;
    household.publish_slot(NOON + 20, 400).await;
    household.rotate(NOON + 20, false).await;
    household.publish_slot(NOON + 30, 400).await;
    household.publish_slot(NOON + 40, 400).await;
    settle(&provider, NOON + 45).await;
    assert_eq!(record(&provider, &id).readings, 30);
}

#[tokio::test]
async fn left_out_without_an_end_it_asks_for_keys_and_goes_on_with_new_ones() {
    let stage = stage();
    let provider = provider(stage.directory.path(), &stage.tangle);
    let (id, mut household) = Household::connected(&provider, &stage.tangle, 1, NOON).await;
    household.publish_slot(NOON + 20, 400).await;
    household.rotate(NOON + 20, true).await;
    household.publish_slot(NOON + 30, 400).await;
    household.publish_slot(NOON + 40, 400).await;
    settle(&provider, NOON + 41).await;
    assert_eq!(
        record(&provider, &id).readings,
        20,
        "the slot from which it is left out is closed to it"
    );
    assert_eq!(
        household.provider_said().await,
        [ConsentMessage::Accepted],
        "an announcement may be on its way"
    );
    settle(&provider, NOON + 80).await;
    settle(&provider, NOON + 90).await;
    assert_eq!(
        household.provider_said().await,
        [ConsentMessage::Accepted, ConsentMessage::Resync],
        "asked once"
    );

    let secret = household.consent_secret.clone();
    let (sealed, _) = household.seal(&[live()], secret.expose(), NOON + 90);
    household
        .device_says(ConsentMessage::Regrant { sealed }, NOON + 90)
        .await;
    household.publish_slot(NOON + 110, 400).await;
    settle(&provider, NOON + 111).await;
    let resumed = record(&provider, &id);
    assert_eq!(
        (resumed.state, resumed.readings),
        (ConsentState::Active, 30)
    );
    assert!(resumed.lanes[0].following);
}

#[tokio::test]
async fn a_pause_stops_reading_and_a_resume_goes_on() {
    let stage = stage();
    let provider = provider(stage.directory.path(), &stage.tangle);
    let (id, mut household) = Household::connected(&provider, &stage.tangle, 1, NOON).await;
    household.publish_slot(NOON + 20, 400).await;
    settle(&provider, NOON + 21).await;
    household
        .wallet_says(ConsentMessage::Paused, NOON + 21)
        .await;
    let closing = household.rotate(NOON + 21, true).await;
    household
        .device_says(
            ConsentMessage::PausedAck {
                lanes: vec![closing],
            },
            NOON + 22,
        )
        .await;
    household.publish_slot(NOON + 30, 400).await;
    household.publish_slot(NOON + 40, 400).await;
    settle(&provider, NOON + 41).await;
    let paused = record(&provider, &id);
    assert_eq!(
        (paused.state, paused.readings, paused.ended_by),
        (ConsentState::Paused, 10, None)
    );

    household
        .wallet_says(ConsentMessage::Resumed, NOON + 50)
        .await;
    let secret = household.consent_secret.clone();
    let (sealed, lanes) = household.seal(&[live()], secret.expose(), NOON + 50);
    household
        .device_says(ConsentMessage::Regrant { sealed }, NOON + 50)
        .await;
    household
        .device_says(ConsentMessage::ResumedAck { lanes }, NOON + 50)
        .await;
    household.publish_slot(NOON + 70, 400).await;
    settle(&provider, NOON + 71).await;
    let resumed = record(&provider, &id);
    assert_eq!(
        (resumed.state, resumed.readings),
        (ConsentState::Active, 20)
    );
}

#[tokio::test]
async fn it_erases_on_request_and_says_so() {
    let stage = stage();
    let provider = provider(stage.directory.path(), &stage.tangle);
    let (id, mut household) = Household::connected(&provider, &stage.tangle, 1, NOON).await;
    household.publish_slot(NOON + 20, 43_210).await;
    settle(&provider, NOON + 21).await;
    let body = provider
        .store()
        .batches(
            &id,
            Span {
                from: 0,
                to: i64::MAX,
            },
            provider_service::store::BatchPlace::START,
            1,
        )
        .unwrap()[0]
        .1
        .body
        .clone();
    assert!(
        on_disk(&stage, &body),
        "the test would not notice that something stays"
    );

    household
        .wallet_says(ConsentMessage::AuthorizationRevoked, NOON + 22)
        .await;
    household
        .wallet_says(ConsentMessage::ErasureRequested, NOON + 23)
        .await;
    settle(&provider, NOON + 24).await;
    let erased = record(&provider, &id);
    assert_eq!(
        (erased.state, erased.readings, erased.ended_by),
        (ConsentState::Erased, 0, Some(Ending::WithdrawnByOwner))
    );
    assert_eq!(erased.erased_at, Some((NOON + 24).cast_signed()));
    let said = household.provider_said().await;
    assert_eq!(said.last(), Some(&ConsentMessage::Purged { readings: 10 }));
    assert!(stored(&provider, &id).is_empty());
    assert!(
        !on_disk(&stage, &body),
        "deleted readings are overwritten in the file"
    );
    assert!(!on_disk(&stage, household.consent_secret.expose()));
    assert!(!on_disk(&stage, household.link.secret.expose()));
    assert!(
        provider.receipt(&id).unwrap().is_some(),
        "the proof that there was a consent stays"
    );
}

#[tokio::test]
async fn stop_and_erase_from_the_page_ends_it_for_everybody() {
    let stage = stage();
    let provider = provider(stage.directory.path(), &stage.tangle);
    let (id, mut household) = Household::connected(&provider, &stage.tangle, 1, NOON).await;
    household.publish_slot(NOON + 20, 400).await;
    settle(&provider, NOON + 21).await;
    let record = provider.stop_and_erase(&id, NOON + 22).unwrap();
    assert_eq!(
        (record.state, record.ended_by),
        (ConsentState::Erased, Some(Ending::EndedByService))
    );
    settle(&provider, NOON + 23).await;
    let said = household.provider_said().await;
    assert_eq!(
        said,
        [
            ConsentMessage::Accepted,
            ConsentMessage::Terminated,
            ConsentMessage::Purged { readings: 10 }
        ]
    );
    provider.stop_and_erase(&id, NOON + 24).unwrap();
    assert!(matches!(
        provider.terminate(&id, NOON + 25),
        Err(ProviderError::NoSuchConsent)
    ));
}

#[tokio::test]
async fn a_consent_runs_out_by_itself_and_is_erased_after_the_retention() {
    let stage = stage();
    let provider = provider(stage.directory.path(), &stage.tangle);
    let (id, mut household) = Household::connected(&provider, &stage.tangle, 1, NOON).await;
    household.publish_slot(NOON + 20, 400).await;
    settle(&provider, NOON + 21).await;
    let until = record(&provider, &id).until.unsigned_abs();
    settle(&provider, until).await;
    let over = record(&provider, &id);
    assert_eq!(
        (over.state, over.ended_by, over.readings),
        (ConsentState::Expired, Some(Ending::RanOut), 10)
    );
    settle(&provider, until + 30 * 86_400 - 1).await;
    assert_eq!(record(&provider, &id).readings, 10);
    settle(&provider, until + 30 * 86_400).await;
    assert_eq!(record(&provider, &id).state, ConsentState::Erased);
}

#[tokio::test]
async fn a_restart_goes_on_without_a_gap_or_a_duplicate() {
    let stage = stage();
    let (id, mut household) = {
        let provider = provider(stage.directory.path(), &stage.tangle);
        let (id, mut household) = Household::connected(&provider, &stage.tangle, 1, NOON).await;
        household.publish_slot(NOON + 20, 400).await;
        household.publish_slot(NOON + 30, 400).await;
        settle(&provider, NOON + 31).await;
        (id, household)
    };
    household.rotate(NOON + 31, false).await;
    household.publish_slot(NOON + 40, 400).await;
    household.publish_slot(NOON + 50, 400).await;
    for n in 0..3 {
        let provider = provider(stage.directory.path(), &stage.tangle);
        settle(&provider, NOON + 51 + n).await;
        let times: Vec<_> = stored(&provider, &id)
            .iter()
            .map(|reading| reading.at.0.unsigned_abs())
            .collect();
        assert_eq!(times, (NOON + 10..NOON + 50).collect::<Vec<_>>());
        assert_eq!(record(&provider, &id).readings, 40);
    }
    assert_eq!(
        household.provider_said().await,
        [ConsentMessage::Accepted],
        "nothing is said twice"
    );
}

#[tokio::test]
async fn what_is_to_be_said_waits_for_the_node() {
    let stage = stage();
    let provider = provider(stage.directory.path(), &stage.tangle);
    let (id, mut household) = Household::connected(&provider, &stage.tangle, 1, NOON).await;
    household.publish_slot(NOON + 20, 400).await;
    settle(&provider, NOON + 21).await;
    stage.tangle.set_reachable(false);
    provider.stop_and_erase(&id, NOON + 22).unwrap();
    provider.poll(NOON + 23).await.unwrap_err();
    drop(provider);

    let provider = household::provider(stage.directory.path(), &stage.tangle);
    stage.tangle.set_reachable(true);
    settle(&provider, NOON + 60).await;
    assert_eq!(
        household.provider_said().await.last(),
        Some(&ConsentMessage::Purged { readings: 10 })
    );
}

#[tokio::test]
async fn junk_under_its_tags_delays_nothing() {
    let stage = stage();
    let provider = provider(stage.directory.path(), &stage.tangle);
    let (id, mut household) = Household::connected(&provider, &stage.tangle, 1, NOON).await;
    let blocks = household.seal_slot(NOON + 20, 400);
    for block in &blocks {
        for n in 0..20 {
            tangle::Tangle::publish(&*stage.tangle, tangle::Tag(block.tag.into()), &[n; 4096])
                .await
                .unwrap();
        }
    }
    household.put(&blocks).await;
    settle(&provider, NOON + 21).await;
    let record = record(&provider, &id);
    assert_eq!(record.readings, 10);
    assert!(
        record.lanes[0].rejected >= 20,
        "{}",
        record.lanes[0].rejected
    );
}

#[tokio::test]
async fn two_consents_do_not_mix() {
    let stage = stage();
    let provider = provider(stage.directory.path(), &stage.tangle);
    let (first, mut one) = Household::connected(&provider, &stage.tangle, 1, NOON).await;
    let (second, mut other) = Household::connected(&provider, &stage.tangle, 2, NOON).await;
    one.publish_slot(NOON + 20, 111).await;
    other.publish_slot(NOON + 20, 222).await;
    one.wallet_says(ConsentMessage::AuthorizationRevoked, NOON + 22)
        .await;
    other.publish_slot(NOON + 30, 222).await;
    settle(&provider, NOON + 31).await;
    assert_eq!(record(&provider, &first).state, ConsentState::Revoked);
    assert_eq!(record(&provider, &second).readings, 20);
    let power = |id| {
        stored(&provider, id)
            .iter()
            .filter_map(|reading| reading.electricity.power_import)
            .map(|power| power.0)
            .max()
    };
    assert_eq!(power(&second), Some(222));
    let seen = provider
        .store()
        .consent_of_visitor(&[2; 32])
        .unwrap()
        .unwrap();
    assert_eq!(
        seen.id, second,
        "a visitor's capability opens its own consent"
    );
}

/// Whether these bytes are in the database file or its log.
fn on_disk(stage: &Stage, needle: &[u8]) -> bool {
    std::fs::read_dir(stage.directory.path())
        .unwrap()
        .filter_map(|entry| std::fs::read(entry.unwrap().path()).ok())
        .any(|bytes| bytes.windows(needle.len()).any(|window| window == needle))
}
