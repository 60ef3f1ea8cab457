//! Property 1, from now on: a reader granted access at a slot reads nothing of the epoch from before, whatever it
//! later learns.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use channel::{Event, Rejection, Slot};
use support::insider::Insider;
use support::{House, START, texts};

#[test]
fn it_reads_from_the_granted_slot_on() {
    let mut house = House::new();
    for n in 0..20 {
        house.publish(&format!("before {n}"));
    }
    let (mut reader, _) = house.admit();
    for n in 0..5 {
        house.publish(&format!("after {n}"));
    }
    let expected = (0..5).map(|n| format!("after {n}")).collect::<Vec<_>>();
    assert_eq!(texts(&house.follow(&mut reader)), expected);
}

#[test]
fn the_keys_of_a_grant_open_no_earlier_block() {
    let mut house = House::new();
    let before = (0..50)
        .flat_map(|n| house.publish(&format!("before {n}")))
        .collect::<Vec<_>>();
    let keys = house.publisher.lane_keys(house.next_slot()).unwrap();
    let insider = Insider::new(&keys);
    let known = (0..3000)
        .map(|n| insider.tag(keys.slot.0 + n, 0))
        .collect::<Vec<_>>();
    for block in &before {
        assert!(!known.contains(&block.tag));
        // Nor with the right associated data and any key it can derive.
        assert_eq!(insider.open(None, 0, block.data.as_slice()), None);
    }
}

#[test]
fn earlier_blocks_that_are_handed_to_it_are_refused() {
    let mut house = House::new();
    let before = house.publish("before");
    let (mut reader, _) = house.admit();
    let tags = reader.wanted(house.now() + 600);
    for tag in tags.iter().chain([&before[0].tag]) {
        let events = reader.offer(tag, &[before[0].data.as_slice()]);
        assert!(
            events
                .iter()
                .all(|event| matches!(event, Event::Rejected { .. })),
            "{events:?}"
        );
    }
    let unknown = reader.offer(&before[0].tag, &[before[0].data.as_slice()]);
    assert_eq!(
        unknown,
        [Event::Rejected {
            reason: Rejection::NotAsked,
            count: 1
        }]
    );
}

#[test]
fn a_grant_of_a_later_slot_opens_nothing_before_it_even_when_the_keys_turn_in_between() {
    // A day is under way when its lane is granted: the reader may read from tomorrow on. Then somebody else leaves.
    let mut house = House::with_slot(86_400, Slot(20_000));
    house.publish("day 0");
    let tomorrow = Slot(20_003);
    let (mut reader, pairwise) = house.admit_from(tomorrow);
    house.rotate(&mut [pairwise]);
    for slot in 20_001..20_006 {
        house.publish_at(Slot(slot), &format!("day {}", slot - 20_000));
    }
    let events = house.follow(&mut reader);
    assert!(events.contains(&Event::Rotated {
        epoch: channel::Epoch(1),
        first_slot: Slot(20_001)
    }));
    assert_eq!(texts(&events), ["day 3", "day 4", "day 5"]);
}

#[test]
fn it_learns_nothing_more_from_later_rotations() {
    let mut house = House::new();
    for n in 0..10 {
        house.publish(&format!("before {n}"));
    }
    let (mut reader, mut pairwise) = house.admit();
    for n in 0..10 {
        house.rotate(std::slice::from_mut(&mut pairwise));
        house.publish(&format!("after {n}"));
    }
    let read = texts(&house.follow(&mut reader));
    assert_eq!(read.len(), 10);
    assert!(read.iter().all(|text| text.starts_with("after")));
    assert!(reader.wanted(house.now()).len() < 512);
    assert_eq!(START.next(), Slot(29_000_001));
}
