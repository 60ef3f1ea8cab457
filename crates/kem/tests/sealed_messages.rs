//! What opens, and what does not.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use kem::{
    KemError, PUBLIC_KEY_LEN, PublicKey, SEALED_OVERHEAD, Sealed, SecretKey, ntru, open, seal,
};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

const PSK: [u8; 32] = [7; 32];

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([1; 32])
}

fn sealed(to: &SecretKey, text: &[u8]) -> Sealed {
    seal(
        to.public_key(),
        &PSK,
        b"id",
        b"info",
        b"aad",
        text,
        &mut rng(),
    )
    .unwrap()
    .0
}

fn opens(key: &SecretKey, sealed: &Sealed) -> Result<Vec<u8>, KemError> {
    open(key, &PSK, b"id", b"info", b"aad", sealed).map(|(text, _)| text.to_vec())
}

#[test]
fn both_ends_export_the_same_secrets_and_different_ones_per_context() {
    let key = SecretKey::from_seed(&[1; 32]);
    let (sealed, ours) = seal(
        key.public_key(),
        &PSK,
        b"id",
        b"info",
        b"aad",
        b"text",
        &mut rng(),
    )
    .unwrap();
    let (text, theirs) = open(&key, &PSK, b"id", b"info", b"aad", &sealed).unwrap();
    assert_eq!(text.as_slice(), b"text");
    assert_eq!(*ours.export(b"a"), *theirs.export(b"a"));
    assert_ne!(*ours.export(b"a"), *ours.export(b"b"));
}

#[test]
fn a_sealed_message_travels_as_bytes() {
    let key = SecretKey::from_seed(&[2; 32]);
    let sealed = sealed(&key, b"text");
    let bytes = sealed.to_bytes();
    assert_eq!(bytes.len(), 4 + SEALED_OVERHEAD);
    assert_eq!(Sealed::from_bytes(&bytes).unwrap(), sealed);
    assert_eq!(key.seed(), &[2; 32], "at rest a key is its seed");
}

#[test]
fn a_seed_always_gives_the_same_key_and_another_seed_another() {
    let key = SecretKey::from_seed(&[1; 32]);
    assert_eq!(
        key.public_key(),
        SecretKey::from_seed(key.seed()).public_key()
    );
    assert_ne!(
        key.public_key(),
        SecretKey::from_seed(&[2; 32]).public_key()
    );
    let bytes = key.public_key().to_bytes();
    assert_eq!(bytes.len(), PUBLIC_KEY_LEN);
    assert_eq!(&PublicKey::from_bytes(&bytes).unwrap(), key.public_key());
}

#[test]
fn nothing_opens_with_one_thing_different() {
    let key = SecretKey::from_seed(&[1; 32]);
    let sealed = sealed(&key, b"text");
    let with = |key: &SecretKey, psk: &[u8; 32], id: &[u8], info: &[u8], aad: &[u8]| {
        open(key, psk, id, info, aad, &sealed)
            .map(|_| ())
            .unwrap_err()
    };
    let other = SecretKey::from_seed(&[2; 32]);
    assert_eq!(
        with(&other, &PSK, b"id", b"info", b"aad"),
        KemError::DoesNotOpen
    );
    assert_eq!(
        with(&key, &[8; 32], b"id", b"info", b"aad"),
        KemError::DoesNotOpen
    );
    assert_eq!(
        with(&key, &PSK, b"di", b"info", b"aad"),
        KemError::DoesNotOpen
    );
    assert_eq!(
        with(&key, &PSK, b"id", b"infO", b"aad"),
        KemError::DoesNotOpen
    );
    assert_eq!(
        with(&key, &PSK, b"id", b"info", b"aaD"),
        KemError::DoesNotOpen
    );
    assert_eq!(with(&key, &PSK, b"", b"info", b"aad"), KemError::EmptyPskId);
}

#[test]
fn a_bit_flip_anywhere_is_refused() {
    let key = SecretKey::from_seed(&[1; 32]);
    let whole = sealed(&key, b"text").to_bytes();
    for at in 0..whole.len() {
        let mut altered = whole.clone();
        altered[at] ^= 1 << (at % 8);
        // The top bit of an X25519 key is ignored by RFC 7748, but not by the combiner.
        let result = opens(&key, &Sealed::from_bytes(&altered).unwrap());
        assert!(result.is_err(), "byte {at}");
    }
}

