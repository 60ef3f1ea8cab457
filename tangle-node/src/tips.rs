//! Blocks that nobody approves yet: the parents of the next ones.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tangle::BlockId;

use crate::limits;

/// Fewer than the eight that the format allows: parents cost 32 bytes each in every block, and with four of them
/// every block approves more than it adds.
const PARENTS: usize = 4;

/// The current tips, oldest first.
#[derive(Default)]
pub(crate) struct Tips(Mutex<VecDeque<BlockId>>);

impl Tips {
    /// A block arrived.
    pub(crate) fn attach(&self, id: BlockId, parents: &[BlockId]) {
        let mut tips = self.lock();
        tips.retain(|tip| *tip != id && !parents.contains(tip));
        tips.push_back(id);
        if tips.len() > limits::TIPS {
            tips.pop_front();
        }
    }

    /// Forgets the tips that are gone.
    pub(crate) fn retain(&self, exists: impl Fn(&BlockId) -> bool) {
        self.lock().retain(exists);
    }

    /// Parents for a new block, sorted. The oldest tips come first, so that none is left behind; in an empty Tangle
    /// the genesis.
    pub(crate) fn pick(&self) -> Vec<BlockId> {
        let mut picked: Vec<_> = self.lock().iter().take(PARENTS).copied().collect();
        if picked.is_empty() {
            picked.push(BlockId::GENESIS);
        }
        picked.sort_unstable();
        picked
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<BlockId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> BlockId {
        BlockId([number; 32])
    }

    #[test]
    fn an_approved_block_is_no_tip_any_more() {
        let tips = Tips::default();
        assert_eq!(tips.pick(), [BlockId::GENESIS]);
        tips.attach(id(2), &[BlockId::GENESIS]);
        tips.attach(id(1), &[BlockId::GENESIS]);
        assert_eq!(tips.pick(), [id(1), id(2)]);
        tips.attach(id(3), &[id(1), id(2)]);
        assert_eq!(tips.pick(), [id(3)]);
        tips.retain(|_| false);
        assert_eq!(tips.pick(), [BlockId::GENESIS]);
    }

    #[test]
    fn a_flood_of_tips_is_bounded_and_the_oldest_are_approved_first() {
        let tips = Tips::default();
        for number in 0..=u8::MAX {
            tips.attach(id(number), &[]);
        }
        assert_eq!(tips.pick(), [id(0), id(1), id(2), id(3)]);
        tips.attach(BlockId([9; 32]), &[]);
        for number in 0..100u8 {
            tips.attach(
                BlockId([
                    number, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                    0, 0, 0, 0, 0, 0, 0,
                ]),
                &[],
            );
        }
        assert_eq!(tips.lock().len(), limits::TIPS);
    }
}
