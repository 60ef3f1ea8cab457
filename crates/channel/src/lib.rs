//! Channels on the Tangle: how readings and messages become blocks that only the right people find and open.
//!
//! A *restricted* channel carries one lane of one device to its readers; it is written by a [`Publisher`] and read by
//! a [`Reader`] that was given [`LaneKeys`] in a [`Grant`]. A *private* channel ([`private`]) carries messages between
//! parties that share a secret. Nothing here does I/O or reads a clock: bytes and time go in, bytes and events come out.
//! Formats and rules: `docs/protocol.md` sections 3 and 4.

mod block;
mod error;
mod grant;
mod ids;
mod lane_keys;
mod prf;
pub mod private;
mod publisher;
mod ratchet;
mod reader;
mod rotation;
mod sealing;
mod secret;
mod signature;
mod state;

pub use block::{BlockKind, SealedBlock};
pub use error::ChannelError;
pub use grant::{Grant, open_grant, seal_grant};
pub use ids::{ChannelId, Epoch, Hash, Root, Seq, Slot, SlotLength, Tag};
pub use lane_keys::LaneKeys;
pub use prf::{hash, prf};
pub use private::{
    Chain, Joined, MAX_MESSAGE_LEN, MessageAssembler, MessageKey, Numbered, Opened, SealedFragment,
    Writer, consent_writer_secret, seal_message, seal_unsigned,
};
pub use publisher::{MAX_BODY_LEN, OwnTag, Publisher};
pub use ratchet::Ratchet;
pub use reader::{Event, Gap, Reader, Rejection};
pub use sealing::BLOCK_LEN;
pub use secret::{LanePairwise, Pairwise, SideKey};
pub use signature::{
    BLOCK_KEY_LEN, BlockKey, BlockVerifier, IDENTITY_KEY_LEN, IDENTITY_SIGNATURE_LEN, IdentityKey,
    VerifyingIdentity,
};
