//! What pairing leaves behind on both sides.

use core::fmt;

use channel::VerifyingIdentity;
use minicbor::{Decode, Encode};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::near::NearKey;
use crate::noise::Session;
use crate::{StateError, encode};

/// The outcome of a pairing, the same on both sides.
#[derive(Clone)]
pub struct Paired {
    /// The device's identity key.
    pub device: VerifyingIdentity,
    /// The key by which this wallet is known to this device, and to no other.
    pub wallet: VerifyingIdentity,
    /// When the answer to the challenge was made or accepted, in unix seconds of this side's clock.
    pub at: u64,
    secrets: ControlSecrets,
}

#[derive(Clone, Zeroize, ZeroizeOnDrop)]
struct ControlSecrets {
    to_device: [u8; 32],
    to_wallet: [u8; 32],
}

impl Paired {
    /// Both control secrets come from Noise's last chaining key, bound to its handshake hash. The hash alone would
    /// not do: whoever holds the code and recorded the conversation can compute it.
    pub(crate) fn new(
        session: &Session,
        device: VerifyingIdentity,
        wallet: VerifyingIdentity,
        at: u64,
    ) -> Self {
        let secrets = ControlSecrets {
            to_device: channel::prf(&session.chaining_key, "pair/control", &[&session.hash]),
            to_wallet: channel::prf(&session.chaining_key, "pair/status", &[&session.hash]),
        };
        Self {
            device,
            wallet,
            at,
            secrets,
        }
    }

    /// First secret of the control chain, wallet → device.
    pub fn to_device(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.secrets.to_device)
    }

    /// First secret of the status chain, device → wallet.
    pub fn to_wallet(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.secrets.to_wallet)
    }

    /// What both recognise each other by when the owner is nearby.
    pub fn near_key(&self) -> NearKey {
        NearKey::new(&self.secrets.to_device, &self.secrets.to_wallet)
    }

    /// For storing; contains both secrets.
    pub fn to_state(&self) -> Zeroizing<Vec<u8>> {
        let mut stored = Stored {
            device: self.device.to_bytes(),
            wallet: self.wallet.to_bytes(),
            at: self.at,
            to_device: self.secrets.to_device,
            to_wallet: self.secrets.to_wallet,
        };
        let bytes = encode(&stored);
        stored.to_device.zeroize();
        stored.to_wallet.zeroize();
        Zeroizing::new(bytes)
    }

    /// What [`Paired::to_state`] stored.
    ///
    /// # Errors
    /// [`StateError`] if the bytes are not such a state.
    pub fn from_state(bytes: &[u8]) -> Result<Self, StateError> {
        let mut stored: Stored = minicbor::decode(bytes).map_err(|_| StateError)?;
        let paired = Self {
            device: VerifyingIdentity::from_bytes(&stored.device).map_err(|_| StateError)?,
            wallet: VerifyingIdentity::from_bytes(&stored.wallet).map_err(|_| StateError)?,
            at: stored.at,
            secrets: ControlSecrets {
                to_device: stored.to_device,
                to_wallet: stored.to_wallet,
            },
        };
        stored.to_device.zeroize();
        stored.to_wallet.zeroize();
        Ok(paired)
    }
}

impl fmt::Debug for Paired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Paired(..)")
    }
}

#[derive(Encode, Decode)]
struct Stored {
    #[cbor(n(0), with = "minicbor::bytes")]
    device: Vec<u8>,
    #[cbor(n(1), with = "minicbor::bytes")]
    wallet: Vec<u8>,
    #[n(2)]
    at: u64,
    #[cbor(n(3), with = "minicbor::bytes")]
    to_device: [u8; 32],
    #[cbor(n(4), with = "minicbor::bytes")]
    to_wallet: [u8; 32],
}
