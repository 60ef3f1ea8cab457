//! What no milestone refers to yet, and what the next one would.

use std::collections::HashMap;

use tangle::BlockId;

/// The blocks that no milestone refers to yet.
#[derive(Default)]
pub(super) struct Window(HashMap<BlockId, Unreferenced>);

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Unreferenced {
    /// Its place in the order of arrival.
    pub(super) number: i64,
    pub(super) parents: Vec<BlockId>,
    /// The oldest milestone that refers to something in its past: when that is too long ago, nobody may attach to it
    /// (IOTA TIP-25, below max depth).
    pub(super) oldest: u32,
}

impl Window {
    pub(super) fn insert(&mut self, id: BlockId, block: Unreferenced) {
        self.0.insert(id, block);
    }

    pub(super) fn get(&self, id: BlockId) -> Option<&Unreferenced> {
        self.0.get(&id)
    }

    pub(super) fn remove(&mut self, id: BlockId) -> Option<Unreferenced> {
        self.0.remove(&id)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The places of its blocks.
    pub(super) fn numbers(&self) -> impl Iterator<Item = i64> {
        self.0.values().map(|block| block.number)
    }

    /// The place of its first block.
    pub(super) fn first(&self) -> Option<i64> {
        self.numbers().min()
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// What lies behind these parents in white-flag order (IOTA TIP-2): depth first, a block after its parents, each
    /// once.
    pub(super) fn cone(&self, parents: &[BlockId]) -> Vec<BlockId> {
        let mut order = Vec::new();
        let mut visited = std::collections::HashSet::new();
        // Blocks under way, each with how many of its parents were looked at.
        let mut path: Vec<(BlockId, usize)> = Vec::new();
        for parent in parents {
            if self.0.contains_key(parent) && visited.insert(*parent) {
                path.push((*parent, 0));
            }
            while let Some((id, looked_at)) = path.last_mut() {
                let next = self
                    .0
                    .get(id)
                    .and_then(|block| block.parents.get(*looked_at));
                *looked_at += 1;
                match next {
                    Some(next) if self.0.contains_key(next) && visited.insert(*next) => {
                        path.push((*next, 0));
                    }
                    Some(_) => {}
                    None => order.extend(path.pop().map(|(id, _)| id)),
                }
            }
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> BlockId {
        BlockId([number; 32])
    }

    fn window(blocks: &[(u8, &[u8])]) -> Window {
        let mut window = Window::default();
        for (number, parents) in blocks {
            let block = Unreferenced {
                number: (*number).into(),
                parents: parents.iter().copied().map(id).collect(),
                oldest: 0,
            };
            window.insert(id(*number), block);
        }
        window
    }

    /// Everything comes after its parents, the first parent's past before the second's, nothing twice.
    #[test]
    fn the_past_comes_first() {
        let window = window(&[
            (1, &[0]),
            (2, &[0, 1]),
            (3, &[1]),
            (4, &[3, 2]),
            (5, &[2]),
            (6, &[4, 5]),
            (7, &[0]),
        ]);
        assert_eq!(window.cone(&[id(6)]), [1, 3, 2, 4, 5, 6].map(id));
        assert_eq!(window.cone(&[id(5), id(4)]), [1, 2, 5, 3, 4].map(id));
        assert_eq!(window.cone(&[id(9), id(7)]), [id(7)]);
        assert_eq!((window.len(), window.first()), (7, Some(1)));
    }

    /// A long chain is walked without recursion.
    #[test]
    fn a_long_chain_is_walked() {
        let mut window = Window::default();
        let link = |number: u32| BlockId::of(&number.to_le_bytes());
        for number in 1..=20_000 {
            let parents = vec![link(number - 1)];
            let block = Unreferenced {
                number: number.into(),
                parents,
                oldest: 0,
            };
            window.insert(link(number), block);
        }
        assert_eq!(window.cone(&[link(20_000)]).len(), 20_000);
    }
}
