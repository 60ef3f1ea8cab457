//! What has been seen and what is missing, by sequence number and hash link.
//!
//! Every block names its number and the hash of the block before it. So a reader knows which slots were empty, which
//! blocks are withheld, and when two histories of one channel exist.

use super::{Gap, MAX_GAPS};
use crate::block::Opened;
use crate::{Hash, Seq, Slot};
use minicbor::{Decode, Encode};
use std::ops::Range;

/// For how many slots after its first block a reader still looks for earlier ones.
const GRACE: u64 = 64;

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
}

/// What came out of accepting a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    Gap(Gap),
    Fork,
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

    /// The blocks that are known to exist.
    pub(super) fn gaps(&self) -> impl Iterator<Item = Gap> {
        self.missing
            .iter()
            .filter(|missing| missing.before.is_some())
            .map(|missing| missing.gap)
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

    /// Takes a block of `slot` into account.
    pub(super) fn accept(&mut self, link: Link, slot: Slot) -> Vec<Finding> {
        if let Some(at) = self.gap_of(link.seq) {
            self.fill(at, &link, Some(slot));
            return Vec::new();
        }
        let mut findings = self.advance(&link, slot);
        if slot.next() < self.head {
            // A later number in an earlier slot: two histories.
            findings.push(Finding::Fork);
        }
        self.expected = Some(Next::after(&link));
        self.head = self.head.max(slot.next());
        findings.extend(self.consume_noted());
        self.missing.retain(|missing| {
            missing.before.is_some() || missing.gap.to.0.saturating_add(GRACE) > self.head.0
        });
        findings
    }

    /// Takes a block of a rotation into account.
    pub(super) fn note(&mut self, link: Link) -> Vec<Finding> {
        match self.gap_of(link.seq) {
            Some(at) if self.fits(&link) => {
                self.fill(at, &link, None);
                Vec::new()
            }
            None if self.is_new(link.seq) => {
                let at = self.noted.partition_point(|noted| noted.seq < link.seq);
                self.noted.insert(at, link);
                self.consume_noted()
            }
            _ => self.restart_after(&link),
        }
    }

    /// Expects slots again that were passed over.
    pub(super) fn rewind(&mut self, slot: Slot) {
        self.head = self.head.min(slot);
    }

    /// Gives up on what is missing before `slot`.
    pub(super) fn forget(&mut self, slot: Slot) {
        self.missing.retain(|missing| missing.gap.to > slot);
    }

    /// Walks from the last known block to `link`, over the noted ones between: what is not there is missing.
    fn advance(&mut self, link: &Link, slot: Slot) -> Vec<Finding> {
        let Some(mut next) = self.expected else {
            self.noted.retain(|noted| noted.seq > link.seq);
            self.begin(link, slot);
            return Vec::new();
        };
        let between = self.noted.partition_point(|noted| noted.seq < link.seq);
        let steps = self
            .noted
            .drain(..between)
            .chain([*link])
            .collect::<Vec<_>>();
        let mut findings = Vec::new();
        for step in steps {
            if step.seq > next.seq {
                let last = Seq(step.seq.0.saturating_sub(1));
                let gap = Gap {
                    first: next.seq,
                    last,
                    from: self.head,
                    to: slot,
                };
                self.miss(Missing {
                    gap,
                    before: Some(next.prev),
                    after: step.prev,
                });
                findings.push(Finding::Gap(gap));
            } else if !next.is(&step) {
                findings.push(Finding::Fork);
            }
            next = Next::after(&step);
        }
        findings
    }

    /// The first block of all: earlier ones may or may not exist.
    fn begin(&mut self, link: &Link, slot: Slot) {
        if self.head < slot && link.seq > Seq(0) {
            let gap = Gap {
                first: Seq(0),
                last: Seq(link.seq.0.saturating_sub(1)),
                from: self.head,
                to: slot,
            };
            self.miss(Missing {
                gap,
                before: None,
                after: link.prev,
            });
        }
    }

    /// A rotation whose number another block has: the history goes on from the rotation.
    fn restart_after(&mut self, link: &Link) -> Vec<Finding> {
        self.expected = Some(Next::after(link));
        self.noted.clear();
        self.missing.retain(|missing| missing.gap.last < link.seq);
        vec![Finding::Fork]
    }

    /// Moves over rotation blocks that directly follow.
    fn consume_noted(&mut self) -> Vec<Finding> {
        let mut findings = Vec::new();
        while let (Some(next), Some(first)) = (self.expected, self.noted.first().copied()) {
            if first.seq > next.seq {
                break;
            }
            if !next.is(&first) {
                findings.push(Finding::Fork);
            }
            self.expected = Some(Next::after(&first));
            self.noted.remove(0);
        }
        findings
    }

    fn gap_of(&self, seq: Seq) -> Option<usize> {
        self.missing
            .iter()
            .position(|missing| (missing.gap.first..=missing.gap.last).contains(&seq))
    }

    /// Splits a gap where a block of it turned up. A block without a slot leaves both halves all the slots.
    fn fill(&mut self, at: usize, link: &Link, slot: Option<Slot>) {
        let Missing { gap, before, after } = self.missing.remove(at);
        if link.seq < gap.last {
            let rest = Gap {
                first: link.seq.next(),
                from: slot.map_or(gap.from, Slot::next),
                ..gap
            };
            self.missing.insert(
                at,
                Missing {
                    gap: rest,
                    before: Some(link.hash),
                    after,
                },
            );
        }
        if link.seq > gap.first {
            let rest = Gap {
                last: Seq(link.seq.0.saturating_sub(1)),
                to: slot.unwrap_or(gap.to),
                ..gap
            };
            self.missing.insert(
                at,
                Missing {
                    gap: rest,
                    before,
                    after: link.prev,
                },
            );
        }
    }

    fn miss(&mut self, missing: Missing) {
        if self.missing.len() >= MAX_GAPS {
            self.missing.remove(0);
        }
        self.missing.push(missing);
    }
}
