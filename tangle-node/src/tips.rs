//! Blocks that nobody approves yet: the parents of the next ones.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tangle::BlockId;

use crate::limits;

/// Fewer than the eight that the format allows: parents cost 32 bytes each in every block, and with four of them
/// every block approves more than it adds.
const PARENTS: usize = 4;

/// The current tips, in the order in which they are offered.
#[derive(Default)]
pub(crate) struct Tips(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    order: BTreeMap<u64, BlockId>,
    places: HashMap<BlockId, u64>,
    next: u64,
}

impl Tips {
    /// A block arrived.
    pub(crate) fn attach(&self, id: BlockId, parents: &[BlockId]) {
        let mut queue = self.lock();
        for parent in parents {
            queue.remove(parent);
        }
        queue.push(id);
        if queue.order.len() > limits::TIPS
            && let Some((_, oldest)) = queue.order.pop_first()
        {
            queue.places.remove(&oldest);
        }
    }

    /// Forgets the tips that are gone.
    pub(crate) fn retain(&self, exists: impl Fn(&BlockId) -> bool) {
        let mut queue = self.lock();
        queue.order.retain(|_, tip| exists(tip));
        queue.places = queue
            .order
            .iter()
            .map(|(place, id)| (*id, *place))
            .collect();
    }

    /// Parents for a new block, sorted; in an empty Tangle the genesis. Whoever asks next is offered others, so that
    /// many who publish at the same time approve different tips, and none is left behind.
    pub(crate) fn pick(&self) -> Vec<BlockId> {
        let mut queue = self.lock();
        let mut picked: Vec<_> = queue.order.values().take(PARENTS).copied().collect();
        for tip in &picked {
            queue.push(*tip);
        }
        drop(queue);
        if picked.is_empty() {
            picked.push(BlockId::GENESIS);
        }
        picked.sort_unstable();
        picked
    }

    /// Every tip, in the order in which they are offered.
    pub(crate) fn all(&self) -> Vec<BlockId> {
        self.lock().order.values().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn push(&mut self, id: BlockId) {
        self.remove(&id);
        self.order.insert(self.next, id);
        self.places.insert(id, self.next);
        self.next += 1;
    }

    fn remove(&mut self, id: &BlockId) {
        if let Some(place) = self.places.remove(id) {
            self.order.remove(&place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u32) -> BlockId {
        BlockId::of(&number.to_le_bytes())
    }

    fn sorted(mut ids: Vec<BlockId>) -> Vec<BlockId> {
        ids.sort_unstable();
        ids
    }

    #[test]
    fn an_approved_block_is_no_tip_any_more() {
        let tips = Tips::default();
        assert_eq!(tips.pick(), [BlockId::GENESIS]);
        tips.attach(id(2), &[BlockId::GENESIS]);
        tips.attach(id(1), &[BlockId::GENESIS]);
        assert_eq!(tips.pick(), sorted(vec![id(1), id(2)]));
        tips.attach(id(3), &[id(1), id(2)]);
        assert_eq!(tips.pick(), [id(3)]);
        tips.retain(|_| false);
        assert_eq!(tips.pick(), [BlockId::GENESIS]);
    }

    #[test]
    fn a_flood_of_tips_is_bounded_and_everyone_is_offered_others() {
        let tips = Tips::default();
        for number in 0..10 {
            tips.attach(id(number), &[]);
        }
        assert_eq!(tips.pick(), sorted((0..4).map(id).collect()));
        assert_eq!(tips.pick(), sorted((4..8).map(id).collect()));
        assert_eq!(tips.pick(), sorted([8, 9, 0, 1].map(id).to_vec()));
        for number in 0..limits::TIPS as u32 + 10 {
            tips.attach(id(number), &[]);
        }
        assert_eq!(tips.all().len(), limits::TIPS);
    }
}
