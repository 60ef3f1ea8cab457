//! From the outbox to the Tangle, in order, and again if the ledger lost something.

use std::time::Instant;

use tangle::{BlockId, Tag, TangleError};

use super::Daemon;
use crate::device::DeviceError;
use crate::store::outbox::{Parcel, Sent};

/// How many blocks are taken from the outbox at a time: they are marked as sent in one write.
const BATCH: usize = 16;
/// A block is asked after once it had time to be confirmed.
const CONFIRM_AFTER: u64 = 20;
/// A block that is not confirmed by then is published again.
const LOST_AFTER: u64 = 600;

/// Why delivery stopped.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the sentences say it")]
pub enum DeliveryError {
    #[error(transparent)]
    Tangle(#[from] TangleError),
    #[error(transparent)]
    Device(#[from] DeviceError),
}

impl DeliveryError {
    /// Whether it will work later without anybody changing anything here.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Tangle(error) if error.is_temporary())
    }
}

impl Daemon {
    /// Publishes what waits in the outbox, earliest first, and stops at the first block that the node does not take.
    ///
    /// Nothing is published before the owner's control channel was read: what was revoked meanwhile stays unread.
    ///
    /// # Errors
    /// [`DeliveryError`]; what was not taken waits, and is published with the same bytes.
    pub async fn deliver(&self) -> Result<(), DeliveryError> {
        loop {
            let parcels = self.device().to_be_sent(BATCH)?;
            if parcels.is_empty() {
                return Ok(());
            }
            self.send(parcels).await?;
            // Sealing waits for room in the outbox, so that what is revoked during an outage is not sealed yet.
            let moment = self.moment();
            self.device().seal(moment)?;
        }
    }

    async fn send(&self, parcels: Vec<Parcel>) -> Result<(), DeliveryError> {
        let mut taken = Vec::with_capacity(parcels.len());
        let mut refused = None;
        for parcel in parcels {
            let begun = Instant::now();
            match self.tangle().publish(Tag(parcel.tag), &parcel.data).await {
                Ok(block) => {
                    self.device().block_took(begun.elapsed());
                    taken.push((parcel.n, block.0));
                }
                Err(error) => {
                    refused = Some(error);
                    break;
                }
            }
        }
        let now = self.now();
        self.device().were_sent(&taken, now)?;
        match refused {
            None => Ok(()),
            Some(error) => {
                self.device().node_is_away(&error);
                Err(error.into())
            }
        }
    }

    /// Asks whether blocks that were sent are part of the ledger by now; lost ones are published again, with the same bytes.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn confirm(&self) -> Result<(), DeliveryError> {
        while self.confirm_some().await? {}
        Ok(())
    }

    /// True if everything that was asked after is confirmed, so that there may be more.
    async fn confirm_some(&self) -> Result<bool, DeliveryError> {
        let now = self.now();
        let waiting = self
            .device()
            .to_be_confirmed(now.saturating_sub(CONFIRM_AFTER), BATCH)?;
        let mut confirmed = Vec::new();
        for sent in &waiting {
            if self.tangle().confirmed(BlockId(sent.block)).await? {
                confirmed.push(sent.n);
            } else if now.saturating_sub(sent.at) > LOST_AFTER {
                self.send_again(sent).await?;
            }
        }
        self.device().were_confirmed(&confirmed)?;
        Ok(waiting.len() == BATCH && confirmed.len() == BATCH)
    }

    async fn send_again(&self, sent: &Sent) -> Result<(), DeliveryError> {
        let Some(parcel) = self.device().parcel(sent.n)? else {
            return Ok(());
        };
        tracing::warn!(
            "a block of {} was not confirmed within ten minutes; publishing it again",
            parcel.what
        );
        self.send(vec![parcel]).await
    }
}
