//! What the device's state machine is told and what it says.

use core::time::Duration;

use crate::message::Refusal;
use crate::post::Place;

/// Which way a message came. A session belongs to the way on which it was claimed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Route {
    /// Over Bluetooth LE, by the number that the caller gives each connection.
    Bluetooth(u64),
    /// Over the Tangle.
    Tangle,
}

/// What the device does about a message. Store [`to_state`](crate::DevicePairing::to_state) before answering.
#[derive(Debug)]
pub enum Reaction {
    /// Send this.
    Answer(Reply),
    /// Send nothing: the wallet gave up, and another claim is taken at once.
    Cancelled,
    /// Send nothing.
    Silence(Silence),
}

/// A message to send back.
#[derive(Debug)]
pub struct Reply {
    /// The message.
    pub message: Vec<u8>,
    /// Send it no earlier than this long after the message it answers came in.
    pub after: Duration,
    /// Where it is posted if the session runs over the Tangle.
    pub place: Place,
}

/// Why the device does not answer; for its log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Silence {
    /// Not one of the protocol's messages, or longer than 16 KiB.
    #[error("a message that is not part of pairing was ignored")]
    Malformed,
    /// Nobody asked for pairing.
    #[error("a wallet tried to pair while the window is closed")]
    WindowClosed,
    /// The claim was made with another secret.
    #[error("a wallet tried to pair with a wrong code")]
    WrongSecret,
    /// The same claim was seen before: doubled on its way, or replayed.
    #[error("a claim that was seen before was ignored")]
    Repeated,
    /// A claim found on the Tangle was not made within this window.
    #[error(
        "a claim was ignored because its time differs from this device's clock by more than two minutes"
    )]
    Stale,
    /// Right message, wrong moment.
    #[error("a message out of turn was ignored")]
    OutOfTurn,
}

/// What ended by itself because time passed.
#[derive(Debug)]
pub enum Lapse {
    /// A session took longer than [`SESSION`](crate::SESSION); tell the wallet.
    Session(Route, Reply),
    /// The window closed.
    Window,
    /// DEVICE_ADDED did not come within [`PENDING`](crate::PENDING); the device has no owner.
    Pending,
}

/// What the device's screen, log and Bluetooth *info* characteristic show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// No owner, not listening.
    Unpaired,
    /// Listening.
    Advertising {
        /// Seconds until the window closes.
        seconds: u32,
    },
    /// A wallet is answering the challenge.
    Claimed,
    /// Waiting for DEVICE_ADDED.
    PairedPending,
    /// It has an owner.
    Paired,
    /// No owner, and locked.
    Locked {
        /// Seconds until the lock opens.
        retry_after: u32,
    },
}

/// Why a window does not open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WindowError {
    /// There is an owner.
    #[error(
        "this device has an owner; the owner removes it in the wallet, or whoever can type here lets go of them with `pi-daemon unpair`"
    )]
    AlreadyPaired,
    /// Too many failures.
    #[error(
        "pairing is locked for another {retry_after} s after too many failures; a new code opens it at once"
    )]
    Locked {
        /// Seconds until the lock opens.
        retry_after: u32,
    },
}

/// DEVICE_ADDED came although nothing is pending.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("DEVICE_ADDED came more than ten minutes after pairing, or without pairing")]
pub struct NotPending;

impl Reply {
    pub(super) fn now(message: Vec<u8>, place: Place) -> Self {
        Self {
            message,
            after: Duration::ZERO,
            place,
        }
    }
}

pub(super) fn refuse(refusal: Refusal, place: Place) -> Reaction {
    Reaction::Answer(Reply::now(refusal.to_bytes(), place))
}
