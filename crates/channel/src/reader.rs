//! Reading a restricted channel.

mod asked;
mod event;
mod sequence;
mod slots;

use crate::block::{BlockKind, MAX_PARTS, Opened};
use crate::ratchet::RotationKey;
use crate::rotation::Rotation;
use crate::{
    BlockVerifier, ChannelError, ChannelId, Epoch, LaneKeys, LanePairwise, Pairwise, Ratchet, Root,
    Seq, Slot, SlotLength, Tag, state,
};
use asked::{Asked, Target};
use event::Tally;
pub use event::{Event, Gap, Rejection};
use minicbor::{Decode, Encode};
use sequence::{Link, Next, Sequence};
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
/// [`Reader::wants_another_round`], else when the next slot ends.
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
        self.sequence.tick();
        self.moved = false;
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
    pub const fn wants_another_round(&self) -> bool {
        self.moved || self.scan.has_more()
    }

    /// Takes what lies under `tag`, earliest first: at most 64 candidates, further pages in further calls.
    ///
    /// Checks, cheapest first: length, decryption, header against what was asked for, sequence number, signature, links.
    pub fn offer(&mut self, tag: &Tag, candidates: &[impl AsRef<[u8]>]) -> Vec<Event> {
        let mut tally = Tally::default();
        let mut events = Vec::new();
        match self.asked.find(tag) {
            Some((target, seen)) if self.is_open(&target) => {
                let mut accepted = seen;
                for candidate in candidates.iter().take(MAX_CANDIDATES) {
                    match self.judge(&target, accepted, candidate.as_ref()) {
                        Verdict::Accept(block) => {
                            accepted = Some(block.hash);
                            self.moved = true;
                            self.asked.done(*tag, block.hash);
                            events.extend(self.accept(&target, &block));
                        }
                        Verdict::Fork(block) => {
                            if self.asked.is_new_fork(block.hash) {
                                events.push(fork(target.epoch(), &block));
                            }
                        }
                        Verdict::Known => {}
                        // What lies beside an accepted block was counted when that was accepted.
                        Verdict::Reject(_) if seen.is_some() => {}
                        Verdict::Reject(reason) => tally.add(reason, 1),
                    }
                }
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

    fn judge(&self, target: &Target, seen: Option<crate::Hash>, data: &[u8]) -> Verdict {
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
    fn is_open(&self, target: &Target) -> bool {
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
    fn is_early(&self, target: &Target) -> bool {
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

    fn accept(&mut self, target: &Target, block: &Opened) -> Vec<Event> {
        if let Some(epoch) = self
            .epochs
            .iter_mut()
            .find(|epoch| epoch.epoch == target.epoch())
        {
            epoch.next_root = Some(block.header.next_root);
        }
        match target {
            Target::Slot {
                epoch,
                ratchet,
                part,
            } => self.accept_slot(*epoch, ratchet, *part, block),
            Target::Rotation { .. } => self.accept_rotation(target.epoch(), block),
        }
    }

    fn accept_slot(
        &mut self,
        epoch: Epoch,
        ratchet: &Ratchet,
        part: u16,
        block: &Opened,
    ) -> Vec<Event> {
        let link = Link::of(block);
        let mut events = Vec::new();
        if !self.sequence.accept(link, ratchet.slot()) {
            events.push(fork(epoch, block));
        }

        let at = self
            .unfinished
            .iter()
            .position(|place| place.waits_for(epoch, ratchet.slot(), part));
        let begun = at.map(|at| self.unfinished.remove(at));
        let mut place =
            begun.unwrap_or_else(|| Unfinished::new(epoch, ratchet.clone(), Next::after(&link)));
        place.next = Next::after(&link);
        place.part = part.saturating_add(1);
        match place.take(block) {
            Some(record) => events.push(self.event_of(epoch, record)),
            None if !block.header.more => events.push(Event::Rejected {
                reason: Rejection::Body,
                count: 1,
            }),
            None => {}
        }
        if (block.header.more || block.header.followed) && place.part < MAX_PARTS {
            place.targets().for_each(|target| self.asked.insert(target));
            if self.unfinished.len() >= MAX_UNFINISHED {
                self.unfinished.remove(0);
            }
            self.unfinished.push(place);
        }
        events
    }

    fn event_of(&self, epoch: Epoch, record: slots::Record) -> Event {
        let slots::Record {
            slot,
            seq,
            kind,
            codec,
            body,
            prev,
        } = record;
        match kind {
            BlockKind::Data => Event::Data {
                slot,
                seq,
                codec,
                body,
            },
            BlockKind::History => Event::History {
                slot,
                seq,
                codec,
                body,
            },
            BlockKind::Cover => Event::Cover { slot, seq },
            BlockKind::DayIndex => {
                let key = self.epoch(epoch).map(|epoch| &epoch.key);
                slots::read_day_index(&body, seq, &prev, key)
                    .map(|(first, last)| Event::DayIndex { slot, first, last })
                    .unwrap_or(Event::Rejected {
                        reason: Rejection::Body,
                        count: 1,
                    })
            }
            // A rotation never opens as the block of a slot.
            BlockKind::KeyRotation => Event::Rejected {
                reason: Rejection::Header,
                count: 1,
            },
        }
    }

    fn accept_rotation(&mut self, epoch: Epoch, block: &Opened) -> Vec<Event> {
        let link = Link::of(block);
        let mut events = Vec::new();
        if !self.sequence.note(link) {
            events.push(fork(epoch, block));
        }

        self.turning.part = self.turning.part.saturating_add(1);
        self.turning.next = Some(Next::after(&link));
        self.turning.first_slot = block.header.slot;
        self.turning.body.extend_from_slice(block.body());
        if block.header.more {
            self.rotation_targets()
                .into_iter()
                .for_each(|target| self.asked.insert(target));
        } else {
            events.extend(self.turn(block.header.next_root, link.seq));
        }
        events
    }

    /// Follows a complete rotation, or learns that it is not meant for this reader.
    fn turn(&mut self, next_root: Root, seq: Seq) -> Vec<Event> {
        let Turning {
            body, first_slot, ..
        } = std::mem::take(&mut self.turning);
        let Some(old) = self.epochs.last_mut() else {
            return Vec::new();
        };
        old.end = Some(first_slot);
        let (old_epoch, epoch) = (old.epoch, old.epoch.next());
        let mut events = Vec::new();
        if self.sequence.head > first_slot {
            // Blocks of the old epoch were published in slots of the new one, by somebody who did not know of it.
            events.push(Event::Fork {
                epoch: old_epoch,
                slot: first_slot,
                seq: self.sequence.next_seq().unwrap_or_default(),
            });
            self.sequence.rewind(first_slot);
        }

        let rotation = Rotation::parse(&body).filter(|rotation| {
            let root = Root::of(&self.cid, epoch, &rotation.key);
            (rotation.epoch, rotation.first_slot, root) == (epoch, first_slot, next_root)
        });
        let Some(rotation) = rotation else {
            self.end(first_slot, seq);
            events.push(Event::Rejected {
                reason: Rejection::Body,
                count: 1,
            });
            events.push(Event::NotInRotation { epoch, first_slot });
            return events;
        };
        match rotation.entry(&self.cid, self.slot_length, &self.pairwise) {
            Some(entry) => {
                self.epochs.push(ReadEpoch {
                    epoch,
                    start: entry.ratchet.slot(),
                    end: None,
                    ratchet: entry.ratchet,
                    rotation: entry.rotation,
                    key: rotation.key,
                    next_root: None,
                });
                self.pairwise.advance(epoch);
                events.push(Event::Rotated { epoch, first_slot });
            }
            None => {
                self.end(first_slot, seq);
                events.push(Event::NotInRotation { epoch, first_slot });
            }
        }
        events
    }

    fn end(&mut self, slot: Slot, rotation: Seq) {
        self.ended = Some(slot);
        self.sequence.end_after(rotation);
    }

    fn epoch(&self, epoch: Epoch) -> Option<&ReadEpoch> {
        self.epochs.iter().find(|known| known.epoch == epoch)
    }

    fn rotation_targets(&self) -> Vec<Target> {
        // A rotation has two parts at least.
        let parts = slots::next_parts(self.turning.part, 2);
        match self.epochs.last() {
            Some(newest) if self.ended.is_none() => {
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

    /// Forgets the keys of slots that are not wanted any more.
    fn prune(&mut self) {
        let open = self.sequence.open_slots().map(|slots| Slot(slots.start));
        let waiting = self.unfinished.iter().map(|place| place.ratchet.slot());
        let lowest = open
            .chain(waiting)
            .min()
            .map_or(self.sequence.head, |slot| slot.min(self.sequence.head));
        let newest = self.epochs.len().saturating_sub(1);
        let mut index = 0..;
        self.epochs.retain(|epoch| {
            let unread = epoch.end.is_none_or(|end| end > lowest);
            index.next() == Some(newest) || unread || self.asked.refers_to(epoch.epoch)
        });
        for epoch in &mut self.epochs {
            let slot = lowest.max(epoch.ratchet.slot());
            // Not further than the epoch goes; beyond a century the keys simply stay.
            let _kept = epoch.end.is_none_or(|end| slot < end) && epoch.ratchet.seek(slot);
        }
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

enum Verdict {
    Accept(Opened),
    /// Signed by the device, and contradicts what is known.
    Fork(Opened),
    Known,
    Reject(Rejection),
}
