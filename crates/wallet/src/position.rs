//! How far a chain of messages has come, in numbers that do not begin anew when a wallet is restored.

use channel::{Chain, MessageKey};
use consent::Secret;
use consent::journal::ChainSecrets;
use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

use crate::letters::AHEAD;
use crate::store::StoreError;

/// The next message of a control or status chain.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Position {
    /// The number of the message at which this copy of the chain begins.
    #[n(0)]
    base: u32,
    #[n(1)]
    chain: Chain,
}

impl Position {
    pub(crate) fn at(start: &ChainSecrets) -> Self {
        Self {
            base: start.index,
            chain: Chain::new(*start.secret.expose()),
        }
    }

    /// The number of the next message.
    pub(crate) fn number(&self) -> u32 {
        self.base.saturating_add(self.chain.index())
    }

    pub(crate) fn key(&self) -> MessageKey {
        self.chain.current()
    }

    /// The keys of the messages that may be there by now.
    pub(crate) fn ahead(&self) -> Vec<MessageKey> {
        self.chain.ahead(AHEAD)
    }

    pub(crate) fn advance(&mut self) {
        self.chain.advance();
    }

    /// The place for a checkpoint in the journal.
    pub(crate) fn secrets(&self) -> ChainSecrets {
        ChainSecrets {
            index: self.number(),
            secret: Secret(*self.chain.current().expose()),
        }
    }

    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(minicbor::to_vec(self).unwrap_or_default())
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        minicbor::decode(bytes).map_err(|_| StoreError::Damaged {
            what: "the position in a conversation",
        })
    }
}
