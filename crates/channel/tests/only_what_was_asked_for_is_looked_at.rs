//! Which tags a reader waits for, and what it makes of blocks that come when it does not.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use channel::{Epoch, Event, Rejection, SealedBlock, Tag};
use support::insider::Insider;
use support::{House, START, texts};

fn refused_unasked(events: &[Event]) -> bool {
    let unasked = Event::Rejected {
        reason: Rejection::NotAsked,
        count: 1,
    };
    events == [unasked]
}

#[test]
fn a_tag_is_awaited_until_a_block_was_accepted_there() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    let block = house.publish("0").remove(0);
    assert!(!reader.awaits(&block.tag), "it was not asked for");
    assert!(reader.wanted(house.now()).contains(&block.tag));
    assert!(reader.awaits(&block.tag));
    let junk = reader.offer(&block.tag, &[[0; 10].as_slice()]);
    assert!(reader.awaits(&block.tag), "{junk:?}");
    let events = reader.offer(&block.tag, &[block.data.as_slice()]);
    assert_eq!(texts(&events), ["0"]);
    assert!(!reader.awaits(&block.tag), "it is there");
    assert!(!reader.awaits(&Tag::from([7; 32])));
}

#[test]
fn a_part_that_comes_before_its_turn_is_no_junk() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    let long = "y".repeat(5000);
    let parts = house.publish(&long);
    assert_eq!(parts.len(), 4);
    let mut offer = |part: usize, now| {
        let _tags = reader.wanted(now);
        reader.offer(&parts[part].tag, &[parts[part].data.as_slice()])
    };
    let now = house.now();
    let unasked = offer(1, now);
    assert!(refused_unasked(&unasked), "{unasked:?}");
    assert_eq!(offer(0, now), []);
    assert_eq!(offer(1, now), []);
    assert_eq!(offer(3, now), [], "early");
    assert_eq!(offer(2, now), []);
    assert_eq!(texts(&offer(3, now)), [long]);
}

#[test]
fn junk_beside_an_accepted_block_is_told_of_once() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    let block = house.publish("0").remove(0);
    let there = [&[0; 10], block.data.as_slice()];
    let mut round = || {
        assert!(reader.wanted(house.now()).contains(&block.tag));
        reader.offer(&block.tag, &there)
    };
    let first = round();
    assert!(matches!(
        first[..],
        [Event::Data { .. }, Event::Rejected { count: 1, .. }]
    ));
    assert_eq!(round(), []);
}

#[test]
fn each_slot_has_a_turn_of_its_own() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    let [ahead, behind] = [8000, 5000].map(|length| house.publish(&"y".repeat(length)));
    let _tags = reader.wanted(house.now());
    let mut offer = |block: &SealedBlock| reader.offer(&block.tag, &[block.data.as_slice()]);
    for block in ahead[..4].iter().chain(&behind[..2]) {
        assert_eq!(offer(block), []);
    }
    assert_eq!(offer(&behind[3]), [], "part 2 comes first");
}

#[test]
fn parts_that_lie_there_together_are_read_in_one_round() {
    let mut house = House::new();
    let (mut reader, pairwise) = house.admit();
    let long = "y".repeat(5000);
    let parts = house.publish(&long);
    let rotation = house.rotate(&mut vec![pairwise; 40]);
    assert_eq!((parts.len(), rotation.len()), (4, 7));
    let _tags = reader.wanted(house.now());
    let mut offer = |block: &SealedBlock| reader.offer(&block.tag, &[block.data.as_slice()]);
    assert_eq!(
        texts(&parts.iter().flat_map(&mut offer).collect::<Vec<_>>()),
        [long]
    );
    let events = rotation.iter().flat_map(&mut offer).collect::<Vec<_>>();
    assert!(matches!(events[..], [Event::Rotated { .. }]), "{events:?}");
}

#[test]
fn a_part_of_a_rotation_that_comes_before_its_turn_is_no_junk() {
    let mut house = House::new();
    let (mut reader, pairwise) = house.admit();
    let parts = house.rotate(&mut [pairwise]);
    assert_eq!(parts.len(), 2);
    let _tags = reader.wanted(house.now());
    let mut offer = |part: usize| reader.offer(&parts[part].tag, &[parts[part].data.as_slice()]);
    assert_eq!(offer(1), [], "early");
    assert_eq!(offer(0), []);
    let events = offer(1);
    assert!(matches!(events[..], [Event::Rotated { .. }]), "{events:?}");
}

#[test]
fn behind_the_last_part_of_a_rotation_nothing_is_expected() {
    let mut house = House::new();
    let (mut reader, pairwise) = house.admit();
    let behind = Insider::new(&house.publisher.lane_keys(START).unwrap()).rotation_tag(3);
    let parts = house.rotate(&mut vec![pairwise; 9]);
    assert_eq!(parts.len(), 3);
    let mut tags = Vec::new();
    for part in &parts {
        tags = reader.wanted(house.now());
        reader.offer(&part.tag, &[part.data.as_slice()]);
    }
    assert!(tags.contains(&behind), "it was not known which is the last");
    let events = reader.offer(&behind, &[[0; 4096].as_slice()]);
    assert!(refused_unasked(&events), "{events:?}");
}

#[test]
fn while_the_next_rotation_comes_nothing_more_is_expected_of_the_one_before() {
    let mut house = House::new();
    let (mut reader, pairwise) = house.admit();
    let behind = Insider::new(&house.publisher.lane_keys(START).unwrap()).rotation_tag(3);
    let mut readers = vec![pairwise; 9];
    let before = house.rotate(&mut readers);
    let next = house.rotate(&mut vec![readers.remove(0); 17]);
    assert_eq!((before.len(), next.len()), (3, 4));
    for parts in [&before[..], &next[..3]] {
        let _tags = reader.wanted(house.now());
        for part in parts {
            reader.offer(&part.tag, &[part.data.as_slice()]);
        }
    }
    assert_eq!(reader.position().0, Epoch(1));
    let events = reader.offer(&behind, &[[0; 4096].as_slice()]);
    assert!(refused_unasked(&events), "{events:?}");
    let events = reader.offer(&next[3].tag, &[next[3].data.as_slice()]);
    assert!(matches!(events[..], [Event::Rotated { .. }]), "{events:?}");
}

#[test]
fn where_nothing_lies_there_is_nothing_to_tell() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    let nothing: [&[u8]; 0] = [];
    assert_eq!(reader.offer(&Tag::from([7; 32]), &nothing), []);
}
