//! After a start: does the Tangle hold own blocks that this state does not know of?

use super::Publisher;
use crate::block::{MAX_PARTS, Opened, Place};
use crate::{ChannelError, Ratchet, Slot, Tag};

/// A tag under which the publisher's own blocks may lie, for the check after a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnTag {
    /// The tag.
    pub tag: Tag,
    /// The slot, or nothing for the rotation.
    pub slot: Option<Slot>,
}

impl Publisher {
    /// The tags to look up after a start: the rotation of the newest epoch, then `count` slots from `from` (or the next
    /// slot, if that is later) on. On an honest restart nothing lies there that is not in the outbox.
    #[must_use]
    pub fn own_tags(&self, from: Slot, count: usize) -> Vec<OwnTag> {
        let rotation = self.epochs.last().map(|epoch| OwnTag {
            tag: epoch.rotation.tag(0),
            slot: None,
        });
        let first = from.max(self.next_slot);
        let mut epochs = self.epochs.clone();
        let slots = (0..count as u64).map_while(|n| {
            let slot = Slot(first.0.checked_add(n)?);
            let epoch = epochs
                .iter_mut()
                .rev()
                .find(|epoch| epoch.first_slot <= slot)?;
            epoch.ratchet.seek(slot).then(|| OwnTag {
                tag: epoch.ratchet.tag(0),
                slot: Some(slot),
            })
        });
        rotation.into_iter().chain(slots).collect()
    }

    /// The tags of all the blocks that `slot` can have, for [`Publisher::adopt`].
    #[must_use]
    pub fn slot_tags(&self, slot: Slot) -> Vec<Tag> {
        self.ratchet_at(slot)
            .map(|ratchet| (0..MAX_PARTS).map(|part| ratchet.tag(part)).collect())
            .unwrap_or_default()
    }

    /// Takes over from an older life: this state was restored from a copy, and the Tangle holds own blocks that it does
    /// not know. `slot` is the last slot under whose tags anything was found, `found` what lies under
    /// [`Publisher::slot_tags`] of it. Afterwards rotate; publishing is refused until then.
    ///
    /// # Errors
    /// [`ChannelError::NotOwnBlock`] when nothing in `found` is an own block of that slot. If the rotation's tag was
    /// found instead, nobody reads this epoch any more: see [`Publisher::superseded`].
    pub fn adopt(&mut self, slot: Slot, found: &[impl AsRef<[u8]>]) -> Result<(), ChannelError> {
        let epoch = self.epoch_at(slot).ok_or(ChannelError::NotOwnBlock)?;
        let ratchet = self.ratchet_at(slot).ok_or(ChannelError::NotOwnBlock)?;
        let key = epoch.signer.verifying();
        let open = |data: &[u8]| {
            (0..MAX_PARTS).find_map(|part| {
                let place = Place::Slot(epoch.epoch, slot, part);
                Opened::open(&self.cid, place, &ratchet.key(part), data).ok()
            })
        };
        let last = found
            .iter()
            .filter_map(|data| open(data.as_ref()))
            .filter(|block| block.is_signed_by(&key) && block.header.seq >= self.next_seq)
            .max_by_key(|block| block.header.seq)
            .ok_or(ChannelError::NotOwnBlock)?;

        self.next_seq = last.header.seq.next();
        self.prev = last.hash;
        self.day = Some(self.slot_length.day_of(slot));
        self.unindexed = self.next_seq;
        self.next_slot = slot.next();
        self.must_rotate = true;
        self.enter(self.next_slot)
    }

    /// Whether `data`, found under the rotation's tag of [`Publisher::own_tags`], is an own rotation that this state
    /// knows nothing of. Then this state is an old copy that nobody listens to: start a new channel and grant it anew.
    #[must_use]
    pub fn superseded(&self, data: &[u8]) -> bool {
        self.epochs.last().is_some_and(|epoch| {
            let place = Place::Rotation(epoch.epoch, 0);
            Opened::open(&self.cid, place, &epoch.rotation.key(0), data)
                .is_ok_and(|block| block.is_signed_by(&epoch.signer.verifying()))
        })
    }

    /// Whether `data`, found under this tag, is an own block: what somebody else put there is none.
    #[must_use]
    pub fn wrote(&self, at: &OwnTag, data: &[u8]) -> bool {
        let Some(slot) = at.slot else {
            return self.superseded(data);
        };
        let (Some(epoch), Some(ratchet)) = (self.epoch_at(slot), self.ratchet_at(slot)) else {
            return false;
        };
        let place = Place::Slot(epoch.epoch, slot, 0);
        Opened::open(&self.cid, place, &ratchet.key(0), data)
            .is_ok_and(|block| block.is_signed_by(&epoch.signer.verifying()))
    }

    fn ratchet_at(&self, slot: Slot) -> Option<Ratchet> {
        let mut ratchet = self.epoch_at(slot)?.ratchet.clone();
        ratchet.seek(slot).then_some(ratchet)
    }
}
