//! Cutting bodies into signed and sealed blocks.

use super::Publisher;
use super::epoch::EpochKeys;
use crate::block::{self, BlockKind, Header, PART_LEN, Place, SealedBlock};
use crate::{ChannelError, Seq, Slot};
use rand_core::CryptoRng;

/// One body on its way into blocks.
pub(super) struct Record<'a> {
    pub(super) kind: BlockKind,
    pub(super) codec: u16,
    pub(super) body: &'a [u8],
    pub(super) followed: bool,
}

impl Publisher {
    /// `u64 first seq ‖ u64 last seq ‖ hash of the last block ‖ public key`.
    pub(super) fn day_index(&self) -> Result<Vec<u8>, ChannelError> {
        let last = Seq(self.next_seq.0.saturating_sub(1));
        let key = self
            .epochs
            .first()
            .ok_or(ChannelError::EpochsExhausted)?
            .signer
            .verifying();
        Ok([
            self.unindexed.0.to_le_bytes().as_slice(),
            &last.0.to_le_bytes(),
            self.prev.as_bytes(),
            key.as_bytes(),
        ]
        .concat())
    }

    pub(super) fn write_slot(
        &mut self,
        blocks: &mut Vec<SealedBlock>,
        record: Record<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), ChannelError> {
        let epoch = self
            .epochs
            .first()
            .ok_or(ChannelError::EpochsExhausted)?
            .clone();
        let slot = epoch.ratchet.slot();
        self.write_parts(blocks, &epoch, slot, record, rng)
    }

    /// Appends `record` to `blocks`, one signed and sealed block per part.
    pub(super) fn write_parts(
        &mut self,
        blocks: &mut Vec<SealedBlock>,
        epoch: &EpochKeys,
        slot: Slot,
        record: Record<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), ChannelError> {
        let last = record.body.len().saturating_sub(1) / PART_LEN;
        let mut pieces = record.body.chunks(PART_LEN);
        for index in 0..=last {
            let part = u16::try_from(blocks.len()).unwrap_or(u16::MAX);
            let header = Header {
                kind: record.kind,
                more: index < last,
                followed: index == last && record.followed,
                epoch: epoch.epoch,
                seq: self.next_seq,
                slot,
                part,
                codec: record.codec,
                prev: self.prev,
                next_root: epoch.next_root(&self.cid),
            };
            let (tag, key, place) = if record.kind == BlockKind::KeyRotation {
                (
                    epoch.rotation.tag(part),
                    epoch.rotation.key(part),
                    Place::Rotation(epoch.epoch, part),
                )
            } else {
                (
                    epoch.ratchet.tag(part),
                    epoch.ratchet.key(part),
                    Place::Slot(epoch.epoch, slot, part),
                )
            };
            let body = pieces.next().unwrap_or_default();
            let (data, hash) =
                block::seal(&self.cid, place, &key, &epoch.signer, &header, body, rng)?;
            blocks.push(SealedBlock {
                tag,
                data,
                epoch: epoch.epoch,
                slot,
                part,
                seq: self.next_seq,
            });
            self.prev = hash;
            self.next_seq = Seq(self
                .next_seq
                .0
                .checked_add(1)
                .ok_or(ChannelError::SequenceExhausted)?);
        }
        Ok(())
    }
}
