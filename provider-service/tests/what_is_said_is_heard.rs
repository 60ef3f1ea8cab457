//! What wallet and device say on a consent channel, when it comes at once, late, or in words that are not known.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod household;

use std::sync::Arc;

use consent::{ConsentMessage, ConsentState, Writer};
use household::{Household, NOON, provider, record, settle};
use tangle::InMemory;

/// A later version's message: no kind that this one knows.
const UNKNOWN: [u8; 11] = [1, 0xA3, 0, 0x80, 1, 7, 2, 0x82, 0x18, 99, 0xA0];

#[tokio::test]
async fn an_erasure_that_comes_together_with_the_devices_word_is_done_and_the_word_is_kept() {
    let (directory, tangle) = (tempfile::tempdir().unwrap(), Arc::new(InMemory::new()));
    let provider = provider(directory.path(), &tangle);
    let (id, mut household) = Household::connected(&provider, &tangle, 1, NOON).await;
    household.publish_slot(NOON + 20, 400).await;
    settle(&provider, NOON + 21).await;

    // The service is off, the Pi runs: GRANTED was not heard yet either.
    let opened = household.opening(NOON);
    let granted = ConsentMessage::Granted {
        lanes: vec![opened],
    };
    household.device_says(granted, NOON + 22).await;
    household
        .wallet_says(ConsentMessage::AuthorizationRevoked, NOON + 22)
        .await;
    household
        .wallet_says(ConsentMessage::ErasureRequested, NOON + 22)
        .await;
    let lanes = vec![household.rotate(NOON + 22, true).await];
    household
        .device_says(ConsentMessage::RevokedAck { lanes }, NOON + 23)
        .await;

    settle(&provider, NOON + 60).await;
    let erased = record(&provider, &id);
    assert_eq!((erased.state, erased.readings), (ConsentState::Erased, 0));
    assert_eq!(erased.last_readable, Some((NOON + 30).cast_signed()));
    assert_eq!(erased.end_confirmed_at, Some((NOON + 23).cast_signed()));
    let said = household.provider_said().await;
    assert_eq!(said.last(), Some(&ConsentMessage::Purged { readings: 10 }));
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_skipped_and_the_next_one_counts() {
    for writer in [Writer::Wallet, Writer::Device] {
        let (directory, tangle) = (tempfile::tempdir().unwrap(), Arc::new(InMemory::new()));
        let (id, mut household) = {
            let provider = provider(directory.path(), &tangle);
            let connected = Household::connected(&provider, &tangle, 1, NOON).await;
            let (id, mut household) = connected;
            household.says_unread(writer, &UNKNOWN).await;
            for second in 10..20 {
                settle(&provider, NOON + second).await;
            }
            let remarks = record(&provider, &id).remarks;
            let skipped = remarks
                .iter()
                .filter(|remark| remark.what.contains("does not know"));
            assert_eq!(skipped.count(), 1, "said once: {remarks:?}");
            (id, household)
        };
        // A restart changes nothing about it.
        let provider = provider(directory.path(), &tangle);
        settle(&provider, NOON + 20).await;
        let (end, how) = match writer {
            Writer::Wallet => (ConsentMessage::ErasureRequested, ConsentState::Erased),
            _ => (
                ConsentMessage::Expired { lanes: Vec::new() },
                ConsentState::Expired,
            ),
        };
        match writer {
            Writer::Wallet => household.wallet_says(end, NOON + 21).await,
            _ => household.device_says(end, NOON + 21).await,
        }
        settle(&provider, NOON + 22).await;
        assert_eq!(record(&provider, &id).state, how, "{writer:?}");
    }
}

#[tokio::test]
async fn where_access_never_began_no_moment_is_named() {
    let (directory, tangle) = (tempfile::tempdir().unwrap(), Arc::new(InMemory::new()));
    let provider = provider(directory.path(), &tangle);
    let (id, mut household) = Household::connected(&provider, &tangle, 1, NOON).await;
    let lanes = vec![household.rotate(NOON, true).await];
    household
        .wallet_says(ConsentMessage::AuthorizationRevoked, NOON + 1)
        .await;
    household
        .device_says(ConsentMessage::RevokedAck { lanes }, NOON + 2)
        .await;
    settle(&provider, NOON + 3).await;
    let record = record(&provider, &id);
    assert_eq!(record.state, ConsentState::Revoked);
    assert_eq!(record.last_readable, None);
    assert_eq!(record.end_confirmed_at, Some((NOON + 2).cast_signed()));
}
