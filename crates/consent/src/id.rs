//! Names and secrets of a consent: newtypes over bytes that must not be mixed up.

use std::fmt;
use std::str::FromStr;

use channel::{MessageKey, prf};
use data_encoding::HEXLOWER;
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::message::inbox::InboxSlot;

/// Text that is not the hexadecimal form of an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{text}” is not a {what}: it has {digits} hexadecimal digits")]
pub struct IdError {
    /// What it should have been.
    pub what: &'static str,
    /// How many hexadecimal digits that has.
    pub digits: usize,
    /// What was given instead, at most 80 characters of it.
    pub text: String,
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $len:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(transparent)]
        pub struct $name(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; $len]);

        impl $name {
            /// The bytes of the identifier.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                HEXLOWER
                    .decode(text.to_ascii_lowercase().as_bytes())
                    .ok()
                    .and_then(|bytes| bytes.try_into().ok())
                    .map(Self)
                    .ok_or_else(|| IdError {
                        what: $what,
                        digits: 2 * $len,
                        text: text.chars().take(80).collect(),
                    })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Encode, Decode)]
        #[cbor(transparent)]
        pub struct $name(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 32]);

        impl $name {
            /// The 32 bytes, for handing them to a key derivation.
            #[must_use]
            pub fn expose(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

identifier!(
    /// One consent, from the request on. It is derived from what the request's link carries
    /// ([`ConsentId::of`]), so that nobody can choose one that another consent already has.
    ConsentId,
    16,
    "consent"
);
identifier!(
    /// A device: the first 20 bytes of the SHA-256 of its identity key.
    DeviceId,
    20,
    "device"
);
identifier!(
    /// SHA-256 of the exact bytes of a [`crate::SignedRequest`].
    RequestHash,
    32,
    "hash of a request"
);
identifier!(
    /// SHA-256 of the exact bytes of a message, a receipt or a journal entry.
    ContentHash,
    32,
    "hash"
);
secret!(
    /// What a deep link carries: whoever knows it finds the request and may answer it.
    RequestSecret
);
secret!(
    /// `S_c`: the three parties of one consent talk under it, and nobody else finds them.
    ConsentSecret
);
secret!(
    /// A 32-byte secret of a chain of messages or of a pairwise key, named by its field.
    Secret
);

impl ConsentId {
    /// The consent that a request leads to: `PRF(req_secret, "consent", H(request))[..16]`
    /// (`docs/protocol.md` section 6.2).
    #[must_use]
    pub fn of(secret: &RequestSecret, request: &RequestHash) -> Self {
        Self(first(&prf(secret.expose(), "consent", &[&request.0])))
    }
}

impl DeviceId {
    /// The device that has this identity key (1952 bytes of ML-DSA-65).
    #[must_use]
    pub fn of(identity_key: &[u8]) -> Self {
        Self(first(&Sha256::digest(identity_key).into()))
    }
}

impl ContentHash {
    /// SHA-256 of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl RequestHash {
    /// SHA-256 of the bytes of a signed request.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl RequestSecret {
    /// Where the request itself is found: `PRF(req_secret, "req")`. What lies there are the bytes of a
    /// [`crate::SignedRequest`], sealed without a second signature (`channel::seal_unsigned`).
    #[must_use]
    pub fn request_key(&self) -> MessageKey {
        MessageKey::new(prf(&self.0, "req", &[]))
    }

    /// Where an answer to the request is found: `PRF(req_secret, "inbox", u16 n)`, with `n` the slot's number.
    #[must_use]
    pub fn inbox_key(&self, slot: InboxSlot) -> MessageKey {
        MessageKey::new(prf(&self.0, "inbox", &[&slot.number().to_le_bytes()]))
    }
}

fn first<const N: usize>(digest: &[u8; 32]) -> [u8; N] {
    let mut bytes = [0; N];
    bytes
        .iter_mut()
        .zip(digest)
        .for_each(|(to, from)| *to = *from);
    bytes
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn identifiers_print_and_parse() {
        let id = ConsentId([0xab; 16]);
        assert_eq!(id.to_string(), "ab".repeat(16));
        assert_eq!(id.to_string().parse::<ConsentId>().unwrap(), id);
        assert_eq!(
            id.to_string().to_uppercase().parse::<ConsentId>().unwrap(),
            id
        );
        let error = "abc".parse::<ConsentId>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "“abc” is not a consent: it has 32 hexadecimal digits"
        );
    }

    #[test]
    fn secrets_do_not_print() {
        assert_eq!(format!("{:?}", RequestSecret([7; 32])), "RequestSecret(..)");
        assert_eq!(format!("{:?}", ConsentSecret([7; 32])), "ConsentSecret(..)");
    }

    #[test]
    fn a_consent_belongs_to_one_request_and_one_link() {
        let hash = RequestHash::of(b"request");
        let id = ConsentId::of(&RequestSecret([1; 32]), &hash);
        assert_ne!(id, ConsentId::of(&RequestSecret([2; 32]), &hash));
        assert_ne!(
            id,
            ConsentId::of(&RequestSecret([1; 32]), &RequestHash::of(b"another"))
        );
    }
}
