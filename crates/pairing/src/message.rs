//! The four messages, CANCEL, those of an owner nearby and the refusals, byte for byte (`docs/protocol.md` section 5).
//!
//! Every message is `u8 version ‖ u8 kind ‖ body`, at most [`MAX_MESSAGE`] bytes:
//!
//! | kind | message | way | body |
//! |---|---|---|---|
//! | 1 | CLAIM_DEVICE | wallet → device | handshake message 1, payload `u64 time` |
//! | 2 | CHALLENGE | device → wallet | handshake message 2 without payload ‖ transport message of [`Challenge`] |
//! | 3 | ANSWER_CHALLENGE | wallet → device | transport message of [`Answer`] |
//! | 4 | CLAIM_RESULT | device → wallet | transport message of [`Offer`] |
//! | 5 | CANCEL | wallet → device, over the Tangle only | `H(body of CLAIM_DEVICE)`, once to eight times |
//! | 6 | CALL | wallet → device, over Bluetooth only | handshake message 1 without payload ([`near`](crate::near)) |
//! | 7 | CALL_TAKEN | device → wallet | handshake message 2 without payload |
//! | 8 | REQUEST | wallet → device | transport message of [`near::Request`](crate::near::Request) |
//! | 9 | RESPONSE | device → wallet | transport message of [`near::Response`](crate::near::Response) |
//! | 127 | refusal | device → wallet | `u8 reason ‖ u32 retry after seconds`, in the clear |

use minicbor::{Decode, Encode};

use crate::code::VERSION;

/// Longest message that either side reads.
pub const MAX_MESSAGE: usize = 16 * 1024;

const REFUSAL: u8 = 127;

/// The kinds of message, by their number on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    ClaimDevice = 1,
    Challenge = 2,
    AnswerChallenge = 3,
    ClaimResult = 4,
    Cancel = 5,
    Call = 6,
    CallTaken = 7,
    Request = 8,
    Response = 9,
}

/// A message taken apart, before anything in it is believed.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Parsed<'a> {
    Step(Kind, &'a [u8]),
    Refused(Refusal),
    OtherVersion(u8),
    Malformed,
}

pub(crate) fn parse(message: &[u8]) -> Parsed<'_> {
    let [version, kind, body @ ..] = message else {
        return Parsed::Malformed;
    };
    if message.len() > MAX_MESSAGE {
        return Parsed::Malformed;
    }
    // A refusal keeps its shape in every version, so that an old wallet can read a newer device's BAD_VERSION.
    match (*version, *kind) {
        (_, REFUSAL) => Refusal::parse(body).map_or(Parsed::Malformed, Parsed::Refused),
        (VERSION, 1) => Parsed::Step(Kind::ClaimDevice, body),
        (VERSION, 2) => Parsed::Step(Kind::Challenge, body),
        (VERSION, 3) => Parsed::Step(Kind::AnswerChallenge, body),
        (VERSION, 4) => Parsed::Step(Kind::ClaimResult, body),
        (VERSION, 5) => Parsed::Step(Kind::Cancel, body),
        (VERSION, 6) => Parsed::Step(Kind::Call, body),
        (VERSION, 7) => Parsed::Step(Kind::CallTaken, body),
        (VERSION, 8) => Parsed::Step(Kind::Request, body),
        (VERSION, 9) => Parsed::Step(Kind::Response, body),
        (VERSION, _) => Parsed::Malformed,
        (other, _) => Parsed::OtherVersion(other),
    }
}

pub(crate) fn build(kind: Kind, parts: &[&[u8]]) -> Vec<u8> {
    let mut message = vec![VERSION, kind as u8];
    for part in parts {
        message.extend_from_slice(part);
    }
    message
}

