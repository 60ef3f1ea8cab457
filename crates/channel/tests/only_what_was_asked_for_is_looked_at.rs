//! Which tags a reader waits for, and what it makes of blocks that come when it does not.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use channel::{Event, Rejection, Tag};
use support::{House, texts};

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
    assert!(
        matches!(
            unasked[..],
            [Event::Rejected {
                reason: Rejection::NotAsked,
                count: 1
            }]
        ),
        "{unasked:?}"
    );
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
