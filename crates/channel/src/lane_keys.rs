//! What a reader of a lane is given.

use crate::ratchet::{Ratchet, RotationKey};
use crate::secret::Key;
use crate::{BlockVerifier, ChannelError, ChannelId, Epoch, Root, Slot, SlotLength, state};
use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

const VERSION: u8 = 1;

/// The keys of one lane as of one slot: everything from there on, nothing before. Secret.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LaneKeys {
    /// The channel.
    #[n(0)]
    pub cid: ChannelId,
    /// How long its slots are.
    #[n(1)]
    pub slot_length: SlotLength,
    /// The epoch that the keys belong to.
    #[n(2)]
    pub epoch: Epoch,
    /// The first slot that can be read.
    #[n(3)]
    pub slot: Slot,
    /// C as of that slot.
    #[n(4)]
    pub(crate) chain: Key,
    /// D_next as of that slot.
    #[n(5)]
    pub(crate) next_day: Key,
    /// R of the epoch.
    #[n(6)]
    pub(crate) rotation: RotationKey,
    /// The root of the epoch.
    #[n(7)]
    pub root: Root,
    /// The key that signs the epoch's blocks.
    #[n(8)]
    pub key: BlockVerifier,
}

impl LaneKeys {
    /// Versioned CBOR with integer keys; secret.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        state::encode(VERSION, self)
    }

    /// # Errors
    /// [`ChannelError::Malformed`], [`ChannelError::Version`], or [`ChannelError::RootMismatch`] when the public key
    /// is not the one of the root.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ChannelError> {
        state::decode::<Self>("the keys of a lane", VERSION, bytes)?.checked()
    }

    /// Itself, if its public key hashes to its root.
    pub(crate) fn checked(self) -> Result<Self, ChannelError> {
        let root = Root::of(&self.cid, self.epoch, &self.key);
        if root == self.root {
            Ok(self)
        } else {
            Err(ChannelError::RootMismatch)
        }
    }

    pub(crate) fn ratchet(&self) -> Ratchet {
        Ratchet::resume(
            self.slot_length,
            self.slot,
            self.chain.clone(),
            self.next_day.clone(),
        )
    }
}
