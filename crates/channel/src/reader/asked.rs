//! Which place each tag stands for. Only what was asked for is looked at.

use crate::block::Place;
use crate::ratchet::RotationKey;
use crate::secret::Key;
use crate::{Epoch, Hash, Ratchet, Tag};
use std::collections::{HashMap, VecDeque};

/// How many blocks of other histories are remembered, to tell of each once.
const FORKS: usize = 64;
/// How many accepted blocks are asked for again, in case somebody else wrote there too.
pub(super) const RECENT: usize = 8;

/// A place on the Tangle, with the keys to find and open it.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Target {
    Slot {
        epoch: Epoch,
        ratchet: Ratchet,
        part: u16,
    },
    Rotation {
        epoch: Epoch,
        key: RotationKey,
        part: u16,
    },
}

impl Target {
    pub(super) const fn epoch(&self) -> Epoch {
        match self {
            Self::Slot { epoch, .. } | Self::Rotation { epoch, .. } => *epoch,
        }
    }

    pub(super) const fn is_rotation(&self) -> bool {
        matches!(self, Self::Rotation { .. })
    }

    pub(super) const fn place(&self) -> Place {
        match self {
            Self::Slot {
                epoch,
                ratchet,
                part,
            } => Place::Slot(*epoch, ratchet.slot(), *part),
            Self::Rotation { epoch, part, .. } => Place::Rotation(*epoch, *part),
        }
    }

    pub(super) fn tag(&self) -> Tag {
        match self {
            Self::Slot { ratchet, part, .. } => ratchet.tag(*part),
            Self::Rotation { key, part, .. } => key.tag(*part),
        }
    }

    pub(super) fn key(&self) -> Key {
        match self {
            Self::Slot { ratchet, part, .. } => ratchet.key(*part),
            Self::Rotation { key, part, .. } => key.key(*part),
        }
    }
}

/// The tags of the last two rounds, and the places where a block was accepted lately.
#[derive(Clone, Default)]
pub(super) struct Asked {
    current: HashMap<Tag, Target>,
    previous: HashMap<Tag, Target>,
    done: VecDeque<(Tag, Target, Hash)>,
    forks: VecDeque<Hash>,
}

impl Asked {
    /// Begins a new round and returns its tags.
    pub(super) fn renew(&mut self, targets: Vec<Target>) -> Vec<Tag> {
        self.previous = std::mem::take(&mut self.current);
        self.done.drain(..self.done.len().saturating_sub(RECENT));
        let tagged = targets
            .into_iter()
            .map(|target| (target.tag(), target))
            .collect::<Vec<_>>();
        let tags = tagged
            .iter()
            .map(|(tag, _)| *tag)
            .chain(self.done.iter().map(|(tag, ..)| *tag))
            .collect();
        self.current = tagged.into_iter().collect();
        tags
    }

    pub(super) fn insert(&mut self, target: Target) {
        self.current.insert(target.tag(), target);
    }

    /// The place of `tag`, and the hash of the block that was accepted there.
    pub(super) fn find(&self, tag: &Tag) -> Option<(Target, Option<Hash>)> {
        let done = self
            .done
            .iter()
            .find(|(done, ..)| done == tag)
            .map(|(_, target, hash)| (target, Some(*hash)));
        let asked = self
            .current
            .get(tag)
            .or_else(|| self.previous.get(tag))
            .map(|target| (target, None));
        done.or(asked).map(|(target, hash)| (target.clone(), hash))
    }

    /// A block was accepted there.
    pub(super) fn done(&mut self, tag: Tag, hash: Hash) {
        let found = [self.current.remove(&tag), self.previous.remove(&tag)];
        if let Some(target) = found.into_iter().flatten().next() {
            self.done.push_back((tag, target, hash));
        }
    }

    /// Whether this block of another history was not told of lately.
    pub(super) fn is_new_fork(&mut self, hash: Hash) -> bool {
        let new = !self.forks.contains(&hash);
        if new {
            self.forks.truncate(FORKS - 1);
            self.forks.push_front(hash);
        }
        new
    }

    /// Whether a block of this epoch is asked for again.
    pub(super) fn refers_to(&self, epoch: Epoch) -> bool {
        self.done
            .iter()
            .any(|(_, target, _)| target.epoch() == epoch)
    }

    pub(super) fn is_done(&self, target: &Target) -> bool {
        self.done.iter().any(|(_, done, _)| done == target)
    }
}

#[cfg(test)]
mod tests;
