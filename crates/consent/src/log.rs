//! The shared log of a consent channel: what each party has seen of the others, and whether it fits together.

use minicbor::{Decode, Encode};

use crate::id::ContentHash;
use crate::message::MessageError;
use crate::message::consent::{ConsentEnvelope, ConsentMessage, Seen, Writer};

/// How many messages of each writer are remembered for comparison.
const REMEMBERED: usize = 64;

/// One party's copy of the log: the hashes of the messages it has seen, by writer and number.
///
/// It is persisted with the rest of the party's state ([`ConsentLog::to_bytes`]).
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct ConsentLog {
    #[n(0)]
    wallet: Chain,
    #[n(1)]
    device: Chain,
    #[n(2)]
    provider: Chain,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
struct Chain {
    /// The number of the next message.
    #[n(0)]
    next: u32,
    /// The hashes of the last messages, oldest first.
    #[n(1)]
    hashes: Vec<ContentHash>,
}

/// A message that does not fit the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// The body cannot be read.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// A message before this one was not read yet.
    #[error("message {given} of the {writer:?} cannot be read before its message {expected}")]
    OutOfOrder {
        /// Whose message.
        writer: Writer,
        /// The number that comes next.
        expected: u32,
        /// The number that was given.
        given: u32,
    },
    /// The writer saw another message than we did under the same number: somebody shows different logs to different
    /// parties.
    #[error(
        "the {said_by:?} saw another message {number} of the {writer:?} than we did: the log was forked"
    )]
    Forked {
        /// Who says so.
        said_by: Writer,
        /// Whose chain differs.
        writer: Writer,
        /// At which number.
        number: u32,
    },
}

impl ConsentLog {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of the next message of this writer.
    #[must_use]
    pub fn next(&self, writer: Writer) -> u32 {
        self.chain(writer).next
    }

    /// What to put into the next message of one's own.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        Writer::ALL
            .into_iter()
            .filter_map(|writer| self.chain(writer).last(writer))
            .collect()
    }

    /// Writes the next message of one's own and enters it. Returns its number and its body.
    pub fn write(
        &mut self,
        message: ConsentMessage,
        at: u64,
    ) -> (u32, zeroize::Zeroizing<Vec<u8>>) {
        let writer = message.writer();
        let number = self.next(writer);
        let body = ConsentEnvelope {
            seen: self.seen(),
            at,
            message,
        }
        .to_bytes();
        self.chain_mut(writer).push(ContentHash::of(&body));
        (number, body)
    }

    /// Reads message `number` of `writer` and enters it. A message that was entered before returns `None`.
    ///
    /// # Errors
    /// Why it is not entered. After [`LogError::Forked`] the log is unchanged; the message is evidence, keep it.
    pub fn read(
        &mut self,
        writer: Writer,
        number: u32,
        body: &[u8],
    ) -> Result<Option<ConsentEnvelope>, LogError> {
        let hash = ContentHash::of(body);
        let chain = self.chain(writer);
        if number < chain.next {
            return match chain.hash(number) {
                Some(known) if known != hash => Err(LogError::Forked {
                    said_by: writer,
                    writer,
                    number,
                }),
                _ => Ok(None),
            };
        }
        if number > chain.next {
            return Err(LogError::OutOfOrder {
                writer,
                expected: chain.next,
                given: number,
            });
        }
        let envelope = ConsentEnvelope::from_bytes(body, writer)?;
        self.compare(writer, &envelope.seen)?;
        self.chain_mut(writer).push(hash);
        Ok(Some(envelope))
    }

    /// The messages that somebody has seen and we have not: `(writer, how many)`.
    #[must_use]
    pub fn missing(&self, seen: &[Seen]) -> Vec<(Writer, u32)> {
        let behind = |seen: &Seen| {
            seen.number
                .saturating_add(1)
                .saturating_sub(self.next(seen.writer))
        };
        seen.iter()
            .map(|seen| (seen.writer, behind(seen)))
            .filter(|(_, count)| *count > 0)
            .collect()
    }

    /// The state to persist.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        crate::message::to_bytes(self).to_vec()
    }

    /// Reads what [`ConsentLog::to_bytes`] wrote.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MessageError> {
        let log: Self = crate::message::from_bytes("log of a consent channel", bytes)?;
        let sound = |writer| {
            let chain = log.chain(writer);
            chain.hashes.len() <= REMEMBERED && chain.hashes.len() as u64 <= u64::from(chain.next)
        };
        if Writer::ALL.into_iter().all(sound) {
            Ok(log)
        } else {
            Err(MessageError::Impossible {
                what: "log of a consent channel",
                detail: "more hashes than messages",
            })
        }
    }

    fn compare(&self, said_by: Writer, seen: &[Seen]) -> Result<(), LogError> {
        let differs = |seen: &&Seen| {
            self.chain(seen.writer)
                .hash(seen.number)
                .is_some_and(|known| known != seen.hash)
        };
        seen.iter().find(differs).map_or(Ok(()), |seen| {
            Err(LogError::Forked {
                said_by,
                writer: seen.writer,
                number: seen.number,
            })
        })
    }

    fn chain(&self, writer: Writer) -> &Chain {
        match writer {
            Writer::Wallet => &self.wallet,
            Writer::Device => &self.device,
            Writer::Provider => &self.provider,
        }
    }

    fn chain_mut(&mut self, writer: Writer) -> &mut Chain {
        match writer {
            Writer::Wallet => &mut self.wallet,
            Writer::Device => &mut self.device,
            Writer::Provider => &mut self.provider,
        }
    }
}

impl Chain {
    fn hash(&self, number: u32) -> Option<ContentHash> {
        let back = self.next.checked_sub(number)? as usize;
        self.hashes
            .len()
            .checked_sub(back)
            .and_then(|index| self.hashes.get(index))
            .copied()
    }

    fn last(&self, writer: Writer) -> Option<Seen> {
        let hash = self.hashes.last()?;
        Some(Seen {
            writer,
            number: self.next.saturating_sub(1),
            hash: *hash,
        })
    }

    fn push(&mut self, hash: ContentHash) {
        if self.hashes.len() == REMEMBERED {
            self.hashes.remove(0);
        }
        self.hashes.push(hash);
        self.next = self.next.saturating_add(1);
    }
}
