//! A block as JSON (IOTA TIP-25).

use data_encoding::HEXLOWER_PERMISSIVE;
use serde::{Deserialize, Serialize};
use tangle::{Block, BlockId, Payload};

const PROTOCOL_VERSION: u8 = 2;
const TAGGED_DATA: u32 = 5;

/// As it is served, and as it is posted: then everything but the payload may be missing.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BlockJson {
    #[serde(default = "protocol_version")]
    protocol_version: u8,
    #[serde(default)]
    parents: Vec<BlockId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payload: Option<PayloadJson>,
    #[serde(default = "no_nonce")]
    nonce: String,
}

#[derive(Serialize, Deserialize)]
struct PayloadJson {
    #[serde(rename = "type")]
    kind: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    tag: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    data: String,
}

/// Why JSON is not a block.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(super) enum JsonError {
    #[error("the block has protocol version {0}, expected {PROTOCOL_VERSION}")]
    Version(u8),
    #[error("{0} is not 0x and hexadecimal digits, two a byte")]
    Hex(&'static str),
    #[error("the nonce is not a number in quotes")]
    Nonce,
}

impl BlockJson {
    /// The block that it says, not checked yet.
    pub(super) fn into_block(self) -> Result<Block, JsonError> {
        if self.protocol_version != PROTOCOL_VERSION {
            return Err(JsonError::Version(self.protocol_version));
        }
        let nonce = if self.nonce.is_empty() {
            Ok(0)
        } else {
            self.nonce.parse()
        }
        .map_err(|_| JsonError::Nonce)?;
        let payload = self
            .payload
            .map_or(Ok(Payload::None), PayloadJson::into_payload)?;
        Ok(Block {
            parents: self.parents,
            payload,
            nonce,
        })
    }
}

impl PayloadJson {
    fn into_payload(self) -> Result<Payload, JsonError> {
        if self.kind != TAGGED_DATA {
            return Ok(Payload::Other {
                kind: self.kind,
                bytes: Vec::new(),
            });
        }
        Ok(Payload::TaggedData {
            tag: from_hex(&self.tag, "the tag")?,
            data: from_hex(&self.data, "the data")?,
        })
    }
}

impl From<Block> for BlockJson {
    fn from(block: Block) -> Self {
        let payload = match block.payload {
            Payload::None => None,
            Payload::TaggedData { tag, data } => Some(PayloadJson {
                kind: TAGGED_DATA,
                tag: to_hex(&tag),
                data: to_hex(&data),
            }),
            Payload::Other { kind, .. } => Some(PayloadJson {
                kind,
                tag: String::new(),
                data: String::new(),
            }),
        };
        Self {
            protocol_version: PROTOCOL_VERSION,
            parents: block.parents,
            payload,
            nonce: block.nonce.to_string(),
        }
    }
}

fn protocol_version() -> u8 {
    PROTOCOL_VERSION
}

fn no_nonce() -> String {
    "0".to_owned()
}

fn to_hex(bytes: &[u8]) -> String {
    match bytes {
        [] => String::new(),
        _ => format!("0x{}", HEXLOWER_PERMISSIVE.encode(bytes)),
    }
}

fn from_hex(text: &str, field: &'static str) -> Result<Vec<u8>, JsonError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let digits = text.strip_prefix("0x").ok_or(JsonError::Hex(field))?;
    HEXLOWER_PERMISSIVE
        .decode(digits.as_bytes())
        .map_err(|_| JsonError::Hex(field))
}
