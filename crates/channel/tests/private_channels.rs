//! Messages between parties that share a secret.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use channel::private::{MAX_FRAGMENTS, MAX_UNSIGNED_LEN};
use channel::{
    Chain, ChannelError, IdentityKey, MAX_MESSAGE_LEN, MessageAssembler, MessageKey, Numbered,
    SealedFragment, Writer, consent_writer_secret, seal_message, seal_unsigned,
};
use proptest::prelude::*;
use support::rng;

const CONTEXT: &str = "control";

fn signer(n: u8) -> IdentityKey {
    IdentityKey::from_seed(&[n; 32])
}

fn sealed(key: &MessageKey, by: &IdentityKey, body: &[u8], seed: u8) -> Vec<SealedFragment> {
    seal_message(key, by, CONTEXT, body, &mut rng(seed)).unwrap()
}

/// Fetches by what the assembler asks for, as a program does.
fn fetch(assembler: &mut MessageAssembler, tangle: &support::Tangle) {
    for _ in 0..3 {
        for tag in assembler.wanted() {
            assembler.offer(&tag, tangle.at(&tag));
        }
    }
}

fn tangle(fragments: &[SealedFragment]) -> support::Tangle {
    let mut tangle = support::Tangle::default();
    fragments
        .iter()
        .for_each(|fragment| tangle.post(fragment.tag, &fragment.data[..]));
    tangle
}

#[test]
fn messages_of_every_length_arrive_in_two_rounds() {
    let key = MessageKey::new([1; 32]);
    for length in [0, 1, 706, 707, 708, 4016, 30_000, MAX_MESSAGE_LEN] {
        let body = vec![7; length];
        let fragments = sealed(&key, &signer(1), &body, 1);
        assert!(fragments.len() <= MAX_FRAGMENTS);
        let mut assembler = MessageAssembler::new(key.clone());
        fetch(&mut assembler, &tangle(&fragments));
        let opened = assembler.verified(&signer(1).verifying(), CONTEXT).unwrap();
        assert!(*opened.body == body, "length {length}");
    }
}

#[test]
fn what_is_too_long_is_refused() {
    let key = MessageKey::new([1; 32]);
    let long = seal_message(
        &key,
        &signer(1),
        CONTEXT,
        &vec![0; MAX_MESSAGE_LEN + 1],
        &mut rng(1),
    );
    assert!(matches!(
        long,
        Err(ChannelError::MessageTooLong {
            max: MAX_MESSAGE_LEN,
            ..
        })
    ));
    let long = seal_unsigned(&key, &vec![0; MAX_UNSIGNED_LEN + 1], &mut rng(1));
    assert!(matches!(
        long,
        Err(ChannelError::MessageTooLong {
            max: MAX_UNSIGNED_LEN,
            ..
        })
    ));
    assert_eq!(
        seal_unsigned(&key, &vec![0; MAX_UNSIGNED_LEN], &mut rng(1))
            .unwrap()
            .len(),
        16
    );
}

#[test]
fn a_message_by_somebody_else_or_for_another_purpose_is_not_verified() {
    let key = MessageKey::new([1; 32]);
    let mut assembler = MessageAssembler::new(key.clone());
    fetch(
        &mut assembler,
        &tangle(&sealed(&key, &signer(1), b"stop", 1)),
    );
    assert_eq!(assembler.joined().len(), 1);
    assert!(
        assembler
            .verified(&signer(2).verifying(), CONTEXT)
            .is_none()
    );
    assert!(
        assembler
            .verified(&signer(1).verifying(), "status")
            .is_none()
    );
    assert!(
        assembler
            .verified(&signer(1).verifying(), CONTEXT)
            .is_some()
    );
}

#[test]
fn a_signature_does_not_move_to_another_message_of_the_channel() {
    // The other party, who knows both keys, repeats a signed body as a later message.
    let (first, second) = (MessageKey::new([1; 32]), MessageKey::new([2; 32]));
    let mut assembler = MessageAssembler::new(first.clone());
    fetch(
        &mut assembler,
        &tangle(&sealed(&first, &signer(1), b"resume", 1)),
    );
    let signed = assembler.joined()[0].bytes().to_vec();
    let replayed = seal_unsigned(&second, &signed, &mut rng(1)).unwrap();
    let mut assembler = MessageAssembler::new(second);
    fetch(&mut assembler, &tangle(&replayed));
    assert_eq!(assembler.joined()[0].unverified_body(), b"resume");
    assert!(
        assembler
            .verified(&signer(1).verifying(), CONTEXT)
            .is_none()
    );
}

#[test]
fn fragments_of_different_messages_never_mix_and_the_true_one_is_found() {
    let key = MessageKey::new([1; 32]);
    let honest = sealed(&key, &signer(1), &[1; 20_000], 1);
    let mut tangle = support::Tangle::default();
    // Others who know the key write first, whole messages and parts of some.
    for n in 0..30 {
        for fragment in sealed(&key, &signer(2), &vec![n; 20_000], n)
            .iter()
            .skip(usize::from(n % 3))
        {
            tangle.post(fragment.tag, &fragment.data[..]);
        }
    }
    honest
        .iter()
        .for_each(|fragment| tangle.post(fragment.tag, &fragment.data[..]));
    let mut assembler = MessageAssembler::new(key);
    fetch(&mut assembler, &tangle);
    assert_eq!(assembler.joined().len(), 11);
    let opened = assembler.verified(&signer(1).verifying(), CONTEXT).unwrap();
    assert!(opened.body.iter().all(|byte| *byte == 1));
}

