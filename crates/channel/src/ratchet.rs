//! The forward ratchet (`docs/protocol.md` section 3.1): one short chain per day, one long chain of days.

use crate::secret::Key;
use crate::{SideKey, Slot, SlotLength, Tag};
use minicbor::{Decode, Encode};

/// Nobody seeks further; a slot number made up by somebody must not keep anyone busy.
const MAX_DAYS_AHEAD: u64 = 36_525;

/// The keys of one epoch from one slot on. Moves forward only: what lies behind cannot be derived from it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Ratchet {
    #[n(0)]
    slot_length: SlotLength,
    #[n(1)]
    slot: Slot,
    #[n(2)]
    chain: Key,
    #[n(3)]
    next_day: Key,
}

impl Ratchet {
    /// The ratchet of an epoch at its first slot.
    #[must_use]
    pub fn start(side_key: &SideKey, slot_length: SlotLength, first_slot: Slot) -> Self {
        let day = Key::new(*side_key.expose()).derive("day", &[]);
        Self {
            slot_length,
            slot: first_slot,
            chain: day.derive("chain", &[]),
            next_day: day.derive("nextday", &[]),
        }
    }

    /// The ratchet that a grant hands over, as of `slot`.
    pub(crate) const fn resume(
        slot_length: SlotLength,
        slot: Slot,
        chain: Key,
        next_day: Key,
    ) -> Self {
        Self {
            slot_length,
            slot,
            chain,
            next_day,
        }
    }

    /// Where it stands.
    #[must_use]
    pub const fn slot(&self) -> Slot {
        self.slot
    }

    /// Moves on to `slot` and says whether it could: never back, and at most a century ahead. A day that is skipped
    /// costs one hash, a slot of the last day one.
    #[must_use]
    pub fn seek(&mut self, slot: Slot) -> bool {
        let days = self
            .slot_length
            .day_of(slot)
            .saturating_sub(self.slot_length.day_of(self.slot));
        if slot < self.slot || days > MAX_DAYS_AHEAD {
            return false;
        }
        if days > 0 {
            for _ in 1..days {
                self.next_day = self.next_day.derive("nextday", &[]);
            }
            self.chain = self.next_day.derive("chain", &[]);
            self.next_day = self.next_day.derive("nextday", &[]);
            self.slot = Slot(self.slot_length.day_of(slot) * self.slot_length.slots_per_day());
        }
        while self.slot < slot {
            self.chain = self.chain.derive("slot", &[]);
            self.slot = self.slot.next();
        }
        true
    }

    /// Where part `part` of this slot lies: PRF(PRF(C, "tag"), "t", u16 part).
    #[must_use]
    pub fn tag(&self, part: u16) -> Tag {
        self.chain
            .derive("tag", &[])
            .derive("t", &[&part.to_le_bytes()])
            .expose()
            .to_owned()
            .into()
    }

    /// What opens that part: PRF(C, "enc", u16 part).
    pub(crate) fn key(&self, part: u16) -> Key {
        self.chain.derive("enc", &[&part.to_le_bytes()])
    }

    /// C and D_next as of this slot.
    pub(crate) const fn secrets(&self) -> (&Key, &Key) {
        (&self.chain, &self.next_day)
    }
}

/// R of one epoch: finds and opens the epoch's rotation, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub(crate) struct RotationKey(#[n(0)] Key);

impl RotationKey {
    /// PRF(SK, "rot").
    pub(crate) fn of(side_key: &SideKey) -> Self {
        Self(Key::new(*side_key.expose()).derive("rot", &[]))
    }

    pub(crate) const fn from_key(key: Key) -> Self {
        Self(key)
    }

    /// Where part `part` of the rotation lies.
    pub(crate) fn tag(&self, part: u16) -> Tag {
        self.0
            .derive("tag", &[&part.to_le_bytes()])
            .expose()
            .to_owned()
            .into()
    }

    /// What opens that part.
    pub(crate) fn key(&self, part: u16) -> Key {
        self.0.derive("enc", &[&part.to_le_bytes()])
    }

    pub(crate) const fn secret(&self) -> &Key {
        &self.0
    }
}
