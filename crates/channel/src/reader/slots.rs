//! Which slots to look at, and bodies that span several blocks.

use super::asked::Target;
use super::sequence::{Next, Sequence};
use crate::block::{BlockKind, Bytes, MAX_PARTS, Opened};
use crate::{BlockVerifier, Epoch, Hash, Ratchet, Seq, Slot};
use minicbor::{Decode, Encode};
use std::ops::Range;

/// How many slots one round asks for; with 32 parts of the rotation, 64 awaited parts and 8 recent places that is at most 512.
const WINDOW: u64 = 408;
/// How many of them are the newest, when the oldest bring nothing.
const NEWEST: u64 = 64;

/// Moves through the slots that may hold something, a window a round.
#[derive(Clone, Default)]
pub(super) struct Scan {
    /// Where the head stood in the last round.
    head: Option<Slot>,
    /// How far the slots from the head on were looked through since it last moved.
    ahead: u64,
    /// How many open slots before the head were looked through.
    behind: usize,
    /// What there is to look through, and how much of it is left.
    pass: Option<Pass>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Pass {
    head: Slot,
    open: usize,
    last: Slot,
    left_ahead: u64,
    left_behind: usize,
}

impl Pass {
    const fn is_over(&self) -> bool {
        self.left_ahead == 0 && self.left_behind == 0
    }

    /// Whether what came since is looked at within a round, with the newest slots. Who slept for longer begins anew.
    fn goes_on_to(&self, last: Slot) -> bool {
        last.0.saturating_sub(self.last.0) <= NEWEST
    }
}

impl Scan {
    /// The slots to ask for, ascending, up to and including `last`.
    pub(super) fn window(&mut self, sequence: &Sequence, last: Slot) -> Vec<Slot> {
        let open = sequence.open_slots().flatten();
        let open_count = open.clone().count();
        let room = if open_count == 0 { WINDOW } else { WINDOW / 2 };
        let mut slots = self.ahead(sequence.head, last, room);
        // The newest are looked at in every round, but in their turn only once.
        let in_turn = slots.partition_point(|slot| *slot < self.ahead);

        let rest = usize::try_from(WINDOW)
            .unwrap_or(usize::MAX)
            .saturating_sub(slots.len());
        let take = rest.min(open_count);
        let skip = self.behind.checked_rem(open_count).unwrap_or(0);
        slots.extend(open.cycle().skip(skip).take(take));
        self.behind = skip.saturating_add(take);
        self.count(sequence.head, last, in_turn, open_count, take);

        slots.sort_unstable();
        slots.dedup();
        slots.into_iter().map(Slot).collect()
    }

    /// Whether slots are left that no round has asked for since something was last found.
    pub(super) fn has_more(&self) -> bool {
        self.pass.is_some_and(|pass| !pass.is_over())
    }

    /// Whether all slots until now were asked for since something was last found.
    pub(super) fn is_through(&self, now: Slot) -> bool {
        self.pass
            .is_some_and(|pass| pass.is_over() && pass.goes_on_to(now))
    }

    fn count(&mut self, head: Slot, last: Slot, in_turn: usize, open: usize, taken: usize) {
        let ahead = last.0.saturating_add(1).saturating_sub(head.0);
        let begun = self
            .pass
            .filter(|pass| (pass.head, pass.open) == (head, open) && pass.goes_on_to(last));
        let (left_ahead, left_behind) = begun.map_or((ahead, open), |pass| {
            let came = last.0.saturating_sub(pass.last.0);
            let left = pass.left_ahead.saturating_add(came);
            (left.min(ahead), pass.left_behind)
        });
        self.pass = Some(Pass {
            head,
            open,
            last,
            left_ahead: left_ahead.saturating_sub(in_turn as u64),
            left_behind: left_behind.saturating_sub(taken),
        });
    }

