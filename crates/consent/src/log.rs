//! The shared log of a consent channel: what each party has seen of the others, and whether it fits together.

use minicbor::{Decode, Encode};

use crate::id::ContentHash;
use crate::message::MessageError;
use crate::message::consent::{ConsentEnvelope, ConsentMessage, Seen, Writer};

/// How many messages of each writer are remembered for comparison.
const REMEMBERED: usize = 64;
/// How many claims about messages that were not read yet are remembered, and how many forks.
const NOTED: usize = 16;

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
    /// What others say they have seen and we have not read yet.
    #[n(3)]
    claims: Vec<Claim>,
    #[n(4)]
    forks: Vec<Fork>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Claim {
    #[cbor(n(0), with = "crate::message::consent::writer_code")]
    said_by: Writer,
    #[n(1)]
    seen: Seen,
}

/// Two parties were shown different messages under one number: somebody tells two stories, or writes from two copies of
/// one memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Fork {
    /// Who saw another message than we did.
    #[cbor(n(0), with = "crate::message::consent::writer_code")]
    pub said_by: Writer,
    /// Whose message.
    #[cbor(n(1), with = "crate::message::consent::writer_code")]
    pub writer: Writer,
    /// At which number.
    #[n(2)]
    pub number: u32,
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
    /// Under this number another message of the same writer was read before.
    #[error("there are two messages {number} of the {writer:?}: the log was forked")]
    Forked {
        /// Who says so: the writer, by signing both.
        said_by: Writer,
        /// Whose messages.
        writer: Writer,
        /// Their number.
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
        self.compare_claims();
        (number, body)
    }

    /// Reads message `number` of `writer`, its signature checked, and enters it. One that was entered before returns
    /// `None`.
    ///
    /// A message that does not fit what others have seen is entered all the same, and noted in [`ConsentLog::forks`]:
    /// whoever tells two stories must not be able to silence the others. Store the log after every call.
    ///
    /// # Errors
    /// [`LogError::Message`] if the body cannot be read: it has its place in the log, and the next one can be read.
    /// The other errors change nothing.
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
        self.chain_mut(writer).push(hash);
        let envelope = ConsentEnvelope::from_bytes(body, writer)?;
        self.claims.extend(envelope.seen.iter().map(|seen| Claim {
            said_by: writer,
            seen: *seen,
        }));
        self.compare_claims();
        Ok(Some(envelope))
    }

    /// Where others saw other messages than we did; at most the first 16.
    #[must_use]
    pub fn forks(&self) -> &[Fork] {
        &self.forks
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
        let bounded = log.claims.len() <= NOTED && log.forks.len() <= NOTED;
        if bounded && Writer::ALL.into_iter().all(sound) {
            Ok(log)
        } else {
            Err(MessageError::Impossible {
                what: "log of a consent channel",
                detail: "more of something than there can be",
            })
        }
    }

    /// Judges the claims about messages that were read by now, and keeps the others.
    fn compare_claims(&mut self) {
        let claims = std::mem::take(&mut self.claims);
        for Claim { said_by, seen } in claims {
            if seen.number >= self.next(seen.writer) {
                self.claims.push(Claim { said_by, seen });
            } else if self
                .chain(seen.writer)
                .hash(seen.number)
                .is_some_and(|known| known != seen.hash)
            {
                self.note_fork(Fork {
                    said_by,
                    writer: seen.writer,
                    number: seen.number,
                });
            }
        }
        let surplus = self.claims.len().saturating_sub(NOTED);
        self.claims.drain(..surplus);
    }

    fn note_fork(&mut self, fork: Fork) {
        if self.forks.len() < NOTED && !self.forks.contains(&fork) {
            self.forks.push(fork);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(remembered: usize, next: u32) -> Chain {
        Chain {
            next,
            hashes: vec![ContentHash([1; 32]); remembered],
        }
    }

    fn fork(number: u32) -> Fork {
        Fork {
            said_by: Writer::Provider,
            writer: Writer::Device,
            number,
        }
    }

    fn claim(number: u32) -> Claim {
        let seen = Seen {
            writer: Writer::Device,
            number,
            hash: ContentHash([2; 32]),
        };
        Claim {
            said_by: Writer::Wallet,
            seen,
        }
    }

    fn is_read(log: &ConsentLog) -> bool {
        ConsentLog::from_bytes(&log.to_bytes()).is_ok_and(|read| read == *log)
    }

    #[test]
    fn a_log_that_holds_more_than_there_can_be_is_refused() {
        let most = 0..NOTED as u32;
        let full = ConsentLog {
            device: chain(REMEMBERED, 1000),
            claims: most.clone().map(claim).collect(),
            forks: most.map(fork).collect(),
            ..ConsentLog::new()
        };
        assert!(is_read(&full));
        let mut other = full.clone();
        other.device = chain(REMEMBERED + 1, 1000);
        assert!(!is_read(&other), "too many messages");
        other.device = chain(3, 2);
        assert!(!is_read(&other), "more messages than were written");
        let mut other = full.clone();
        other.claims.push(claim(99));
        assert!(!is_read(&other), "too many claims");
        let mut other = full;
        other.forks.push(fork(99));
        assert!(!is_read(&other), "too many forks");
    }

    #[test]
    fn a_bounded_number_of_forks_is_noted_each_once() {
        let mut log = ConsentLog::new();
        for number in (0..100).chain(0..100) {
            log.note_fork(fork(number));
        }
        assert_eq!(log.forks().len(), NOTED);
    }
}
