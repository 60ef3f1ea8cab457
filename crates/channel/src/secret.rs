//! 32-byte secrets: wiped when dropped, silent in `Debug`, compared in constant time.

use crate::{ChannelError, Epoch, LaneKeys, Slot, prf, state};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const STATE_VERSION: u8 = 1;

macro_rules! secret {
    ($(#[$doc:meta])* $vis:vis $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Zeroize, ZeroizeOnDrop, Encode, Decode)]
        #[cbor(transparent)]
        $vis struct $name(#[cbor(n(0), with = "minicbor::bytes")] [u8; 32]);

        impl $name {
            /// Takes the bytes; wipe the place they come from.
            #[must_use]
            $vis const fn new(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The bytes, for derivation and for sealed or private storage.
            #[must_use]
            $vis const fn expose(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl From<[u8; 32]> for $name {
            fn from(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0.ct_eq(&other.0).into()
            }
        }

        impl Eq for $name {}

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}
pub(crate) use secret;

secret! {
    /// Fresh random bytes per epoch from which everything of the epoch is derived. It never leaves the device.
    pub SideKey
}
secret! {
    /// A link of the forward ratchet, or another derived key.
    pub(crate) Key
}
secret! {
    /// What one reader and the device share, exported from the grant that made the reader one.
    ///
    /// It covers all lanes of the grant; [`Pairwise::lane`] derives what takes part in the rotations of one lane.
    pub Pairwise
}

impl Pairwise {
    /// The part of this key that belongs to the lane of `keys`: PRF(P, "lane", cid).
    #[must_use]
    pub fn lane(&self, keys: &LaneKeys) -> LanePairwise {
        LanePairwise {
            key: Key(prf(&self.0, "lane", &[keys.cid.as_bytes()])),
            from: keys.slot,
        }
    }
}

/// What one reader and the device share for the rotations of one lane (P in `docs/protocol.md` section 3.5).
///
/// It advances with every rotation that names the reader, on both sides, and remembers the slot from which the reader
/// was granted access, so that a rotation before that slot opens no more than the grant did.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct LanePairwise {
    #[n(0)]
    key: Key,
    #[n(1)]
    from: Slot,
}

impl LanePairwise {
    /// The first slot that the reader may read.
    #[must_use]
    pub const fn from_slot(&self) -> Slot {
        self.from
    }

    /// What finds the reader's entry in the rotation into `epoch`.
    pub(crate) fn entry_id(&self, epoch: Epoch) -> [u8; 8] {
        let id = prf(self.key.expose(), "rid", &[&epoch.0.to_le_bytes()]);
        id.first_chunk().copied().unwrap_or_default()
    }

    /// What opens that entry.
    pub(crate) fn entry_key(&self, epoch: Epoch, salt: &[u8; 16]) -> Key {
        self.key.derive("rwrap", &[&epoch.0.to_le_bytes(), salt])
    }

    /// Forgets the key that was used for the rotation into `epoch`.
    pub(crate) fn advance(&mut self, epoch: Epoch) {
        self.key = self.key.derive("next", &[&epoch.0.to_le_bytes()]);
    }

    /// Versioned bytes for storage; secret.
    #[must_use]
    pub fn to_state(&self) -> Zeroizing<Vec<u8>> {
        state::encode(STATE_VERSION, self)
    }

    /// # Errors
    /// [`ChannelError::Malformed`] or [`ChannelError::Version`] for anything that [`LanePairwise::to_state`] did not write.
    pub fn from_state(bytes: &[u8]) -> Result<Self, ChannelError> {
        state::decode("a reader's pairwise key", STATE_VERSION, bytes)
    }
}

impl SideKey {
    pub(crate) fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut key = Self([0; 32]);
        rng.fill_bytes(&mut key.0);
        key
    }
}

impl Key {
    pub(crate) fn derive(&self, label: &str, data: &[&[u8]]) -> Self {
        Self(prf(&self.0, label, data))
    }
}
