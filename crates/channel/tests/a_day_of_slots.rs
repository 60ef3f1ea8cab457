//! What lies in the slots: long bodies, cover, day indexes, history, catching up.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use channel::{BlockKind, ChannelError, Event, MAX_BODY_LEN, Seq, Slot, SlotLength};
use support::{House, START, forks, gaps, texts};

#[test]
fn bodies_of_every_length_arrive() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    let bodies =
        [0, 1, 1539, 1540, 1541, 3080, 3081, MAX_BODY_LEN].map(|length| "y".repeat(length));
    let blocks = bodies
        .iter()
        .map(|body| house.publish(body).len())
        .collect::<Vec<_>>();
    assert_eq!(blocks, [1, 1, 1, 1, 2, 2, 3, 63]);
    // Further parts are fetched a round later, so long bodies come after the slots behind them.
    let mut read = texts(&house.follow(&mut reader));
    read.sort_by_key(String::len);
    assert!(read == bodies);
}

#[test]
fn what_does_not_fit_a_slot_is_refused() {
    let mut house = House::new();
    let mut publish = |kind, body: &[u8]| {
        house
            .publisher
            .publish(START, kind, 1, body, &mut house.rng)
    };
    let long = publish(BlockKind::Data, &vec![0; MAX_BODY_LEN + 1]);
    assert!(matches!(long, Err(ChannelError::BodyTooLong { .. })));
    assert_eq!(
        publish(BlockKind::Cover, b"x"),
        Err(ChannelError::CoverHasBody(1))
    );
    assert_eq!(
        publish(BlockKind::KeyRotation, b""),
        Err(ChannelError::KindIsInternal)
    );
    assert_eq!(
        publish(BlockKind::DayIndex, b""),
        Err(ChannelError::KindIsInternal)
    );
    let far = house
        .publisher
        .publish(Slot(u64::MAX - 1), BlockKind::Data, 1, b"", &mut house.rng);
    assert!(matches!(far, Err(ChannelError::SlotTooFar(_))));
}

#[test]
fn cover_and_history_arrive_as_such() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    for (kind, body) in [(BlockKind::Cover, ""), (BlockKind::History, "old")] {
        let slot = house.next_slot();
        let blocks = house
            .publisher
            .publish(slot, kind, 7, body.as_bytes(), &mut house.rng)
            .unwrap();
        house.tangle.post_all(&blocks);
    }
    let events = house.follow(&mut reader);
    let history = Event::History {
        slot: START.next(),
        seq: Seq(1),
        codec: 7,
        body: b"old".to_vec(),
    };
    assert_eq!(
        events,
        [
            Event::Cover {
                slot: START,
                seq: Seq(0)
            },
            history
        ]
    );
}

#[test]
fn the_first_slot_of_a_day_tells_what_the_day_before_had() {
    let first_of_day = Slot(START.0.next_multiple_of(1440));
    let mut house = House::with_slot(60, Slot(first_of_day.0 - 3));
    let (mut reader, pairwise) = house.admit();
    for n in 0..3 {
        house.publish(&n.to_string());
    }
    house.rotate(&mut [pairwise]);
    assert_eq!(house.publish("3").len(), 2, "data and day index");
    house.publish("4");
    let events = house.follow(&mut reader);
    assert_eq!(texts(&events), ["0", "1", "2", "3", "4"]);
    assert!(events.contains(&Event::DayIndex {
        slot: first_of_day,
        first: Seq(0),
        last: Seq(5)
    }));
    assert_eq!((gaps(&events), forks(&events)), (0, 0));
}

#[test]
fn a_day_lane_has_a_day_index_in_every_slot() {
    let mut house = House::with_slot(86_400, Slot(20_000));
    let (mut reader, _) = house.admit();
    for n in 0..4 {
        house.publish(&n.to_string());
    }
    let events = house.follow(&mut reader);
    let indexes = events
        .iter()
        .filter(|event| matches!(event, Event::DayIndex { .. }))
        .count();
    assert_eq!((texts(&events).len(), indexes), (4, 3));
}

#[test]
fn a_reader_that_was_away_for_days_catches_up_in_order() {
    let mut house = House::with_slot(900, START);
    let (mut reader, _) = house.admit();
    let expected = (0..1000).map(|n| n.to_string()).collect::<Vec<_>>();
    expected.iter().for_each(|text| drop(house.publish(text)));
    let events = house.follow(&mut reader);
    assert_eq!((gaps(&events), forks(&events)), (0, 0));
    assert!(texts(&events) == expected);
}

#[test]
fn any_slot_of_years_is_found_without_walking() {
    let mut house = House::with_slot(10, Slot(170_000_000));
    let (mut reader, _) = house.admit();
    house.publish("then");
    house.follow(&mut reader);
    // Ten years later, with nothing in between.
    house.publish_at(Slot(170_000_000 + 31_536_000), "now");
    let rounds = (0..2)
        .flat_map(|_| house.tangle.round(&mut reader, house.now()))
        .collect::<Vec<_>>();
    assert_eq!(texts(&rounds), ["now"]);
}

#[test]
fn a_round_is_bounded_however_long_the_reader_was_away() {
    let house = House::with_slot(1, START);
    let mut house = house;
    let (mut reader, _) = house.admit();
    for days in [0, 1, 30, 3650] {
        assert!(reader.wanted(START.0 + days * 86_400).len() <= 512);
    }
    assert!(
        reader.wanted(0).len() <= 4,
        "before its time there is only the rotation to ask for"
    );
}

/// It marks rotations, and no other slot follows it.
#[test]
fn the_last_slot_number_is_never_published() {
    let last = Slot(u64::MAX);
    let mut house = House::with_slot(60, Slot(last.0 - 1));
    assert_eq!(house.publish("the one before").len(), 1);
    assert_eq!(house.next_slot(), last);
    let publisher = &mut house.publisher;
    let published = publisher.publish(last, BlockKind::Data, 1, b"", &mut house.rng);
    assert_eq!(published, Err(ChannelError::SlotTooFar(last)));
}

#[test]
fn keys_turn_a_century_and_not_a_day_more() {
    let mut house = House::new();
    let per_day = house.publisher.slot_length().slots_per_day();
    let mut publish = |days: u64| {
        let slot = Slot(START.0 + days * per_day);
        let mut rng = support::rng(2);
        let published = house
            .publisher
            .publish(slot, BlockKind::Data, 1, b"", &mut rng);
        published.map(|blocks| blocks.len())
    };
    let too_far = Slot(START.0 + 36_526 * per_day);
    assert_eq!(publish(36_526), Err(ChannelError::SlotTooFar(too_far)));
    assert!(publish(36_525).is_ok());
}

#[test]
fn slots_lie_one_behind_the_other() {
    let length = SlotLength::new(60).unwrap();
    assert_eq!(
        (length.start_of(Slot(3)), length.end_of(Slot(3))),
        (180, 240)
    );
    let around = [179, 180, 239, 240].map(|unix| length.slot_at(unix).0);
    assert_eq!(around, [2, 3, 3, 4]);
}
