//! Property 6: a withheld block shows, two histories raise an alarm, nothing is accepted twice or under another tag.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use channel::{Epoch, Event, Gap, Reader, Rejection, SealedBlock, Seq, Slot};
use support::insider::Insider;
use support::{House, START, forks, gaps, texts};

#[test]
fn a_withheld_block_is_a_gap_until_it_turns_up() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    house.publish("0");
    let withheld = house.publish("1");
    house.publish("2");
    let kept = house.tangle.0.remove(&withheld[0].tag).unwrap();
    let events = house.follow(&mut reader);
    let gap = Gap {
        first: Seq(1),
        last: Seq(1),
        from: Slot(START.0 + 1),
        to: Slot(START.0 + 2),
    };
    assert_eq!(texts(&events), ["0", "2"]);
    assert!(events.contains(&Event::Gap(gap)));
    assert_eq!(reader.gaps(), [gap]);

    // It is still asked for after a restart, and the gap closes.
    let mut reader = Reader::from_state(&reader.to_state()).unwrap();
    house.tangle.0.insert(withheld[0].tag, kept);
    assert_eq!(texts(&house.follow(&mut reader)), ["1"]);
    assert_eq!(reader.gaps(), []);
}

#[test]
fn slots_in_which_the_device_was_off_are_no_gap() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    house.publish("evening");
    house.publish_at(Slot(house.next_slot().0 + 5000), "days later");
    house.publish("and on");
    let events = house.follow(&mut reader);
    assert_eq!(texts(&events), ["evening", "days later", "and on"]);
    assert_eq!((gaps(&events), forks(&events)), (0, 0));
}

#[test]
fn a_long_gap_is_searched_round_by_round_and_closed() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    house.publish("0");
    let far = Slot(house.next_slot().0 + 1000);
    let lost = house.publish_at(far, "1");
    house.publish_at(Slot(far.0 + 1000), "2");
    let kept = house.tangle.0.remove(&lost[0].tag).unwrap();
    let events = house.follow(&mut reader);
    assert_eq!(
        (texts(&events), gaps(&events)),
        (vec!["0".to_owned(), "2".to_owned()], 1)
    );
    house.tangle.0.insert(lost[0].tag, kept);
    let found = (0..10)
        .flat_map(|_| house.tangle.round(&mut reader, house.now()))
        .collect::<Vec<_>>();
    assert_eq!(texts(&found), ["1"]);
    assert_eq!(reader.gaps(), []);
}

#[test]
fn a_forgotten_gap_is_asked_for_no_more() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    house.publish("0");
    let lost = house.publish("1");
    house.publish("2");
    house.tangle.0.remove(&lost[0].tag);
    house.follow(&mut reader);
    reader.forget_gaps(house.next_slot());
    assert_eq!(reader.gaps(), []);
    assert!(!reader.wanted(house.now()).contains(&lost[0].tag));
}

#[test]
fn blocks_that_arrive_newest_first_are_all_read_once() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    let blocks = (0..30)
        .flat_map(|n| house.publish(&n.to_string()))
        .collect::<Vec<_>>();
    let _asked = reader.wanted(house.now());
    let events = blocks
        .iter()
        .rev()
        .flat_map(|block| reader.offer(&block.tag, &[&block.data[..]]));
    let mut read = texts(&events.collect::<Vec<_>>());
    assert_eq!(read.len(), 30);
    read.sort();
    read.dedup();
    assert_eq!(read.len(), 30);
    assert_eq!(reader.gaps(), []);
}

#[test]
fn a_cloned_device_is_seen_within_one_slot_by_every_reader() {
    let mut house = House::new();
    let mut readers = [house.admit().0, house.admit().0, house.admit().0];
    house.publish("together");
    let mut clone = clone_of(&house);
    let slot = house.next_slot();
    house.publish_at(slot, "the original");
    clone.publish_at(slot, "the clone");
    // Reader 0 sees the original first, reader 1 the clone, reader 2 only learns of the clone after having read.
    let (mut first, mut second) = (house.tangle.clone(), clone.tangle.clone());
    for (tag, blocks) in &clone.tangle.0 {
        blocks.iter().for_each(|block| first.post(*tag, block));
    }
    for (tag, blocks) in &house.tangle.0 {
        blocks.iter().for_each(|block| second.post(*tag, block));
    }
    assert_eq!(forks(&first.follow(&mut readers[0], house.now())), 1);
    assert_eq!(forks(&second.follow(&mut readers[1], house.now())), 1);
    assert_eq!(forks(&house.tangle.follow(&mut readers[2], house.now())), 0);
    assert_eq!(forks(&first.follow(&mut readers[2], house.now())), 1);
}

