//! How a node misbehaves on command.

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};
use tangle::Tag;

/// How often what goes wrong, in hundredths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Questions that get no answer.
    pub deaf: u32,
    /// Blocks that are not taken.
    pub refuses: u32,
    /// Blocks that are taken, and nobody hears so.
    pub mute: u32,
    /// Blocks that are acknowledged and never seen again.
    pub loses: u32,
    /// Blocks that are there twice.
    pub doubles: u32,
    /// Blocks that come behind random bytes under their own tag.
    pub junk: u32,
    /// Blocks that appear later, and so in another order.
    pub delays: u32,
    /// At most so many seconds later.
    pub longest_delay: u64,
}

/// What happens to one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Kept,
    Refused,
    AnswerLost,
    Lost,
    Doubled,
    BehindJunk,
    HeldBack(u64),
}

/// A node in a bad mood.
pub(crate) struct Misbehaviour {
    faults: Faults,
    seeded: ChaCha20Rng,
    held_back: Vec<(u64, Tag, Vec<u8>)>,
}

impl Misbehaviour {
    pub(crate) fn new(faults: Faults, seed: u64) -> Self {
        Self {
            faults,
            seeded: ChaCha20Rng::seed_from_u64(seed),
            held_back: Vec::new(),
        }
    }

    pub(crate) fn call_fails(&mut self) -> bool {
        self.seeded.next_u32() % 100 < self.faults.deaf
    }

    /// One throw decides, so that the hundredths add up.
    pub(crate) fn fate(&mut self) -> Fate {
        let faults = self.faults;
        let later = 1 + self.seeded.next_u64() % faults.longest_delay.max(1);
        let kinds = [
            (faults.refuses, Fate::Refused),
            (faults.mute, Fate::AnswerLost),
            (faults.loses, Fate::Lost),
            (faults.doubles, Fate::Doubled),
            (faults.junk, Fate::BehindJunk),
            (faults.delays, Fate::HeldBack(later)),
        ];
        let mut thrown = self.seeded.next_u32() % 100;
        for (hundredths, fate) in kinds {
            if thrown < hundredths {
                return fate;
            }
            thrown -= hundredths;
        }
        Fate::Kept
    }

    pub(crate) fn hold_back(&mut self, due: u64, tag: Tag, data: &[u8]) {
        self.held_back.push((due, tag, data.to_vec()));
    }

    /// What appears by now.
    pub(crate) fn due(&mut self, now: u64) -> Vec<(Tag, Vec<u8>)> {
        let (due, later) = std::mem::take(&mut self.held_back)
            .into_iter()
            .partition(|(due, _, _)| *due <= now);
        self.held_back = later;
        due.into_iter().map(|(_, tag, data)| (tag, data)).collect()
    }

    /// Everything that did not appear yet.
    pub(crate) fn held_back(self) -> Vec<(Tag, Vec<u8>)> {
        let all = self.held_back.into_iter();
        all.map(|(_, tag, data)| (tag, data)).collect()
    }
}
