//! What an accepted block changes.

use super::asked::Target;
use super::sequence::{Link, Next};
use super::slots::{self, Unfinished};
use super::{Event, MAX_UNFINISHED, ReadEpoch, Reader, Rejection, Turning, fork};
use crate::block::{BlockKind, MAX_PARTS, Opened};
use crate::rotation::Rotation;
use crate::{Epoch, Ratchet, Root, Seq, Slot};

impl Reader {
    pub(super) fn accept(&mut self, target: &Target, block: &Opened) -> Vec<Event> {
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
            // Blocks of the old epoch were published in slots of the new one, by somebody who did not know of it. Where
            // nothing was read yet, the head is that of the grant, and the device turned its keys before it came so far.
            if let Some(seq) = self.sequence.next_seq() {
                events.push(Event::Fork {
                    epoch: old_epoch,
                    slot: first_slot,
                    seq,
                });
            }
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
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::block::{self, Header, Place};
    use crate::rotation::NewEpoch;
    use crate::{BlockKey, ChannelId, Hash, Pairwise, Publisher, SideKey, SlotLength};
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    /// Somebody is let in from a slot that is to come, and left out before it has: nobody else wrote anything.
    #[test]
    fn a_rotation_before_the_slot_of_the_grant_is_no_fork() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let cid = ChannelId::from([2; 16]);
        let (length, now, granted) = (SlotLength::new(60).unwrap(), Slot(100), Slot(103));
        let publisher = Publisher::start(cid, length, now, &mut rng);
        let keys = publisher.lane_keys(granted).unwrap();
        let side_key = SideKey::new([4; 32]);
        let key = BlockKey::from_seed(&[5; 32]).verifying();
        let new = NewEpoch {
            cid: &cid,
            epoch: Epoch(1),
            first_slot: now,
            key: &key,
            ratchet: &Ratchet::start(&side_key, length, now),
            rotation: &crate::ratchet::RotationKey::of(&side_key),
        };
        let mut reader = Reader::new(keys, &Pairwise::new([3; 32])).unwrap();
        reader.turning = Turning {
            first_slot: now,
            body: new.to_body(&[], &mut rng).unwrap().to_vec(),
            ..Turning::default()
        };
        let events = reader.turn(Root::of(&cid, Epoch(1), &key), Seq(0));
        let left_out = Event::NotInRotation {
            epoch: Epoch(1),
            first_slot: now,
        };
        assert_eq!(events, [left_out]);
    }

    /// Even the device's own signature does not bring in a key that the epoch did not announce.
    #[test]
    fn a_rotation_into_another_key_than_the_announced_one_is_not_followed() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let (cid, length, slot) = (
            ChannelId::from([2; 16]),
            SlotLength::new(60).unwrap(),
            Slot(100),
        );
        let publisher = Publisher::start(cid, length, slot, &mut rng);
        let keys = publisher.lane_keys(slot).unwrap();
        let pairwise = Pairwise::new([3; 32]);
        let side_key = SideKey::new([4; 32]);
        let key = BlockKey::from_seed(&[5; 32]).verifying();
        let new = NewEpoch {
            cid: &cid,
            epoch: Epoch(1),
            first_slot: slot,
            key: &key,
            ratchet: &Ratchet::start(&side_key, length, slot),
            rotation: &crate::ratchet::RotationKey::of(&side_key),
        };
        let body = new.to_body(&[pairwise.lane(&keys)], &mut rng).unwrap();

        let turn = |announced: Root| {
            let mut reader = Reader::new(keys.clone(), &pairwise).unwrap();
            reader.turning = Turning {
                first_slot: slot,
                body: body.to_vec(),
                ..Turning::default()
            };
            reader.turn(announced, Seq(0))
        };
        let followed = Event::Rotated {
            epoch: Epoch(1),
            first_slot: slot,
        };
        assert!(turn(Root::of(&cid, Epoch(1), &key)).contains(&followed));
        let other = Root::of(&cid, Epoch(1), &BlockKey::from_seed(&[6; 32]).verifying());
        assert!(!turn(other).contains(&followed));
    }

    /// A reader at the first slot of its lane, and the keys of that slot.
    fn at_first_slot() -> (Reader, Ratchet) {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let (cid, length) = (ChannelId::from([2; 16]), SlotLength::new(60).unwrap());
        let publisher = Publisher::start(cid, length, Slot(100), &mut rng);
        let keys = publisher.lane_keys(Slot(100)).unwrap();
        let ratchet = keys.ratchet();
        (Reader::new(keys, &Pairwise::new([3; 32])).unwrap(), ratchet)
    }

    /// Part `part` of that slot, as somebody writes it who has the device's key and does not keep to the rules.
    fn part(ratchet: &Ratchet, part: u16, kind: BlockKind, more: bool) -> Opened {
        let (cid, slot) = (ChannelId::from([2; 16]), ratchet.slot());
        let header = Header {
            kind,
            more,
            followed: false,
            epoch: Epoch(0),
            seq: Seq(part.into()),
            slot,
            part,
            codec: 1,
            prev: Hash::from([0; 32]),
            next_root: Root::from([0; 32]),
        };
        let place = Place::Slot(Epoch(0), slot, part);
        let (key, signer) = (ratchet.key(part), BlockKey::from_seed(&[5; 32]));
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let (data, _) = block::seal(&cid, place, &key, &signer, &header, b"x", &mut rng).unwrap();
        Opened::open(&cid, place, &key, data.as_slice())
            .ok()
            .unwrap()
    }

    #[test]
    fn a_body_that_goes_on_as_another_kind_is_refused() {
        let (mut reader, ratchet) = at_first_slot();
        let mut accept = |number, kind, more| {
            let block = part(&ratchet, number, kind, more);
            let mut events = reader.accept_slot(Epoch(0), &ratchet, number, &block);
            events.retain(|event| !matches!(event, Event::Fork { .. }));
            events
        };
        assert_eq!(accept(0, BlockKind::Data, true), []);
        let refused = Event::Rejected {
            reason: Rejection::Body,
            count: 1,
        };
        assert_eq!(accept(1, BlockKind::History, false), [refused]);
    }

    #[test]
    fn behind_the_last_part_that_a_slot_can_have_nothing_is_awaited() {
        for (number, awaited) in [(MAX_PARTS - 2, 1), (MAX_PARTS - 1, 0)] {
            let (mut reader, ratchet) = at_first_slot();
            let block = part(&ratchet, number, BlockKind::Data, true);
            let _events = reader.accept_slot(Epoch(0), &ratchet, number, &block);
            assert_eq!(reader.unfinished.len(), awaited, "after part {number}");
        }
    }
}
