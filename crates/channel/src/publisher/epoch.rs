//! What the device keeps of one epoch.

use crate::ratchet::RotationKey;
use crate::{
    BlockKey, ChannelError, ChannelId, Epoch, LaneKeys, Ratchet, Root, SideKey, Slot, SlotLength,
};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// An epoch lasts at most this long.
const MAX_DAYS: u64 = 30;
/// Each day of an epoch is its last with a chance of one in this many.
const MEAN_DAYS: u32 = 7;

/// The keys of one epoch from the next slot on. The side key itself is forgotten as soon as the rotation is written.
#[derive(Clone, PartialEq, Encode, Decode)]
pub(super) struct EpochKeys {
    #[n(0)]
    pub(super) epoch: Epoch,
    #[n(1)]
    pub(super) first_slot: Slot,
    #[n(2)]
    pub(super) ratchet: Ratchet,
    #[n(3)]
    pub(super) rotation: RotationKey,
    #[n(4)]
    pub(super) signer: BlockKey,
    /// Generated ahead: every block of this epoch names the root of the next.
    #[n(5)]
    next_signer: BlockKey,
    /// From this slot on a rotation is due.
    #[n(6)]
    pub(super) due: Slot,
}

impl EpochKeys {
    pub(super) fn first(
        slot_length: SlotLength,
        first_slot: Slot,
        rng: &mut dyn CryptoRng,
    ) -> Self {
        let side_key = SideKey::generate(rng);
        let signer = generate(rng);
        Self::new(Epoch(0), slot_length, first_slot, &side_key, signer, rng)
    }

    pub(super) fn following(
        &self,
        slot_length: SlotLength,
        first_slot: Slot,
        side_key: &SideKey,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, ChannelError> {
        let epoch = Epoch(
            self.epoch
                .0
                .checked_add(1)
                .ok_or(ChannelError::EpochsExhausted)?,
        );
        Ok(Self::new(
            epoch,
            slot_length,
            first_slot,
            side_key,
            self.next_signer.clone(),
            rng,
        ))
    }

    fn new(
        epoch: Epoch,
        slot_length: SlotLength,
        first_slot: Slot,
        side_key: &SideKey,
        signer: BlockKey,
        rng: &mut dyn CryptoRng,
    ) -> Self {
        Self {
            epoch,
            first_slot,
            ratchet: Ratchet::start(side_key, slot_length, first_slot),
            rotation: RotationKey::of(side_key),
            signer,
            next_signer: generate(rng),
            due: due(slot_length, first_slot, rng),
        }
    }

    pub(super) fn next_root(&self, cid: &ChannelId) -> Root {
        Root::of(cid, self.epoch.next(), &self.next_signer.verifying())
    }

    pub(super) fn keys(
        &self,
        cid: ChannelId,
        slot_length: SlotLength,
        slot: Slot,
    ) -> Option<LaneKeys> {
        let mut ratchet = self.ratchet.clone();
        if !ratchet.seek(slot) {
            return None;
        }
        let (chain, next_day) = ratchet.secrets();
        let key = self.signer.verifying();
        Some(LaneKeys {
            cid,
            slot_length,
            epoch: self.epoch,
            slot,
            chain: chain.clone(),
            next_day: next_day.clone(),
            rotation: self.rotation.clone(),
            root: Root::of(&cid, self.epoch, &key),
            key,
        })
    }
}

fn generate(rng: &mut dyn CryptoRng) -> BlockKey {
    let mut seed = Zeroizing::new([0; 32]);
    rng.fill_bytes(seed.as_mut_slice());
    BlockKey::from_seed(&seed)
}

/// A random slot, a week later on average and 30 days at most: otherwise a rotation would mean that somebody left.
fn due(slot_length: SlotLength, first_slot: Slot, rng: &mut dyn CryptoRng) -> Slot {
    let days = (0..MAX_DAYS - 1)
        .take_while(|_| !rng.next_u32().is_multiple_of(MEAN_DAYS))
        .count() as u64;
    let slots = slot_length.slots_per_day();
    let within = rng.next_u64() % slots;
    Slot(
        first_slot
            .0
            .saturating_add(days * slots + within)
            .max(first_slot.0.saturating_add(1)),
    )
}