#[test]
fn two_copies_of_a_wallet_under_one_number_are_both_seen() {
    let key = MessageKey::new([1; 32]);
    let [one, two] = [b"one", b"two"].map(|body| sealed(&key, &signer(1), body, body[0]));
    let mut assembler = MessageAssembler::new(key);
    fetch(&mut assembler, &tangle(&[one, two].concat()));
    let verified =
        |joined: &channel::Joined| joined.verify(&signer(1).verifying(), CONTEXT).is_ok();
    assert_eq!(
        assembler
            .joined()
            .iter()
            .filter(|joined| verified(joined))
            .count(),
        2
    );
    let first = assembler.verified(&signer(1).verifying(), CONTEXT).unwrap();
    assert_eq!(first.body.as_slice(), b"one", "the earliest counts");
}

#[test]
fn junk_and_foreign_tags_change_nothing() {
    let key = MessageKey::new([1; 32]);
    let mut assembler = MessageAssembler::new(key.clone());
    assert!(!assembler.offer(&key.tag(0), &vec![vec![0; 4096]; 100]));
    assert!(!assembler.offer(&MessageKey::new([2; 32]).tag(0), &[vec![0; 4096]]));
    assert_eq!(assembler.wanted(), [key.tag(0)]);
}

#[test]
fn what_is_asked_for_is_what_is_missing() {
    let key = MessageKey::new([1; 32]);
    let fragments = sealed(&key, &signer(1), &[1; 20_000], 1);
    let tags: Vec<_> = fragments.iter().map(|fragment| fragment.tag).collect();
    let mut assembler = MessageAssembler::new(key);
    assert_eq!(assembler.wanted(), tags[..1]);
    for index in [0, 2] {
        assembler.offer(&tags[index], &[&fragments[index].data[..]]);
    }
    let missing = [&tags[..2], &tags[3..]].concat();
    assert_eq!(assembler.wanted(), missing, "the first always");
}

#[test]
fn messages_that_are_announced_without_end_are_kept_up_to_a_bound() {
    let key = MessageKey::new([1; 32]);
    let messages: Vec<_> = (0..100)
        .map(|n| sealed(&key, &signer(2), &vec![n; 20_000], n))
        .collect();
    let mut assembler = MessageAssembler::new(key.clone());
    for page in messages.chunks(50) {
        let announced: Vec<_> = page.iter().map(|parts| &parts[0].data[..]).collect();
        assembler.offer(&key.tag(0), &announced);
    }
    assert!(assembler.wanted().len() <= MAX_FRAGMENTS);
    for fragment in messages.iter().flatten().skip(1) {
        assembler.offer(&fragment.tag, &[&fragment.data[..]]);
    }
    assert_eq!(assembler.joined().len(), 64);
    let last = assembler.joined()[63].unverified_body();
    assert!(last.iter().all(|byte| *byte == 63), "the earliest are kept");
}

#[test]
fn a_chain_forgets_the_past_and_comes_back_from_its_state() {
    let mut chain = Chain::new([1; 32]);
    let ahead = chain.ahead(5);
    for (index, key) in ahead.iter().enumerate() {
        assert_eq!(
            (chain.current(), usize::try_from(chain.index()).unwrap()),
            (key.clone(), index)
        );
        assert_eq!(Chain::from_state(&chain.to_state()).unwrap(), chain);
        chain.advance();
    }
    assert!(!chain.ahead(1000).contains(&ahead[4]));
}

#[test]
fn writers_and_numbers_have_keys_of_their_own() {
    let mut keys = Writer::ALL
        .into_iter()
        .flat_map(|writer| {
            let log = Numbered::new(consent_writer_secret(&[1; 32], writer));
            (0..50).map(move |n| *log.at(n).expose())
        })
        .collect::<Vec<_>>();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 150);
}

#[test]
fn secrets_do_not_print() {
    let key = MessageKey::new([0x5a; 32]);
    let assembler = MessageAssembler::new(key.clone());
    let printed = format!(
        "{key:?} {:?} {:?} {assembler:?}",
        signer(1),
        Chain::new([0x5a; 32])
    );
    assert_eq!(
        printed,
        "MessageKey(..) IdentityKey(..) Chain { current: MessageKey(..), index: 0 } MessageAssembler(..)"
    );
    let mut house = support::House::new();
    let (reader, _) = house.admit();
    assert_eq!(
        format!("{:?} {reader:?}", house.publisher),
        "Publisher(epoch 0, next slot 29000000, next seq 0) \
         Reader(epoch 0, next slot 29000000, next seq None)"
    );
    let keys = format!("{:?}", house.publisher.lane_keys(support::START).unwrap());
    assert!(
        keys.contains("chain: Key(..)") && keys.contains("rotation: RotationKey(Key(..))"),
        "{keys}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn every_message_survives(body in prop::collection::vec(any::<u8>(), 0..20_000), seed: [u8; 32]) {
        let key = MessageKey::new(seed);
        let mut fragments = sealed(&key, &signer(1), &body, 3);
        fragments.reverse();
        let mut assembler = MessageAssembler::new(key);
        fetch(&mut assembler, &tangle(&fragments));
        prop_assert_eq!(&*assembler.verified(&signer(1).verifying(), CONTEXT).unwrap().body, &body);
    }
}
