//! What has been seen and what is missing, by sequence number and hash link.
//!
//! Every block names its number and the hash of the block before it. So a reader knows which slots were empty, which
//! blocks are withheld, and when two histories of one channel exist.

use super::{Gap, MAX_GAPS};
use crate::block::Opened;
use crate::{Hash, Seq, Slot};
use minicbor::{Decode, Encode};
use std::ops::Range;

/// For how many rounds after its first block a reader still looks for earlier ones.
const GRACE: u16 = 1000;
/// How many rounds a missing block has to turn up before it is told of: parts of a long body come one round later than
/// the next slot, and blocks may arrive in any order.
const PATIENCE: u16 = 2;

/// How many blocks of rotations ahead are remembered: those of 64 rotations for some 150 readers each.
const MAX_NOTED: usize = 1024;

/// The numbers and links of one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Link {
    #[n(0)]
    pub(super) seq: Seq,
    #[n(1)]
    pub(super) prev: Hash,
    #[n(2)]
    pub(super) hash: Hash,
}

impl Link {
    pub(super) const fn of(block: &Opened) -> Self {
        Self {
            seq: block.header.seq,
            prev: block.header.prev,
            hash: block.hash,
        }
    }
}

/// The number and link that a block must have to follow another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Next {
    #[n(0)]
    pub(super) seq: Seq,
    #[n(1)]
    pub(super) prev: Hash,
}

impl Next {
    pub(super) const fn after(link: &Link) -> Self {
        Self {
            seq: link.seq.next(),
            prev: link.hash,
        }
    }

    pub(super) fn is(&self, link: &Link) -> bool {
        (self.seq, self.prev) == (link.seq, link.prev)
    }
}

/// A stretch of missing blocks between two known ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Missing {
    #[n(0)]
    gap: Gap,
    /// The hash of the block before it, which its first block has to name. Unknown where the reader began: then it is
    /// not known either whether anything is missing at all.
    #[n(1)]
    before: Option<Hash>,
    /// The hash that the block after it names, which its last block has to have.
    #[n(2)]
    after: Hash,
    /// How many rounds of asking it has outlived.
    #[n(3)]
    rounds: u16,
    #[n(4)]
    told: bool,
}

impl Missing {
    /// Whether it is certain that blocks are missing, for long enough, and that they are for this reader.
    fn is_overdue(&self, last: Option<Seq>) -> bool {
        let own = last.is_none_or(|last| self.gap.first < last);
        self.before.is_some() && self.rounds >= PATIENCE && own
    }
}

/// The account of one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(super) struct Sequence {
    /// The first slot after the newest accepted one.
    #[n(0)]
    pub(super) head: Slot,
    #[n(1)]
    expected: Option<Next>,
    #[n(2)]
    missing: Vec<Missing>,
    /// Blocks of rotations, which lie outside the slots, until the head reaches them. Sorted.
    #[n(3)]
    noted: Vec<Link>,
    /// After this block the channel may have had blocks that are not for this reader.
    #[n(4)]
    last: Option<Seq>,
}

impl Sequence {
    pub(super) fn at(head: Slot) -> Self {
        Self {
            head,
            ..Self::default()
        }
    }

    /// Where blocks may still turn up, whether they are known to exist or not.
    pub(super) fn open_slots(&self) -> impl Iterator<Item = Range<u64>> + Clone {
        self.missing
            .iter()
            .map(|missing| missing.gap.from.0..missing.gap.to.0)
    }

    /// The blocks that are known to exist and have not turned up for a while.
    pub(super) fn gaps(&self) -> impl Iterator<Item = Gap> {
        let overdue = |missing: &&Missing| missing.is_overdue(self.last);
        self.missing
            .iter()
            .filter(overdue)
            .map(|missing| missing.gap)
    }

    /// Another round of asking begins.
    pub(super) fn tick(&mut self) {
        for missing in &mut self.missing {
            if missing.before.is_none() && missing.rounds >= GRACE {
                // Its numbers stay unknown, which is no reason for an alarm.
                missing.gap.to = missing.gap.from;
            }
            missing.rounds = missing.rounds.saturating_add(1);
        }
    }

