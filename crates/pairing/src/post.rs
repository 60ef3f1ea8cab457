//! Pairing over the Tangle: where the messages of a session lie, and how they are wrapped.
//!
//! A claim lies at `PRF(secret, "pair", u8 0 ‖ u64 t)`, where `t` counts stretches of [`CLAIM_STRETCH`] seconds: the
//! device looks at those around now, so that what was posted earlier, by whomever, wears no code out. CANCEL lies there
//! too. Everything after a claim lies at `PRF(secret, "pair", u8 n ‖ H(claim))`: 1 CHALLENGE or a refusal,
//! 2 ANSWER_CHALLENGE, 3 CLAIM_RESULT or a refusal. So old sessions never stand in the way of a new one, and a stranger
//! finds none of them.

use channel::MessageKey;
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::code::PairingSecret;
use crate::device::WINDOW;
use crate::message::{self, Kind};

/// Claims of so many seconds lie in one place: as often as a wallet claims anew, so that who saw a claim and crowds its
/// place is in nobody's way for longer.
pub const CLAIM_STRETCH: u64 = 30;
/// How many claims one CANCEL names at the most.
pub const MAX_CANCELLED: usize = 8;

/// Names a session by its claim: the SHA-256 of CLAIM_DEVICE's body.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
pub struct ClaimId(#[cbor(n(0), with = "minicbor::bytes")] [u8; 32]);

/// Where one message of a session lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place(Lies);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Lies {
    /// Among the claims of one stretch of time.
    AmongClaims(u64),
    /// In the session that this claim began, by the number of the message.
    InSession(u8, ClaimId),
}

impl Place {
    /// Where a wallet whose clock shows `now` puts a claim, and CANCEL.
    pub fn claims(now: u64) -> Self {
        Self(Lies::AmongClaims(now / CLAIM_STRETCH))
    }

    /// Where a device whose clock shows `now` finds every claim that is not stale, the newest first.
    pub fn recent_claims(now: u64) -> impl Iterator<Item = Self> {
        let first = now.saturating_sub(WINDOW) / CLAIM_STRETCH;
        let last = now.saturating_add(WINDOW) / CLAIM_STRETCH;
        (first..=last)
            .rev()
            .map(|stretch| Self(Lies::AmongClaims(stretch)))
    }
}

/// CANCEL: the wallet gives these claims up, at most [`MAX_CANCELLED`] of them.
pub fn cancel(claims: &[ClaimId]) -> Vec<u8> {
    let named: Vec<&[u8]> = claims
        .iter()
        .take(MAX_CANCELLED)
        .map(|claim| claim.0.as_slice())
        .collect();
    message::build(Kind::Cancel, &named)
}

impl ClaimId {
    pub(crate) fn of(claim: &[u8]) -> Self {
        Self(Sha256::digest(claim).into())
    }

    /// The claims that a CANCEL names; nothing if it is not one.
    pub(crate) fn cancelled_by(body: &[u8]) -> Option<Vec<Self>> {
        let (claims, rest) = body.as_chunks::<32>();
        let fits = rest.is_empty() && (1..=MAX_CANCELLED).contains(&claims.len());
        fits.then(|| claims.iter().copied().map(Self).collect())
    }

    /// Where the device's CHALLENGE lies, or its refusal.
    pub fn challenge(self) -> Place {
        Place(Lies::InSession(1, self))
    }

    /// Where the wallet's ANSWER_CHALLENGE lies.
    pub fn answer(self) -> Place {
        Place(Lies::InSession(2, self))
    }

    /// Where the device's CLAIM_RESULT lies, or its refusal.
    pub fn result(self) -> Place {
        Place(Lies::InSession(3, self))
    }
}

impl PairingSecret {
    /// The key under which the message at this place lies: post with [`channel::seal_unsigned`], since the handshake
    /// authenticates itself, and read with [`channel::MessageAssembler`].
    pub fn message_key(&self, place: Place) -> MessageKey {
        let (number, which): (u8, &[u8]) = match &place.0 {
            Lies::AmongClaims(stretch) => (0, &stretch.to_le_bytes()),
            Lies::InSession(number, claim) => (*number, &claim.0),
        };
        MessageKey::new(channel::prf(&self.expanded(), "pair", &[&[number], which]))
    }
}
