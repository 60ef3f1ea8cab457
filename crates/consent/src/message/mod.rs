//! Messages between wallet, device and provider: one version byte, then CBOR with integer keys
//! (`docs/protocol.md` section 4.2).
//!
//! Bytes from outside are bounded before they are decoded, and each kind of message is its own type: a message on the
//! control channel cannot be taken for one on a consent channel.

pub mod consent;
pub mod control;
pub mod inbox;
pub mod status;

use std::convert::Infallible;

use minicbor::encode::Write;
use minicbor::{Decode, Encode};
use readings::Lane;
use zeroize::Zeroizing;

/// The context of the signature around each kind of message (`channel::seal_message` puts `mk1/` before it), so that no
/// message can be taken for one of another kind.
///
/// A request has none: [`crate::SignedRequest`] carries its own signature and is posted as it is
/// (`channel::seal_unsigned`).
pub mod context {
    /// Wallet → device, by the wallet's key for that device.
    pub const CONTROL: &str = "control";
    /// Device → wallet, by the device's identity key.
    pub const STATUS: &str = "status";
    /// On a consent channel: by the key of the receipt (wallet), the identity key (device), or the key that signed the
    /// request (provider).
    pub const CONSENT: &str = "consent";
    /// In the inbox of a request: by the key of the receipt or of the refusal (wallet), or the identity key (device).
    pub const INBOX: &str = "inbox";
    /// In the journal, by the wallet's key for it.
    pub const JOURNAL: &str = "journal";
}

/// The version of every message body.
pub const VERSION: u8 = 1;

/// The longest message body: what fits into the 16 fragments of a private message beside its signature.
pub const MAX_MESSAGE: usize = channel::MAX_MESSAGE_LEN;

/// Bytes that are not a message of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Nothing there.
    #[error("the {what} is empty")]
    Empty {
        /// Which kind of message was expected.
        what: &'static str,
    },
    /// Longer than any message may be.
    #[error("the {what} has {len} bytes; at most {MAX_MESSAGE} are allowed")]
    TooLong {
        /// Which kind of message was expected.
        what: &'static str,
        /// Its length.
        len: usize,
    },
    /// A version that this program does not know.
    #[error(
        "the {what} has version {found}; this program knows version {VERSION}: an update is needed"
    )]
    Version {
        /// Which kind of message was expected.
        what: &'static str,
        /// The version found.
        found: u8,
    },
    /// A kind of message that this program does not know; it can be skipped.
    #[error("the {what} is of a kind that this program does not know: it is skipped")]
    UnknownKind {
        /// Which kind of message was expected.
        what: &'static str,
    },
    /// Not CBOR, or not the fields that the message must have.
    #[error("the {what} cannot be read: {detail}")]
    Malformed {
        /// Which kind of message was expected.
        what: &'static str,
        /// What the decoder says.
        detail: String,
    },
    /// A field holds a value that no honest sender writes.
    #[error("the {what} holds something impossible: {detail}")]
    Impossible {
        /// Which kind of message was expected.
        what: &'static str,
        /// Which field, and why.
        detail: &'static str,
    },
}

/// A point in the life of one lane: when keys were handed over, or when a reader was left out.
///
/// As an opening, `slot` is the first slot that the reader can open; as a closing, the first that it cannot.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize,
)]
#[cbor(map)]
pub struct LanePosition {
    /// Which lane.
    #[cbor(n(0), with = "crate::lanes::code")]
    pub lane: Lane,
    /// The epoch that begins (closing) or runs (opening).
    #[n(1)]
    pub epoch: u32,
    /// The slot's number.
    #[n(2)]
    pub slot: u64,
    /// The length of a slot in seconds.
    #[n(3)]
    pub slot_length: u32,
}

impl LanePosition {
    /// When the slot begins, in unix seconds. Of a closing this is the end of what the reader can open.
    #[must_use]
    pub fn starts_at(&self) -> u64 {
        self.slot.saturating_mul(u64::from(self.slot_length))
    }
}

