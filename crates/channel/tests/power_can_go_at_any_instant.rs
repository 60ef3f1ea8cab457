//! Property 8: a state and its blocks are one step, a restart repeats bytes instead of making new ones, and an old copy
//! of the state notices that it is one.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use channel::{BlockKind, ChannelError, LanePairwise, Publisher, Reader, Slot};
use support::insider::Insider;
use support::{House, START, forks, gaps, texts};

#[test]
fn a_slot_is_never_published_twice() {
    let mut house = House::new();
    house.publish("one");
    let again = house
        .publisher
        .publish(START, BlockKind::Data, 1, b"two", &mut house.rng);
    assert_eq!(
        again.unwrap_err(),
        ChannelError::SlotIsPast {
            slot: START,
            next: START.next()
        }
    );
    house.publish_at(Slot(START.0 + 10), "three");
    let back = house.publisher.publish(
        Slot(START.0 + 5),
        BlockKind::Data,
        1,
        b"four",
        &mut house.rng,
    );
    assert!(
        matches!(back, Err(ChannelError::SlotIsPast { .. })),
        "slots never go back"
    );
}

#[test]
fn after_a_restart_everything_goes_on_where_it_was() {
    let mut house = House::new();
    let (mut reader, mut pairwise) = house.admit();
    for n in 0..40 {
        house.publish(&n.to_string());
        house.publisher = Publisher::from_state(&house.publisher.to_state()).unwrap();
        if n % 7 == 0 {
            house.rotate(std::slice::from_mut(&mut pairwise));
            pairwise = LanePairwise::from_state(&pairwise.to_state()).unwrap();
        }
        house.tangle.round(&mut reader, house.now());
        reader = Reader::from_state(&reader.to_state()).unwrap();
    }
    house.follow(&mut reader);
    let (_, slot, seq) = house.publisher.position();
    assert_eq!(
        (reader.position().1, reader.position().2),
        (slot, Some(seq))
    );
    assert_eq!(reader.gaps(), []);
}

#[test]
fn an_old_copy_finds_its_own_blocks_takes_over_their_number_and_turns_the_keys() {
    let mut house = House::new();
    let (mut reader, mut pairwise) = house.admit();
    house.publish("0");
    let copy = house.publisher.to_state();
    house.publish("1");
    house.publish(&"2".repeat(4000));
    let now = house.now();

    // The card is replaced by the old copy.
    house.publisher = Publisher::from_state(&copy).unwrap();
    let tags = house.publisher.own_tags(START, 50);
    assert_eq!(tags[0].slot, None);
    assert!(
        house.tangle.at(&tags[0].tag).is_empty(),
        "no rotation since"
    );
    let last = tags
        .iter()
        .filter(|own| !house.tangle.at(&own.tag).is_empty())
        .filter_map(|own| own.slot)
        .max();
    let last = last.unwrap();
    assert_eq!(last, Slot(START.0 + 2));
    let found = house
        .publisher
        .slot_tags(last)
        .iter()
        .flat_map(|tag| house.tangle.at(tag).to_vec())
        .collect::<Vec<_>>();
    house.publisher.adopt(last, &found).unwrap();
    assert_eq!(house.publisher.position().1, Slot(START.0 + 3));
    let early =
        house
            .publisher
            .publish(house.next_slot(), BlockKind::Data, 1, b"x", &mut house.rng);
    assert_eq!(early.unwrap_err(), ChannelError::RotateFirst);
    assert!(house.publisher.rotation_due(0));

    house.rotate(std::slice::from_mut(&mut pairwise));
    house.publish("3");
    let events = house.tangle.follow(&mut reader, now + 60);
    assert_eq!(texts(&events).len(), 4);
    assert_eq!(
        (forks(&events), gaps(&events)),
        (0, 0),
        "the history goes on without a break"
    );
}

#[test]
fn an_old_copy_from_before_a_rotation_knows_that_nobody_listens() {
    let mut house = House::new();
    let (_, pairwise) = house.admit();
    let copy = Publisher::from_state(&house.publisher.to_state()).unwrap();
    house.rotate(&mut [pairwise]);
    let rotation = copy.own_tags(START, 0)[0];
    let found = house.tangle.at(&rotation.tag);
    assert!(copy.superseded(&found[0]));
    assert!(
        !copy.superseded(&[0; 4096]),
        "junk does not make it believe so"
    );
}

