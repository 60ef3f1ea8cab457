//! What a Pi refuses, as codes of the screens.

use pairing::near::No;
use serde::Serialize;
use specta::Type;

/// Why a Pi does not do what its owner asks beside it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum PiNo {
    /// It does not know the request; it may need an update.
    Unknown,
    /// It still does what was asked before.
    Busy,
    /// NetworkManager does not run on it.
    NoNetworkManager,
    /// It has no Wi-Fi.
    NoAdapter,
    /// Its Wi-Fi is switched off.
    Off,
    /// It does not hear this network.
    NotHeard,
    /// The network does not take the password.
    Password,
    /// The network asks for more than a password.
    Unsupported,
    /// The network gave it no address.
    NoAddress,
    /// Its system does not let pi-daemon set up Wi-Fi.
    Forbidden,
    /// That cannot be the address of a node.
    Address,
    /// Its meter has said nothing lately.
    NoReading,
    /// It could not do it.
    Failed,
}

impl From<No> for PiNo {
    fn from(why: No) -> Self {
        match why {
            No::Unknown => Self::Unknown,
            No::Busy => Self::Busy,
            No::NoNetworkManager => Self::NoNetworkManager,
            No::NoAdapter => Self::NoAdapter,
            No::Off => Self::Off,
            No::NotHeard => Self::NotHeard,
            No::Password => Self::Password,
            No::Unsupported => Self::Unsupported,
            No::NoAddress => Self::NoAddress,
            No::Forbidden => Self::Forbidden,
            No::Address => Self::Address,
            No::NoReading => Self::NoReading,
            No::Failed => Self::Failed,
        }
    }
}
