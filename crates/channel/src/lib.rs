//! Channels on the Tangle: how readings and messages become blocks that only the right people find and open.
//!
//! A *restricted* channel carries one lane of one device to its readers; it is written by a [`Publisher`] and read by
//! a [`Reader`] that was given [`LaneKeys`] in a [`Grant`]. A *private* channel ([`private`]) carries messages between
//! parties that share a secret. Nothing here does I/O or reads a clock: bytes and time go in, bytes and events come out.
//! Formats and rules: `docs/protocol.md` sections 3 and 4.
//!
//! ```
//! use channel::{BlockKind, ChannelId, Event, Grant, Publisher, Reader, SlotLength, open_grant, seal_grant};
//! # use rand_core::SeedableRng;
//! # let mut rng = rand_chacha::ChaCha20Rng::from_seed([7; 32]);
//!
//! // The device has a lane with slots of a minute and grants it to a provider from the next slot on.
//! let (length, now) = (SlotLength::new(60)?, 1_740_000_000);
//! let slot = length.slot_at(now);
//! let mut publisher = Publisher::start(ChannelId::from([1; 16]), length, slot, &mut rng);
//! let keys = publisher.lane_keys(slot)?;
//! let provider = kem::SecretKey::from_seed(&[2; 32]);
//! let (consent, secret) = ([3; 16], [4; 32]);
//! let grant = Grant { consent, lanes: vec![(0, keys)], history: None };
//! let (sealed, _pairwise) = seal_grant(&grant, provider.public_key(), &secret, &mut rng)?;
//! let blocks = publisher.publish(slot, BlockKind::Data, 1, b"a batch of readings", &mut rng)?;
//!
//! // The provider opens the grant, asks the Tangle for tags, and offers the reader what lies there.
//! let (mut grant, pairwise) = open_grant(&sealed, &provider, &secret, &consent)?;
//! let (_lane, keys) = grant.lanes.remove(0);
//! let mut reader = Reader::new(keys, &pairwise)?;
//! assert!(reader.wanted(now + 60).contains(&blocks[0].tag));
//! let events = reader.offer(&blocks[0].tag, &[blocks[0].data.as_slice()]);
//! assert!(matches!(&events[..], [Event::Data { body, .. }] if body == b"a batch of readings"));
//! # Ok::<(), channel::ChannelError>(())
//! ```

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
