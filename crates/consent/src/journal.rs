//! The wallet's journal: everything that happened, hash-chained, and enough of it to begin again from the seed words.
//!
//! Each entry is a message on the Tangle that only this wallet can find and read (`docs/protocol.md` section 4.5). An
//! entry carries its number, the hash of the entry before, and the time. The wallet's whole view is a fold over it.

mod entry;

use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

pub use self::entry::{
    Authorization, ChainSecrets, DeviceSecrets, EXPORTED_ALL, Fault, JournalEntry,
};
use crate::id::ContentHash;
use crate::message::{MessageError, from_bytes, to_bytes};

/// One entry as it is written down.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct JournalRecord {
    /// Its number, from 0.
    #[n(0)]
    pub number: u32,
    /// The hash of the entry before; zeros before the first.
    #[n(1)]
    pub previous: ContentHash,
    /// When, in unix seconds by the wallet's clock.
    #[n(2)]
    pub at: u64,
    /// What happened.
    #[n(3)]
    pub entry: JournalEntry,
}

/// Where the journal is: what the next entry must name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct JournalHead {
    /// The number of the next entry.
    #[n(0)]
    pub next: u32,
    /// The hash of the last entry; zeros before the first.
    #[n(1)]
    pub hash: ContentHash,
}

/// An entry that does not follow from the one before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// The entry cannot be read.
    #[error("entry {number} of the journal cannot be read: {error}")]
    Unreadable {
        /// Which entry.
        number: u32,
        /// Why.
        error: MessageError,
    },
    /// It calls itself by another number.
    #[error(
        "entry {expected} of the journal calls itself {given}: entries are missing or were moved"
    )]
    WrongNumber {
        /// Its place.
        expected: u32,
        /// What it says.
        given: u32,
    },
    /// It follows another entry than the one that is there.
    #[error(
        "entry {number} of the journal does not follow from the one before: something is missing or was changed"
    )]
    BrokenChain {
        /// Which entry.
        number: u32,
    },
}

impl Default for JournalHead {
    fn default() -> Self {
        Self::START
    }
}

impl JournalHead {
    /// An empty journal.
    pub const START: Self = Self {
        next: 0,
        hash: ContentHash([0; 32]),
    };

    /// Writes the next entry. Returns the body to sign and publish under the journal's key number
    /// [`JournalRecord::number`], and the head after it: adopt it when the entry is stored.
    #[must_use]
    pub fn write(&self, entry: JournalEntry, at: u64) -> (JournalRecord, Zeroizing<Vec<u8>>, Self) {
        let record = JournalRecord {
            number: self.next,
            previous: self.hash,
            at,
            entry,
        };
        let body = to_bytes(&record);
        let head = self.after(&body);
        (record, body, head)
    }

    /// Reads the next entry and moves on.
    ///
    /// # Errors
    /// Why it is not the next entry; the head stays where it is.
    pub fn read(&mut self, body: &[u8]) -> Result<JournalRecord, JournalError> {
        let record: JournalRecord =
            from_bytes("journal entry", body).map_err(|error| JournalError::Unreadable {
                number: self.next,
                error,
            })?;
        if record.number != self.next {
            return Err(JournalError::WrongNumber {
                expected: self.next,
                given: record.number,
            });
        }
        if record.previous != self.hash {
            return Err(JournalError::BrokenChain {
                number: record.number,
            });
        }
        *self = self.after(body);
        Ok(record)
    }

    /// Reads the next entry where several bodies lie under its tag, earliest first: two wallets from the same words
    /// may write at once. The first that follows from the one before counts, for every reader alike; the wallet whose
    /// entry was second writes it again, further on.
    ///
    /// # Errors
    /// The fault of the first body if none follows.
    pub fn read_first(
        &mut self,
        bodies: &[impl AsRef<[u8]>],
    ) -> Result<Option<JournalRecord>, JournalError> {
        let mut first_error = None;
        for body in bodies {
            match self.read(body.as_ref()) {
                Ok(record) => return Ok(Some(record)),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        first_error.map_or(Ok(None), Err)
    }

    fn after(&self, body: &[u8]) -> Self {
        Self {
            next: self.next.saturating_add(1),
            hash: ContentHash::of(body),
        }
    }
}

/// Checks a whole journal from its first entry: the wallet's “nothing is missing or changed”.
///
/// # Errors
/// The first entry that does not follow.
pub fn verify(
    bodies: impl IntoIterator<Item = impl AsRef<[u8]>>,
) -> Result<Vec<JournalRecord>, JournalError> {
    let mut head = JournalHead::START;
    bodies
        .into_iter()
        .map(|body| head.read(body.as_ref()))
        .collect()
}
