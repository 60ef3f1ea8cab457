//! Rotations and those who stay: planned ahead, several at once, missed for long, around a grant.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use channel::{ChannelError, Epoch, Event, LanePairwise, Pairwise, Reader, SealedBlock, Slot, prf};
use support::insider::Insider;
use support::{House, forks, gaps, texts};

#[test]
fn a_reader_that_was_away_walks_the_chain_of_epochs() {
    let mut house = House::new();
    let (mut reader, mut pairwise) = house.admit();
    let mut expected = Vec::new();
    for epoch in 0..12 {
        for n in 0..3 {
            expected.push(format!("{epoch}/{n}"));
            house.publish(&format!("{epoch}/{n}"));
        }
        house.rotate(std::slice::from_mut(&mut pairwise));
    }
    let events = house.follow(&mut reader);
    assert_eq!(texts(&events), expected);
    assert_eq!((forks(&events), gaps(&events)), (0, 0));
    assert_eq!(reader.position().0, Epoch(12));
}

#[test]
fn a_reader_that_was_away_for_years_misses_nothing() {
    let mut house = House::new();
    let (mut reader, mut pairwise) = house.admit();
    let mut expected = Vec::new();
    for epoch in 0..150 {
        expected.push(epoch.to_string());
        house.publish(&epoch.to_string());
        house.rotate(std::slice::from_mut(&mut pairwise));
    }
    let events = house.follow(&mut reader);
    assert_eq!(texts(&events), expected);
    assert_eq!((forks(&events), gaps(&events)), (0, 0));
    assert_eq!(reader.position().0, Epoch(150));
}

#[test]
fn many_rotations_planned_for_one_slot_are_followed_when_it_comes() {
    let mut house = House::new();
    let (mut reader, mut pairwise) = house.admit();
    house.publish("0");
    let first_slot = Slot(house.next_slot().0 + 2);
    for _ in 0..100 {
        house.rotate_at(first_slot, std::slice::from_mut(&mut pairwise));
    }
    let mut events = house.follow(&mut reader);
    for n in 1..5 {
        house.publish(&n.to_string());
        events.extend(house.follow(&mut reader));
    }
    assert_eq!(texts(&events), ["0", "1", "2", "3", "4"]);
    assert_eq!((forks(&events), gaps(&events)), (0, 0));
    assert_eq!(reader.position().0, Epoch(100));
}

#[test]
fn epochs_in_which_nothing_was_ever_published_stop_nobody() {
    let mut house = House::new();
    let (mut reader, mut pairwise) = house.admit();
    house.publish("before");
    let begin = house.next_slot().0;
    for n in 1..=70 {
        house.rotate_at(Slot(begin + n), std::slice::from_mut(&mut pairwise));
    }
    // Eight days in which the device was off.
    house.publish_at(Slot(begin + 8 * 1_440), "after");
    assert_eq!(texts(&house.follow(&mut reader)), ["before", "after"]);
    assert_eq!(reader.position().0, Epoch(70));
}

#[test]
fn a_rotation_planned_ahead_leaves_the_old_epoch_readable_until_its_first_slot() {
    let mut house = House::new();
    let (mut reader, pairwise) = house.admit();
    house.publish("0");
    let first_slot = Slot(house.next_slot().0 + 3);
    house.rotate_at(first_slot, &mut [pairwise]);
    for n in 1..7 {
        house.publish(&n.to_string());
    }
    let events = house.follow(&mut reader);
    assert_eq!(texts(&events), ["0", "1", "2", "3", "4", "5", "6"]);
    assert_eq!((forks(&events), gaps(&events)), (0, 0));
    assert_eq!(house.publisher.position().0, Epoch(1));
}

#[test]
fn a_reader_that_joins_while_a_rotation_is_planned_begins_with_the_new_epoch() {
    let mut house = House::new();
    house.publish("0");
    let first_slot = Slot(house.next_slot().0 + 3);
    house.rotate_at(first_slot, &mut []);
    let (mut reader, pairwise) = house.admit();
    assert_eq!(
        pairwise.from_slot(),
        first_slot,
        "the old epoch cannot be granted any more"
    );
    for n in 1..7 {
        house.publish(&n.to_string());
    }
    assert_eq!(texts(&house.follow(&mut reader)), ["4", "5", "6"]);
}

#[test]
fn a_reader_that_joins_just_before_a_rotation_begins_there() {
    let mut house = House::new();
    house.publish("before");
    let (mut reader, pairwise) = house.admit();
    house.rotate(&mut [pairwise]);
    house.publish("after");
    let events = house.follow(&mut reader);
    assert_eq!(texts(&events), ["after"]);
    assert_eq!((forks(&events), gaps(&events)), (0, 0));
}

#[test]
fn several_rotations_within_one_slot_are_followed_one_after_the_other() {
    let mut house = House::new();
    let (mut reader, mut pairwise) = house.admit();
    let (mut other, p_other) = house.admit();
    house.publish("0");
    house.rotate(&mut [pairwise.clone(), p_other]);
    // The clone above stands for the device's table of readers.
    pairwise = advanced(&house, pairwise, 1);
    house.rotate(std::slice::from_mut(&mut pairwise));
    house.publish("1");
    assert_eq!(texts(&house.follow(&mut reader)), ["0", "1"]);
    assert_eq!(texts(&house.follow(&mut other)), ["0"]);
}

