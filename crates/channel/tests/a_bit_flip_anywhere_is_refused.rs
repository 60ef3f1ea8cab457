//! Not one bit of a block, a message or a grant can be changed unnoticed.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use channel::{
    Grant, IdentityKey, MessageAssembler, MessageKey, open_grant, seal_grant, seal_message,
};
use support::{CONSENT, House, rng, texts};

#[test]
fn of_a_block() {
    let mut house = House::new();
    let (mut reader, _) = house.admit();
    let block = house.publish("true").remove(0);
    let _asked = reader.wanted(house.now());
    for at in 0..4096 {
        let mut altered = block.data.to_vec();
        altered[at] ^= 1 << (at % 8);
        assert_eq!(
            texts(&reader.offer(&block.tag, &[altered])),
            [""; 0],
            "byte {at}"
        );
    }
    for length in [0, 1, 4095, 4097] {
        let mut altered = block.data.to_vec();
        altered.resize(length, 0);
        assert_eq!(
            texts(&reader.offer(&block.tag, &[altered])),
            [""; 0],
            "length {length}"
        );
    }
    assert_eq!(
        texts(&reader.offer(&block.tag, &[block.data.as_slice()])),
        ["true"]
    );
}

#[test]
fn of_a_message() {
    let key = MessageKey::new([1; 32]);
    let signer = IdentityKey::from_seed(&[2; 32]);
    let fragment = seal_message(&key, &signer, "control", b"stop", &mut rng(1))
        .unwrap()
        .remove(0);
    let mut assembler = MessageAssembler::new(key);
    for at in 0..4096 {
        let mut altered = fragment.data.to_vec();
        altered[at] ^= 1 << (at % 8);
        assert!(!assembler.offer(&fragment.tag, &[altered]), "byte {at}");
    }
    assert!(assembler.offer(&fragment.tag, &[fragment.data.as_slice()]));
    let opened = assembler.verified(&signer.verifying(), "control").unwrap();
    assert_eq!(opened.body.as_slice(), b"stop");
}

#[test]
fn of_a_grant() {
    let house = House::new();
    let keys = house.publisher.lane_keys(house.next_slot()).unwrap();
    let grant = Grant {
        consent: CONSENT,
        lanes: vec![(1, keys)],
        history: None,
    };
    let to = kem::SecretKey::from_seed(&[3; 32]);
    let (bytes, _) = seal_grant(&grant, to.public_key(), &[4; 32], &mut rng(2)).unwrap();
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1 << (at % 8);
        assert!(
            open_grant(&altered, &to, &[4; 32], &CONSENT).is_err(),
            "byte {at}"
        );
    }
    assert!(open_grant(&bytes, &to, &[4; 32], &CONSENT).is_ok());
}
