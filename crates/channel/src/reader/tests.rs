//! Which keys a reader keeps, and what it still asks for.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use super::*;
use crate::{BlockKind, Publisher, SealedBlock};

const START: Slot = Slot(29_000_000);

/// A lane with one reader, to whom each block comes at once.
struct Lane {
    publisher: Publisher,
    reader: Reader,
    pairwise: LanePairwise,
    rng: ChaCha20Rng,
}

impl Lane {
    fn new() -> Self {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let (cid, length) = ([2; 16].into(), SlotLength::new(60).unwrap());
        let publisher = Publisher::start(cid, length, START, &mut rng);
        let keys = publisher.lane_keys(START).unwrap();
        let pairwise = Pairwise::new([3; 32]);
        Self {
            reader: Reader::new(keys.clone(), &pairwise).unwrap(),
            pairwise: pairwise.lane(&keys),
            publisher,
            rng,
        }
    }

    /// One block for the next slot, which nobody reads.
    fn withhold(&mut self) -> SealedBlock {
        let slot = self.publisher.position().1;
        let kind = BlockKind::Data;
        let blocks = self
            .publisher
            .publish(slot, kind, 1, b"reading", &mut self.rng);
        blocks.unwrap().remove(0)
    }

    fn read(&mut self, slots: usize) {
        for _ in 0..slots {
            let block = self.withhold();
            self.offer(&[block]);
        }
    }

    fn rotate(&mut self, readers: &mut [LanePairwise]) {
        self.rotate_at(self.next(), readers);
    }

    fn rotate_at(&mut self, slot: Slot, readers: &mut [LanePairwise]) {
        let blocks = self.publisher.rotate(slot, readers, &mut self.rng).unwrap();
        self.offer(&blocks);
    }

    fn offer(&mut self, blocks: &[SealedBlock]) {
        for block in blocks {
            self.round();
            self.reader.offer(&block.tag, &[block.data.as_slice()]);
        }
        self.round();
    }

    fn round(&mut self) {
        let now = self.reader.slot_length().start_of(self.next());
        let _tags = self.reader.wanted(now);
    }

    fn next(&self) -> Slot {
        self.publisher.position().1
    }

    /// The first slot that the keys of each epoch still open.
    fn opens_from(&self) -> Vec<Slot> {
        let epochs = self.reader.epochs.iter();
        epochs.map(|epoch| epoch.ratchet.slot()).collect()
    }
}

#[test]
fn keys_of_slots_that_were_read_are_forgotten() {
    let mut lane = Lane::new();
    lane.read(5);
    assert_eq!(lane.opens_from(), [Slot(START.0 + 5)]);
}

#[test]
fn keys_of_a_slot_that_is_missing_are_kept_until_it_is_given_up() {
    let mut lane = Lane::new();
    lane.read(2);
    lane.withhold();
    lane.read(3);
    assert_eq!(lane.opens_from(), [Slot(START.0 + 2)]);
    lane.reader.forget_gaps(lane.next());
    lane.round();
    assert_eq!(lane.opens_from(), [lane.next()]);
}

#[test]
fn an_epoch_goes_when_nothing_in_it_is_missing_nor_asked_for_again() {
    let mut lane = Lane::new();
    lane.read(2);
    lane.withhold();
    lane.read(1);
    let mut readers = [lane.pairwise.clone()];
    lane.rotate(&mut readers);
    let second = lane.next();
    lane.read(asked::RECENT + 2);
    assert_eq!(lane.opens_from()[0], Slot(START.0 + 2), "one is missing");
    assert_eq!(lane.reader.epochs.len(), 2);
    lane.reader.forget_gaps(second);
    lane.round();
    assert_eq!(lane.opens_from(), [lane.next()]);
}

#[test]
fn keys_of_an_epoch_whose_end_is_known_are_forgotten_as_it_is_read() {
    let mut lane = Lane::new();
    let mut readers = [lane.pairwise.clone()];
    let end = Slot(START.0 + 10);
    lane.rotate_at(end, &mut readers);
    lane.read(3);
    assert_eq!(lane.opens_from(), [Slot(START.0 + 3), end]);
    lane.read(7);
    assert_eq!(lane.opens_from(), [end, end], "also those of its last slot");
}

/// A copy of the device may still write where the old epoch ended, and has to be seen.
#[test]
fn an_epoch_stays_while_its_last_blocks_are_asked_for_again() {
    let mut lane = Lane::new();
    lane.read(2);
    let mut copy = lane.publisher.clone();
    lane.read(1);
    let mut readers = [lane.pairwise.clone()];
    lane.rotate(&mut readers);
    let end = lane.next();
    lane.read(1);
    assert_eq!(lane.opens_from(), [end, lane.next()], "no keys of before");
    let (kind, slot) = (BlockKind::Data, copy.position().1);
    let blocks = copy.publish(slot, kind, 1, b"other", &mut lane.rng);
    let block = blocks.unwrap().remove(0);
    let events = lane.reader.offer(&block.tag, &[block.data.as_slice()]);
    assert!(matches!(events[..], [Event::Fork { .. }]), "{events:?}");
}

/// The first slot of an epoch is missing: everything of the one before was read.
#[test]
fn an_epoch_goes_although_the_first_slot_of_the_next_is_missing() {
    let mut lane = Lane::new();
    lane.read(2);
    let mut readers = [lane.pairwise.clone()];
    lane.rotate(&mut readers);
    let missing = lane.next();
    lane.withhold();
    lane.read(asked::RECENT + 2);
    assert_eq!(lane.opens_from(), [missing]);
}

