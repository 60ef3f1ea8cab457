//! Curl-P-81 on many nonces at once.
//!
//! A trit of many hashes is kept as two bit planes (−1 is `low`, +1 is `high`, 0 is both), so that one pass of
//! bitwise operations advances them all.

use std::array;

const HASH_TRITS: usize = 243;
const STATE_TRITS: usize = 3 * HASH_TRITS;
const ROUNDS: usize = 81;
const BYTE_TRITS: usize = 6;
const DIGEST_TRITS: usize = 32 * BYTE_TRITS;

/// Trailing zero trits of the hash of one digest with one nonce.
pub(super) fn zeros(digest: &[u8; 32], nonce: u64) -> u32 {
    let mut batch = Batch::<1>::new(digest);
    batch.hash(nonce & !(Batch::<1>::LANES - 1));
    let lane = nonce % Batch::<1>::LANES;
    batch
        .trailing()
        .map(|[zero]| zero >> lane & 1)
        .take_while(|zero| *zero == 1)
        .map(|_| 1)
        .sum()
}

/// `64 × WORDS` hashes with consecutive nonces.
pub(super) struct Batch<const WORDS: usize> {
    input: Vec<Trit<WORDS>>,
    state: Vec<Trit<WORDS>>,
    next: Vec<Trit<WORDS>>,
}

/// The same trit of every hash.
#[derive(Clone, Copy)]
struct Trit<const WORDS: usize> {
    low: [u64; WORDS],
    high: [u64; WORDS],
}

impl<const WORDS: usize> Batch<WORDS> {
    /// How many hashes one pass makes. At most 256: only the nonce's first byte differs inside a batch.
    pub(super) const LANES: u64 = 64 * WORDS as u64;

    pub(super) fn new(digest: &[u8; 32]) -> Self {
        let mut input = vec![Trit::same(0); HASH_TRITS];
        for (trits, byte) in input.chunks_exact_mut(BYTE_TRITS).zip(digest) {
            Trit::write_byte(trits, *byte);
        }
        Self {
            input,
            state: vec![Trit::same(0); STATE_TRITS],
            next: vec![Trit::same(0); STATE_TRITS],
        }
    }

    /// Hashes the nonces from `first`, a multiple of [`Self::LANES`], on.
    pub(super) fn hash(&mut self, first: u64) {
        self.write_nonces(first);
        for (trit, input) in self
            .state
            .iter_mut()
            .zip(self.input.iter().chain(std::iter::repeat(&Trit::same(0))))
        {
            *trit = *input;
        }
        for _ in 0..ROUNDS {
            round(&self.state, &mut self.next);
            std::mem::swap(&mut self.state, &mut self.next);
        }
    }

    /// The first lane whose hash ends in this many zero trits.
    pub(super) fn find(&self, zeros: u32) -> Option<u64> {
        let all = |mask: [u64; WORDS], zero: [u64; WORDS]| {
            array::from_fn(|word| part(&mask, word) & part(&zero, word))
        };
        let mask = self
            .trailing()
            .take(zeros as usize)
            .fold([u64::MAX; WORDS], all);
        let lane = |(word, bits): (u64, u64)| 64 * word + u64::from(bits.trailing_zeros());
        (0..).zip(mask).find(|(_, bits)| *bits != 0).map(lane)
    }

    /// Which lanes have a zero in the hash's last trit, the one before it, and so on.
    fn trailing(&self) -> impl Iterator<Item = [u64; WORDS]> {
        let hash = self.state.iter().take(HASH_TRITS).rev();
        hash.map(|trit| array::from_fn(|word| part(&trit.low, word) & part(&trit.high, word)))
    }