#[test]
fn halves_of_two_messages_do_not_mix() {
    let key = SecretKey::from_seed(&[1; 32]);
    let mut rng = rng();
    let [one, two] = [b"one", b"two"].map(|text| {
        seal(
            key.public_key(),
            &PSK,
            b"id",
            b"info",
            b"aad",
            text,
            &mut rng,
        )
        .unwrap()
        .0
    });
    let mut ntru_swapped = one.clone();
    ntru_swapped.enc[..1230].copy_from_slice(&two.enc[..1230]);
    let mut x_swapped = one.clone();
    x_swapped.enc[1230..1262].copy_from_slice(&two.enc[1230..1262]);
    let enc_swapped = Sealed {
        enc: two.enc,
        ciphertext: one.ciphertext,
    };
    for mixed in [ntru_swapped, x_swapped, enc_swapped] {
        assert_eq!(opens(&key, &mixed), Err(KemError::DoesNotOpen));
    }
}

#[test]
fn points_of_small_order_are_refused_as_key_and_as_message() {
    let key = SecretKey::from_seed(&[1; 32]);
    let mut order_eight = [0; 32];
    order_eight.copy_from_slice(&[
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4,
        0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49,
        0xb8, 0x00,
    ]);
    for point in [
        [0; 32],
        std::array::from_fn(|at| u8::from(at == 0)),
        order_eight,
    ] {
        let mut public = key.public_key().to_bytes();
        public[1230..].copy_from_slice(&point);
        assert_eq!(
            PublicKey::from_bytes(&public),
            Err(KemError::SmallOrderPoint)
        );

        let mut message = sealed(&key, b"text");
        message.enc[1230..1262].copy_from_slice(&point);
        assert_eq!(opens(&key, &message), Err(KemError::SmallOrderPoint));
    }
}

#[test]
fn wrong_lengths_are_named() {
    let key = SecretKey::from_seed(&[1; 32]);
    assert_eq!(
        PublicKey::from_bytes(&[0; 1261]),
        Err(KemError::PublicKeyLength(1261))
    );
    assert_eq!(
        ntru::PublicKey::from_bytes(&[0; 5]),
        Err(KemError::NtruLength(5))
    );
    assert_eq!(
        Sealed::from_bytes(&[0; 1279]),
        Err(KemError::EncapsulatedKey(1279))
    );
    let mut padded = sealed(&key, b"text");
    padded.enc[1279] = 1;
    assert_eq!(opens(&key, &padded), Err(KemError::EncapsulatedKey(1280)));
}

#[test]
fn secrets_do_not_print() {
    let key = SecretKey::from_seed(&[0x5a; 32]);
    let (_, exporter) = seal(key.public_key(), &PSK, b"id", b"", b"", b"", &mut rng()).unwrap();
    let ntru = ntru::SecretKey::from_seed(&[0x5a; 32]);
    let (_, ciphertext) = ntru.public_key().encapsulate(&mut rng());
    let printed = format!(
        "{key:?} {exporter:?} {ntru:?} {:?} {:?} {ciphertext:?}",
        key.public_key(),
        ntru.public_key()
    );
    assert_eq!(
        printed,
        "SecretKey(..) Exporter(..) ntru::SecretKey(..) PublicKey(..) ntru::PublicKey(..) ntru::Ciphertext(..)"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn every_text_survives(text in prop::collection::vec(any::<u8>(), 0..5000), seed: [u8; 32]) {
        let key = SecretKey::from_seed(&seed);
        prop_assert_eq!(opens(&key, &sealed(&key, &text)), Ok(text));
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        let key = SecretKey::from_seed(&[1; 32]);
        let _key = PublicKey::from_bytes(&bytes);
        if let Ok(sealed) = Sealed::from_bytes(&bytes) {
            prop_assert!(opens(&key, &sealed).is_err());
        }
        if let Ok(ciphertext) = ntru::Ciphertext::from_bytes(&bytes) {
            let _shared = ntru::SecretKey::from_seed(&[1; 32]).decapsulate(&ciphertext);
        }
    }

    #[test]
    fn random_public_keys_can_be_sealed_to(bytes in prop::collection::vec(any::<u8>(), PUBLIC_KEY_LEN)) {
        let key = PublicKey::from_bytes(&bytes).unwrap();
        prop_assert!(seal(&key, &PSK, b"id", b"", b"", b"x", &mut rng()).is_ok());
    }
}
