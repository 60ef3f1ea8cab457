//! Writing a restricted channel.

mod epoch;
mod recovery;
mod writing;

use crate::block::{BlockKind, MAX_PARTS, PART_LEN, SealedBlock};
use crate::rotation::NewEpoch;
use crate::{
    ChannelError, ChannelId, Epoch, Hash, LaneKeys, LanePairwise, Seq, SideKey, Slot, SlotLength,
    state,
};
use epoch::EpochKeys;
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
pub use recovery::OwnTag;
use std::fmt;
use writing::Record;
use zeroize::Zeroizing;

const STATE_VERSION: u8 = 1;
/// The longest body of one slot; the block left over is for the day index.
pub const MAX_BODY_LEN: usize = (MAX_PARTS as usize - 1) * PART_LEN;

/// The writing end of one lane.
///
/// Every method that changes it either returns what to publish or leaves it as it was. Persist [`Publisher::to_state`]
/// together with the returned blocks, in one transaction, before the first of them is sent: then nothing is ever
/// published twice with different bytes, whenever the power goes.
#[derive(Clone, PartialEq, Encode, Decode)]
pub struct Publisher {
    #[n(0)]
    cid: ChannelId,
    #[n(1)]
    slot_length: SlotLength,
    #[n(2)]
    next_slot: Slot,
    #[n(3)]
    next_seq: Seq,
    #[n(4)]
    prev: Hash,
    /// The day of the last block, and the first sequence number that no day index has told of.
    #[n(5)]
    day: Option<u64>,
    #[n(6)]
    unindexed: Seq,
    /// The epoch of `next_slot`, then those that rotations announced for later.
    #[n(7)]
    epochs: Vec<EpochKeys>,
    /// The state was behind the Tangle, so this epoch's keys must not be used any more.
    #[n(8)]
    must_rotate: bool,
}

impl Publisher {
    /// A new channel whose first block goes into `first_slot` or later.
    #[must_use]
    pub fn start(
        cid: ChannelId,
        slot_length: SlotLength,
        first_slot: Slot,
        rng: &mut impl CryptoRng,
    ) -> Self {
        Self {
            cid,
            slot_length,
            next_slot: first_slot,
            next_seq: Seq(0),
            prev: Hash::from([0; 32]),
            day: None,
            unindexed: Seq(0),
            epochs: vec![EpochKeys::first(slot_length, first_slot, rng)],
            must_rotate: false,
        }
    }

