//! The pairing code: what stands on the sticker, in the QR code, and what a person types.

use core::fmt;
use core::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::typed;

/// Version of the code and of the messages.
pub const VERSION: u8 = 1;
/// What the address of a code begins with; the secret follows behind `#`, which no web server is ever sent.
pub const URI_PREFIX: &str = "meterkast://pair#";

const SECRET_LEN: usize = 20;
const HASH_LEN: usize = 20;
const SERIAL_LEN: usize = 4;
const BINARY_LEN: usize = 1 + SECRET_LEN + HASH_LEN + SERIAL_LEN;

/// The 160 random bits that only the device and the holder of its code know.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct PairingSecret(pub(crate) [u8; SECRET_LEN]);

impl PairingSecret {
    /// A new secret.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; SECRET_LEN];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The key that the handshake is bound to: `PRF(secret, "pair/psk")`.
    pub(crate) fn psk(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(channel::prf(&self.expanded(), "pair/psk", &[]))
    }

    /// The secret as a 32-byte key: the 20 bytes, then zeros (HMAC pads the same way).
    pub(crate) fn expanded(&self) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        for (to, from) in key.iter_mut().zip(self.0) {
            *to = from;
        }
        key
    }
}

impl fmt::Debug for PairingSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PairingSecret(..)")
    }
}

/// The first 20 bytes of the SHA-256 of a device's identity key: enough to recognise the device, short enough to print.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct IdentityHash(pub [u8; HASH_LEN]);

/// The four bytes that tell two devices of one household apart before they are paired.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Serial(pub [u8; SERIAL_LEN]);

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXUPPER.encode(&self.0))
    }
}

/// Everything a wallet needs to find a device and to be sure that it is the right one (`docs/protocol.md` section 5).
///
/// A scanned code carries all of it. A typed code carries the secret alone; then the secret is what
/// authenticates the device, and its identity key is taken from the handshake.
#[derive(Clone, PartialEq, Eq)]
pub struct PairingCode {
    secret: PairingSecret,
    device: Option<(IdentityHash, Serial)>,
}

impl PairingCode {
    /// The code of the device with this identity.
    pub fn new(secret: PairingSecret, identity: IdentityHash, serial: Serial) -> Self {
        Self {
            secret,
            device: Some((identity, serial)),
        }
    }

    /// The secret.
    pub fn secret(&self) -> &PairingSecret {
        &self.secret
    }

    /// Which identity key the device must show; a typed code does not say.
    pub fn identity(&self) -> Option<IdentityHash> {
        self.device.map(|(identity, _)| identity)
    }

    /// The device's serial; a typed code does not say.
    pub fn serial(&self) -> Option<Serial> {
        self.device.map(|(_, serial)| serial)
    }

    /// The code as one address, for a QR code or an NFC tag; `None` for a code that was typed.
    pub fn to_uri(&self) -> Option<Zeroizing<String>> {
        let (identity, serial) = self.device?;
        let mut binary = Zeroizing::new(Vec::with_capacity(BINARY_LEN));
        binary.push(VERSION);
        binary.extend_from_slice(&self.secret.0);
        binary.extend_from_slice(&identity.0);
        binary.extend_from_slice(&serial.0);
        Some(Zeroizing::new(format!(
            "{URI_PREFIX}{}",
            BASE64URL_NOPAD.encode(&binary)
        )))
    }

    /// The code for typing: 32 characters of Crockford's alphabet in groups of four, then one that finds mistakes.
    pub fn to_typed(&self) -> Zeroizing<String> {
        typed::print(&self.secret.0)
    }

    fn from_fragment(fragment: &str) -> Result<Self, CodeError> {
        if let Some((at, found)) = fragment
            .chars()
            .enumerate()
            .find(|(_, c)| !c.is_ascii_alphanumeric() && *c != '-' && *c != '_')
        {
            return Err(CodeError::BadCharacter {
                position: at + 1,
                found: shown(found),
            });
        }
        let binary = BASE64URL_NOPAD
            .decode(fragment.as_bytes())
            .map(Zeroizing::new)
            .map_err(|_| CodeError::CutOff {
                found: fragment.len(),
                expected: BINARY_LEN * 4 / 3,
            })?;
        match binary.split_first() {
            Some((&VERSION, rest)) => Self::from_fields(rest),
            Some((&version, _)) => Err(CodeError::Version { found: version }),
            None => Err(CodeError::Empty),
        }
    }

