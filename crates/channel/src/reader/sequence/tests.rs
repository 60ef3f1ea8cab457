//! Numbers and links: what is missing, what fits where something is missing, and where two histories show.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

/// Block `seq` of the one true history.
fn block(seq: u64) -> Link {
    Link {
        seq: Seq(seq),
        prev: seq.checked_sub(1).map_or(Hash::from([0; 32]), hash),
        hash: hash(seq),
    }
}

fn hash(seq: u64) -> Hash {
    named(1, seq)
}

fn named(history: u8, seq: u64) -> Hash {
    let mut bytes = [history; 32];
    for (to, from) in bytes.iter_mut().zip(seq.to_le_bytes()) {
        *to = from;
    }
    Hash::from(bytes)
}

/// The same number after the same block, with other content.
fn otherwise(seq: u64) -> Link {
    Link {
        hash: named(2, seq),
        ..block(seq)
    }
}

/// The same number after another block.
fn elsewhere(seq: u64) -> Link {
    Link {
        prev: named(2, seq),
        ..block(seq)
    }
}

/// Blocks that were read, each with its slot.
fn read(blocks: &[(u64, u64)]) -> Sequence {
    let mut sequence = Sequence::at(Slot(0));
    for (seq, slot) in blocks {
        sequence.accept(block(*seq), Slot(*slot));
    }
    sequence
}

/// First and last number of all that is certain to be missing.
fn missing(sequence: &mut Sequence) -> Vec<(u64, u64)> {
    (0..PATIENCE).for_each(|_| sequence.tick());
    let ends = |gap: Gap| (gap.first.0, gap.last.0);
    sequence.gaps().map(ends).collect()
}

/// Where something may be missing: the first slot, and the one after the last.
fn open(sequence: &Sequence) -> Vec<(u64, u64)> {
    let ends = |slots: Range<u64>| (slots.start, slots.end);
    sequence.open_slots().map(ends).collect()
}

#[test]
fn a_block_in_a_gap_fits_both_ends_of_it() {
    let sequence = read(&[(0, 0), (4, 10)]);
    assert!((1..4).all(|seq| sequence.fits(&block(seq))));
    assert!(!sequence.fits(&elsewhere(1)), "not after block 0");
    assert!(sequence.fits(&otherwise(1)), "nobody knows block 1 yet");
    assert!(sequence.fits(&elsewhere(2)), "nor the middle");
    assert!(!sequence.fits(&otherwise(3)), "block 4 names another");
    let sequence = read(&[(0, 0), (2, 10)]);
    assert!(sequence.fits(&block(1)));
    assert!(!sequence.fits(&elsewhere(1)) && !sequence.fits(&otherwise(1)));
}

#[test]
fn before_the_first_number_nothing_is_looked_for() {
    assert_eq!(open(&read(&[(0, 5)])), []);
    let mut begun_later = read(&[(1, 5)]);
    assert_eq!(open(&begun_later), [(0, 5)], "number 0 may be for it");
    assert_eq!(missing(&mut begun_later), [], "or not");
}

#[test]
fn what_may_not_be_missing_at_all_is_looked_for_a_bounded_number_of_rounds() {
    let mut sequence = read(&[(1, 5)]);
    (0..GRACE).for_each(|_| sequence.tick());
    sequence.take_back_tick();
    sequence.tick();
    assert_eq!(open(&sequence), [(0, 5)], "so many were answered at most");
    sequence.tick();
    assert_eq!(open(&sequence), [(0, 0)], "nothing to look for");
}

#[test]
fn a_round_that_nobody_answered_makes_nothing_overdue() {
    let mut sequence = read(&[(0, 0), (2, 10)]);
    (0..PATIENCE).for_each(|_| sequence.tick());
    sequence.take_back_tick();
    assert_eq!(sequence.gaps().count(), 0);
    sequence.tick();
    assert_eq!(sequence.gaps().count(), 1);
}

#[test]
fn a_rotation_is_a_link_like_any_other() {
    let mut sequence = read(&[(0, 0)]);
    assert!(sequence.note(block(1)) && sequence.note(block(2)));
    assert_eq!(sequence.next_seq(), Some(Seq(3)));
    assert!(sequence.accept(block(3), Slot(1)));
    assert_eq!(missing(&mut sequence), []);
}

#[test]
fn a_rotation_that_was_found_first_waits_for_the_blocks_before_it() {
    let mut sequence = read(&[(0, 0)]);
    assert!(sequence.note(block(2)));
    assert_eq!(sequence.next_seq(), Some(Seq(1)));
    assert!(!sequence.is_new(Seq(2)) && sequence.is_new(Seq(1)));
    assert!(sequence.accept(block(1), Slot(1)));
    assert_eq!(sequence.next_seq(), Some(Seq(3)));
}

#[test]
fn a_rotation_that_links_to_another_block_is_a_fork() {
    let mut sequence = read(&[(0, 0)]);
    assert!(!sequence.note(elsewhere(1)));
    assert_eq!(sequence.next_seq(), Some(Seq(2)), "and the way on");
    let mut sequence = read(&[(0, 0)]);
    assert!(sequence.note(otherwise(2)) && sequence.note(block(3)));
    assert!(!sequence.accept(block(1), Slot(1)), "3 is not after that 2");
}

#[test]
fn what_is_left_of_a_gap_in_which_a_block_came_gets_its_time_anew() {
    let mut sequence = read(&[(0, 0), (4, 10)]);
    (1..PATIENCE).for_each(|_| sequence.tick());
    assert!(sequence.accept(block(2), Slot(5)));
    sequence.tick();
    assert_eq!(sequence.gaps().count(), 0, "more of it may be coming");
    assert_eq!(missing(&mut sequence), [(1, 1), (3, 3)]);
}

