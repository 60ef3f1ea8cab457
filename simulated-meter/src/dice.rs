//! Chance that can be repeated: a stream of random numbers for each seed, purpose and moment.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What the numbers are for, so that no two purposes share theirs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Equipment = 1,
    Weather = 2,
    Habits = 3,
    Seconds = 4,
    Voltage = 5,
}

/// The numbers of `purpose` at `moment`, which is a day or a minute.
pub(crate) fn dice(seed: u64, purpose: Purpose, moment: i64) -> ChaCha8Rng {
    let mut key = [0; 32];
    let words = [
        seed.to_le_bytes(),
        (purpose as u64).to_le_bytes(),
        moment.to_le_bytes(),
    ];
    for (place, byte) in key.iter_mut().zip(words.as_flattened()) {
        *place = *byte;
    }
    ChaCha8Rng::from_seed(key)
}
