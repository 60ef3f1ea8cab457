//! Tags, ids and what a look-up returns.

use std::{fmt, str::FromStr};

use data_encoding::HEXLOWER_PERMISSIVE;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The 32 bytes under which a block is found (`docs/protocol.md` section 7). Looks random to everyone but the readers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(pub [u8; 32]);

/// What names a block: BLAKE2b-256 of its bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockId(pub [u8; 32]);

/// A string that is not a tag or id: the wrong length, or not `0x` followed by hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a tag or block id: expected 0x and 64 hexadecimal digits")]
pub struct IdError(String);

/// A block that a look-up or a watch found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stored {
    /// BLAKE2b-256 of the block; compared with the content before it is returned.
    pub id: BlockId,
    /// The tag it lies under.
    pub tag: Tag,
    /// The tagged data.
    pub data: Vec<u8>,
    /// Unix seconds at which the node had it: an upper bound for when it was made.
    pub at: Option<u64>,
}

/// A place in the node's order of arrival; only meaningful to the node that gave it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub u64);

/// Some of the blocks under a tag.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// Earliest first.
    pub blocks: Vec<Stored>,
    /// Where the next page begins, `None` when this was the last.
    pub next: Option<Cursor>,
}

/// What a node says about its network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NetworkInfo {
    /// The network's name; requests and links name it.
    pub name: String,
    /// Proof of work that a block must show: 3 to the power of its trailing zero trits, divided by its length.
    pub min_pow_score: u32,
    /// The version of the block format; this crate speaks version 2 (Stardust).
    pub protocol_version: u8,
    /// What the node says it is.
    pub node: String,
}

macro_rules! bytes32 {
    ($name:ident) => {
        impl $name {
            /// From exactly 32 bytes.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "0x{}", HEXLOWER_PERMISSIVE.encode(&self.0))
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
                bytes_from_hex(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

bytes32!(Tag);
bytes32!(BlockId);

impl BlockId {
    /// The id that stands for "before the first block"; every node knows it as a parent.
    pub const GENESIS: Self = Self([0; 32]);
}

fn bytes_from_hex(text: &str) -> Result<[u8; 32], IdError> {
    // A stranger's text may be long; the error repeats only its beginning.
    let wrong = || IdError(text.chars().take(80).collect());
    let digits = text.strip_prefix("0x").ok_or_else(wrong)?;
    let bytes = HEXLOWER_PERMISSIVE
        .decode(digits.as_bytes())
        .map_err(|_| wrong())?;
    bytes.try_into().map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn text_form_is_hexadecimal_with_prefix_and_comes_back() {
        let tag = Tag([0xAB; 32]);
        assert_eq!(tag.to_string(), format!("0x{}", "ab".repeat(32)));
        assert_eq!(tag.to_string().parse::<Tag>().unwrap(), tag);
        assert_eq!(
            format!("0x{}", "AB".repeat(32)).parse::<Tag>().unwrap(),
            tag
        );
    }

    #[test]
    fn wrong_text_is_named() {
        for wrong in [
            "",
            "0x",
            "ab",
            &"ab".repeat(32),
            &format!("0x{}", "ab".repeat(33)),
            &format!("0x{}", "é".repeat(32)),
        ] {
            let error = wrong.parse::<BlockId>().unwrap_err().to_string();
            assert!(error.contains("64 hexadecimal digits"), "{error}");
        }
    }
}
