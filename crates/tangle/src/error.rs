//! What can go wrong between here and the ledger.

use std::time::Duration;

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

    /// The file with logins cannot be used.
    #[error(
        "the logins in {file} cannot be used: {why}; a line is https://NODE basic NAME PASSWORD, or https://NODE bearer TOKEN"
    )]
    Logins {
        /// The file.
        file: String,
        /// What is wrong with it. Nothing that it says.
        why: String,
    },

    /// The node wants to know who asks.
    #[error(
        "node {node} asks for a login ({status}: {message}), and there is none for it; write {node} basic NAME PASSWORD, or {node} bearer TOKEN, as a line into {file}, which only its owner may read"
    )]
    LoginNeeded {
        /// The node's address.
        node: String,
        /// HTTP status.
        status: u16,
        /// The node's own words, shortened.
        message: String,
        /// Where the login was looked for.
        file: String,
    },

    /// The node knows nobody of that name, or the password or token is another one.
    #[error(
        "node {node} does not accept the login for it in {file} ({status}: {message}); check that line, or ask whoever runs the node"
    )]
    LoginRefused {
        /// The node's address.
        node: String,
        /// HTTP status.
        status: u16,
        /// The node's own words, shortened.
        message: String,
        /// Where the login came from.
        file: String,
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

    /// The node says that it cannot serve now (status 429 or from 500 on).
    #[error(
        "node {node} cannot serve now ({status}: {message}); this is tried again {}",
        later(retry_after)
    )]
    Unavailable {
        /// The node's address.
        node: String,
        /// HTTP status.
        status: u16,
        /// The node's own words, shortened.
        message: String,
        /// How long it asks to be left alone. Until then it is not asked again.
        retry_after: Option<Duration>,
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
        "node {node} cannot look up blocks by tag, and without that nothing can be found or read there; run an index beside it (tangle-node index --follow {node}) and name the index's address too, after a comma, or use a tangle-node"
    )]
    NoLookUpByTag {
        /// The node's address.
        node: String,
    },

    /// One of several nodes belongs to another network than the others.
    #[error(
        "node {node} serves the network {theirs:?}, the others serve {ours:?}; name only nodes of one network"
    )]
    OtherNetwork {
        /// The node's address.
        node: String,
        /// The network that it serves.
        theirs: String,
        /// The network of the node that answered first.
        ours: String,
    },

    /// Each of several nodes failed in its own way.
    #[error("none of {} nodes could help: {}", .0.len(), sentences(.0))]
    NoNodeAnswers(Vec<TangleError>),

    /// The node asks for more proof of work than is reasonable.
    #[error(
        "node {node} asks for proof of work of score {score}: about {} a block on this machine, more than the {} that are allowed; use a network that asks for less",
        span(*expected), span(*allowed)
    )]
    TooMuchWork {
        /// The node's address.
        node: String,
        /// The score that it asks for.
        score: u32,
        /// What a block would take on average.
        expected: Duration,
        /// What it may take.
        allowed: Duration,
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
        match self {
            Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::Unavailable { .. }
            | Self::MiningCancelled { .. } => true,
            Self::NoNodeAnswers(failures) => failures.iter().any(Self::is_temporary),
            _ => false,
        }
    }

    /// How long the node asked to be left alone; of several nodes the one that wants to be asked first.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            Self::NoNodeAnswers(failures) => {
                let waits = failures.iter().map(Self::retry_after);
                waits.collect::<Option<Vec<_>>>()?.into_iter().min()
            }
            _ => None,
        }
    }

    /// Whether another node may do better.
    pub(crate) fn is_of_the_node(&self) -> bool {
        !matches!(
            self,
            Self::Address { .. }
                | Self::Logins { .. }
                | Self::Content(_)
                | Self::MiningCancelled { .. }
        )
    }

    /// The same with the time that is left.
    pub(crate) fn with_retry_after(mut self, left: Duration) -> Self {
        if let Self::Unavailable { retry_after, .. } = &mut self {
            *retry_after = Some(left);
        }
        self
    }
}

fn later(retry_after: &Option<Duration>) -> String {
    match retry_after {
        Some(wait) => format!("in {}, as it asks", span(*wait)),
        None => "later".to_owned(),
    }
}

fn sentences(failures: &[TangleError]) -> String {
    let sentences = failures.iter().map(ToString::to_string);
    sentences.collect::<Vec<_>>().join("; ")
}

/// A stretch of time in the largest unit that fits, rounded up.
fn span(time: Duration) -> String {
    let seconds = time.as_secs_f64().ceil();
    match seconds {
        ..120.0 => format!("{seconds:.0} s"),
        ..7_200.0 => format!("{:.0} minutes", (seconds / 60.0).ceil()),
        ..172_800.0 => format!("{:.0} hours", (seconds / 3_600.0).ceil()),
        _ => format!("{:.0} days", (seconds / 86_400.0).ceil()),
    }
}
