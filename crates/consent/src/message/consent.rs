//! The consent channel: three parties, one consent, one shared log that each can check.

pub use channel::Writer;
use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

use super::{LanePosition, MessageError, check_positions, from_bytes, to_bytes};
use crate::id::ContentHash;

/// What is said on a consent channel (`docs/protocol.md` section 4.4).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub enum ConsentMessage {
    /// Wallet: the person stopped it. An honest provider stops here, even while the device is away.
    #[n(0)]
    AuthorizationRevoked,
    /// Wallet: the person paused it.
    #[n(1)]
    Paused,
    /// Wallet: the person resumed it.
    #[n(2)]
    Resumed,
    /// Wallet: the person asks that everything be erased.
    #[n(3)]
    ErasureRequested,
    /// Device: keys were posted to the inbox; each lane can be opened from this slot on.
    #[n(16)]
    Granted {
        /// One opening a lane.
        #[n(0)]
        lanes: Vec<LanePosition>,
    },
    /// Device: the proof of when access ended. Each lane is closed from this slot on.
    #[n(17)]
    RevokedAck {
        /// One closing a lane; none if nothing had been granted yet.
        #[n(0)]
        lanes: Vec<LanePosition>,
    },
    /// Device: the provider is left out from these slots on, until resumed.
    #[n(18)]
    PausedAck {
        /// One closing a lane.
        #[n(0)]
        lanes: Vec<LanePosition>,
    },
    /// Device: keys are handed out again (they follow or preceded as [`ConsentMessage::Regrant`]).
    #[n(19)]
    ResumedAck {
        /// One opening a lane.
        #[n(0)]
        lanes: Vec<LanePosition>,
    },
    /// Device: the agreed time is over, and each lane is closed from this slot on.
    #[n(20)]
    Expired {
        /// One closing a lane.
        #[n(0)]
        lanes: Vec<LanePosition>,
    },
    /// Device: a fresh grant, sealed like the first (after a resume or a `RESYNC`).
    #[n(21)]
    Regrant {
        /// The sealed grant.
        #[cbor(n(0), with = "minicbor::bytes")]
        sealed: Vec<u8>,
    },
    /// Device: its owner removed it; nothing will come any more.
    #[n(22)]
    DeviceDeleted {
        /// One closing a lane.
        #[n(0)]
        lanes: Vec<LanePosition>,
    },
    /// Device: the provider ended it, and each lane is closed from this slot on.
    #[n(23)]
    TerminatedAck {
        /// One closing a lane.
        #[n(0)]
        lanes: Vec<LanePosition>,
    },
    /// Provider: the grant arrived and opens.
    #[n(32)]
    Accepted,
    /// Provider: a rotation was missed; please send a grant again.
    #[n(33)]
    Resync,
    /// Provider: readings and keys are deleted.
    #[n(34)]
    Purged {
        /// How many readings were deleted.
        #[n(0)]
        readings: u64,
    },
    /// Provider: the service ends this consent.
    #[n(35)]
    Terminated,
    /// Provider: the end was seen, and reading has stopped.
    #[n(36)]
    Stopped,
}

impl ConsentMessage {
    /// Who alone may say this.
    #[must_use]
    pub fn writer(&self) -> Writer {
        match self {
            Self::AuthorizationRevoked | Self::Paused | Self::Resumed | Self::ErasureRequested => {
                Writer::Wallet
            }
            Self::Granted { .. }
            | Self::RevokedAck { .. }
            | Self::PausedAck { .. }
            | Self::ResumedAck { .. }
            | Self::Expired { .. }
            | Self::Regrant { .. }
            | Self::DeviceDeleted { .. }
            | Self::TerminatedAck { .. } => Writer::Device,
            Self::Accepted
            | Self::Resync
            | Self::Purged { .. }
            | Self::Terminated
            | Self::Stopped => Writer::Provider,
        }
    }

    /// The openings or closings that the message names.
    #[must_use]
    pub fn positions(&self) -> &[LanePosition] {
        match self {
            Self::Granted { lanes }
            | Self::RevokedAck { lanes }
            | Self::PausedAck { lanes }
            | Self::ResumedAck { lanes }
            | Self::Expired { lanes }
            | Self::DeviceDeleted { lanes }
            | Self::TerminatedAck { lanes } => lanes,
            _ => &[],
        }
    }
}

/// The last message that a party has seen of a writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Seen {
    /// Whose message.
    #[cbor(n(0), with = "crate::message::consent::writer_code")]
    pub writer: Writer,
    /// Its number in that writer's chain.
    #[n(1)]
    pub number: u32,
    /// The hash of its body.
    #[n(2)]
    pub hash: ContentHash,
}

/// A message on a consent channel with what its writer had seen until then: so the three share one log, and none can
/// show two of them different ones unnoticed. [`crate::ConsentLog`] writes and checks it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ConsentEnvelope {
    /// The last message seen of each writer, the writer itself included; at most three.
    #[n(0)]
    pub seen: Vec<Seen>,
    /// When it was written, in unix seconds by the writer's clock.
    #[n(1)]
    pub at: u64,
    /// What is said.
    #[n(2)]
    pub message: ConsentMessage,
}

const WHAT: &str = "message on the consent channel";

impl ConsentEnvelope {
    /// The body to sign and send.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        to_bytes(self)
    }

    /// Reads a body that was found in `writer`'s chain.
    ///
    /// # Errors
    /// What is wrong with the bytes; a message that this writer may not say is refused too.
    pub fn from_bytes(bytes: &[u8], writer: Writer) -> Result<Self, MessageError> {
        let envelope: Self = from_bytes(WHAT, bytes)?;
        let refuse = |detail| Err(MessageError::Impossible { what: WHAT, detail });
        if envelope.message.writer() != writer {
            return refuse("said by a party that may not say it");
        }
        let named_twice = |seen: &Seen| {
            envelope
                .seen
                .iter()
                .filter(|other| other.writer == seen.writer)
                .count()
                > 1
        };
        if envelope.seen.iter().any(named_twice) {
            return refuse("a writer is named twice among those seen");
        }
        check_positions(WHAT, envelope.message.positions())?;
        Ok(envelope)
    }
}

/// A writer as 0 (wallet), 1 (device) or 2 (provider), for `#[cbor(with = …)]`.
pub(crate) mod writer_code {
    use minicbor::decode::{Decoder, Error};
    use minicbor::encode::{Encoder, Write};

    use super::Writer;

    pub(crate) fn encode<C, W: Write>(
        writer: &Writer,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let code = match writer {
            Writer::Wallet => 0,
            Writer::Device => 1,
            Writer::Provider => 2,
        };
        e.u8(code)?.ok()
    }

    pub(crate) fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<Writer, Error> {
        match d.u8()? {
            0 => Ok(Writer::Wallet),
            1 => Ok(Writer::Device),
            2 => Ok(Writer::Provider),
            code => Err(Error::message(format!("writer {code} is unknown"))),
        }
    }
}