#[test]
fn a_clone_that_takes_turns_with_the_original_is_seen_too() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    house.publish("0");
    let mut clone = clone_of(&house);
    house.publish("1, the original");
    let blocks = clone.publish_at(house.next_slot(), "1, the clone, one slot later");
    house.tangle.post_all(&blocks);
    let events = house.tangle.follow(&mut reader, house.now() + 60);
    assert_eq!(texts(&events), ["0", "1, the original"]);
    assert_eq!(forks(&events), 1);
}

/// The house and a copy of its device publish `length` letters in the same slot.
fn one_slot_twice(house: &mut House, length: usize) -> [Vec<SealedBlock>; 2] {
    let mut clone = clone_of(house);
    [
        house.publish(&"o".repeat(length)),
        clone.publish(&"c".repeat(length)),
    ]
}

fn clone_of(house: &House) -> House {
    House {
        publisher: house.publisher.clone(),
        tangle: Default::default(),
        rng: support::rng(99),
    }
}

#[test]
fn parts_of_two_histories_never_mix() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    let [original, clone] = one_slot_twice(&mut house, 3000);
    let _asked = reader.wanted(house.now());
    assert_eq!(reader.offer(&original[0].tag, &[&original[0].data[..]]), []);
    let second = [&clone[1].data[..], &original[1].data[..]];
    let events = reader.offer(&original[1].tag, &second);
    assert_eq!(
        (texts(&events), forks(&events)),
        (vec!["o".repeat(3000)], 1)
    );
}

#[test]
fn a_clone_that_shows_late_and_in_a_further_part_only_is_seen() {
    let mut house = House::new();
    let (mut reader, pairwise) = house.admit();
    let [_, clone] = one_slot_twice(&mut house, 3000);
    house.follow(&mut reader);
    let late = |reader: &mut Reader, block: &SealedBlock| {
        forks(&reader.offer(&block.tag, &[&block.data[..]]))
    };
    assert_eq!(late(&mut reader, &clone[1]), 1);
    assert_eq!(late(&mut reader, &clone[1]), 0, "it is told once");

    let mut clone = clone_of(&house);
    house.rotate(&mut [pairwise.clone()]);
    let events = house.follow(&mut reader);
    assert!(matches!(events[..], [Event::Rotated { .. }]), "{events:?}");
    for block in clone.rotate(&mut [pairwise]) {
        assert_eq!(late(&mut reader, &block), 1, "part {}", block.part);
    }
}

#[test]
fn what_a_clone_wrote_with_keys_that_turned_does_not_hide_what_the_device_wrote() {
    let mut house = House::new();
    let (mut reader, pairwise) = house.admit();
    house.publish("0");
    house.follow(&mut reader);
    let mut clone = clone_of(&house);
    let rotation = house.rotate(&mut [pairwise]);
    let first_slot = house.next_slot();
    let parts = clone.publish_at(first_slot, &"c".repeat(3000));
    let mut offer = |blocks: &[SealedBlock]| {
        let offer = |block: &SealedBlock| reader.offer(&block.tag, &[&block.data[..]]);
        blocks.iter().flat_map(offer).collect::<Vec<_>>()
    };
    assert_eq!(
        offer(&parts[..1]),
        [],
        "nobody knows yet that the keys turned"
    );
    let events = offer(&rotation);
    let rotated = Event::Rotated {
        epoch: Epoch(1),
        first_slot,
    };
    assert!(
        events.contains(&rotated) && forks(&events) > 0,
        "{events:?}"
    );
    let unasked = Event::Rejected {
        reason: Rejection::NotAsked,
        count: 1,
    };
    assert_eq!(offer(&parts[1..]), [unasked], "not with the old keys");
    assert_eq!(offer(&parts[..1]), [], "that was told");
    house.publish("1");
    house.publish("2");
    let events = house.follow(&mut reader);
    assert_eq!(
        (texts(&events), forks(&events)),
        (vec!["1".to_owned(), "2".to_owned()], 0)
    );
}

