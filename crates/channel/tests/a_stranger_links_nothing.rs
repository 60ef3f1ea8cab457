//! Property 4, no public address: tags never repeat, and every block has one size and looks random, whatever it
//! carries.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use channel::{
    BlockKind, Chain, IdentityKey, MessageKey, Numbered, SealedBlock, Tag, seal_message,
};
use std::collections::HashSet;
use support::House;

/// Everything a house says: data, long data, cover, rotations, day indexes, messages.
fn traffic() -> Vec<(Tag, Vec<u8>)> {
    let mut house = House::new();
    let (_, pairwise) = house.admit();
    let mut readers = vec![pairwise; 3];
    let mut blocks: Vec<SealedBlock> = Vec::new();
    for n in 0..1500_usize {
        let slot = house.next_slot();
        let (kind, body) = match n % 100 {
            0 => (BlockKind::Data, vec![0; 1000]),
            50 => (BlockKind::Data, vec![0; 4000]),
            // Signing thousands of blocks takes long, so most slots are left out.
            n if n % 10 == 0 => (BlockKind::Cover, Vec::new()),
            _ => continue,
        };
        blocks.extend(
            house
                .publisher
                .publish(slot, kind, 1, &body, &mut house.rng)
                .unwrap(),
        );
        if n % 500 == 0 {
            blocks.extend(
                house
                    .publisher
                    .rotate(
                        house.publisher.earliest_grant(),
                        &mut readers,
                        &mut house.rng,
                    )
                    .unwrap(),
            );
        }
    }
    let mut all = blocks
        .iter()
        .map(|block| (block.tag, block.data.to_vec()))
        .collect::<Vec<_>>();

    let signer = IdentityKey::from_seed(&[1; 32]);
    let mut chain = Chain::new([2; 32]);
    let log = Numbered::new([3; 32]);
    for n in 0..20 {
        for key in [chain.current(), log.at(n)] {
            let message =
                seal_message(&key, &signer, "control", &[0; 3000], &mut house.rng).unwrap();
            all.extend(
                message
                    .into_iter()
                    .map(|fragment| (fragment.tag, fragment.data.to_vec())),
            );
        }
        chain.advance();
    }
    all
}

#[test]
fn no_two_blocks_share_a_tag_a_nonce_or_a_size() {
    let traffic = traffic();
    assert!(traffic.len() > 200);
    assert!(traffic.iter().all(|(_, data)| data.len() == 4096));
    let tags = traffic.iter().map(|(tag, _)| *tag).collect::<HashSet<_>>();
    assert_eq!(tags.len(), traffic.len());
    let nonces = traffic
        .iter()
        .map(|(_, data)| &data[..24])
        .collect::<HashSet<_>>();
    assert_eq!(nonces.len(), traffic.len());
}

#[test]
fn every_block_looks_random_although_its_content_is_not() {
    for (_, data) in traffic() {
        let ones = data.iter().map(|byte| byte.count_ones()).sum::<u32>();
        // 32,768 fair coins: 16,384 ± 90.5; ten deviations never happen.
        assert!(ones.abs_diff(16_384) < 905, "{ones}");
        let distinct = data.iter().collect::<HashSet<_>>().len();
        assert!(distinct > 240, "{distinct}");
    }
}

#[test]
fn the_same_content_twice_is_two_unrelated_blocks() {
    let key = MessageKey::new([1; 32]);
    let signer = IdentityKey::from_seed(&[1; 32]);
    let mut rng = support::rng(1);
    let one = seal_message(&key, &signer, "a", b"same", &mut rng).unwrap();
    let two = seal_message(&key, &signer, "a", b"same", &mut rng).unwrap();
    assert_ne!(one[0].data, two[0].data);
    let equal = one[0]
        .data
        .iter()
        .zip(two[0].data.iter())
        .filter(|(a, b)| a == b)
        .count();
    assert!(equal < 64, "{equal} of 4096 bytes equal, 16 expected");
}

#[test]
fn a_tag_under_another_key_is_another_tag() {
    let tags = (0..=255_u8).flat_map(|k| (0..16).map(move |n| MessageKey::new([k; 32]).tag(n)));
    assert_eq!(tags.collect::<HashSet<_>>().len(), 4096);
}
