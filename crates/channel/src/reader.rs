//! Reading a restricted channel.

mod accepting;
mod asked;
mod event;
mod judging;
mod keeping;
mod sequence;
mod slots;
#[cfg(test)]
mod tests;

use crate::block::Opened;
use crate::ratchet::RotationKey;
use crate::{
    BlockVerifier, ChannelError, ChannelId, Epoch, Hash, LaneKeys, LanePairwise, Pairwise, Ratchet,
    Root, Seq, Slot, SlotLength, Tag, state,
};
use asked::{Asked, Target};
use event::Tally;
pub use event::{Event, Gap, Rejection};
use judging::Verdict;
use keeping::MAX_EPOCHS;
use minicbor::{Decode, Encode};
use sequence::{Next, Sequence};
use slots::{Scan, Unfinished};
use std::fmt;
use zeroize::Zeroizing;

const STATE_VERSION: u8 = 1;
/// How many candidates under one tag are looked at, the earliest.
const MAX_CANDIDATES: usize = 64;
/// How many stretches of missing blocks are remembered.
const MAX_GAPS: usize = 256;
/// How many slots are waited on for further parts.
const MAX_UNFINISHED: usize = 64;

/// The reading end of one lane.
///
/// Ask the Tangle for [`Reader::wanted`], hand what lies there to [`Reader::offer`] in the same order, persist
/// [`Reader::to_state`] together with what the events brought, and begin again: at once while
/// [`Reader::wants_another_round`], else when the next slot ends. When the look-up fails, say so
/// ([`Reader::unanswered`]).
#[derive(Clone, Encode, Decode)]
pub struct Reader {
    #[n(0)]
    cid: ChannelId,
    #[n(1)]
    slot_length: SlotLength,
    #[n(2)]
    pairwise: LanePairwise,
    /// The epochs with slots that are still wanted, the newest last.
    #[n(3)]
    epochs: Vec<ReadEpoch>,
    #[n(4)]
    sequence: Sequence,
    #[n(5)]
    unfinished: Vec<Unfinished>,
    /// What was found of the newest epoch's rotation.
    #[n(6)]
    turning: Turning,
    /// A rotation left this reader out: it reads nothing from this slot on.
    #[n(7)]
    ended: Option<Slot>,
    #[cbor(skip)]
    asked: Asked,
    #[cbor(skip)]
    scan: Scan,
    /// Where it was before the last round.
    #[cbor(skip)]
    scan_before: Option<Scan>,
    /// A block was accepted since the last round began.
    #[cbor(skip)]
    moved: bool,
}

/// One epoch, as far as this reader may read it.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
struct ReadEpoch {
    #[n(0)]
    epoch: Epoch,
    #[n(1)]
    start: Slot,
    /// The first slot of the next epoch, once its rotation was read.
    #[n(2)]
    end: Option<Slot>,
    /// At the first slot that is still wanted.
    #[n(3)]
    ratchet: Ratchet,
    #[n(4)]
    rotation: RotationKey,
    #[n(5)]
    key: BlockVerifier,
    /// What the epoch's blocks say about the next one.
    #[n(6)]
    next_root: Option<Root>,
}

#[derive(Clone, Default, PartialEq, Eq, Encode, Decode)]
struct Turning {
    #[n(0)]
    part: u16,
    #[n(1)]
    next: Option<Next>,
    #[n(2)]
    first_slot: Slot,
    #[cbor(n(3), with = "minicbor::bytes")]
    body: Vec<u8>,
}

