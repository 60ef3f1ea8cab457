//! What can go wrong with a consent, in sentences.

use consent::{IllegalStep, RequestError};

use crate::store::StoreError;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the sentences say it")]
pub enum ProviderError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("there is no such consent, or it is erased")]
    NoSuchConsent,
    #[error("requests cannot be made yet, because the Tangle was not reached{}", .0.as_ref().map(|why| format!(": {why}")).unwrap_or_default())]
    NotReached(Option<String>),
    #[error("the Tangle cannot be used now: {0}")]
    Node(String),
    #[error("too many requests wait for an answer already; try again in a few minutes")]
    TooManyRequests,
    #[error("wallets would refuse this request: {0}")]
    Request(#[from] RequestError),
    #[error("this cannot be done now: {0}")]
    NotNow(#[from] IllegalStep),
    #[error("the protocol does not allow this: {0}")]
    Protocol(String),
}

impl From<channel::ChannelError> for ProviderError {
    fn from(error: channel::ChannelError) -> Self {
        Self::Protocol(error.to_string())
    }
}

impl From<consent::ProviderError> for ProviderError {
    fn from(error: consent::ProviderError) -> Self {
        match error {
            consent::ProviderError::Step(step) => Self::NotNow(step),
            other => Self::Protocol(other.to_string()),
        }
    }
}

impl From<consent::MessageError> for ProviderError {
    fn from(error: consent::MessageError) -> Self {
        Self::Store(StoreError::Damaged(error.to_string()))
    }
}
