//! What an owner nearby asks, and what the device says (`docs/protocol.md` section 5.6).

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::wifi::{Network, NetworkName, Password};

/// The most networks that a device names; the strongest.
pub const MAX_NETWORKS: usize = 32;
/// The longest address of a node, or of several with commas between.
pub const MAX_ADDRESS: usize = 1024;

/// What the owner wants.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub enum Request {
    /// `WIFI`: which networks are there?
    #[n(0)]
    Wifi,
    /// `JOIN`: join this one, and stay with it.
    #[n(1)]
    Join {
        /// Which.
        #[n(0)]
        name: NetworkName,
        /// Its password; absent for an open one.
        #[n(1)]
        password: Option<Password>,
    },
    /// `NODE`: which node of the Tangle do you use?
    #[n(2)]
    Node,
    /// `USE_NODE`: use this one from now on.
    #[n(3)]
    UseNode {
        /// Its address, or those of several with commas between.
        #[n(0)]
        address: String,
    },
    /// `METER`: what does the meter say?
    #[n(4)]
    Meter,
    /// `HAND_OVER`: a message of the control channel, for a device that cannot reach the Tangle.
    #[n(5)]
    HandOver {
        /// Its blocks in the order of their index, as they lie on the Tangle.
        #[n(0)]
        blocks: Vec<ByteVec>,
    },
}

/// What the device says to a [`Request`].
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub enum Response {
    /// To `WIFI`: the strongest first, at most [`MAX_NETWORKS`].
    #[n(0)]
    Wifi {
        /// Each name once.
        #[n(0)]
        networks: Vec<Network>,
    },
    /// To `JOIN`: the device has an address on that network.
    #[n(1)]
    Joined,
    /// To `NODE` and `USE_NODE`.
    #[n(2)]
    Node {
        /// Its address.
        #[n(0)]
        address: String,
        /// Why it could not be reached when the device last tried, in English; absent if it could.
        #[n(1)]
        trouble: Option<String>,
    },
    /// To `METER`: the last reading.
    #[n(3)]
    Meter {
        /// It as a body of one row for each kind of live lane that has something to say (section 3.3).
        #[n(0)]
        bodies: Vec<ByteVec>,
    },
    /// To `HAND_OVER`: read, now or before.
    #[n(4)]
    Taken,
    /// Not done.
    #[n(127)]
    No {
        /// Why not.
        #[n(0)]
        why: No,
        /// What the system said, in English, where there is more to say.
        #[n(1)]
        detail: Option<String>,
    },
}

/// Why a device does not do what its owner asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, thiserror::Error)]
#[cbor(index_only)]
pub enum No {
    /// A request of a later version.
    #[error("the device does not know this request; it may need an update")]
    #[n(0)]
    Unknown,
    /// The one before is not done yet.
    #[error("the device is still busy with what was asked before")]
    #[n(1)]
    Busy,
    /// There is no NetworkManager.
    #[error(
        "the device cannot set up Wi-Fi, because NetworkManager does not run on it; set it up as its system describes"
    )]
    #[n(2)]
    NoNetworkManager,
    /// There is no Wi-Fi adapter.
    #[error("the device has no Wi-Fi adapter")]
    #[n(3)]
    NoAdapter,
    /// It is switched off.
    #[error("Wi-Fi is switched off on the device; switch it on with `nmcli radio wifi on`")]
    #[n(4)]
    Off,
    /// The network cannot be heard.
    #[error("the device does not hear this network")]
    #[n(5)]
    NotHeard,
    /// The password is wrong, or there has to be one.
    #[error("the network does not take this password")]
    #[n(6)]
    Password,
    /// It asks for something else than a password.
    #[error("this network asks for more than a password, and that cannot be set up this way")]
    #[n(7)]
    Unsupported,
    /// The network gives no address.
    #[error("the network let the device in and gave it no address; look at your router")]
    #[n(8)]
    NoAddress,
    /// The system does not let this program do it.
    #[error(
        "the device's system does not let pi-daemon set up Wi-Fi; its Debian package brings the permission"
    )]
    #[n(9)]
    Forbidden,
    /// It cannot be the address of a node.
    #[error("this cannot be the address of a node")]
    #[n(10)]
    Address,
    /// The meter has said nothing yet.
    #[error("the meter has said nothing to the device lately")]
    #[n(11)]
    NoReading,
    /// Anything else.
    #[error("the device could not do it")]
    #[n(12)]
    Failed,
}

impl Request {
    /// Whether what it carries can be meant; otherwise the answer.
    pub(super) fn checked(self) -> Result<Self, Response> {
        let why = match &self {
            Self::Join { name, .. } if !name.is_one() => No::NotHeard,
            Self::Join {
                password: Some(password),
                ..
            } if !password.is_one() => No::Password,
            Self::UseNode { address } if address.is_empty() || address.len() > MAX_ADDRESS => {
                No::Address
            }
            _ => return Ok(self),
        };
        Err(Response::no(why))
    }
}

impl Response {
    /// A refusal about which there is nothing more to say.
    #[must_use]
    pub fn no(why: No) -> Self {
        Self::No { why, detail: None }
    }

    /// What a device could have made too long, cut to size.
    pub(super) fn bounded(mut self) -> Self {
        match &mut self {
            Self::Wifi { networks } => {
                networks.retain(|network| network.name.is_one());
                networks.truncate(MAX_NETWORKS);
            }
            Self::Node { address, trouble } => {
                *address = plain_text::one_line(address, MAX_ADDRESS);
                *trouble = trouble.as_deref().map(shown);
            }
            Self::No { detail, .. } => *detail = detail.as_deref().map(shown),
            Self::Joined | Self::Meter { .. } | Self::Taken => {}
        }
        self
    }
}

/// A sentence of the other side, for a screen.
fn shown(sentence: &str) -> String {
    plain_text::one_line(sentence, 300)
}