    fn write_nonces(&mut self, first: u64) {
        let nonce = self.input.iter_mut().skip(DIGEST_TRITS);
        let mut nonce = nonce.collect::<Vec<_>>();
        let [own, shared @ ..] = first.to_le_bytes();
        for (trits, byte) in nonce.chunks_exact_mut(BYTE_TRITS).skip(1).zip(shared) {
            for (trit, value) in trits.iter_mut().zip(byte_trits(byte)) {
                **trit = Trit::same(value);
            }
        }
        for (position, trit) in nonce.iter_mut().take(BYTE_TRITS).enumerate() {
            **trit = Trit::lanes(|lane| {
                byte_trits(own.wrapping_add(lane as u8))
                    .into_iter()
                    .nth(position)
                    .unwrap_or(0)
            });
        }
    }
}

impl<const WORDS: usize> Trit<WORDS> {
    fn same(value: i8) -> Self {
        let plane = |set: bool| [if set { u64::MAX } else { 0 }; WORDS];
        Self {
            low: plane(value <= 0),
            high: plane(value >= 0),
        }
    }

    fn lanes(value: impl Fn(u64) -> i8) -> Self {
        let plane = |set: &dyn Fn(i8) -> bool| {
            array::from_fn(|word| {
                (0..64)
                    .filter(|bit| set(value(64 * word as u64 + bit)))
                    .fold(0, |plane, bit| plane | 1 << bit)
            })
        };
        Self {
            low: plane(&|value| value <= 0),
            high: plane(&|value| value >= 0),
        }
    }

    fn write_byte(trits: &mut [Self], byte: u8) {
        for (trit, value) in trits.iter_mut().zip(byte_trits(byte)) {
            *trit = Self::same(value);
        }
    }
}

/// One round: `next[i] = s(state[j(i)], state[j(i + 1)])`, where j runs 0, 364, 728, 363, 727 … 365, 0.
fn round<const WORDS: usize>(state: &[Trit<WORDS>], next: &mut [Trit<WORDS>]) {
    let Some((lower, upper)) = state.split_at_checked(STATE_TRITS / 2 + 1) else {
        return;
    };
    let (Some(first), Some(last)) = (lower.first(), lower.last()) else {
        return;
    };
    let Some((head, pairs)) = next.split_first_mut() else {
        return;
    };
    *head = substitute(first, last);
    let lower_and_next = lower.iter().rev().zip(lower.iter().rev().skip(1));
    for ((pair, (x, x_next)), y) in pairs
        .chunks_exact_mut(2)
        .zip(lower_and_next)
        .zip(upper.iter().rev())
    {
        if let [odd, even] = pair {
            *odd = substitute(x, y);
            *even = substitute(y, x_next);
        }
    }
}

#[inline(always)]
fn substitute<const WORDS: usize>(x: &Trit<WORDS>, y: &Trit<WORDS>) -> Trit<WORDS> {
    let differ: [u64; WORDS] = array::from_fn(|word| part(&x.high, word) ^ part(&y.low, word));
    Trit {
        low: array::from_fn(|word| !(part(&differ, word) & part(&x.low, word))),
        high: array::from_fn(|word| {
            part(&differ, word) | (part(&x.low, word) ^ part(&y.high, word))
        }),
    }
}

/// One word of a bit plane; `word` comes from an array of the same length, so the compiler drops the check.
#[inline(always)]
#[expect(
    clippy::indexing_slicing,
    reason = "word < WORDS: it comes from array::from_fn of the same length"
)]
fn part<const WORDS: usize>(plane: &[u64; WORDS], word: usize) -> u64 {
    plane[word]
}

/// A byte as six trits, least significant first (b1t6 of TIP-5).
fn byte_trits(byte: u8) -> [i8; BYTE_TRITS] {
    let value = u16::from(byte).wrapping_add(128) % 256 + 364 - 128;
    let digits = |tryte: u16, place: u16| (tryte / place % 3) as i8 - 1;
    let (first, second) = (value % 27, value / 27);
    [
        digits(first, 1),
        digits(first, 3),
        digits(first, 9),
        digits(second, 1),
        digits(second, 3),
        digits(second, 9),
    ]
}