/// Why a device says no. It never says which check failed once cryptography is involved.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// Another wallet is pairing with the device at this moment.
    #[error(
        "the device is being paired by another wallet at this moment; try again in {retry_after} s"
    )]
    Busy {
        /// Seconds until the other session has ended at the latest.
        retry_after: u32,
    },
    /// The device has an owner.
    #[error(
        "the device is paired already; its owner can remove it in the wallet, or with `pi-daemon unpair` on the device"
    )]
    AlreadyPaired,
    /// Too many failures.
    #[error("too many failed attempts; the device is locked for {retry_after} s")]
    Locked {
        /// Seconds until the lock opens.
        retry_after: u32,
    },
    /// The device speaks another version of the protocol.
    #[error(
        "the device does not speak version {VERSION} of pairing; update the wallet or the device"
    )]
    BadVersion,
    /// The session took longer than 30 s.
    #[error("pairing took too long; start again")]
    Timeout,
    /// Any cryptographic failure.
    #[error("the device refused; check that the code belongs to this device")]
    Denied,
}

impl Refusal {
    /// The bytes of this refusal.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let (code, retry_after) = match self {
            Self::Busy { retry_after } => (1, retry_after),
            Self::AlreadyPaired => (2, 0),
            Self::Locked { retry_after } => (3, retry_after),
            Self::BadVersion => (4, 0),
            Self::Timeout => (5, 0),
            Self::Denied => (6, 0),
        };
        let mut bytes = vec![VERSION, REFUSAL, code];
        bytes.extend_from_slice(&retry_after.to_le_bytes());
        bytes
    }

    fn parse(body: &[u8]) -> Option<Self> {
        let (&code, rest) = body.split_first()?;
        let retry_after = u32::from_le_bytes(rest.try_into().ok()?);
        match code {
            1 => Some(Self::Busy { retry_after }),
            2 => Some(Self::AlreadyPaired),
            3 => Some(Self::Locked { retry_after }),
            4 => Some(Self::BadVersion),
            5 => Some(Self::Timeout),
            6 => Some(Self::Denied),
            _ => None,
        }
    }
}

/// What the device says of itself in CHALLENGE.
#[derive(Encode, Decode)]
pub(crate) struct Challenge {
    /// ML-DSA-65 identity key.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(crate) identity: Vec<u8>,
    /// Over the handshake hash, context `mk1/pair/device`.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(crate) signature: Vec<u8>,
    /// Bits that a later version gives a meaning; unknown ones are ignored.
    #[n(2)]
    pub(crate) capabilities: u32,
}

/// What the wallet answers.
#[derive(Encode, Decode)]
pub(crate) struct Answer {
    /// The ML-DSA-65 key that this wallet uses towards this device alone.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(crate) wallet: Vec<u8>,
    /// Over the handshake hash, context `mk1/pair/wallet`.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(crate) signature: Vec<u8>,
}

/// What a device offers in CLAIM_RESULT: its name and its lanes.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode)]
pub struct Offer {
    /// How the device calls itself, for the first card on the screen; at most 64 characters are kept.
    #[n(0)]
    pub name: String,
    /// The lanes that this device can publish.
    #[n(1)]
    pub lanes: Vec<OfferedLane>,
}

/// One lane of an [`Offer`].
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct OfferedLane {
    /// The lane's code, as in `readings::Lane::code`.
    #[n(0)]
    pub lane: u8,
    /// Length of its slots in seconds.
    #[n(1)]
    pub slot_seconds: u32,
    /// Root of its epoch, where the lane is published already.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub root: Option<[u8; 32]>,
}

const MAX_LANES: usize = 32;
const MAX_NAME: usize = 64;

impl Offer {
    /// The offer with what a stranger could have made too long cut to size.
    pub(crate) fn bounded(mut self) -> Self {
        self.lanes.truncate(MAX_LANES);
        self.name = self
            .name
            .chars()
            .filter(|c| !plain_text::is_invisible(*c))
            .take(MAX_NAME)
            .collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_may_be_as_long_as_the_longest_and_no_longer() {
        let message = |length: usize| {
            let mut message = vec![0; length];
            message
                .iter_mut()
                .zip([VERSION, 1])
                .for_each(|(to, from)| *to = from);
            message
        };
        let claims = |length| matches!(parse(&message(length)), Parsed::Step(Kind::ClaimDevice, _));
        assert!(claims(2) && claims(MAX_MESSAGE));
        assert!(!claims(1) && !claims(MAX_MESSAGE + 1) && !claims(MAX_MESSAGE + 2));
    }
}
