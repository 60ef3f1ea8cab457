//! Every target takes what it begins with, and some thousand mutations of it: the same ones on every run.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use fuzz::{TARGETS, corpus};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

const MUTATIONS: usize = 300;

#[test]
fn every_target_takes_mutations_of_its_corpus() {
    for target in TARGETS {
        let seeds = corpus(target);
        assert!(
            !seeds.is_empty(),
            "{} has nothing to begin with",
            target.name
        );
        seeds.iter().for_each(|seed| (target.run)(seed));
        let mut chance = ChaCha20Rng::from_seed([1; 32]);
        for number in 0..MUTATIONS {
            let mut input = seeds[number % seeds.len()].clone();
            for _ in 0..1 + below(&mut chance, 4) {
                mutate(&mut input, &mut chance);
            }
            (target.run)(&input);
        }
    }
}

/// Any bytes that have nothing to do with what the parser expects.
#[test]
fn every_target_takes_noise() {
    let mut chance = ChaCha20Rng::from_seed([2; 32]);
    for target in TARGETS {
        for _ in 0..50 {
            let mut input = vec![0; below(&mut chance, 5000)];
            chance.fill_bytes(&mut input);
            (target.run)(&input);
        }
    }
}

fn below(chance: &mut ChaCha20Rng, end: usize) -> usize {
    usize::try_from(chance.next_u64() % end.max(1) as u64).unwrap()
}

fn mutate(input: &mut Vec<u8>, chance: &mut ChaCha20Rng) {
    if input.is_empty() {
        input.push(0);
    }
    let at = below(chance, input.len());
    match below(chance, 6) {
        0 => input[at] ^= 1 << below(chance, 8),
        1 => input[at] = [0, 0x7f, 0x80, 0xff][below(chance, 4)],
        2 => input.truncate(at),
        3 => input.insert(at, input[at]),
        4 => drop(input.remove(at)),
        _ => {
            let piece: Vec<u8> = input[at..].iter().copied().take(32).collect();
            let to = below(chance, input.len());
            input.splice(to..to, piece);
        }
    }
}
