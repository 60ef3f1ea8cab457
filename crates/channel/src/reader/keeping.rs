//! Which epochs are kept, and from which slot on.

use super::Reader;
use crate::Slot;

/// How many epochs are kept that are not read to the end. Further rotations are followed when there is room again.
pub(super) const MAX_EPOCHS: usize = 64;
/// An epoch that ended so many days ago, and of which nothing is found, gives way when there are that many.
const PATIENCE_DAYS: u64 = 7;

impl Reader {
    /// Forgets the keys of slots that are not wanted any more.
    pub(super) fn prune(&mut self) {
        let open = self.sequence.open_slots().map(|slots| Slot(slots.start));
        let waiting = self.unfinished.iter().map(|place| place.ratchet.slot());
        let lowest = open
            .chain(waiting)
            .min()
            .map_or(self.sequence.head, |slot| slot.min(self.sequence.head));
        let newest = self.epochs.len().saturating_sub(1);
        let mut index = 0..;
        self.epochs.retain(|epoch| {
            // One that ended where it began has no slot.
            let unread = epoch
                .end
                .is_none_or(|end| end > lowest && end > epoch.start);
            index.next() == Some(newest) || unread || self.asked.refers_to(epoch.epoch)
        });
        for epoch in &mut self.epochs {
            // Not further than the epoch goes, never back, and beyond a century the keys simply stay.
            let slot = epoch.end.map_or(lowest, |end| lowest.min(end));
            let _moved = epoch.ratchet.seek(slot);
        }
    }

    /// Gives up on the oldest of too many epochs: on what is missing of one that was read, or on one that ended long ago and
    /// brought nothing. Nobody fills this memory with rotations that lie far ahead, and none of those is lost either.
    pub(super) fn make_room(&mut self, now: Slot) {
        let oldest = self
            .epochs
            .first()
            .filter(|_| self.epochs.len() >= MAX_EPOCHS);
        let Some((oldest, end)) = oldest.and_then(|oldest| Some((oldest.epoch, oldest.end?)))
        else {
            return;
        };
        let patience = self
            .slot_length
            .slots_per_day()
            .saturating_mul(PATIENCE_DAYS);
        let is_read = end <= self.sequence.head;
        if is_read || (end.0.saturating_add(patience) <= now.0 && self.scan.is_through(now)) {
            self.sequence.give_up(end);
            self.unfinished.retain(|place| !place.is_in(oldest));
            self.epochs.remove(0);
        }
    }
}
