//! The routes that `tangle-node` adds to a Stardust node: look-up by tag and the live feed.
//!
//! Tags and ids are `0x` and hexadecimal as in the rest of the node's interface; block bytes are base64 (RFC 4648
//! with padding), because they are the bulk of an answer. Both routes take JSON by POST, for the list of tags is
//! longer than an address may be.

use data_encoding::BASE64;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{BlockId, Cursor, Tag};

/// The name of this group of routes in `/api/routes`.
pub const ROUTE_GROUP: &str = "meterkast/v1";

/// Look-up: [`BlocksByTag`] in, [`TaggedBlocks`] out.
pub const BLOCKS_BY_TAG: &str = "/api/meterkast/v1/blocks-by-tag";

/// Live feed by long polling: [`WatchTags`] in, [`WatchedBlocks`] out.
pub const WATCH: &str = "/api/meterkast/v1/watch";

/// Longest time that a node lets a [`WatchTags`] question wait, in seconds.
pub const MAX_WAIT_SECONDS: u16 = 60;

/// "What lies under these tags?"
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlocksByTag {
    /// At most [`crate::MAX_TAGS`].
    pub tags: Vec<AskedTag>,
    /// Most blocks for one tag in this answer.
    #[serde(default = "default_per_tag")]
    pub per_tag: usize,
}

/// One tag, and from where on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AskedTag {
    /// The tag.
    pub tag: Tag,
    /// Only blocks that arrived after this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Cursor>,
}

/// Blocks under tags, in rounds: the first of every tag, then the second of every tag…
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TaggedBlocks {
    /// Earliest first within a tag.
    pub blocks: Vec<FoundBlock>,
    /// The tags for which there is more, with the place to go on from.
    pub more: Vec<AskedTag>,
}

/// A block and where the node has it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FoundBlock {
    /// Its id.
    pub block_id: BlockId,
    /// Its place in the node's order of arrival.
    pub cursor: Cursor,
    /// Unix seconds at which it arrived.
    pub at: u64,
    /// Its bytes.
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    pub block: Vec<u8>,
}

/// "Tell me when something arrives under these tags."
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WatchTags {
    /// At most [`crate::MAX_TAGS`].
    pub tags: Vec<Tag>,
    /// Where the last answer ended. `None` begins: the answer comes at once, empty, with the place to begin from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Cursor>,
    /// How long to wait for something, at most [`MAX_WAIT_SECONDS`].
    #[serde(default = "default_wait")]
    pub wait_seconds: u16,
}

/// What arrived, possibly nothing. Of a flood only the first blocks of each tag; look the rest up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WatchedBlocks {
    /// Earliest first within a tag.
    pub blocks: Vec<FoundBlock>,
    /// Where the next question goes on from.
    pub cursor: Cursor,
    /// The place asked for does not exist here (the node began anew): look up again what you want.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lost: bool,
}

fn default_per_tag() -> usize {
    crate::MAX_BLOCKS_PER_TAG
}

fn default_wait() -> u16 {
    25
}

fn to_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&BASE64.encode(bytes))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    BASE64
        .decode(text.as_bytes())
        .map_err(|error| de::Error::custom(format!("a block is not base64: {error}")))
}
