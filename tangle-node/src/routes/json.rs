//! A block as JSON (IOTA TIP-25).

use data_encoding::HEXLOWER_PERMISSIVE;
use serde::{Deserialize, Serialize};
use tangle::{Block, BlockId, Payload};

use crate::milestone::{self, Milestone};

const PROTOCOL_VERSION: u8 = 2;
const TAGGED_DATA: u32 = 5;
const ED25519: u8 = 0;

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

/// A payload; of kinds that are not accepted, only the kind is read.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum PayloadJson {
    Milestone(MilestoneJson),
    Data(DataJson),
}

#[derive(Serialize, Deserialize)]
pub(super) struct DataJson {
    #[serde(rename = "type")]
    kind: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    tag: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    data: String,
}

/// Without metadata and options, which the milestones of this node do not have.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MilestoneJson {
    #[serde(rename = "type")]
    kind: u32,
    index: u32,
    timestamp: u32,
    protocol_version: u8,
    previous_milestone_id: String,
    parents: Vec<BlockId>,
    inclusion_merkle_root: String,
    applied_merkle_root: String,
    signatures: Vec<SignatureJson>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignatureJson {
    #[serde(rename = "type")]
    kind: u8,
    public_key: String,
    signature: String,
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
        let other = |kind| Payload::Other {
            kind,
            bytes: Vec::new(),
        };
        match self {
            Self::Milestone(milestone) => Ok(other(milestone.kind)),
            Self::Data(data) if data.kind != TAGGED_DATA => Ok(other(data.kind)),
            Self::Data(data) => Ok(Payload::TaggedData {
                tag: from_hex(&data.tag, "the tag")?,
                data: from_hex(&data.data, "the data")?,
            }),
        }
    }

    fn data(kind: u32, tag: &[u8], data: &[u8]) -> Self {
        Self::Data(DataJson {
            kind,
            tag: to_hex(tag),
            data: to_hex(data),
        })
    }
}

impl From<Milestone> for PayloadJson {
    fn from(milestone: Milestone) -> Self {
        let Milestone {
            essence,
            signatures,
        } = milestone;
        let signatures = signatures.iter().map(|signed| SignatureJson {
            kind: ED25519,
            public_key: to_hex(&signed.public_key),
            signature: to_hex(&signed.signature),
        });
        Self::Milestone(MilestoneJson {
            kind: milestone::KIND,
            index: essence.index,
            timestamp: essence.timestamp,
            protocol_version: PROTOCOL_VERSION,
            previous_milestone_id: essence.previous.to_string(),
            parents: essence.parents,
            inclusion_merkle_root: to_hex(&essence.inclusion_root),
            applied_merkle_root: to_hex(&essence.applied_root),
            signatures: signatures.collect(),
        })
    }
}

impl From<Block> for BlockJson {
    fn from(block: Block) -> Self {
        let milestone = Milestone::of(&block).map(PayloadJson::from);
        let payload = milestone.or(match &block.payload {
            Payload::None => None,
            Payload::TaggedData { tag, data } => Some(PayloadJson::data(TAGGED_DATA, tag, data)),
            Payload::Other { kind, .. } => Some(PayloadJson::data(*kind, &[], &[])),
        });
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
