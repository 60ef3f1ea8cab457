//! Wi-Fi networks, as a device finds them and as its owner chooses one.

use core::fmt;

use minicbor::{Decode, Encode};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The longest name of a network (IEEE 802.11-2020, 9.4.2.2).
const LONGEST_NAME: usize = 32;
/// The longest password that is passed on: WPA2 has 63 characters or 64 digits, and WPA3 sets no limit.
const LONGEST_PASSWORD: usize = 128;

/// The name (SSID) of a Wi-Fi network: any bytes, and nearly always text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct NetworkName(#[cbor(with = "minicbor::bytes")] Vec<u8>);

impl NetworkName {
    /// The name of these bytes.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether a network can be called so: a hidden one says nothing.
    #[must_use]
    pub fn is_one(&self) -> bool {
        (1..=LONGEST_NAME).contains(&self.0.len())
    }
}

/// Whoever set the network up chose its name, and a terminal shows it.
impl fmt::Display for NetworkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = String::from_utf8_lossy(&self.0);
        f.write_str(&plain_text::one_line(&text, LONGEST_NAME))
    }
}

impl fmt::Debug for NetworkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

/// The password of a Wi-Fi network. It never prints, and is wiped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Encode, Decode)]
#[cbor(transparent)]
pub struct Password(String);

impl Password {
    /// As it was typed.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// For the system that joins the network.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether a network can have such a password (IEEE 802.11-2020, J.4.1: 8 to 63 characters; WPA3 allows more).
    #[must_use]
    pub fn is_one(&self) -> bool {
        (8..=LONGEST_PASSWORD).contains(&self.0.len()) && !self.0.chars().any(char::is_control)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// What it takes to join a network.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(index_only)]
pub enum Security {
    /// Nothing.
    #[n(0)]
    Open,
    /// A password: WPA, WPA2 or WPA3 personal.
    #[n(1)]
    Password,
    /// Something that cannot be set up here: an account of a company, or WEP.
    #[n(2)]
    Other,
}

/// A Wi-Fi network that the device hears; of several stations the strongest.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct Network {
    /// What it is called.
    #[n(0)]
    pub name: NetworkName,
    /// How strong it is, 0 to 100.
    #[n(1)]
    pub strength: u8,
    /// What it takes to join it.
    #[n(2)]
    pub security: Security,
    /// Whether the device is on it.
    #[n(3)]
    pub joined: bool,
}