impl Reader {
    /// A reader for the lane that a grant, opened together with `pairwise`, hands over.
    ///
    /// # Errors
    /// [`ChannelError::RootMismatch`] when the public key does not belong to the root.
    pub fn new(keys: LaneKeys, pairwise: &Pairwise) -> Result<Self, ChannelError> {
        let keys = keys.checked()?;
        let pairwise = pairwise.lane(&keys);
        let epoch = ReadEpoch {
            epoch: keys.epoch,
            start: keys.slot,
            end: None,
            ratchet: keys.ratchet(),
            rotation: keys.rotation.clone(),
            key: keys.key.clone(),
            next_root: None,
        };
        Ok(Self {
            cid: keys.cid,
            slot_length: keys.slot_length,
            pairwise,
            epochs: vec![epoch],
            sequence: Sequence::at(keys.slot),
            unfinished: Vec::new(),
            turning: Turning::default(),
            ended: None,
            asked: Asked::default(),
            scan: Scan::default(),
            scan_before: None,
            moved: false,
        })
    }

    /// The tags to look up now, at most 512: the rotation first, then awaited parts, then slots up to `now_unix`, then
    /// the last few slots again, for the case that somebody else writes there too.
    ///
    /// When there are more slots than fit, every call moves on; when nothing is found from the oldest on, the newest are
    /// among them.
    #[must_use]
    pub fn wanted(&mut self, now_unix: u64) -> Vec<Tag> {
        self.prune();
        self.make_room(self.slot_length.slot_at(now_unix));
        self.sequence.tick();
        self.moved = false;
        self.scan_before = Some(self.scan.clone());
        let mut targets = self.rotation_targets();
        targets.extend(
            self.unfinished
                .iter()
                .flat_map(Unfinished::targets)
                .take(MAX_UNFINISHED),
        );
        targets.extend(self.slot_targets(self.slot_length.slot_at(now_unix)));
        self.asked.renew(targets)
    }

    /// Whether another round at once is worth it: the last one brought a block, or there are slots that no round has
    /// looked at. Otherwise wait until the next slot ends.
    #[must_use]
    pub fn wants_another_round(&self) -> bool {
        self.moved || self.scan.has_more()
    }

    /// The look-up of the last round failed: its slots are asked for again, and what is missing had no chance to turn up.
    pub fn unanswered(&mut self) {
        if let Some(before) = self.scan_before.take() {
            self.scan = before;
            self.sequence.take_back_tick();
        }
    }

    /// Takes what lies under `tag`, earliest first: at most 64 candidates, further pages in further calls.
    ///
    /// Checks, cheapest first: length, decryption, header against what was asked for, sequence number, signature, links.
    pub fn offer(&mut self, tag: &Tag, candidates: &[impl AsRef<[u8]>]) -> Vec<Event> {
        let mut tally = Tally::default();
        let mut events = Vec::new();
        match self.asked.find(tag) {
            Some((target, seen)) if self.is_open(&target) => {
                events = self.look_at(tag, &target, seen, candidates, &mut tally);
            }
            // Asked for again only to see whether somebody else wrote there; by now that is settled.
            Some((_, Some(_))) => {}
            // The part before it is still missing; it will be asked for again.
            Some((target, None)) if self.is_early(&target) => {}
            _ => tally.add(Rejection::NotAsked, candidates.len()),
        }
        events.extend(self.sequence.newly_overdue().into_iter().map(Event::Gap));
        events.extend(tally.into_events());
        events
    }

    /// Whether a block that lies under `tag` could be accepted now: it was asked for, and nothing was accepted there yet.
    ///
    /// When a tag is crowded, it is worth looking behind the crowd as long as this is true.
    #[must_use]
    pub fn awaits(&self, tag: &Tag) -> bool {
        matches!(self.asked.find(tag), Some((target, None)) if self.is_open(&target))
    }

    /// The newest epoch it has keys of, the first slot it has seen nothing of or after, and the next sequence number.
    #[must_use]
    pub fn position(&self) -> (Epoch, Slot, Option<Seq>) {
        let epoch = self
            .epochs
            .last()
            .map(|epoch| epoch.epoch)
            .unwrap_or_default();
        (epoch, self.sequence.head, self.sequence.next_seq())
    }

    /// The first slot it cannot read, once a rotation left it out.
    #[must_use]
    pub const fn ended(&self) -> Option<Slot> {
        self.ended
    }