#[test]
fn a_history_that_does_not_link_is_a_fork_and_the_way_on_stays_open() {
    let mut house = House::new();
    let (mut reader, pairwise) = house.admit();
    house.publish("0");
    let mut clone = clone_of(&house);
    house.publish("1");
    house.follow(&mut reader);
    // The original dies; the clone, which never knew of block 1, goes on.
    clone.publish("1 again");
    let second = clone.publish("2");
    house.tangle.post_all(&second);
    let events = house.tangle.follow(&mut reader, clone.now());
    assert_eq!((texts(&events), forks(&events)), (vec!["2".to_owned()], 1));
    // A rotation is the way out, and is followed.
    let rotation = clone.rotate(&mut [pairwise]);
    let after = clone.publish("3");
    house.tangle.post_all(&rotation);
    house.tangle.post_all(&after);
    let events = house.tangle.follow(&mut reader, clone.now());
    assert_eq!((texts(&events), forks(&events)), (vec!["3".to_owned()], 0));
}

#[test]
fn the_same_block_again_is_not_read_again() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    let block = house.publish("once");
    house.tangle.post_all(&block);
    house.tangle.post_all(&block);
    assert_eq!(texts(&house.follow(&mut reader)), ["once"]);
    assert_eq!(house.follow(&mut reader), []);
    let mut reader = Reader::from_state(&reader.to_state()).unwrap();
    assert_eq!(house.follow(&mut reader), []);
}

#[test]
fn a_block_under_another_tag_is_refused() {
    let mut house = House::new();
    let (mut reader, pairwise) = house.admit();
    let blocks = (0..3)
        .flat_map(|n| house.publish(&n.to_string()))
        .collect::<Vec<_>>();
    let rotation = house.rotate(&mut [pairwise]);
    let tags = reader.wanted(house.now() + 600);
    for tag in &tags {
        for block in blocks
            .iter()
            .chain(&rotation)
            .filter(|block| block.tag != *tag)
        {
            let events = reader.clone().offer(tag, &[&block.data[..]]);
            let refused = |event: &Event| matches!(event, Event::Rejected { count: 1, .. });
            // Nothing at all is said about the rotation's second part while the first is missing.
            assert!(
                events.iter().all(refused) && events.len() <= 1,
                "{events:?}"
            );
        }
    }
    assert_eq!(texts(&house.follow(&mut reader)), ["0", "1", "2"]);
}

#[test]
fn a_block_that_an_insider_moved_to_another_slot_is_refused() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    let insider = Insider::new(&house.publisher.lane_keys(START).unwrap());
    let block = house.publish("once");
    let plain = insider
        .open(Some(START.0), 0, block[0].data.as_slice())
        .unwrap();
    let moved = insider.seal(Some(START.0 + 1), 0, &plain, [1; 24]);
    house.tangle.post(insider.tag(START.0 + 1, 0), &moved);
    let events = house.tangle.follow(&mut reader, house.now() + 60);
    assert_eq!(texts(&events), ["once"]);
    assert!(events.contains(&Event::Rejected {
        reason: Rejection::Header,
        count: 1
    }));
}

#[test]
fn junk_under_a_live_tag_costs_no_data() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    let block = house.publish("true");
    let junk = (0..63_u8).map(|n| vec![n; 4096]).chain([vec![1; 17]]);
    let candidates = junk
        .take(63)
        .chain([block[0].data.to_vec()])
        .collect::<Vec<_>>();
    let _asked = reader.wanted(house.now());
    let events = reader.offer(&block[0].tag, &candidates);
    assert_eq!(texts(&events), ["true"]);
    assert!(events.contains(&Event::Rejected {
        reason: Rejection::Sealing,
        count: 63
    }));
}

#[test]
fn no_more_than_sixty_four_candidates_are_looked_at_in_one_call() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    let block = house.publish("true");
    let mut candidates = vec![vec![0; 4096]; 64];
    candidates.push(block[0].data.to_vec());
    let _asked = reader.wanted(house.now());
    assert_eq!(texts(&reader.offer(&block[0].tag, &candidates)), [""; 0]);
    assert_eq!(
        texts(&reader.offer(&block[0].tag, &candidates[64..])),
        ["true"],
        "the next page"
    );
}
