//! Which slots a round looks at, and what a day index may say.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::super::sequence::Link;
use super::*;
use crate::BlockKey;

const HALF: u64 = WINDOW / 2;

fn slots(window: &[Slot]) -> Vec<u64> {
    window.iter().map(|slot| slot.0).collect()
}

fn range(slots: Range<u64>) -> Vec<u64> {
    slots.collect()
}

/// Blocks 0 and 2 were read in the first slot and in slot `head - 1`: block 1 is missing.
fn with_a_gap(head: u64) -> Sequence {
    let mut sequence = Sequence::at(Slot(0));
    for (seq, slot) in [(0, 0), (2, head - 1)] {
        let link = Link {
            seq: Seq(seq),
            prev: Hash::from([7; 32]),
            hash: Hash::from([8; 32]),
        };
        sequence.accept(link, Slot(slot));
    }
    sequence
}

#[test]
fn when_nothing_is_missing_a_round_looks_at_as_many_slots_as_it_can() {
    let window = Scan::default().window(&Sequence::at(Slot(100)), Slot(9_999));
    assert_eq!(slots(&window), range(100..100 + WINDOW));
}

#[test]
fn a_round_is_shared_between_what_is_missing_and_what_is_new() {
    let window = Scan::default().window(&with_a_gap(5_000), Slot(9_999));
    let expected = [range(1..1 + HALF), range(5_000..5_000 + HALF)].concat();
    assert_eq!(slots(&window), expected);
}

#[test]
fn what_the_new_slots_do_not_need_goes_to_the_missing_ones() {
    let window = Scan::default().window(&with_a_gap(5_000), Slot(5_009));
    let expected = [range(1..1 + WINDOW - 10), range(5_000..5_010)].concat();
    assert_eq!(slots(&window), expected);
}

#[test]
fn while_nothing_is_found_the_rounds_move_on_to_the_end_and_begin_again() {
    let (sequence, end) = (Sequence::at(Slot(0)), 1_000);
    let mut scan = Scan::default();
    let mut round = || slots(&scan.window(&sequence, Slot(end - 1)));
    let newest = || range(end - NEWEST..end);
    let stretch = WINDOW - NEWEST;
    assert_eq!(round(), range(0..WINDOW));
    let second = WINDOW..WINDOW + stretch;
    assert_eq!(round(), [range(second.clone()), newest()].concat());
    assert_eq!(round(), range(second.end..end));
    assert_eq!(round(), [range(0..stretch), newest()].concat());
}

#[test]
fn another_round_is_worth_it_until_each_slot_was_looked_at() {
    let sequence = Sequence::at(Slot(0));
    let mut scan = Scan::default();
    let mut more = |end: u64| {
        scan.window(&sequence, Slot(end - 1));
        scan.has_more()
    };
    assert!(more(WINDOW + 1));
    assert!(!more(WINDOW + 1));
    assert!(!Scan::default().has_more(), "before the first round");
    let mut scan = Scan::default();
    scan.window(&sequence, Slot(WINDOW - 1));
    assert!(!scan.has_more());
}

/// Neither the newest slots, which every round looks at, nor those that are missing shorten the pass over all others.
#[test]
fn no_slot_is_left_when_no_other_round_is_worth_it() {
    let (sequence, last) = (with_a_gap(5_000), Slot(19_999));
    let mut scan = Scan::default();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..200 {
        seen.extend(scan.window(&sequence, last));
        assert_eq!(scan.is_through(last), !scan.has_more());
        if scan.is_through(last) {
            break;
        }
    }
    assert!(scan.is_through(last));
    assert_eq!(seen.len(), 19_998, "all but the two that were read");
}

#[test]
fn who_slept_while_many_slots_passed_looks_through_all_of_them_again() {
    let sequence = Sequence::at(Slot(0));
    let mut scan = Scan::default();
    assert!(!scan.is_through(Slot(0)), "before the first round");
    scan.window(&sequence, Slot(99));
    assert!(scan.is_through(Slot(99 + NEWEST)));
    assert!(!scan.is_through(Slot(99 + NEWEST + 1)));
    // As long as it is awake, what comes is among the newest.
    for last in 100..1_000 {
        scan.window(&sequence, Slot(last));
        assert!(scan.is_through(Slot(last)), "{last}");
    }
    scan.window(&sequence, Slot(9_999));
    assert!(scan.has_more() && !scan.is_through(Slot(9_999)));
}

#[test]
fn where_something_was_found_a_pass_begins_anew() {
    let mut scan = Scan::default();
    scan.window(&Sequence::at(Slot(9_950)), Slot(9_999));
    assert!(scan.is_through(Slot(9_999)));
    scan.window(&Sequence::at(Slot(5_000)), Slot(9_999));
    assert!(scan.has_more());
}

#[test]
fn a_day_index_names_the_block_before_it_and_the_key_of_its_epoch() {
    let [key, other] = [1, 2].map(|seed| BlockKey::from_seed(&[seed; 32]).verifying());
    let prev = Hash::from([3; 32]);
    let index = |last: u64, hash: Hash, key: &BlockVerifier| {
        let numbers = [4_u64.to_le_bytes(), last.to_le_bytes()].concat();
        [&numbers[..], hash.as_bytes(), key.as_bytes()].concat()
    };
    let read = |body: &[u8]| read_day_index(body, Seq(10), &prev, Some(&key));
    assert_eq!(read(&index(9, prev, &key)), Some((Seq(4), Seq(9))));
    assert_eq!(read(&index(8, prev, &key)), None, "another number");
    let hash = Hash::from([4; 32]);
    assert_eq!(read(&index(9, hash, &key)), None, "another block");
    assert_eq!(read(&index(9, prev, &other)), None, "another key");
    let long = [index(9, prev, &key), vec![0]].concat();
    assert_eq!(read(&long), None, "something behind it");
}
