//! What a block found under a tag is worth, cheapest check first (`docs/protocol.md` section 3.4).

use super::asked::Target;
use super::sequence::Link;
use super::slots::Unfinished;
use super::{Reader, Rejection};
use crate::Hash;
use crate::block::Opened;

pub(super) enum Verdict {
    Accept(Opened),
    /// Signed by the device, and contradicts what is known.
    Fork(Opened),
    Known,
    Reject(Rejection),
}

impl Reader {
    pub(super) fn judge(&self, target: &Target, seen: Option<Hash>, data: &[u8]) -> Verdict {
        let block = match Opened::open(&self.cid, target.place(), &target.key(), data) {
            Ok(block) => block,
            Err(junk) => return Verdict::Reject(junk.into()),
        };
        if seen == Some(block.hash) {
            return Verdict::Known;
        }
        let Some(epoch) = self.epoch(target.epoch()) else {
            return Verdict::Reject(Rejection::NotAsked);
        };
        if !block.is_signed_by(&epoch.key) {
            return Verdict::Reject(Rejection::Signature);
        }
        let link = Link::of(&block);
        // A rotation is followed even where its number is taken: it is the way out of a fork.
        let numbered =
            target.is_rotation() || (self.sequence.is_new(link.seq) && self.sequence.fits(&link));
        if seen.is_some() || !numbered || !self.continues(target, &link) {
            return Verdict::Fork(block);
        }
        if epoch
            .next_root
            .is_some_and(|root| root != block.header.next_root)
        {
            return Verdict::Reject(Rejection::NextRoot);
        }
        Verdict::Accept(block)
    }

    /// Whether a further part directly follows the part before it.
    fn continues(&self, target: &Target, link: &Link) -> bool {
        match target {
            Target::Slot { part: 0, .. } | Target::Rotation { part: 0, .. } => true,
            Target::Slot {
                epoch,
                ratchet,
                part,
            } => self.unfinished.iter().any(|unfinished| {
                unfinished.waits_for(*epoch, ratchet.slot(), *part) && unfinished.next.is(link)
            }),
            Target::Rotation { .. } => self.turning.next.is_some_and(|next| next.is(link)),
        }
    }

    /// Whether a block found there could still be accepted, or tell of a fork.
    pub(super) fn is_open(&self, target: &Target) -> bool {
        match target {
            Target::Slot {
                epoch,
                ratchet,
                part,
            } => {
                let slot = ratchet.slot();
                let within = self.epoch(*epoch).is_some_and(|epoch| epoch.covers(slot));
                let continued = || {
                    self.unfinished
                        .iter()
                        .any(|place| place.waits_for(*epoch, slot, *part))
                };
                within && (*part == 0 || continued() || self.asked.is_done(target))
            }
            Target::Rotation { epoch, part, .. } => {
                let newest = self
                    .epochs
                    .last()
                    .is_some_and(|newest| newest.epoch == *epoch);
                let awaited = newest && self.ended.is_none() && *part == self.turning.part;
                awaited || (self.epoch(*epoch).is_some() && self.asked.is_done(target))
            }
        }
    }

    /// Whether it is a part whose turn comes when the parts before it were found.
    pub(super) fn is_early(&self, target: &Target) -> bool {
        match target {
            Target::Slot {
                epoch,
                ratchet,
                part,
            } => {
                let place = |place: &&Unfinished| place.is_of(*epoch, ratchet.slot());
                self.unfinished
                    .iter()
                    .find(place)
                    .is_some_and(|place| place.part < *part)
            }
            Target::Rotation { epoch, part, .. } => {
                let newest = self
                    .epochs
                    .last()
                    .is_some_and(|newest| newest.epoch == *epoch);
                newest && self.turning.part < *part
            }
        }
    }
}
