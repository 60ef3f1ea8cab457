//! What a reader tells.

use crate::block::Junk;
use crate::{Epoch, Seq, Slot};
use minicbor::{Decode, Encode};
use std::collections::BTreeMap;

/// What came of looking at blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A batch of the slot.
    Data {
        /// When.
        slot: Slot,
        /// The number of its first block.
        seq: Seq,
        /// How the body is encoded.
        codec: u16,
        /// The batch, still compressed: bound what you decode.
        body: Vec<u8>,
    },
    /// A batch from before the grant.
    History {
        /// When it was published.
        slot: Slot,
        /// The number of its first block.
        seq: Seq,
        /// How the body is encoded.
        codec: u16,
        /// The batch, still compressed: bound what you decode.
        body: Vec<u8>,
    },
    /// The slot was idle.
    Cover {
        /// When.
        slot: Slot,
        /// The number of the block.
        seq: Seq,
    },
    /// The device says which blocks the days since the last index had.
    DayIndex {
        /// The first slot of the new day that was published.
        slot: Slot,
        /// The first block.
        first: Seq,
        /// The last block.
        last: Seq,
    },
    /// The keys turned and this reader went along.
    Rotated {
        /// The new epoch.
        epoch: Epoch,
        /// Where it begins.
        first_slot: Slot,
    },
    /// The keys turned without this reader: access ended, or is renewed by a new grant.
    NotInRotation {
        /// The epoch it cannot read.
        epoch: Epoch,
        /// The first slot it cannot read.
        first_slot: Slot,
    },
    /// Blocks exist that were not found. They may still come; see [`crate::Reader::gaps`].
    Gap(Gap),
    /// The device signed two different histories: a cloned device, or a state that was restored unnoticed.
    Fork {
        /// In which epoch.
        epoch: Epoch,
        /// In which slot it shows.
        slot: Slot,
        /// The number of the block that contradicts what was known.
        seq: Seq,
    },
    /// Blocks under a wanted tag that are not what belongs there.
    Rejected {
        /// Why.
        reason: Rejection,
        /// How many.
        count: usize,
    },
}

/// A stretch of missing blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Gap {
    /// The number of the first missing block.
    #[n(0)]
    pub first: Seq,
    /// The number of the last missing block.
    #[n(1)]
    pub last: Seq,
    /// The first slot they can be in.
    #[n(2)]
    pub from: Slot,
    /// The slot after the last one they can be in.
    #[n(3)]
    pub to: Slot,
}

/// Why a block was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The tag is none that was asked for, or not any more.
    #[error("nothing is expected under this tag")]
    NotAsked,
    /// Not 4096 bytes.
    #[error("the block does not have 4096 bytes")]
    Length,
    /// It does not decrypt: junk, altered, or moved here from another place.
    #[error("the block does not decrypt with the key of its place")]
    Sealing,
    /// It decrypts and says that it belongs elsewhere.
    #[error("the header of the block does not name this place")]
    Header,
    /// Written by somebody who has the keys of the lane but is not the device.
    #[error("the block is not signed by the device")]
    Signature,
    /// It names another next epoch than the blocks before it.
    #[error("the block names another root of the next epoch")]
    NextRoot,
    /// Signed by the device, and malformed all the same.
    #[error("the content of the block is malformed")]
    Body,
}

impl From<Junk> for Rejection {
    fn from(junk: Junk) -> Self {
        match junk {
            Junk::Length => Self::Length,
            Junk::Sealing => Self::Sealing,
            Junk::Header => Self::Header,
        }
    }
}

/// Counts refusals, so that a flood becomes one event.
#[derive(Default)]
pub(super) struct Tally(BTreeMap<Rejection, usize>);

impl Tally {
    pub(super) fn add(&mut self, reason: Rejection, count: usize) {
        *self.0.entry(reason).or_default() += count;
    }

    pub(super) fn into_events(self) -> impl Iterator<Item = Event> {
        self.0
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(reason, count)| Event::Rejected { reason, count })
    }
}