#[test]
fn a_rotation_in_a_gap_leaves_what_is_around_it_missing() {
    let mut sequence = read(&[(0, 0), (5, 10)]);
    assert!(sequence.note(block(2)));
    assert_eq!(missing(&mut sequence), [(1, 1), (3, 4)]);
    assert_eq!(open(&sequence), [(1, 10), (1, 10)], "it lies in no slot");
    assert!(sequence.fits(&block(1)) && !sequence.fits(&otherwise(1)));
    assert!(sequence.fits(&block(3)) && !sequence.fits(&elsewhere(3)));
}

#[test]
fn behind_a_rotation_from_before_the_first_block_nothing_is_certain_but_behind_a_block_it_is() {
    let mut sequence = read(&[(5, 10)]);
    sequence.note(block(2));
    assert_eq!(missing(&mut sequence), []);
    assert!(sequence.accept(block(3), Slot(7)));
    assert_eq!(missing(&mut sequence), [(4, 4)]);
}

#[test]
fn from_a_rotation_whose_number_is_taken_another_history_goes_on() {
    let mut sequence = read(&[(0, 0), (3, 10), (9, 20)]);
    assert_eq!(missing(&mut sequence), [(1, 2), (4, 8)]);
    assert!(!sequence.note(otherwise(3)));
    assert_eq!(sequence.next_seq(), Some(Seq(4)));
    assert_eq!(missing(&mut sequence), [(1, 2)], "4 to 8 were of the other");
}

#[test]
fn a_rotation_that_does_not_fit_its_gap_ends_the_gap() {
    let mut sequence = read(&[(0, 0), (3, 10)]);
    assert!(!sequence.note(otherwise(2)));
    assert_eq!(sequence.next_seq(), Some(Seq(3)));
    assert_eq!(missing(&mut sequence), []);
}

#[test]
fn a_rotation_that_contradicts_one_that_waits_takes_its_place() {
    let mut sequence = read(&[(0, 0)]);
    assert!(sequence.note(block(3)));
    assert!(!sequence.note(otherwise(3)));
    assert_eq!(sequence.next_seq(), Some(Seq(4)));
    let next = Link {
        prev: named(2, 3),
        ..block(4)
    };
    assert!(sequence.accept(next, Slot(1)));
}

#[test]
fn slots_that_were_passed_over_are_expected_again_and_no_others() {
    let mut sequence = read(&[(0, 20)]);
    sequence.rewind(Slot(15));
    assert_eq!(sequence.head, Slot(15));
    sequence.rewind(Slot(30));
    assert_eq!(sequence.head, Slot(15));
}

#[test]
fn what_is_given_up_ends_before_the_slot_and_is_certain() {
    let gap_before_slot_10 = read(&[(1, 2), (2, 3), (4, 10)]);
    let kept = |slot| {
        let mut sequence = gap_before_slot_10.clone();
        sequence.forget(Slot(slot));
        open(&sequence)
    };
    assert_eq!(kept(9), [(0, 2), (4, 10)]);
    assert_eq!(kept(10), [(0, 2)], "where the reader began it still looks");
    assert_eq!(kept(11), [(0, 2)]);
}

#[test]
fn what_is_missing_behind_the_rotation_that_left_the_reader_out_means_nothing() {
    let mut sequence = read(&[(0, 0)]);
    sequence.note(block(3));
    sequence.end_after(Seq(3));
    sequence.accept(block(6), Slot(10));
    assert_eq!(missing(&mut sequence), [(1, 2)]);
}

#[test]
fn a_block_tells_where_the_ones_before_and_after_it_cannot_be() {
    let around_a_rotation = || {
        let mut sequence = read(&[(0, 0), (7, 20)]);
        assert!(sequence.note(block(3)));
        assert_eq!(open(&sequence), [(1, 20), (1, 20)]);
        sequence
    };
    let mut sequence = around_a_rotation();
    assert!(sequence.accept(block(2), Slot(8)));
    assert_eq!(open(&sequence), [(1, 8), (9, 20)]);
    let mut sequence = around_a_rotation();
    assert!(sequence.accept(block(4), Slot(8)));
    assert_eq!(open(&sequence), [(1, 8), (9, 20)]);
}

#[test]
fn the_oldest_of_too_many_gaps_is_given_up_but_not_the_beginning() {
    let every_other = |count: u64| {
        let blocks = (1..=count + 1).map(|n| (2 * n, n)).collect::<Vec<_>>();
        read(&blocks)
    };
    let most = MAX_GAPS as u64;
    // Number 0 and 1 may not be for this reader.
    let mut full = every_other(most - 1);
    assert_eq!(full.missing.len(), MAX_GAPS);
    assert_eq!(missing(&mut full).first(), Some(&(3, 3)));
    let mut over = every_other(most + 1);
    assert_eq!(over.missing.len(), MAX_GAPS);
    assert_eq!(open(&over).first(), Some(&(0, 1)));
    assert_eq!(missing(&mut over).first(), Some(&(7, 7)));
}

#[test]
fn a_bounded_number_of_blocks_ahead_is_remembered() {
    let mut sequence = read(&[(0, 0)]);
    for n in 1..=2 * MAX_NOTED as u64 {
        assert!(sequence.note(block(2 * n)));
    }
    assert_eq!(sequence.noted.len(), MAX_NOTED);
}
