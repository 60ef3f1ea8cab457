//! Randomness for the handshake library, which makes its own generator by `Default` and knows an older `rand_core`.
//!
//! The caller's generator hands over one seed just before a handshake is made; everything that the
//! handshake draws comes from it. So a transcript can be reproduced for the test vectors, and the
//! library never falls back on a source that the caller did not choose.

use std::cell::Cell;
use std::convert::Infallible;

use clatter::rand_core as old;
use rand_core::{CryptoRng, TryCryptoRng, TryRng};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

thread_local! {
    static HANDED_OVER: Cell<Option<[u8; 32]>> = const { Cell::new(None) };
}

/// Block `n` is `PRF(seed, "coins", u64 n)`.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Coins {
    seed: [u8; 32],
    block: u64,
}

impl Coins {
    /// Draws the seed of the next `Coins::default()` on this thread.
    pub(crate) fn hand_over(rng: &mut impl CryptoRng) {
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        HANDED_OVER.set(Some(seed));
        seed.zeroize();
    }
}

impl Default for Coins {
    fn default() -> Self {
        let seed = HANDED_OVER.take().unwrap_or_else(|| {
            let mut fresh = [0; 32];
            old::RngCore::fill_bytes(&mut clatter::crypto::rng::DefaultRng, &mut fresh);
            fresh
        });
        Self { seed, block: 0 }
    }
}

impl old::RngCore for Coins {
    fn next_u32(&mut self) -> u32 {
        old::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        old::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let block = Zeroizing::new(channel::prf(
                &self.seed,
                "coins",
                &[&self.block.to_le_bytes()],
            ));
            self.block += 1;
            for (to, from) in chunk.iter_mut().zip(block.iter()) {
                *to = *from;
            }
        }
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), old::Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl old::CryptoRng for Coins {}

/// The library's generator as the `rand_core` that the rest of the house speaks.
pub(crate) struct Modern<'a, R>(pub(crate) &'a mut R);

impl<R: old::RngCore + old::CryptoRng> TryRng for Modern<'_, R> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next_u64())
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill_bytes(out);
        Ok(())
    }
}

impl<R: old::RngCore + old::CryptoRng> TryCryptoRng for Modern<'_, R> {}

#[cfg(test)]
mod tests {
    use super::*;
    use old::RngCore as _;
    use rand_chacha::ChaCha20Rng;
    use rand_core::{Rng as _, SeedableRng as _};

    const CALLER: [u8; 32] = [7; 32];

    /// What the coins of this caller are, block by block.
    fn block(n: u64) -> [u8; 32] {
        let mut seed = [0; 32];
        ChaCha20Rng::from_seed(CALLER).fill_bytes(&mut seed);
        channel::prf(&seed, "coins", &[&n.to_le_bytes()])
    }

    fn handed_over() -> Coins {
        Coins::hand_over(&mut ChaCha20Rng::from_seed(CALLER));
        Coins::default()
    }

    #[test]
    fn everything_that_is_drawn_follows_from_what_the_caller_handed_over() {
        let mut coins = handed_over();
        let mut drawn = [0; 80];
        coins.fill_bytes(&mut drawn);
        let expected = [block(0), block(1), block(2)].concat();
        assert_eq!(drawn.as_slice(), expected.get(..80).unwrap_or_default());
        assert!(coins.try_fill_bytes(&mut drawn).is_ok());
        let expected = [block(3), block(4), block(5)].concat();
        assert_eq!(drawn.as_slice(), expected.get(..80).unwrap_or_default());
        assert_eq!(coins.next_u32().to_le_bytes(), block(6)[..4]);
        assert_eq!(coins.next_u64().to_le_bytes(), block(7)[..8]);
    }

    #[test]
    fn the_newer_interface_draws_the_same() {
        let mut coins = handed_over();
        let mut modern = Modern(&mut coins);
        let mut drawn = [0; 32];
        modern.fill_bytes(&mut drawn);
        assert_eq!(drawn, block(0));
        assert_eq!(modern.next_u32().to_le_bytes(), block(1)[..4]);
        assert_eq!(modern.next_u64().to_le_bytes(), block(2)[..8]);
    }

    #[test]
    fn what_was_handed_over_is_used_once() {
        let mut drawn = [[0; 32]; 3];
        let all = [handed_over(), Coins::default(), Coins::default()];
        for (mut coins, drawn) in all.into_iter().zip(&mut drawn) {
            coins.fill_bytes(drawn);
        }
        let [first, second, third] = drawn;
        assert_eq!(first, block(0));
        assert!(first != second && second != third);
    }
}
