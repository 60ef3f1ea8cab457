//! The provider's inbox for one request: the answer of the wallet, and the keys from the device.

use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

use super::{MessageError, from_bytes, to_bytes};
use crate::id::{ConsentId, ConsentSecret};

/// A place in the inbox of a request. There are eight; each party has its own, so that nobody has to race.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InboxSlot {
    /// The wallet's answer.
    Wallet,
    /// The device's grant.
    Device,
}

impl InboxSlot {
    /// The number `n` of `PRF(req_secret, "inbox", u16 n)`.
    #[must_use]
    pub fn number(self) -> u16 {
        match self {
            Self::Wallet => 0,
            Self::Device => 1,
        }
    }
}

/// What is posted to the inbox of a request (`docs/protocol.md` section 6.3).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub enum InboxMessage {
    /// The wallet: yes. Signed by the key of the receipt.
    #[n(0)]
    Accepted(#[n(0)] Box<Accepted>),
    /// The wallet: no, without a reason. Signed by a key that exists for this request alone.
    #[n(1)]
    Refused {
        /// Which consent was refused.
        #[n(0)]
        consent: ConsentId,
        /// When, in unix seconds.
        #[n(1)]
        at: u64,
        /// The key that signed this message (ML-DSA-65).
        #[cbor(n(2), with = "minicbor::bytes")]
        key: Vec<u8>,
    },
    /// The device: `MAM_DATA`, the sealed grant. Signed by the device's identity key.
    #[n(2)]
    Grant {
        /// The device's identity key (ML-DSA-65); the receipt names its hash.
        #[cbor(n(0), with = "minicbor::bytes")]
        device_key: Vec<u8>,
        /// The grant, sealed to the key in the request.
        #[cbor(n(1), with = "minicbor::bytes")]
        sealed: Vec<u8>,
    },
}

/// The wallet's yes.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Accepted {
    /// Which consent.
    #[n(0)]
    pub consent: ConsentId,
    /// The bytes of the [`crate::SignedReceipt`]; its key signs this message and all of the wallet's on this consent.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub receipt: Vec<u8>,
    /// `S_c`: where the three parties talk.
    #[n(2)]
    pub consent_secret: ConsentSecret,
}

const WHAT: &str = "message in the inbox of a request";

impl InboxMessage {
    /// The body to sign and send.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        to_bytes(self)
    }

    /// Reads a body found in this slot.
    ///
    /// # Errors
    /// What is wrong with the bytes, or that they lie in a slot where they do not belong.
    pub fn from_bytes(bytes: &[u8], slot: InboxSlot) -> Result<Self, MessageError> {
        let message: Self = from_bytes(WHAT, bytes)?;
        if message.slot() != slot {
            return Err(MessageError::Impossible {
                what: WHAT,
                detail: "it lies where another party writes",
            });
        }
        match &message {
            Self::Refused { key, .. }
            | Self::Grant {
                device_key: key, ..
            } if key.len() != crate::IDENTITY_KEY_LEN => Err(MessageError::Impossible {
                what: WHAT,
                detail: "a signing key of the wrong length",
            }),
            _ => Ok(message),
        }
    }

    /// Where this message belongs.
    #[must_use]
    pub fn slot(&self) -> InboxSlot {
        match self {
            Self::Accepted(_) | Self::Refused { .. } => InboxSlot::Wallet,
            Self::Grant { .. } => InboxSlot::Device,
        }
    }
}