/// What the device's copy of a pairwise key is after `epochs` rotations that named it.
fn advanced(house: &House, pairwise: LanePairwise, epochs: u32) -> LanePairwise {
    let mut scratch = house.publisher.clone();
    let mut readers = [pairwise];
    // Rotations into the same epoch numbers advance a key in the same way, whatever else is in them.
    let mut earlier = House::new();
    for _ in 0..epochs {
        earlier
            .publisher
            .rotate(scratch.earliest_grant(), &mut readers, &mut support::rng(9))
            .unwrap();
    }
    scratch = earlier.publisher;
    assert_eq!(scratch.position().0, Epoch(0), "planned, not begun");
    let [pairwise] = readers;
    pairwise
}

#[test]
fn up_to_eight_readers_cannot_be_counted_and_more_only_to_a_power_of_two() {
    let sizes = [0, 1, 8, 9, 16, 17, 33, 512].map(|count| {
        let mut house = House::new();
        let (_, pairwise) = house.admit();
        let mut readers = vec![pairwise; count];
        house.rotate(&mut readers).len()
    });
    assert_eq!(sizes, [2, 2, 2, 3, 3, 4, 7, 44]);
}

#[test]
fn every_one_of_many_readers_finds_its_entry() {
    let mut house = House::new();
    let (mut readers, mut keys): (Vec<Reader>, Vec<LanePairwise>) =
        (0..40).map(|_| house.admit()).unzip();
    house.rotate(&mut keys);
    house.publish("after");
    for reader in &mut readers {
        assert_eq!(texts(&house.follow(reader)), ["after"]);
    }
}

#[test]
fn impossible_rotations_are_refused_and_change_nothing() {
    let mut house = House::new();
    let (_, pairwise) = house.admit();
    house.publish("0");
    let before = house.publisher.to_state();
    let mut readers = vec![pairwise; 513];
    let next = house.next_slot();
    let too_many = house.publisher.rotate(next, &mut readers, &mut house.rng);
    assert!(matches!(
        too_many,
        Err(ChannelError::TooManyReaders {
            readers: 513,
            max: 512
        })
    ));
    let past = house
        .publisher
        .rotate(support::START, &mut readers[..1], &mut house.rng);
    assert!(matches!(past, Err(ChannelError::SlotIsPast { .. })));
    let far = house
        .publisher
        .rotate(Slot(u64::MAX), &mut readers[..1], &mut house.rng);
    assert!(matches!(far, Err(ChannelError::SlotTooFar(_))));
    assert_eq!(*before, *house.publisher.to_state());
    assert!(
        readers.windows(2).all(|pair| pair[0] == pair[1]),
        "no key advanced"
    );
}

#[test]
fn a_rotation_is_due_after_a_week_on_average_and_thirty_days_at_most() {
    let day = 86_400;
    let ages = (0..200).map(|seed| {
        let publisher = channel::Publisher::start(
            channel::ChannelId::from([1; 16]),
            channel::SlotLength::new(10).unwrap(),
            Slot(0),
            &mut support::rng(seed),
        );
        assert!(!publisher.rotation_due(0));
        (0..)
            .find(|days| publisher.rotation_due(days * day))
            .unwrap()
    });
    let ages = ages.collect::<Vec<u64>>();
    let mean = ages.iter().sum::<u64>() as f64 / 200.0;
    assert!((5.0..9.0).contains(&mean), "{mean}");
    assert!(ages.iter().all(|age| *age <= 30));
    assert!(ages.iter().any(|age| *age > 14));
}

#[test]
fn the_reader_says_where_the_new_epoch_begins() {
    let mut house = House::new();
    let (mut reader, pairwise) = house.admit();
    house.rotate(&mut [pairwise]);
    let events = house.follow(&mut reader);
    assert_eq!(
        events,
        [Event::Rotated {
            epoch: Epoch(1),
            first_slot: house.next_slot()
        }]
    );
}

#[test]
fn the_specification_alone_finds_a_reader_s_entry_and_its_keys_in_every_rotation() {
    let mut house = House::new();
    let keys = house.publisher.lane_keys(support::START).unwrap();
    let pairwise = Pairwise::new([8; 32]);
    let mut readers = [pairwise.lane(&keys)];
    let mut p = prf(pairwise.expose(), "lane", &[keys.cid.as_bytes()]);
    for epoch in 1..4_u32 {
        let insider = Insider::new(&house.publisher.lane_keys(house.next_slot()).unwrap());
        let parts = house.rotate(&mut readers);
        let open = |(part, block): (usize, &SealedBlock)| {
            insider
                .open(None, u16::try_from(part).unwrap(), block.data.as_slice())
                .unwrap()
                .body
        };
        let body = parts.iter().enumerate().flat_map(open).collect::<Vec<_>>();
        assert_eq!(body[..4], epoch.to_le_bytes());
        let salt = &body[12..28];
        let entries = body[28 + 1312..].chunks(128).collect::<Vec<_>>();
        assert!(entries.len() == 8 && entries.is_sorted());

        let id = prf(&p, "rid", &[&epoch.to_le_bytes()]);
        let entry = entries.iter().find(|entry| entry[..8] == id[..8]).unwrap();
        let key = prf(&p, "rwrap", &[&epoch.to_le_bytes(), salt]);
        let payload = Payload {
            msg: &entry[8..],
            aad: keys.cid.as_bytes(),
        };
        let opened = ChaCha20Poly1305::new(&key.into())
            .decrypt(&[0; 12].into(), payload)
            .unwrap();
        let expected = house.publisher.lane_keys(house.next_slot()).unwrap();
        assert_eq!(opened[..8], expected.slot.0.to_le_bytes());
        assert_eq!(opened[8..], Insider::new(&expected).secrets());
        p = prf(&p, "next", &[&epoch.to_le_bytes()]);
    }
}
