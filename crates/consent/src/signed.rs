//! A document whose exact bytes are signed: a request or a receipt.
//!
//! The bytes are kept as they were signed and are never written again from what was read, so a signature holds for as
//! long as the bytes do, also for fields that this program does not know.

use channel::{IdentityKey, VerifyingIdentity};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;

use crate::message::{self, MessageError};

/// A signed document that cannot be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignedError {
    /// The container cannot be read.
    #[error(transparent)]
    Container(#[from] MessageError),
    /// The key is not one of ML-DSA-65.
    #[error("the {what} carries a signing key that is none")]
    Key {
        /// Which kind of document.
        what: &'static str,
    },
    /// The random generator failed.
    #[error("the {what} could not be signed: this computer gives no random numbers")]
    CannotSign {
        /// Which kind of document.
        what: &'static str,
    },
    /// The signature does not belong to these bytes and this key.
    #[error("the signature of the {what} is wrong: it was changed, or signed by somebody else")]
    Signature {
        /// Which kind of document.
        what: &'static str,
    },
}

/// Bytes, the key that signed them, and the signature: version byte, then CBOR `{0: bytes, 1: key, 2: signature}`.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct SignedDocument {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(crate) document: Vec<u8>,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(crate) key: Vec<u8>,
    #[cbor(n(2), with = "minicbor::bytes")]
    pub(crate) signature: Vec<u8>,
}

impl SignedDocument {
    pub(crate) fn sign(
        what: &'static str,
        context: &str,
        document: Vec<u8>,
        key: &IdentityKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, SignedError> {
        let signature = key
            .sign(context, &document, rng)
            .map_err(|_| SignedError::CannotSign { what })?;
        Ok(Self {
            key: key.verifying().to_bytes(),
            signature,
            document,
        })
    }

    /// Reads the container and checks the signature.
    pub(crate) fn open(
        what: &'static str,
        context: &str,
        bytes: &[u8],
    ) -> Result<(Self, VerifyingIdentity), SignedError> {
        let signed: Self = message::from_bytes(what, bytes)?;
        let key =
            VerifyingIdentity::from_bytes(&signed.key).map_err(|_| SignedError::Key { what })?;
        key.verify(context, &signed.document, &signed.signature)
            .map_err(|_| SignedError::Signature { what })?;
        Ok((signed, key))
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        message::to_bytes(self).to_vec()
    }
}
