//! Pairing over the Tangle: where the messages of a session lie, and how they are wrapped.
//!
//! A claim lies at `PRF(secret, "pair", u8 0)`, where the device looks while its window is open. Everything after it
//! lies at `PRF(secret, "pair", u8 n ‖ H(claim))`: 1 CHALLENGE or a refusal, 2 ANSWER_CHALLENGE, 3 CLAIM_RESULT or a
//! refusal. So old sessions never stand in the way of a new one, and a stranger finds none of them.

use channel::MessageKey;
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::code::PairingSecret;

/// Names a session by its claim: the SHA-256 of CLAIM_DEVICE's body.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
pub struct ClaimId(#[cbor(n(0), with = "minicbor::bytes")] [u8; 32]);

/// Where one message of a session lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    number: u8,
    claim: Option<ClaimId>,
}

impl Place {
    /// Where every claim lies.
    pub const CLAIMS: Self = Self {
        number: 0,
        claim: None,
    };
}

impl ClaimId {
    pub(crate) fn of(claim: &[u8]) -> Self {
        Self(Sha256::digest(claim).into())
    }

    /// Where the device's CHALLENGE lies, or its refusal.
    pub fn challenge(self) -> Place {
        Place {
            number: 1,
            claim: Some(self),
        }
    }

    /// Where the wallet's ANSWER_CHALLENGE lies.
    pub fn answer(self) -> Place {
        Place {
            number: 2,
            claim: Some(self),
        }
    }

    /// Where the device's CLAIM_RESULT lies, or its refusal.
    pub fn result(self) -> Place {
        Place {
            number: 3,
            claim: Some(self),
        }
    }
}

impl PairingSecret {
    /// The key under which the message at this place lies: post with [`channel::seal_unsigned`], since the handshake
    /// authenticates itself, and read with [`channel::MessageAssembler`].
    pub fn message_key(&self, place: Place) -> MessageKey {
        let claim: &[u8] = place.claim.as_ref().map_or(&[], |claim| &claim.0);
        MessageKey::new(channel::prf(
            &self.expanded(),
            "pair",
            &[&[place.number], claim],
        ))
    }
}
