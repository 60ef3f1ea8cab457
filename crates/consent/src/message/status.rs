//! The status channel: what the device tells its owner.

use std::fmt;

use minicbor::{Decode, Encode};
use readings::Lane;
use zeroize::{Zeroize as _, Zeroizing};

use super::{MessageError, from_bytes, to_bytes};
use crate::id::{ConsentId, Secret};
use crate::lanes::Lanes;

/// A message of the device to its owner's wallet (`docs/protocol.md` section 4.3).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub enum StatusMessage {
    /// Keys to the lanes that the owner asked for.
    #[n(0)]
    OwnerKeys {
        /// One entry a lane.
        #[n(0)]
        lanes: Vec<OwnerLane>,
    },
    /// Something the owner should know.
    #[n(1)]
    Alert {
        /// When, in unix seconds by the device's clock.
        #[n(0)]
        at: u64,
        /// What.
        #[n(1)]
        alert: Alert,
    },
    /// A control message that the device could not obey.
    #[n(2)]
    Refused {
        /// When, in unix seconds.
        #[n(0)]
        at: u64,
        /// The number of the control message in its chain.
        #[n(1)]
        message: u32,
        /// The consent it was about, if it was about one.
        #[n(2)]
        consent: Option<ConsentId>,
        /// Why, as one of the codes of [`crate::device::Refusal::code`].
        #[n(3)]
        why: u8,
    },
    /// How the device is doing.
    #[n(3)]
    DeviceStatus(#[n(0)] Box<DeviceStatus>),
    /// `DEVICE_DELETED` was obeyed: this is the last message on this channel.
    #[n(4)]
    Deleted {
        /// When, in unix seconds.
        #[n(0)]
        at: u64,
    },
}

/// The owner's way into one lane. Its keys do not print, and are wiped when dropped.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct OwnerLane {
    /// Which lane.
    #[cbor(n(0), with = "crate::lanes::code")]
    pub lane: Lane,
    /// `channel::LaneKeys` as bytes, as of the next slot.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub keys: Vec<u8>,
    /// The owner's pairwise key `P` for this lane: it takes part in rotations like every reader's.
    #[n(2)]
    pub pairwise: Secret,
}

impl fmt::Debug for OwnerLane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnerLane({}, ..)", self.lane)
    }
}

impl Drop for OwnerLane {
    fn drop(&mut self) {
        self.keys.zeroize();
    }
}

/// What a device reports by itself.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, serde::Serialize)]
#[serde(tag = "alert", rename_all = "kebab-case")]
#[cbor(map)]
pub enum Alert {
    /// No telegram since then.
    #[n(0)]
    MeterSilent {
        /// Unix seconds of the last telegram.
        #[n(0)]
        since: u64,
    },
    /// Telegrams arrive again.
    #[n(1)]
    MeterBack,
    /// The meter's number changed: another meter hangs there now.
    #[n(2)]
    MeterReplaced,
    /// The Tangle was ahead of the disk: an old copy of the card was put back; every lane began a new epoch.
    #[n(3)]
    OldStateRestored,
    /// Two different blocks under one number: somebody publishes with a copy of this device's keys.
    #[n(4)]
    ForkSeen {
        /// On which lane.
        #[cbor(n(0), with = "crate::lanes::code")]
        lane: Lane,
    },
    /// The clock went backwards or cannot be trusted; publishing waits.
    #[n(5)]
    ClockUntrusted,
    /// The disk is nearly full: bytes that are left.
    #[n(6)]
    DiskNearlyFull {
        /// Bytes that are left.
        #[n(0)]
        free: u64,
    },
}

/// A snapshot of the device's health. It names no provider and no reading.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeviceStatus {
    /// When, in unix seconds.
    #[n(0)]
    pub at: u64,
    /// The program's version.
    #[n(1)]
    pub software: String,
    /// The dialect the meter speaks, if one was heard.
    #[n(2)]
    pub dialect: Option<String>,
    /// Unix seconds of the last good telegram.
    #[n(3)]
    pub last_telegram: Option<u64>,
    /// Telegrams accepted since start.
    #[n(4)]
    pub telegrams: u64,
    /// Telegrams refused since start.
    #[n(5)]
    pub refused: u64,
    /// Blocks that wait to be published.
    #[n(6)]
    pub outbox: u64,
    /// The lanes that are published now.
    #[n(7)]
    pub lanes: Lanes,
    /// Seconds that a block of a live lane covers: its slot, or more where proof of work is slow.
    #[n(8)]
    pub live_slot: u32,
    /// How many control messages were obeyed or refused.
    #[n(9)]
    pub control_position: u32,
}

const WHAT: &str = "message on the status channel";

impl StatusMessage {
    /// The body to sign and send.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        to_bytes(self)
    }

    /// Reads a body.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MessageError> {
        let message: Self = from_bytes(WHAT, bytes)?;
        match &message {
            Self::OwnerKeys { lanes } if lanes.len() > Lane::ALL.len() => {
                Err(MessageError::Impossible {
                    what: WHAT,
                    detail: "more lanes than there are",
                })
            }
            Self::DeviceStatus(status)
                if !is_name(&status.software)
                    || status.dialect.as_deref().is_some_and(|name| !is_name(name)) =>
            {
                Err(MessageError::Impossible {
                    what: WHAT,
                    detail: "a name of more than 64 bytes, or one that cannot be shown",
                })
            }
            _ => Ok(message),
        }
    }
}

/// Short, and shown as what it is.
fn is_name(text: &str) -> bool {
    text.len() <= 64 && !text.chars().any(plain_text::is_invisible)
}