    /// Nobody answered in that round.
    pub(super) fn take_back_tick(&mut self) {
        for missing in &mut self.missing {
            missing.rounds = missing.rounds.saturating_sub(1);
        }
    }

    /// The gaps that are old enough to tell of and were not told of.
    pub(super) fn newly_overdue(&mut self) -> Vec<Gap> {
        let last = self.last;
        let untold = |missing: &&mut Missing| !missing.told && missing.is_overdue(last);
        let tell = |missing: &mut Missing| {
            missing.told = true;
            missing.gap
        };
        self.missing.iter_mut().filter(untold).map(tell).collect()
    }

    /// A rotation, the last block accepted, left the reader out: missing numbers behind it mean nothing.
    pub(super) fn end_after(&mut self, seq: Seq) {
        self.last = Some(seq);
    }

    pub(super) fn next_seq(&self) -> Option<Seq> {
        self.expected.map(|next| next.seq)
    }

    /// Whether no block with this number was accepted yet.
    pub(super) fn is_new(&self, seq: Seq) -> bool {
        let ahead = self.expected.is_none_or(|next| seq >= next.seq);
        (ahead && self.noted.iter().all(|link| link.seq != seq)) || self.gap_of(seq).is_some()
    }

    /// Whether `link` may be accepted: a block in a gap must fit both ends of it.
    pub(super) fn fits(&self, link: &Link) -> bool {
        self.gap_of(link.seq)
            .and_then(|at| self.missing.get(at))
            .is_none_or(|missing| {
                let first = link.seq != missing.gap.first
                    || missing.before.is_none_or(|hash| hash == link.prev);
                let last = link.seq != missing.gap.last || missing.after == link.hash;
                first && last
            })
    }

    /// Takes a block of `slot` into account, and says whether it fits the history.
    pub(super) fn accept(&mut self, link: Link, slot: Slot) -> bool {
        self.clip(link.seq, slot);
        if let Some(at) = self.gap_of(link.seq) {
            self.fill(at, &link, Some(slot));
            return true;
        }
        // A later number in an earlier slot means two histories.
        let ordered = slot.next() >= self.head;
        let linked = self.advance(&link, slot);
        self.expected = Some(Next::after(&link));
        self.head = self.head.max(slot.next());
        let followed = self.consume_noted();
        ordered && linked && followed
    }

    /// Takes a block of a rotation into account, and says whether it fits the history.
    pub(super) fn note(&mut self, link: Link) -> bool {
        match self.gap_of(link.seq) {
            Some(at) if self.fits(&link) => {
                self.fill(at, &link, None);
                true
            }
            None if self.is_new(link.seq) => {
                self.noted.push(link);
                self.noted.sort_unstable_by_key(|noted| noted.seq);
                let linked = self.consume_noted();
                self.noted.truncate(MAX_NOTED);
                linked
            }
            _ => {
                self.restart_after(&link);
                false
            }
        }
    }

    /// Expects slots again that were passed over.
    pub(super) fn rewind(&mut self, slot: Slot) {
        self.head = self.head.min(slot);
    }

    /// Gives up on what is missing before `slot`.
    pub(super) fn forget(&mut self, slot: Slot) {
        self.missing
            .retain(|missing| missing.before.is_none() || missing.gap.to > slot);
    }

    /// Gives up on everything before `slot`.
    pub(super) fn give_up(&mut self, slot: Slot) {
        self.forget(slot);
        self.head = self.head.max(slot);
    }

    /// Walks from the last known block to `link`, over the noted ones between: what is not there is missing. Says
    /// whether what is there is linked.
    fn advance(&mut self, link: &Link, slot: Slot) -> bool {
        let Some(mut next) = self.expected else {
            self.begin(link, slot);
            return true;
        };
        let mut linked = true;
        let steps = self.take_noted_before(link.seq);
        for step in steps.into_iter().chain([*link]) {
            if step.seq > next.seq {
                let last = Seq(step.seq.0.saturating_sub(1));
                let gap = Gap {
                    first: next.seq,
                    last,
                    from: self.head,
                    to: slot,
                };
                self.miss(gap, Some(next.prev), step.prev);
            } else {
                linked &= next.is(&step);
            }
            next = Next::after(&step);
        }
        linked
    }