    fn from_fields(bytes: &[u8]) -> Result<Self, CodeError> {
        let cut_off = CodeError::CutOff {
            found: (bytes.len() + 1) * 4 / 3,
            expected: BINARY_LEN * 4 / 3,
        };
        let Some((secret, rest)) = bytes.split_first_chunk() else {
            return Err(cut_off);
        };
        let Some((identity, rest)) = rest.split_first_chunk() else {
            return Err(cut_off);
        };
        let Ok(serial) = rest.try_into() else {
            return Err(cut_off);
        };
        Ok(Self::new(
            PairingSecret(*secret),
            IdentityHash(*identity),
            Serial(serial),
        ))
    }
}

impl FromStr for PairingCode {
    type Err = CodeError;

    /// Reads all three forms: the address, the same behind an `https://` page (for phones), and what was typed.
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(CodeError::Empty);
        }
        match text.split_once("://") {
            Some((scheme, rest)) => Self::from_address(scheme, rest),
            None => Ok(Self {
                secret: PairingSecret(*typed::parse(text)?),
                device: None,
            }),
        }
    }
}

impl PairingCode {
    fn from_address(scheme: &str, rest: &str) -> Result<Self, CodeError> {
        let (place, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let place = place.trim_end_matches('/');
        let is_pairing = match scheme.to_ascii_lowercase().as_str() {
            "meterkast" => place.eq_ignore_ascii_case("pair"),
            "https" => place.ends_with("/pair"),
            _ => {
                return Err(CodeError::Scheme {
                    found: plain_text::one_line(scheme, 16),
                });
            }
        };
        if !is_pairing {
            let what = place.split(['?', '/']).next().unwrap_or_default();
            return Err(CodeError::NotPairing {
                found: plain_text::one_line(what, 32),
            });
        }
        if fragment.is_empty() {
            return Err(CodeError::NoSecret);
        }
        Self::from_fragment(fragment)
    }
}

impl fmt::Debug for PairingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PairingCode")
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

/// A character of a stranger's code, or what stands for one that does not show.
pub(crate) fn shown(c: char) -> char {
    if plain_text::is_invisible(c) {
        char::REPLACEMENT_CHARACTER
    } else {
        c
    }
}

/// What is wrong with a code that someone scanned, pasted or typed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CodeError {
    /// Nothing was given.
    #[error("there is no code; scan the one that the Raspberry Pi shows, or type it")]
    Empty,
    /// Another kind of address.
    #[error(
        "an address that begins with {found}:// is not a pairing code; one begins with meterkast://pair#"
    )]
    Scheme {
        /// The scheme that was found, cut short.
        found: String,
    },
    /// A link of ours, but for something else.
    #[error("this link is for “{found}”, not for adding a meter")]
    NotPairing {
        /// What the link is for, cut short.
        found: String,
    },
    /// The address ends before the secret, as when a program dropped everything behind `#`.
    #[error("the part behind # is missing from this pairing code; copy the whole of it")]
    NoSecret,
    /// The code is not whole, or has too much.
    #[error(
        "this pairing code has {found} characters behind #, not {expected}; copy the whole of it"
    )]
    CutOff {
        /// How many characters there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A character that no code contains.
    #[error("character {position} of the code, “{found}”, does not occur in a code")]
    BadCharacter {
        /// Counted from 1; in a typed code without its dashes.
        position: usize,
        /// The character.
        found: char,
    },
    /// A typed code of the wrong length.
    #[error(
        "this code has {found} characters without the dashes, not {expected}; compare it group by group"
    )]
    TypedLength {
        /// How many characters there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// The check character of a typed code does not fit.
    #[error(
        "there is a typing mistake in this code: two characters swapped, or one mistaken for another"
    )]
    Typo,
    /// A code of a later version.
    #[error("this pairing code is of version {found}; this program knows version 1, so update it")]
    Version {
        /// The version that was found.
        found: u8,
    },
}