    fn ahead(&mut self, head: Slot, last: Slot, room: u64) -> Vec<u64> {
        let end = last.0.saturating_add(1);
        let moved = self.head.replace(head) != Some(head);
        if moved || end.saturating_sub(head.0) <= room {
            self.ahead = head.0.saturating_add(room).min(end);
            return (head.0..self.ahead).collect();
        }
        // Nothing came from the oldest on: look at the newest, and at the next stretch.
        let start = if self.ahead >= end {
            head.0
        } else {
            self.ahead.max(head.0)
        };
        self.ahead = start.saturating_add(room.saturating_sub(NEWEST)).min(end);
        (start..self.ahead)
            .chain(end.saturating_sub(NEWEST).max(self.ahead)..end)
            .collect()
    }
}

/// A slot of which further parts are awaited.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub(super) struct Unfinished {
    #[n(0)]
    epoch: Epoch,
    #[n(1)]
    pub(super) ratchet: Ratchet,
    #[n(2)]
    pub(super) part: u16,
    #[n(3)]
    pub(super) next: Next,
    #[n(4)]
    record: Option<Record>,
}

/// A body, and where it began.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub(super) struct Record {
    #[n(0)]
    pub(super) slot: Slot,
    #[n(1)]
    pub(super) seq: Seq,
    #[n(2)]
    pub(super) kind: BlockKind,
    #[n(3)]
    pub(super) codec: u16,
    #[cbor(n(4), with = "minicbor::bytes")]
    pub(super) body: Vec<u8>,
    #[n(5)]
    pub(super) prev: Hash,
}

impl Unfinished {
    pub(super) const fn new(epoch: Epoch, ratchet: Ratchet, next: Next) -> Self {
        Self {
            epoch,
            ratchet,
            part: 0,
            next,
            record: None,
        }
    }

    pub(super) fn is_in(&self, epoch: Epoch) -> bool {
        self.epoch == epoch
    }

    pub(super) fn is_of(&self, epoch: Epoch, slot: Slot) -> bool {
        (self.epoch, self.ratchet.slot()) == (epoch, slot)
    }

    pub(super) fn waits_for(&self, epoch: Epoch, slot: Slot, part: u16) -> bool {
        (self.epoch, self.ratchet.slot(), self.part) == (epoch, slot, part)
    }

    /// The next parts.
    pub(super) fn targets(&self) -> impl Iterator<Item = Target> {
        let target = |part| Target::Slot {
            epoch: self.epoch,
            ratchet: self.ratchet.clone(),
            part,
        };
        next_parts(self.part, 1).map(target)
    }

    /// Adds a block and returns the body if that was its end. A block of another kind or codec ends it without result.
    pub(super) fn take(&mut self, block: &Opened) -> Option<Record> {
        let header = &block.header;
        let mut record = self.record.take().unwrap_or_else(|| Record {
            slot: header.slot,
            seq: header.seq,
            kind: header.kind,
            codec: header.codec,
            body: Vec::new(),
            prev: header.prev,
        });
        if (record.kind, record.codec) != (header.kind, header.codec) {
            return None;
        }
        record.body.extend_from_slice(block.body());
        if header.more {
            self.record = Some(record);
            return None;
        }
        Some(record)
    }
}

/// The parts to ask for when all before `part` are there: as many again, so that long bodies take few rounds.
pub(super) fn next_parts(part: u16, least: u16) -> Range<u16> {
    part..part.saturating_add(part.max(least)).min(MAX_PARTS)
}

/// `u64 first ‖ u64 last ‖ hash of the last block ‖ public key`, if it fits the block it stands in.
pub(super) fn read_day_index(
    body: &[u8],
    seq: Seq,
    prev: &Hash,
    key: Option<&BlockVerifier>,
) -> Option<(Seq, Seq)> {
    let mut bytes = Bytes(body);
    let first = Seq(u64::from_le_bytes(bytes.take()?));
    let last = Seq(u64::from_le_bytes(bytes.take()?));
    let hash = Hash::from(bytes.take::<32>()?);
    let own_key = key.is_some_and(|key| key.as_bytes() == bytes.0);
    (last.next() == seq && hash == *prev && own_key).then_some((first, last))
}

#[cfg(test)]
mod tests;