#[test]
fn who_was_left_out_asks_for_no_rotation_any_more() {
    let mut lane = Lane::new();
    lane.read(2);
    assert!(!lane.reader.rotation_targets().is_empty());
    lane.rotate(&mut []);
    assert_eq!(lane.reader.ended(), Some(lane.next()));
    assert!(lane.reader.rotation_targets().is_empty());
}

/// A device that means ill announces more and more epochs, each further ahead.
#[test]
fn a_bounded_number_of_epochs_waits() {
    let mut lane = Lane::new();
    lane.read(2);
    let mut readers = [lane.pairwise.clone()];
    for n in 0..2 * MAX_EPOCHS as u64 {
        lane.rotate_at(Slot(START.0 + 1_000 + n), &mut readers);
    }
    assert_eq!(lane.reader.epochs.len(), MAX_EPOCHS);
    assert!(lane.reader.rotation_targets().is_empty());
    lane.read(3);
    assert_eq!(lane.reader.sequence.head, lane.next(), "it goes on reading");
}

/// Something is missing of each epoch that was read.
#[test]
fn an_epoch_that_was_read_gives_way_with_what_is_missing_of_it() {
    let mut lane = Lane::new();
    let mut readers = [lane.pairwise.clone()];
    for _ in 0..2 * MAX_EPOCHS {
        lane.read(1);
        lane.withhold();
        lane.read(1);
        lane.rotate(&mut readers);
    }
    lane.read(1);
    let newest = lane.reader.epochs.last().map(|epoch| epoch.epoch);
    assert_eq!(newest, Some(Epoch(2 * MAX_EPOCHS as u32)));
    assert!(lane.reader.epochs.len() <= MAX_EPOCHS);
    assert!(lane.reader.gaps().len() <= MAX_EPOCHS);
}

/// Nothing was ever published in the oldest epoch. What is awaited of it goes with it, and nothing else.
#[test]
fn an_epoch_that_brought_nothing_gives_way_a_week_after_its_end_once_all_its_slots_were_looked_at()
{
    let mut lane = Lane::new();
    let mut readers = [lane.pairwise.clone()];
    let end = Slot(START.0 + 1_000);
    for n in 0..MAX_EPOCHS as u64 {
        lane.rotate_at(Slot(end.0 + n), &mut readers);
    }
    let next = Next {
        seq: Seq(0),
        prev: Hash::from([0; 32]),
    };
    let epochs = &lane.reader.epochs[..2];
    let place = |epoch: &ReadEpoch| Unfinished::new(epoch.epoch, epoch.ratchet.clone(), next);
    lane.reader.unfinished = epochs.iter().map(place).collect();

    let mut look = |slot: u64, rounds: usize| {
        for _ in 0..rounds {
            let _tags = lane
                .reader
                .wanted(lane.reader.slot_length().start_of(Slot(slot)));
        }
        let places = &lane.reader.unfinished;
        let awaited = |slot| places.iter().any(|at| at.ratchet.slot() == slot);
        let awaited = [START, end].map(awaited);
        (lane.reader.epochs.len(), awaited)
    };
    let (week, whole_pass) = (7 * 1_440, 40);
    let kept = (MAX_EPOCHS, [true, true]);
    assert_eq!(look(end.0 + week, 3), kept, "not all looked at");
    assert_eq!(look(end.0 + week - 1, whole_pass), kept, "not a week");
    let given_up = (MAX_EPOCHS - 1, [false, true]);
    assert_eq!(look(end.0 + week, 1), given_up);
}

#[test]
fn a_round_that_nobody_answered_is_asked_again() {
    let mut lane = Lane::new();
    let years = lane.reader.slot_length().start_of(lane.next()) + 3 * 365 * 86_400;
    let first = lane.reader.wanted(years);
    lane.reader.unanswered();
    assert!(!lane.reader.wants_another_round(), "nothing was looked at");
    assert_eq!(lane.reader.wanted(years), first);
    let second = lane.reader.wanted(years);
    assert_ne!(second, first, "else it goes on");
    lane.reader.unanswered();
    assert_eq!(lane.reader.wanted(years), second);
}

/// Two rounds that were answered are what a missing block has to turn up in.
#[test]
fn a_node_that_does_not_answer_makes_no_block_missing() {
    let mut lane = Lane::new();
    lane.read(1);
    lane.withhold();
    let block = lane.withhold();
    lane.round();
    lane.reader.offer(&block.tag, &[block.data.as_slice()]);
    for _ in 0..5 {
        lane.round();
        lane.reader.unanswered();
        lane.reader.unanswered();
        assert!(lane.reader.gaps().is_empty());
    }
    lane.round();
    assert!(lane.reader.gaps().is_empty(), "once");
    lane.round();
    assert_eq!(lane.reader.gaps().len(), 1, "twice");
}

/// The rotation has the most parts, everything else that is awaited too, and there are slots without end.
#[test]
fn a_round_never_asks_for_more_than_512_tags() {
    let mut lane = Lane::new();
    lane.read(asked::RECENT + 2);
    lane.reader.turning.part = crate::block::MAX_PARTS / 2;
    let ratchet = lane.reader.epochs[0].ratchet.clone();
    let next = Next {
        seq: Seq(0),
        prev: Hash::from([0; 32]),
    };
    let place = || {
        let mut place = Unfinished::new(Epoch(0), ratchet.clone(), next);
        place.part = 1;
        place
    };
    lane.reader.unfinished = std::iter::repeat_with(place).take(MAX_UNFINISHED).collect();
    let years = lane.reader.slot_length().start_of(lane.next()) + 3 * 365 * 86_400;
    assert_eq!(lane.reader.wanted(years).len(), 512);
}