/// Refuses impossible positions: a lane twice, or a slot without length.
pub(crate) fn check_positions(
    what: &'static str,
    positions: &[LanePosition],
) -> Result<(), MessageError> {
    if positions.iter().any(|position| position.slot_length == 0) {
        return Err(MessageError::Impossible {
            what,
            detail: "a slot of no length",
        });
    }
    let lanes = crate::Lanes::new(positions.iter().map(|position| position.lane));
    if lanes.len() != positions.len() {
        return Err(MessageError::Impossible {
            what,
            detail: "a lane is named twice",
        });
    }
    Ok(())
}

/// Version byte and CBOR. The result may hold secrets: it wipes itself, and is not moved while it grows.
pub(crate) fn to_bytes<T: Encode<()>>(message: &T) -> Zeroizing<Vec<u8>> {
    let mut length = Length(1);
    write_to(&mut length, message);
    let mut bytes = Zeroizing::new(Vec::with_capacity(length.0));
    bytes.push(VERSION);
    write_to(&mut *bytes, message);
    bytes
}

/// Encoding has two ways to fail: a writer that fails, which these two cannot, and a value that has no form in CBOR,
/// which no message holds.
fn write_to<T: Encode<()>>(writer: impl Write<Error = Infallible>, message: &T) {
    minicbor::encode(message, writer).unwrap_or_default();
}

/// Counts what is written.
struct Length(usize);

impl Write for &mut Length {
    type Error = Infallible;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.0 += bytes.len();
        Ok(())
    }
}

/// Reads what [`to_bytes`] wrote, from somebody else: bounded.
pub(crate) fn from_bytes<T: for<'b> Decode<'b, ()>>(
    what: &'static str,
    bytes: &[u8],
) -> Result<T, MessageError> {
    if bytes.len() > MAX_MESSAGE {
        return Err(MessageError::TooLong {
            what,
            len: bytes.len(),
        });
    }
    from_own_bytes(what, bytes)
}

/// Reads what [`to_bytes`] wrote, from one's own disk: as long as it may be. Trailing bytes are refused.
pub(crate) fn from_own_bytes<T: for<'b> Decode<'b, ()>>(
    what: &'static str,
    bytes: &[u8],
) -> Result<T, MessageError> {
    let (version, body) = bytes.split_first().ok_or(MessageError::Empty { what })?;
    if *version != VERSION {
        return Err(MessageError::Version {
            what,
            found: *version,
        });
    }
    let mut decoder = minicbor::Decoder::new(body);
    let message = decoder
        .decode()
        .map_err(|error| decode_error(what, &error))?;
    if decoder.position() == body.len() {
        Ok(message)
    } else {
        Err(MessageError::Malformed {
            what,
            detail: "bytes follow after its end".into(),
        })
    }
}

fn decode_error(what: &'static str, error: &minicbor::decode::Error) -> MessageError {
    if error.is_unknown_variant() {
        MessageError::UnknownKind { what }
    } else {
        MessageError::Malformed {
            what,
            detail: error.to_string(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_as_large_as_what_is_written_so_that_it_never_grows() {
        // A vector that grows by itself doubles.
        let bytes = to_bytes(&("s".repeat(1000), "t".repeat(300), 7_u8));
        assert_eq!(bytes.capacity(), bytes.len());
    }

    #[test]
    fn a_message_may_be_as_long_as_a_message_can_be() {
        // A version byte, and the head of a text of more than 255 bytes.
        let longest = to_bytes(&"s".repeat(MAX_MESSAGE - 4));
        assert_eq!(longest.len(), MAX_MESSAGE);
        assert!(from_bytes::<String>("it", &longest).is_ok());
        let longer = to_bytes(&"s".repeat(MAX_MESSAGE - 3));
        let refused = from_bytes::<String>("it", &longer).unwrap_err();
        assert!(matches!(refused, MessageError::TooLong { .. }), "{refused}");
    }
}