#[test]
fn somebody_else_s_blocks_are_not_adopted() {
    let mut house = House::new();
    house.publish("0");
    let copy = house.publisher.to_state();
    let mut old = Publisher::from_state(&copy).unwrap();
    let junk = [vec![0; 4096], vec![0; 5]];
    assert_eq!(
        old.adopt(house.next_slot(), &junk).unwrap_err(),
        ChannelError::NotOwnBlock
    );
    assert_eq!(
        old.adopt(START, &junk).unwrap_err(),
        ChannelError::NotOwnBlock
    );
    assert_eq!(*old.to_state(), *copy);
}

#[test]
fn another_reader_s_block_is_neither_adopted_nor_taken_for_an_own_one() {
    let mut house = House::new();
    let insider = Insider::new(&house.publisher.lane_keys(START).unwrap());
    let copy = house.publisher.to_state();
    let block = house.publish("0").remove(0);
    let mut forged = insider.open(Some(START.0), 0, &block.data[..]).unwrap();
    forged = forged.with_seq(1000);
    insider.sign_as_somebody_else(&mut forged);
    let forged = insider.seal(Some(START.0), 0, &forged, [7; 24]);

    let mut old = Publisher::from_state(&copy).unwrap();
    let own = old.own_tags(START, 2)[1];
    assert_eq!((own.slot, own.tag), (Some(START), block.tag));
    assert!(!old.wrote(&own, &forged));
    let adopted = old.adopt(START, &[forged]);
    assert_eq!(adopted, Err(ChannelError::NotOwnBlock));
    assert_eq!(*old.to_state(), *copy);
}

/// A copy that is older still, on another card, published later.
#[test]
fn numbers_never_go_back() {
    let mut house = House::new();
    let mut older = Publisher::from_state(&house.publisher.to_state()).unwrap();
    house.publish("0");
    house.publish("1");
    let state = house.publisher.to_state();
    let slot = Slot(house.next_slot().0 + 3);
    let late = older.publish(slot, BlockKind::Data, 1, b"0", &mut house.rng);
    let late = late.unwrap().remove(0);
    let adopted = house.publisher.adopt(slot, &[&late.data[..]]);
    assert_eq!(adopted, Err(ChannelError::NotOwnBlock));
    assert_eq!(*house.publisher.to_state(), *state);
}

#[test]
fn the_device_knows_its_own_blocks_where_they_belong() {
    let mut house = House::new();
    let old = Publisher::from_state(&house.publisher.to_state()).unwrap();
    let own = old.own_tags(START, 2);
    let block = house.publish("0").remove(0);
    let (_, pairwise) = house.admit();
    let rotation = house.rotate(&mut [pairwise]).remove(0);
    assert!(old.wrote(&own[0], &rotation.data[..]));
    assert!(old.wrote(&own[1], &block.data[..]));
    assert!(!old.wrote(&own[2], &block.data[..]), "another slot");
    assert!(!old.wrote(&own[0], &block.data[..]), "no rotation");
    assert!(own.iter().all(|own| !old.wrote(own, &[0; 4096])), "junk");
}

#[test]
fn an_honest_restart_finds_nothing_of_its_own_ahead() {
    let mut house = House::new();
    house.publish("0");
    let own = house.publisher.own_tags(START, 100);
    assert_eq!(own.len(), 101);
    assert!(own.iter().all(|own| house.tangle.at(&own.tag).is_empty()));
    assert_eq!(own[1].slot, Some(house.next_slot()));
}

#[test]
fn the_same_slot_from_the_same_state_never_repeats_a_nonce() {
    // A crash between sealing and persisting makes the device seal the same slot again.
    let house = House::new();
    let blocks = [1, 2].map(|seed| {
        house
            .publisher
            .clone()
            .publish(START, BlockKind::Data, 1, &[seed], &mut support::rng(7))
            .unwrap()
    });
    assert_eq!(blocks[0][0].tag, blocks[1][0].tag);
    assert_ne!(
        blocks[0][0].data[..24],
        blocks[1][0].data[..24],
        "even with a random generator that repeats itself"
    );
}

#[test]
fn states_of_a_newer_version_are_refused_by_name() {
    let house = House::new();
    let mut state = house.publisher.to_state().to_vec();
    state[0] = 2;
    let error = Publisher::from_state(&state).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the state of a publisher has version 2, this program knows 1; update the program"
    );
    state[0] = 1;
    state.push(0);
    assert!(matches!(
        Publisher::from_state(&state),
        Err(ChannelError::Malformed { .. })
    ));
    assert!(Publisher::from_state(&[]).is_err());
    assert!(Reader::from_state(&[1, 0]).is_err());
}
