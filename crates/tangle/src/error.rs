//! What can go wrong between here and the ledger.

use crate::{BlockError, BlockId};

/// Why a question to the Tangle got no answer. Every sentence names the node and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TangleError {
    /// The address cannot be one of a node.
    #[error(
        "the node address {address:?} cannot be used: {why}; write it like http://127.0.0.1:14265"
    )]
    Address {
        /// As it was given.
        address: String,
        /// What is wrong with it.
        why: String,
    },

    /// Nothing answers there.
    #[error(
        "node {node} cannot be reached: {why}; check that it runs and that the address is right"
    )]
    Unreachable {
        /// The node's address.
        node: String,
        /// The cause, from the network.
        why: String,
    },

    /// Something listens there, but did not answer in time.
    #[error(
        "node {node} did not answer in time ({why}); it may be overloaded, this is tried again later"
    )]
    TimedOut {
        /// The node's address.
        node: String,
        /// What was waited for.
        why: String,
    },

    /// Something answers there that is no node of this protocol.
    #[error("{node} answers, but not as a Tangle node: {why}; check the address and the port")]
    NotANode {
        /// The address.
        node: String,
        /// What it answered instead.
        why: String,
    },

    /// The node says that it cannot serve now (status 429, 502, 503 or 504).
    #[error("node {node} cannot serve now ({status}: {message}); this is tried again later")]
    Unavailable {
        /// The node's address.
        node: String,
        /// HTTP status.
        status: u16,
        /// The node's own words, shortened.
        message: String,
    },

    /// The node understood and said no.
    #[error("node {node} refused ({status}): {message}")]
    Refused {
        /// The node's address.
        node: String,
        /// HTTP status.
        status: u16,
        /// The node's own words, shortened.
        message: String,
    },

    /// The node answered something that cannot be read.
    #[error("node {node} gave an answer that cannot be read: {why}; it may run another version")]
    Malformed {
        /// The node's address.
        node: String,
        /// What could not be read.
        why: String,
    },

    /// The content of a block is not the content that its id names.
    #[error(
        "node {node} answered a block whose content does not match its id: {claimed} was named, the bytes are {actual}; do not trust this node"
    )]
    Altered {
        /// The node's address.
        node: String,
        /// The id that the node, or we, gave it.
        claimed: BlockId,
        /// BLAKE2b-256 of the bytes.
        actual: BlockId,
    },

    /// A node that cannot find blocks by tag.
    #[error(
        "node {node} cannot look up blocks by tag; run tangle-node, or its index beside this node, and use that address"
    )]
    NoLookUpByTag {
        /// The node's address.
        node: String,
    },

    /// What was to be published does not fit in a block.
    #[error("this cannot be published: {0}")]
    Content(#[from] BlockError),

    /// The proof of work was stopped before a nonce was found.
    #[error("the proof of work was stopped before it was done ({why}); publish again")]
    MiningCancelled {
        /// What stopped it.
        why: String,
    },
}

impl TangleError {
    /// Whether the same call can succeed later without anyone changing anything here.
    pub fn is_temporary(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::TimedOut { .. }
                | Self::Unavailable { .. }
                | Self::MiningCancelled { .. }
        )
    }
}