    /// The first block of all: earlier ones may or may not exist, but for the rotations that were found.
    fn begin(&mut self, link: &Link, slot: Slot) {
        if link.seq > Seq(0) {
            let last = Seq(link.seq.0.saturating_sub(1));
            let gap = Gap {
                first: Seq(0),
                last,
                from: self.head,
                to: slot,
            };
            self.miss(gap, None, link.prev);
        }
        for noted in self.take_noted_before(link.seq) {
            if let Some(at) = self.gap_of(noted.seq) {
                self.fill(at, &noted, None);
            }
        }
    }

    fn take_noted_before(&mut self, seq: Seq) -> Vec<Link> {
        let earlier = self.noted.partition_point(|noted| noted.seq < seq);
        self.noted.drain(..earlier).collect()
    }

    /// A rotation whose number another block has: the history goes on from the rotation.
    fn restart_after(&mut self, link: &Link) {
        self.expected = Some(Next::after(link));
        self.noted.clear();
        self.missing.retain(|missing| missing.gap.last < link.seq);
    }

    /// Moves over rotation blocks that directly follow, and says whether they are linked.
    fn consume_noted(&mut self) -> bool {
        let mut linked = true;
        while let (Some(next), Some(first)) = (self.expected, self.noted.first().copied()) {
            if first.seq > next.seq {
                break;
            }
            linked &= next.is(&first);
            self.expected = Some(Next::after(&first));
            self.noted.remove(0);
        }
        linked
    }

    fn gap_of(&self, seq: Seq) -> Option<usize> {
        self.missing
            .iter()
            .position(|missing| (missing.gap.first..=missing.gap.last).contains(&seq))
    }

    /// Splits a gap where a block of it turned up. A block without a slot leaves both halves all the slots.
    fn fill(&mut self, at: usize, link: &Link, slot: Option<Slot>) {
        // What is left gets its time anew: it seems to be coming.
        let whole = Missing {
            rounds: 0,
            ..self.missing.remove(at)
        };
        let Missing { gap, .. } = whole;
        if link.seq < gap.last {
            let from = slot.map_or(gap.from, Slot::next);
            let rest = Gap {
                first: link.seq.next(),
                from,
                ..gap
            };
            // What follows a rotation from before the reader's first slot may be for others.
            let certain = slot.is_some() || whole.before.is_some();
            let before = certain.then_some(link.hash);
            self.missing.insert(
                at,
                Missing {
                    gap: rest,
                    before,
                    ..whole
                },
            );
        }
        if link.seq > gap.first {
            let last = Seq(link.seq.0.saturating_sub(1));
            let rest = Gap {
                last,
                to: slot.unwrap_or(gap.to),
                ..gap
            };
            self.missing.insert(
                at,
                Missing {
                    gap: rest,
                    after: link.prev,
                    ..whole
                },
            );
        }
        self.bound();
    }

    /// Slots and numbers grow together, so a block says where the others cannot be.
    fn clip(&mut self, seq: Seq, slot: Slot) {
        for Missing { gap, .. } in &mut self.missing {
            if gap.last < seq {
                gap.to = gap.to.min(slot);
            } else if gap.first > seq {
                gap.from = gap.from.max(slot.next());
            }
        }
    }

    fn miss(&mut self, gap: Gap, before: Option<Hash>, after: Hash) {
        self.missing.push(Missing {
            gap,
            before,
            after,
            rounds: 0,
            told: false,
        });
        self.bound();
    }

    /// Gives up on the oldest of too many gaps.
    fn bound(&mut self) {
        if self.missing.len() > MAX_GAPS {
            let oldest = self
                .missing
                .iter()
                .position(|missing| missing.before.is_some());
            oldest.map(|at| self.missing.remove(at));
        }
    }
}

#[cfg(test)]
mod tests;
