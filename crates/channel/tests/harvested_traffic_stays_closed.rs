//! Property 7, harvest now, decrypt never: whoever recorded everything and later breaks both halves of the key exchange
//! still lacks the secret that never touched the Tangle.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use channel::{ChannelError, Grant, open_grant, seal_grant};
use support::{CONSENT, House, rng};

#[test]
fn the_recipient_s_secret_key_without_the_shared_secret_opens_nothing() {
    let house = House::new();
    let keys = house.publisher.lane_keys(house.next_slot()).unwrap();
    let grant = Grant {
        consent: CONSENT,
        lanes: vec![(1, keys)],
        history: None,
    };
    // "Broken" is modelled by handing over the secret key with both halves.
    let broken = kem::SecretKey::from_seed(&[3; 32]);
    let (recorded, _) = seal_grant(&grant, broken.public_key(), &[4; 32], &mut rng(2)).unwrap();
    assert!(open_grant(&recorded, &broken, &[4; 32], &CONSENT).is_ok());
    for guess in [[0; 32], [5; 32], CONSENT.repeat(2).try_into().unwrap()] {
        let error = open_grant(&recorded, &broken, &guess, &CONSENT).unwrap_err();
        assert_eq!(error, ChannelError::Kem(kem::KemError::DoesNotOpen));
    }
}

#[test]
fn the_shared_secret_without_the_secret_key_opens_nothing() {
    let house = House::new();
    let keys = house.publisher.lane_keys(house.next_slot()).unwrap();
    let grant = Grant {
        consent: CONSENT,
        lanes: vec![(1, keys)],
        history: None,
    };
    let to = kem::SecretKey::from_seed(&[3; 32]);
    let (recorded, _) = seal_grant(&grant, to.public_key(), &[4; 32], &mut rng(2)).unwrap();
    let other = kem::SecretKey::from_seed(&[8; 32]);
    assert!(open_grant(&recorded, &other, &[4; 32], &CONSENT).is_err());
}

#[test]
fn a_grant_for_another_consent_or_suite_does_not_open() {
    let house = House::new();
    let keys = house.publisher.lane_keys(house.next_slot()).unwrap();
    let grant = Grant {
        consent: CONSENT,
        lanes: vec![(1, keys)],
        history: None,
    };
    let to = kem::SecretKey::from_seed(&[3; 32]);
    let (bytes, _) = seal_grant(&grant, to.public_key(), &[4; 32], &mut rng(2)).unwrap();
    assert!(open_grant(&bytes, &to, &[4; 32], &[1; 16]).is_err());
    let mut suite = bytes.clone();
    suite[1] = 2;
    let error = open_grant(&suite, &to, &[4; 32], &CONSENT).unwrap_err();
    assert!(matches!(
        error,
        ChannelError::Version {
            version: 2,
            known: 1,
            ..
        }
    ));
    let mut newer = bytes;
    newer[0] = 2;
    let error = open_grant(&newer, &to, &[4; 32], &CONSENT).unwrap_err();
    assert!(matches!(
        error,
        ChannelError::Version {
            version: 2,
            known: 1,
            ..
        }
    ));
}

#[test]
fn rotations_need_no_public_key_that_could_be_broken() {
    // A rotation's entries are 128 bytes each under symmetric keys: nothing in it is a KEM ciphertext.
    let mut house = House::new();
    let (_, pairwise) = house.admit();
    let blocks = house.rotate(&mut [pairwise]);
    assert_eq!(blocks.len(), 2);
}