    /// Seals `body` for `slot`, in as many blocks as it needs. The first slot of a day gets a day index too.
    ///
    /// # Errors
    /// A slot that is past or absurdly far, a kind that is not [`BlockKind::Data`], [`BlockKind::Cover`] or
    /// [`BlockKind::History`], a body over [`MAX_BODY_LEN`], or [`ChannelError::RotateFirst`] after
    /// [`Publisher::adopt`]. The publisher is unchanged then.
    pub fn publish(
        &mut self,
        slot: Slot,
        kind: BlockKind,
        codec: u16,
        body: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<SealedBlock>, ChannelError> {
        self.check(slot, kind, body)?;
        let mut next = self.clone();
        next.enter(slot)?;

        let day = next.slot_length.day_of(slot);
        let mut blocks = Vec::new();
        let new_day = next.day.is_some_and(|last| last < day);
        next.write_slot(
            &mut blocks,
            Record {
                kind,
                codec,
                body,
                followed: new_day,
            },
            rng,
        )?;
        if new_day {
            let index = next.day_index()?;
            next.unindexed = next.next_seq;
            let kind = BlockKind::DayIndex;
            next.write_slot(
                &mut blocks,
                Record {
                    kind,
                    codec: 0,
                    body: &index,
                    followed: false,
                },
                rng,
            )?;
        }
        next.day = Some(day);
        next.next_slot = slot.next();
        // Forget the keys of this slot.
        next.enter(next.next_slot)?;
        *self = next;
        Ok(blocks)
    }

    /// Begins a new epoch at `first_slot`, readable by `readers` and nobody else, and returns the KEY_ROTATION.
    ///
    /// `first_slot` is the next slot or later, and not before that of an earlier rotation. Publish the rotation before
    /// the first block of the new epoch. `readers` are those who stay; their keys advance, persist them in the same
    /// transaction. Without readers the lane becomes unreadable, and whoever is granted it later starts from there.
    ///
    /// # Errors
    /// A `first_slot` that is too early or absurdly far, too many readers, or no epoch numbers left. Nothing has
    /// changed then, neither here nor in `readers`.
    pub fn rotate(
        &mut self,
        first_slot: Slot,
        readers: &mut [LanePairwise],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<SealedBlock>, ChannelError> {
        let earliest = self.earliest_grant();
        if first_slot < earliest {
            return Err(ChannelError::SlotIsPast {
                slot: first_slot,
                next: earliest,
            });
        }
        let mut next = self.clone();
        let old = next.newest()?.clone();
        if !old.ratchet.clone().seek(first_slot) {
            return Err(ChannelError::SlotTooFar(first_slot));
        }
        let side_key = SideKey::generate(rng);
        let new = old.following(self.slot_length, first_slot, &side_key, rng)?;
        let body = NewEpoch {
            cid: &self.cid,
            epoch: new.epoch,
            first_slot,
            key: &new.signer.verifying(),
            ratchet: &new.ratchet,
            rotation: &new.rotation,
        }
        .to_body(readers, rng)?;

        let mut blocks = Vec::new();
        let record = Record {
            kind: BlockKind::KeyRotation,
            codec: 0,
            body: &body,
            followed: false,
        };
        next.write_parts(&mut blocks, &old, first_slot, record, rng)?;
        readers
            .iter_mut()
            .for_each(|reader| reader.advance(new.epoch));
        next.epochs.push(new);
        next.must_rotate = false;
        *self = next;
        Ok(blocks)
    }

    /// What a reader gets as of `from`, or as of [`Publisher::earliest_grant`] if that is later.
    ///
    /// # Errors
    /// [`ChannelError::SlotTooFar`] for a slot more than a century ahead.
    pub fn lane_keys(&self, from: Slot) -> Result<LaneKeys, ChannelError> {
        let epoch = self.newest()?;
        let slot = from.max(self.earliest_grant());
        epoch
            .keys(self.cid, self.slot_length, slot)
            .ok_or(ChannelError::SlotTooFar(slot))
    }

    /// The first slot that can still be granted: the next one, or the first of the epoch that was announced last.
    #[must_use]
    pub fn earliest_grant(&self) -> Slot {
        self.epochs
            .last()
            .map_or(self.next_slot, |epoch| epoch.first_slot.max(self.next_slot))
    }

    /// The epoch of the next slot, the next slot, and the next sequence number.
    #[must_use]
    pub fn position(&self) -> (Epoch, Slot, Seq) {
        let epoch = self
            .epoch_at(self.next_slot)
            .map(|epoch| epoch.epoch)
            .unwrap_or_default();
        (epoch, self.next_slot, self.next_seq)
    }

    /// The channel's name.
    #[must_use]
    pub const fn cid(&self) -> ChannelId {
        self.cid
    }

    /// How long its slots are.
    #[must_use]
    pub const fn slot_length(&self) -> SlotLength {
        self.slot_length
    }

    /// Whether it is time to rotate although nobody leaves: after 30 days, and at random about once a week, so that a
    /// rotation does not tell that somebody left.
    #[must_use]
    pub fn rotation_due(&self, now_unix: u64) -> bool {
        let now = self.slot_length.slot_at(now_unix);
        self.must_rotate || self.epochs.last().is_some_and(|epoch| epoch.due <= now)
    }

    /// Versioned bytes for storage; secret.
    #[must_use]
    pub fn to_state(&self) -> Zeroizing<Vec<u8>> {
        state::encode(STATE_VERSION, self)
    }

    /// # Errors
    /// [`ChannelError::Malformed`] or [`ChannelError::Version`] for anything that [`Publisher::to_state`] did not write.
    pub fn from_state(bytes: &[u8]) -> Result<Self, ChannelError> {
        const WHAT: &str = "the state of a publisher";
        let publisher: Self = state::decode(WHAT, STATE_VERSION, bytes)?;
        if publisher.epochs.is_empty() {
            return Err(ChannelError::malformed(WHAT, "it has no epoch"));
        }
        Ok(publisher)
    }

    fn check(&self, slot: Slot, kind: BlockKind, body: &[u8]) -> Result<(), ChannelError> {
        match kind {
            _ if self.must_rotate => Err(ChannelError::RotateFirst),
            // The last slot number marks rotations.
            _ if slot == Slot(u64::MAX) => Err(ChannelError::SlotTooFar(slot)),
            _ if slot < self.next_slot => Err(ChannelError::SlotIsPast {
                slot,
                next: self.next_slot,
            }),
            BlockKind::KeyRotation | BlockKind::DayIndex => Err(ChannelError::KindIsInternal),
            BlockKind::Cover if !body.is_empty() => Err(ChannelError::CoverHasBody(body.len())),
            _ if body.len() > MAX_BODY_LEN => Err(ChannelError::BodyTooLong {
                len: body.len(),
                max: MAX_BODY_LEN,
            }),
            _ => Ok(()),
        }
    }

    /// Makes the epoch of `slot` the current one and moves its ratchet there.
    fn enter(&mut self, slot: Slot) -> Result<(), ChannelError> {
        let current = self
            .epochs
            .iter()
            .rposition(|epoch| epoch.first_slot <= slot)
            .unwrap_or(0);
        self.epochs.drain(..current);
        let moved = self
            .epochs
            .first_mut()
            .is_some_and(|epoch| epoch.ratchet.seek(slot));
        moved.then_some(()).ok_or(ChannelError::SlotTooFar(slot))
    }

    fn epoch_at(&self, slot: Slot) -> Option<&EpochKeys> {
        self.epochs
            .iter()
            .rev()
            .find(|epoch| epoch.first_slot <= slot)
    }

    fn newest(&self) -> Result<&EpochKeys, ChannelError> {
        self.epochs.last().ok_or(ChannelError::EpochsExhausted)
    }
}

impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (epoch, slot, seq) = self.position();
        write!(
            f,
            "Publisher(epoch {epoch}, next slot {slot}, next seq {seq})"
        )
    }
}
