//! From the queue of sealed blocks to the ledger, in order, and again if the ledger lost one.

use std::sync::Arc;

use tangle::{BlockId, Tag};

use super::poll::Failed;
use super::{Provider, held, seconds};

/// Blocks that one round publishes, or asks after.
const BLOCKS_A_ROUND: u32 = 64;
/// The ledger is asked this often.
const ASK_EVERY: u64 = 60;
/// A block is asked after once it had time to be confirmed.
const CONFIRM_AFTER: u64 = 20;
/// A block that is not confirmed by then is published again.
const LOST_AFTER: u64 = 600;

impl Provider {
    /// Publishes what waits, in order.
    pub(super) async fn publish(self: &Arc<Self>, now: u64) -> Result<(), Failed> {
        let waiting = self
            .blocking(|provider| Ok(provider.store.outgoing(BLOCKS_A_ROUND)?))
            .await?;
        for block in waiting {
            let id = self.tangle.publish(Tag(block.tag), &block.data).await?;
            self.blocking(move |provider| {
                Ok(provider.store.sent(block.place, &id.0, seconds(now))?)
            })
            .await?;
        }
        Ok(())
    }

    /// Forgets the blocks that are part of the ledger by now, once a minute; lost ones wait to be published again.
    pub(super) async fn confirm(self: &Arc<Self>, now: u64) -> Result<(), Failed> {
        if now < held(&self.asked_after).saturating_add(ASK_EVERY) {
            return Ok(());
        }
        let before = seconds(now.saturating_sub(CONFIRM_AFTER));
        let sent = self
            .blocking(move |provider| Ok(provider.store.unconfirmed(before, BLOCKS_A_ROUND)?))
            .await?;
        for block in sent {
            let place = block.place;
            if self.tangle.confirmed(BlockId(block.block)).await? {
                self.blocking(move |provider| Ok(provider.store.confirmed(place)?))
                    .await?;
            } else if seconds(now).saturating_sub(block.at) > seconds(LOST_AFTER) {
                tracing::warn!(
                    "a block was not confirmed within ten minutes; it is published again"
                );
                self.blocking(move |provider| Ok(provider.store.lost(place)?))
                    .await?;
            }
        }
        *held(&self.asked_after) = now;
        Ok(())
    }
}
