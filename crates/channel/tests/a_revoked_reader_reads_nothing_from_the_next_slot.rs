//! Property 2, no longer: who is left out of a rotation reads nothing from its first slot on, even holding every later
//! rotation.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use channel::{Epoch, Event, Reader, Slot};
use support::{House, START, texts};

#[test]
fn it_reads_up_to_the_last_slot_and_then_no_more() {
    let mut house = House::new();
    let (mut stays, p_stays) = house.admit();
    let (mut leaves, _) = house.admit();
    house.publish("one");
    house.publish("two");
    let mut readers = [p_stays];
    house.rotate(&mut readers);
    house.publish("three");
    for n in 0..20 {
        house.rotate(&mut readers);
        house.publish(&format!("later {n}"));
    }
    assert_eq!(texts(&house.follow(&mut stays)).len(), 23);
    let events = house.follow(&mut leaves);
    assert_eq!(texts(&events), ["one", "two"]);
    let first_slot = Slot(START.0 + 2);
    assert!(events.contains(&Event::NotInRotation {
        epoch: Epoch(1),
        first_slot
    }));
    assert_eq!(leaves.ended(), Some(first_slot));
    assert_eq!(house.follow(&mut leaves), []);
}

#[test]
fn every_block_of_the_tangle_under_every_tag_it_knows_opens_nothing() {
    let mut house = House::new();
    let (mut leaves, _) = house.admit();
    let (_, p_stays) = house.admit();
    house.publish("one");
    house.rotate(&mut [p_stays]);
    let after = (0..30)
        .flat_map(|_| house.publish("secret"))
        .collect::<Vec<_>>();
    // It never looks at the rotation, keeps its old keys, and tries everything everywhere.
    let everything = house.tangle.0.values().flatten().collect::<Vec<_>>();
    let tags = leaves.wanted(house.now());
    let late = tags
        .iter()
        .filter(|tag| after.iter().any(|block| block.tag == **tag))
        .count();
    assert_eq!(late, 0, "it cannot even find them");
    let events = tags
        .iter()
        .skip(2)
        .flat_map(|tag| leaves.offer(tag, &everything))
        .collect::<Vec<_>>();
    assert_eq!(texts(&events), ["one"]);
}

#[test]
fn slots_of_the_new_epoch_are_refused_under_the_old_one() {
    // A copy of the device that missed the rotation goes on publishing under the old keys.
    let mut house = House::new();
    let (mut reader, pairwise) = house.admit();
    house.publish("one");
    let mut copy = House {
        publisher: house.publisher.clone(),
        tangle: house.tangle.clone(),
        rng: support::rng(7),
    };
    house.rotate(&mut [pairwise]);
    let tags = reader.wanted(house.now() + 60);
    let old = copy.publish("under the old keys");
    assert!(
        tags.contains(&old[0].tag),
        "before the rotation is read, the old tag is asked for"
    );
    for tag in &tags {
        reader.offer(tag, house.tangle.at(tag));
    }
    assert_eq!(reader.position().0, Epoch(1));
    let events = reader.offer(&old[0].tag, &[old[0].data.as_slice()]);
    assert!(matches!(events[..], [Event::Rejected { .. }]), "{events:?}");
    house.publish("under the new keys");
    assert_eq!(texts(&house.follow(&mut reader)), ["under the new keys"]);
}

#[test]
fn two_who_leave_together_read_nothing_together() {
    let mut house = House::new();
    let (_, stays) = house.admit();
    let mut leavers = [house.admit().0, house.admit().0];
    house.rotate(&mut [stays]);
    house.publish("secret");
    for reader in &mut leavers {
        assert_eq!(texts(&house.follow(reader)), [""; 0]);
    }
}

#[test]
fn a_lane_without_readers_can_be_granted_again_from_then_on() {
    let mut house = House::new();
    let (mut first, _) = house.admit();
    house.publish("first");
    house.rotate(&mut []);
    // The lane rests for a year, is granted again, and continues.
    let later = Slot(house.next_slot().0 + 525_600);
    let (mut second, pairwise) = house.admit_from(later);
    house.publish_at(later, "second");
    house.rotate(&mut [pairwise]);
    house.publish("third");
    assert_eq!(texts(&house.follow(&mut first)), ["first"]);
    assert_eq!(texts(&house.follow(&mut second)), ["second", "third"]);
}

#[test]
fn a_reader_that_is_paused_and_granted_again_misses_exactly_the_pause() {
    let mut house = House::new();
    let (mut before, _) = house.admit();
    house.publish("before");
    house.rotate(&mut []);
    house.publish("during");
    let (mut after, _): (Reader, _) = house.admit();
    house.publish("after");
    assert_eq!(texts(&house.follow(&mut before)), ["before"]);
    assert_eq!(texts(&house.follow(&mut after)), ["after"]);
}