    /// The blocks that exist and were not found for a while. They are asked for again and again.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap> {
        self.sequence.gaps().collect()
    }

    /// Stops asking for blocks that are missing before `slot`, for instance because the Tangle was pruned.
    pub fn forget_gaps(&mut self, slot: Slot) {
        self.sequence.forget(slot);
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

    /// Versioned bytes for storage; secret.
    #[must_use]
    pub fn to_state(&self) -> Zeroizing<Vec<u8>> {
        state::encode(STATE_VERSION, self)
    }

    /// # Errors
    /// [`ChannelError::Malformed`] or [`ChannelError::Version`] for anything that [`Reader::to_state`] did not write.
    pub fn from_state(bytes: &[u8]) -> Result<Self, ChannelError> {
        const WHAT: &str = "the state of a reader";
        let reader: Self = state::decode(WHAT, STATE_VERSION, bytes)?;
        if reader.epochs.is_empty() {
            return Err(ChannelError::malformed(WHAT, "it has no epoch"));
        }
        Ok(reader)
    }

    fn look_at(
        &mut self,
        tag: &Tag,
        target: &Target,
        seen: Option<Hash>,
        candidates: &[impl AsRef<[u8]>],
        tally: &mut Tally,
    ) -> Vec<Event> {
        let mut events = Vec::new();
        let mut accepted = seen;
        for candidate in candidates.iter().take(MAX_CANDIDATES) {
            match self.judge(target, accepted, candidate.as_ref()) {
                Verdict::Accept(block) => {
                    accepted = Some(block.hash);
                    self.moved = true;
                    self.asked.done(*tag, block.hash);
                    events.extend(self.accept(target, &block));
                }
                Verdict::Fork(block) if self.asked.is_new_fork(block.hash) => {
                    events.push(fork(target.epoch(), &block));
                }
                Verdict::Fork(_) | Verdict::Known => {}
                // What lies beside an accepted block was counted when that was accepted.
                Verdict::Reject(_) if seen.is_some() => {}
                Verdict::Reject(reason) => tally.add(reason, 1),
            }
        }
        events
    }

    fn epoch(&self, epoch: Epoch) -> Option<&ReadEpoch> {
        self.epochs.iter().find(|known| known.epoch == epoch)
    }

    fn rotation_targets(&self) -> Vec<Target> {
        // A rotation has two parts at least.
        let parts = slots::next_parts(self.turning.part, 2);
        match self.epochs.last() {
            Some(newest) if self.ended.is_none() && self.epochs.len() < MAX_EPOCHS => {
                parts.map(|part| newest.rotation_target(part)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn slot_targets(&mut self, now: Slot) -> Vec<Target> {
        let last = self
            .ended
            .map_or(now, |end| Slot(end.0.saturating_sub(1)).min(now));
        let nothing = self.ended == Some(Slot(0));
        let slots = if nothing {
            Vec::new()
        } else {
            self.scan.window(&self.sequence, last)
        };
        let mut epochs = self.epochs.clone();
        let target = |slot| {
            let epoch = epochs.iter_mut().rev().find(|epoch| epoch.covers(slot))?;
            epoch.ratchet.seek(slot).then(|| Target::Slot {
                epoch: epoch.epoch,
                ratchet: epoch.ratchet.clone(),
                part: 0,
            })
        };
        slots.into_iter().filter_map(target).collect()
    }
}

impl ReadEpoch {
    fn covers(&self, slot: Slot) -> bool {
        self.start <= slot && self.end.is_none_or(|end| slot < end)
    }

    fn rotation_target(&self, part: u16) -> Target {
        Target::Rotation {
            epoch: self.epoch,
            key: self.rotation.clone(),
            part,
        }
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (epoch, slot, seq) = self.position();
        write!(
            f,
            "Reader(epoch {epoch}, next slot {slot}, next seq {seq:?})"
        )
    }
}

fn fork(epoch: Epoch, block: &Opened) -> Event {
    Event::Fork {
        epoch,
        slot: block.header.slot,
        seq: block.header.seq,
    }
}
