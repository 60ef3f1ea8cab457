//! Property 5, no forgery, also from inside: whoever has the symmetric keys of a lane still cannot publish what another
//! reader accepts.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use channel::{ChannelError, Event, LaneKeys, Rejection};
use support::insider::{Insider, Plain};
use support::{House, START, forks, texts};

#[test]
fn a_block_signed_by_another_reader_is_refused_and_the_true_one_read() {
    let mut house = House::new();
    let (mut victim, _) = house.admit();
    let insider = Insider::new(&house.publisher.lane_keys(START).unwrap());
    let true_block = house.publish("true");
    let tag = true_block[0].tag;

    let mut forged = insider
        .open(Some(START.0), 0, true_block[0].data.as_slice())
        .unwrap();
    forged.body = b"lies".to_vec();
    insider.sign_as_somebody_else(&mut forged);
    let forged = insider.seal(Some(START.0), 0, &forged, [7; 24]);

    let mut candidates = vec![forged; 63];
    candidates.push(true_block[0].data.to_vec());
    let _asked = victim.wanted(house.now());
    let events = victim.offer(&tag, &candidates);
    assert_eq!(texts(&events), ["true"]);
    assert!(events.contains(&Event::Rejected {
        reason: Rejection::Signature,
        count: 63
    }));
    assert_eq!(
        forks(&events),
        0,
        "an insider cannot raise the alarm either"
    );
}

#[test]
fn the_device_s_own_signature_does_not_fit_changed_content() {
    let mut house = House::new();
    let (mut victim, _) = house.admit();
    let insider = Insider::new(&house.publisher.lane_keys(START).unwrap());
    let block = house.publish("1000 W");
    let honest = insider
        .open(Some(START.0), 0, block[0].data.as_slice())
        .unwrap();
    assert!(insider.verifies(&honest));
    let forgeries: [fn(&mut Plain); 7] = [
        |plain| plain.body[0] = b'9',
        |plain| plain.header[8] ^= 1,
        |plain| plain.header[26] ^= 1,
        |plain| plain.header[40] ^= 1,
        |plain| plain.header[70] ^= 1,
        |plain| plain.signature[100] ^= 1,
        |plain| plain.body.push(0),
    ];
    for forge in forgeries {
        let mut plain = honest.clone();
        forge(&mut plain);
        let length = u32::try_from(plain.body.len()).unwrap();
        plain.header[28..32].copy_from_slice(&length.to_le_bytes());
        let block = insider.seal(Some(START.0), 0, &plain, [8; 24]);
        let tag = victim.wanted(house.now())[2];
        let events = victim.offer(&tag, &[block]);
        assert_eq!(
            events,
            [Event::Rejected {
                reason: Rejection::Signature,
                count: 1
            }]
        );
    }
}

#[test]
fn a_rotation_by_another_reader_locks_nobody_out() {
    let mut house = House::new();
    let (mut victim, pairwise) = house.admit();
    let insider = Insider::new(&house.publisher.lane_keys(START).unwrap());
    let rotation = house.rotate(&mut [pairwise]);
    let mut forged = insider.open(None, 0, rotation[0].data.as_slice()).unwrap();
    forged.body[4..12].copy_from_slice(&(START.0 + 1000).to_le_bytes());
    insider.sign_as_somebody_else(&mut forged);
    let forged = insider.seal(None, 0, &forged, [9; 24]);
    house
        .tangle
        .0
        .get_mut(&rotation[0].tag)
        .unwrap()
        .insert(0, forged);
    house.publish("after");
    assert_eq!(texts(&house.follow(&mut victim)), ["after"]);
}

#[test]
fn another_implementation_of_fips_204_agrees_with_every_signature() {
    let mut house = House::new();
    let (_, pairwise) = house.admit();
    let insider = Insider::new(&house.publisher.lane_keys(START).unwrap());
    let body = "x".repeat(4000);
    for (part, block) in house.publish(&body).iter().enumerate() {
        let plain = insider
            .open(
                Some(START.0),
                u16::try_from(part).unwrap(),
                block.data.as_slice(),
            )
            .unwrap();
        assert!(insider.verifies(&plain));
    }
    for (part, block) in house.rotate(&mut [pairwise]).iter().enumerate() {
        let plain = insider
            .open(None, u16::try_from(part).unwrap(), block.data.as_slice())
            .unwrap();
        assert!(insider.verifies(&plain));
    }
}

#[test]
fn keys_of_a_lane_with_another_signer_than_the_root_says_are_refused() {
    let house = House::new();
    let keys = house.publisher.lane_keys(START).unwrap().to_bytes();
    let mut altered = keys.to_vec();
    *altered.last_mut().unwrap() ^= 1;
    assert_eq!(
        LaneKeys::from_bytes(&altered),
        Err(ChannelError::RootMismatch)
    );
    assert!(LaneKeys::from_bytes(&keys).is_ok());
}
