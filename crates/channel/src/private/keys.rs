//! Which key opens which message of a private channel.

use crate::secret::{Key, secret};
use crate::{ChannelError, Tag, prf, state};
use minicbor::{Decode, Encode};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const CHAIN_VERSION: u8 = 1;

secret! {
    /// The key of one message: finds its blocks on the Tangle and opens them.
    pub MessageKey
}

impl MessageKey {
    /// Where fragment number `fragment` of the message lies: PRF(mk, "tag", u8 fragment).
    #[must_use]
    pub fn tag(&self, fragment: u8) -> Tag {
        prf(self.expose(), "tag", &[&[fragment]]).into()
    }

    /// What opens that fragment: PRF(mk, "enc", u8 fragment).
    pub(crate) fn key(&self, fragment: u8) -> Key {
        Key::new(prf(self.expose(), "enc", &[&[fragment]]))
    }
}

/// The keys of a conversation in one direction, each derived from the one before: mk_{n+1} = PRF(mk_n, "next").
///
/// Forward secret: after [`Chain::advance`] the past cannot be found or opened any more.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Chain {
    #[n(0)]
    current: MessageKey,
    #[n(1)]
    index: u32,
}

impl Chain {
    /// A chain whose message 0 has `secret` as its key.
    #[must_use]
    pub fn new(secret: [u8; 32]) -> Self {
        Self {
            current: MessageKey::new(secret),
            index: 0,
        }
    }

    /// The key of the next message.
    #[must_use]
    pub fn current(&self) -> MessageKey {
        self.current.clone()
    }

    /// The keys of the next `n` messages, the current one first.
    #[must_use]
    pub fn ahead(&self, n: usize) -> Vec<MessageKey> {
        std::iter::successors(Some(self.current()), |key| Some(following(key)))
            .take(n)
            .collect()
    }

    /// Moves on to the next message and forgets the key of this one.
    pub fn advance(&mut self) {
        self.current = following(&self.current);
        self.index = self.index.saturating_add(1);
    }

    /// The number of the next message.
    #[must_use]
    pub const fn index(&self) -> u32 {
        self.index
    }

    /// Versioned bytes for storage; secret.
    #[must_use]
    pub fn to_state(&self) -> Zeroizing<Vec<u8>> {
        state::encode(CHAIN_VERSION, self)
    }

    /// # Errors
    /// [`ChannelError::Malformed`] or [`ChannelError::Version`] for anything that [`Chain::to_state`] did not write.
    pub fn from_state(bytes: &[u8]) -> Result<Self, ChannelError> {
        state::decode("the state of a private channel", CHAIN_VERSION, bytes)
    }
}

fn following(key: &MessageKey) -> MessageKey {
    MessageKey::new(prf(key.expose(), "next", &[]))
}

/// The keys of a log that is read from any number: mk_n = PRF(secret, "msg", u32 n).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered(Key);

impl Numbered {
    /// The log of the holders of `secret`.
    #[must_use]
    pub fn new(secret: [u8; 32]) -> Self {
        Self(Key::new(secret))
    }

    /// The key of message `n`.
    #[must_use]
    pub fn at(&self, n: u32) -> MessageKey {
        MessageKey::new(prf(self.0.expose(), "msg", &[&n.to_le_bytes()]))
    }
}

/// Who writes into a consent channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Writer {
    /// The owner's wallet.
    Wallet,
    /// The device.
    Device,
    /// The service provider.
    Provider,
}

impl Writer {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Wallet, Self::Device, Self::Provider];

    /// The label of the writer's part of the channel.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Wallet => "w",
            Self::Device => "d",
            Self::Provider => "p",
        }
    }
}

/// The secret of one writer's part of a consent channel: PRF(S_c, "w" | "d" | "p"), to be used with [`Numbered`].
#[must_use]
pub fn consent_writer_secret(s_c: &[u8; 32], writer: Writer) -> [u8; 32] {
    prf(s_c, writer.label(), &[])
}
