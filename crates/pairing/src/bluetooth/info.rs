//! What anybody may read of a device that listens.

use crate::code::{Serial, VERSION};
use crate::device::Status;

/// `u8 version ‖ u8 condition ‖ serial[4]`; a later version may append.
pub const INFO_LEN: usize = 6;

/// What the *info* characteristic says. It is not authenticated, and decides nothing: it only saves a person a wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Info {
    /// What the device would say to a claim.
    pub condition: Condition,
    /// Which of several devices it is.
    pub serial: Serial,
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
    pub fn to_bytes(self) -> [u8; INFO_LEN] {
        let [a, b, c, d] = self.serial.0;
        [VERSION, self.condition as u8, a, b, c, d]
    }

    /// Reads the value of the characteristic.
    ///
    /// # Errors
    /// [`InfoError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InfoError> {
        match *bytes {
            [VERSION, condition, a, b, c, d, ..] => Ok(Self {
                condition: Condition::from_code(condition).ok_or(InfoError::Malformed)?,
                serial: Serial([a, b, c, d]),
            }),
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
        ];
        all.into_iter().find(|condition| *condition as u8 == code)
    }
}
