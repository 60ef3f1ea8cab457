//! What anybody may read of a device that listens.

use crate::code::{Serial, VERSION};
use crate::device::Status;
use crate::near::{HINT_LEN, Hint};

/// `u8 version ‖ u8 condition ‖ serial[4]`, and `hint[16]` of a device that its owner may call; a later version may append.
pub const INFO_LEN: usize = 6;

/// What the *info* characteristic says. It is not authenticated, and decides nothing: it only saves a person a wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Info {
    /// What the device would say to a claim.
    pub condition: Condition,
    /// Which of several devices it is.
    pub serial: Serial,
    /// By what its owner, and nobody else, recognises a device that may be called ([`near`](crate::near)).
    pub hint: Option<Hint>,
}

/// What a device would say to a claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Condition {
    /// Nothing: its window is closed.
    Closed,
    /// It listens.
    Listening,
    /// BUSY.
    Busy,
    /// ALREADY_PAIRED.
    Paired,
    /// LOCKED.
    Locked,
    /// Its owner may call.
    Near,
}

/// Bytes that are no [`Info`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InfoError {
    /// Too short, or a condition that nobody knows.
    #[error("what the device says of itself cannot be understood")]
    Malformed,
    /// Another version.
    #[error(
        "the device speaks version {0} of pairing over Bluetooth; this wallet speaks version 1"
    )]
    Version(u8),
}

impl From<Status> for Condition {
    fn from(status: Status) -> Self {
        match status {
            Status::Unpaired => Self::Closed,
            Status::Advertising { .. } => Self::Listening,
            Status::Claimed | Status::PairedPending => Self::Busy,
            Status::Paired => Self::Paired,
            Status::Locked { .. } => Self::Locked,
        }
    }
}

impl Info {
    /// The value of the characteristic.
    #[must_use]
    pub fn to_bytes(self) -> Vec<u8> {
        let mut bytes = vec![VERSION, self.condition as u8];
        bytes.extend_from_slice(&self.serial.0);
        if let Some(hint) = self.hint {
            bytes.extend_from_slice(&hint.to_bytes());
        }
        bytes
    }

    /// Reads the value of the characteristic.
    ///
    /// # Errors
    /// [`InfoError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InfoError> {
        match *bytes {
            [VERSION, condition, a, b, c, d, ref rest @ ..] => {
                let condition = Condition::from_code(condition).ok_or(InfoError::Malformed)?;
                let hint = rest.first_chunk::<HINT_LEN>().map(Hint::from_bytes);
                Ok(Self {
                    condition,
                    serial: Serial([a, b, c, d]),
                    hint: hint.filter(|_| condition == Condition::Near),
                })
            }
            [VERSION, ..] | [] => Err(InfoError::Malformed),
            [other, ..] => Err(InfoError::Version(other)),
        }
    }
}

impl Condition {
    fn from_code(code: u8) -> Option<Self> {
        let all = [
            Self::Closed,
            Self::Listening,
            Self::Busy,
            Self::Paired,
            Self::Locked,
            Self::Near,
        ];
        all.into_iter().find(|condition| *condition as u8 == code)
    }
}
