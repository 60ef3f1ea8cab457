//! A device that puts more rows into its blocks than it can have measured: they are not kept, and what is kept waits for
//! nobody in full size.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod household;

use std::sync::Arc;

use channel::{BlockKind, SealedBlock};
use data_dir::random;
use household::{Household, NOON, live, provider, reading, record, settle};
use provider_service::provider::Notice;
use readings::{Batch, codec};
use tangle::InMemory;

/// The slot that ended at `now`, with so many rows that are all the same: they fit into one block.
fn same_rows(household: &mut Household, now: u64, count: usize) -> Vec<SealedBlock> {
    let (publisher, _) = household.lanes.get_mut(&live()).unwrap();
    let slot = channel::Slot(publisher.slot_length().slot_at(now).0 - 1);
    let rows = vec![reading(now - 1, 400); count];
    let body = codec::encode(live().kind, &Batch::Readings(rows)).unwrap();
    let mut generator = random::generator();
    let sealed = publisher.publish(slot, BlockKind::Data, codec::CODEC, &body, &mut generator);
    let blocks = sealed.unwrap();
    assert_eq!(blocks.len(), 1);
    blocks
}

#[tokio::test]
async fn rows_that_no_slot_can_have_are_not_kept_and_those_of_the_longest_are() {
    let (directory, tangle) = (tempfile::tempdir().unwrap(), Arc::new(InMemory::new()));
    let provider = provider(directory.path(), &tangle);
    let (id, mut household) = Household::connected(&provider, &tangle, 1, NOON).await;
    let mut notices = provider.subscribe();

    let blocks = same_rows(&mut household, NOON + 20, codec::MAX_ROWS);
    household.put(&blocks).await;
    settle(&provider, NOON + 21).await;
    let refused = record(&provider, &id);
    assert_eq!(refused.readings, 0);
    let said = |what: &str| {
        refused
            .remarks
            .iter()
            .any(|remark| remark.what.contains(what))
    };
    assert!(said("3600 rows are more"), "{:?}", refused.remarks);

    let blocks = same_rows(&mut household, NOON + 30, 900);
    household.put(&blocks).await;
    settle(&provider, NOON + 31).await;
    assert_eq!(record(&provider, &id).readings, 900);

    let arrived = loop {
        if let Notice::Readings(arrived) = notices.recv().await.unwrap() {
            break arrived;
        }
    };
    assert!(arrived.body.len() < 4_096);
    assert_eq!(arrived.rows().unwrap().len(), 900);
}
