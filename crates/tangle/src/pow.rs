//! Proof of work (IOTA TIP-12): how much a block shows, and a worker that finds it.
//!
//! The work of a block is `3^z / length`, where `z` counts the trailing zero trits of the Curl-P-81 hash of the
//! block's BLAKE2b-256 digest and its nonce. Cost grows with length × score, rounded up to a power of three.

mod curl;
mod miner;

pub use self::miner::{Miner, Turn};

/// Length of the nonce at the end of a block, in bytes.
const NONCE_LENGTH: usize = 8;

/// How many trailing zero trits a block of `length` bytes needs for this score.
pub fn required_zeros(length: usize, min_score: u32) -> u32 {
    let product = length as u128 * u128::from(min_score);
    (0..)
        .zip(std::iter::successors(Some(1u128), |power| {
            power.checked_mul(3)
        }))
        .find(|(_, power)| *power >= product)
        .map_or(u32::MAX, |(zeros, _)| zeros)
}

/// How many trailing zero trits the proof-of-work hash of this block has; `None` for bytes too short to be a block.
pub fn zeros(block: &[u8]) -> Option<u32> {
    let (head, nonce) = block.split_last_chunk::<NONCE_LENGTH>()?;
    Some(curl::zeros(&digest(head), u64::from_le_bytes(*nonce)))
}

/// Whether this block shows at least this score.
pub fn is_enough(block: &[u8], min_score: u32) -> bool {
    let required = required_zeros(block.len(), min_score);
    required == 0 || zeros(block).is_some_and(|zeros| zeros >= required)
}

fn digest(head: &[u8]) -> [u8; 32] {
    crate::BlockId::of(head).0
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use iota_client::pow::score::PowScorer;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn required_zeros_round_up_to_the_next_power_of_three() {
        assert_eq!(
            [
                (100, 0),
                (1, 1),
                (3, 1),
                (4, 1),
                (4_200, 1),
                (6_561, 1),
                (6_562, 1),
                (4_200, 1_500)
            ]
            .map(|(length, score)| required_zeros(length, score)),
            [0, 0, 1, 2, 8, 8, 9, 15]
        );
        assert!(required_zeros(usize::MAX, u32::MAX) < 80);
    }

    /// The examples of TIP-12.
    #[test]
    fn examples_of_the_standard() {
        assert_eq!(
            zeros(b"Hello, World!\x5e\xe6\xaa\xaa\xaa\xaa\xaa\xaa"),
            Some(9)
        );
        assert_eq!(zeros(&[0; 8]), Some(1));
        assert_eq!(zeros(&[203, 124, 2, 0, 0, 0, 0, 0]), Some(10));
        assert_eq!(zeros(&[65, 235, 119, 85, 85, 85, 85, 85]), Some(14));
        assert_eq!(zeros(&[0; 7]), None);
    }

    proptest! {
        #[test]
        fn agrees_with_the_client_library(bytes in proptest::collection::vec(any::<u8>(), 8..300)) {
            let score = PowScorer::new().score(&bytes);
            prop_assert_eq!(3f64.powi(zeros(&bytes).unwrap() as i32) / bytes.len() as f64, score);
        }
    }
}
