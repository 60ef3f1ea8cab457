//! Every parser of bytes that strangers can send: any bytes, and any bytes that an insider sealed properly.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use channel::{
    Chain, LaneKeys, LanePairwise, MessageAssembler, MessageKey, Publisher, Reader,
    VerifyingIdentity, open_grant,
};
use proptest::prelude::*;
use std::sync::LazyLock;
use support::insider::{Insider, Plain};
use support::{CONSENT, House, START, texts};

static KEYS: LazyLock<(LaneKeys, Reader, Vec<u8>)> = LazyLock::new(|| {
    let mut house = House::new();
    let keys = house.publisher.lane_keys(START).unwrap();
    let (mut reader, _) = house.admit();
    let _asked = reader.wanted(house.publisher.slot_length().end_of(START));
    (keys, reader, house.publisher.to_state().to_vec())
});

fn bytes(length: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..length)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn states_and_keys(bytes in bytes(600)) {
        let _results = (
            LaneKeys::from_bytes(&bytes).is_ok(),
            Publisher::from_state(&bytes).is_ok(),
            Reader::from_state(&bytes).is_ok(),
            Chain::from_state(&bytes).is_ok(),
            LanePairwise::from_state(&bytes).is_ok(),
            VerifyingIdentity::from_bytes(&bytes).is_ok(),
        );
    }

    #[test]
    fn damaged_states_and_keys(at in any::<prop::sample::Index>(), by in 1..=255_u8) {
        let damage = |mut bytes: Vec<u8>| {
            let at = at.index(bytes.len());
            bytes[at] ^= by;
            bytes
        };
        if let Ok(keys) = LaneKeys::from_bytes(&damage(KEYS.0.to_bytes().to_vec())) {
            let _reader = Reader::new(keys, &channel::Pairwise::new([1; 32])).unwrap();
        }
        if let Ok(publisher) = Publisher::from_state(&damage(KEYS.2.clone())) {
            let _tags = publisher.own_tags(START, 3);
            let _keys = publisher.lane_keys(START);
            let _printed = format!("{publisher:?}");
        }
        if let Ok(mut reader) = Reader::from_state(&damage(KEYS.1.to_state().to_vec())) {
            let _tags = reader.wanted(1_740_000_000);
        }
    }

    #[test]
    fn grants(bytes in bytes(3000)) {
        let key = kem::SecretKey::from_seed(&[3; 32]);
        prop_assert!(open_grant(&bytes, &key, &[4; 32], &CONSENT).is_err());
        let framed = [[1, 1].as_slice(), &bytes].concat();
        prop_assert!(open_grant(&framed, &key, &[4; 32], &CONSENT).is_err());
    }

    #[test]
    fn blocks_by_strangers(data in bytes(5000)) {
        let (keys, mut reader, _) = KEYS.clone();
        let insider = Insider::new(&keys);
        for tag in [insider.tag(START.0, 0), insider.rotation_tag(0)] {
            prop_assert_eq!(texts(&reader.offer(&tag, &[&data])), [""; 0]);
        }
    }

    #[test]
    fn blocks_by_insiders(header: [u8; 32], body in bytes(1540), sane in any::<bool>()) {
        let (keys, mut reader, _) = KEYS.clone();
        let insider = Insider::new(&keys);
        let mut plain = Plain { header: [0; 96], body, signature: vec![1; 2420] };
        plain.header[..32].copy_from_slice(&header);
        if sane {
            plain.header[..4].copy_from_slice(&[1, 1, 0, 0]);
            plain.header[4..8].copy_from_slice(&[0; 4]);
            plain.header[16..24].copy_from_slice(&START.0.to_le_bytes());
            plain.header[24..26].copy_from_slice(&[0; 2]);
            let length = u32::try_from(plain.body.len()).unwrap();
            plain.header[28..32].copy_from_slice(&length.to_le_bytes());
        }
        let block = insider.seal(Some(START.0), 0, &plain, [2; 24]);
        prop_assert_eq!(texts(&reader.offer(&insider.tag(START.0, 0), &[block])), [""; 0]);
        let block = insider.seal(None, 0, &plain, [2; 24]);
        prop_assert_eq!(texts(&reader.offer(&insider.rotation_tag(0), &[block])), [""; 0]);
    }

    #[test]
    fn messages(data in bytes(5000), fragment in 0..16_u8) {
        let key = MessageKey::new([1; 32]);
        let mut assembler = MessageAssembler::new(key.clone());
        prop_assert!(!assembler.offer(&key.tag(fragment), &[data]));
        prop_assert!(assembler.joined().is_empty());
    }
}
