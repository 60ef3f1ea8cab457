//! What waits to be sent: decided, durable, and tried again until it stands on the Tangle.

use channel::BLOCK_LEN;
use consent::{
    ConsentId, ConsentMessage, ControlMessage, DeviceId, InboxMessage, JournalEntry, RequestSecret,
};
use minicbor::{Decode, Encode};
use rusqlite::{Connection, OptionalExtension, Row, params};
use zeroize::Zeroizing;

use super::{Store, StoreError};

/// What is to be said, before it has a number in its conversation.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub(crate) enum Draft {
    /// An entry of the journal.
    #[n(0)]
    Journal(#[n(0)] JournalEntry),
    /// A message to a device.
    #[n(1)]
    Control {
        #[n(0)]
        device: DeviceId,
        #[n(1)]
        message: ControlMessage,
    },
    /// A message on a consent channel.
    #[n(2)]
    Consent {
        #[n(0)]
        consent: ConsentId,
        #[n(1)]
        message: ConsentMessage,
    },
    /// The answer to a request.
    #[n(3)]
    Inbox {
        #[n(0)]
        consent: ConsentId,
        #[n(1)]
        secret: RequestSecret,
        #[n(2)]
        message: InboxMessage,
    },
}

/// A draft with the exact bytes that go to the Tangle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sealed {
    /// Its number in its conversation.
    pub(crate) number: u32,
    /// The hash of the signed message, by which it is recognised.
    pub(crate) hash: [u8; 32],
    /// The blocks, one after the other.
    pub(crate) blocks: Vec<[u8; BLOCK_LEN]>,
}

/// A row of the outbox.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Letter {
    pub(crate) id: i64,
    /// When it was decided, in unix seconds.
    pub(crate) at: u64,
    pub(crate) draft: Draft,
    pub(crate) sealed: Option<Sealed>,
}

impl Store {
    /// Everything that waits, oldest first.
    pub(crate) fn letters(&self) -> Result<Vec<Letter>, StoreError> {
        let query = "SELECT id, at, draft, number, hash, fragments FROM letter ORDER BY id";
        let mut query = self.connection.prepare(query)?;
        let rows = query.query_map([], |row| Ok(read(row)))?;
        rows.map(|row| row?).collect()
    }

    /// The letter with these exact bytes, if it still waits.
    pub(crate) fn letter_with(&self, hash: &[u8; 32]) -> Result<Option<i64>, StoreError> {
        let query = "SELECT id FROM letter WHERE hash = ?1";
        Ok(self
            .connection
            .query_row(query, [hash.as_slice()], |row| row.get(0))
            .optional()?)
    }

    pub(crate) fn has_letter(&self, id: i64) -> Result<bool, StoreError> {
        let query = "SELECT count(*) FROM letter WHERE id = ?1";
        Ok(self
            .connection
            .query_row(query, [id], |row| row.get::<_, i64>(0))?
            > 0)
    }

    /// Keeps the exact bytes of a letter before any of them is published.
    pub(crate) fn seal_letter(&self, id: i64, sealed: &Sealed) -> Result<(), StoreError> {
        let query = "UPDATE letter SET number = ?2, hash = ?3, fragments = ?4 WHERE id = ?1";
        let values = params![
            id,
            sealed.number,
            sealed.hash.as_slice(),
            sealed.blocks.as_flattened()
        ];
        self.connection.execute(query, values)?;
        Ok(())
    }
}

pub(crate) fn add_letter(
    connection: &Connection,
    at: u64,
    draft: &Draft,
) -> Result<(), StoreError> {
    let bytes = Zeroizing::new(minicbor::to_vec(draft).unwrap_or_default());
    let query = "INSERT INTO letter (at, draft) VALUES (?1, ?2)";
    connection.execute(query, params![to_sql(at), bytes.as_slice()])?;
    Ok(())
}

pub(crate) fn remove_letter(connection: &Connection, id: i64) -> Result<(), StoreError> {
    connection.execute("DELETE FROM letter WHERE id = ?1", [id])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Letter, StoreError> {
    const DAMAGED: StoreError = StoreError::Damaged {
        what: "a waiting letter",
    };
    let draft = Zeroizing::new(row.get::<_, Vec<u8>>("draft")?);
    let number: Option<u32> = row.get("number")?;
    let sealed = match number {
        None => None,
        Some(number) => {
            let hash: Vec<u8> = row.get("hash")?;
            let bytes: Vec<u8> = row.get("fragments")?;
            let (blocks, rest) = bytes.as_chunks::<BLOCK_LEN>();
            if !rest.is_empty() {
                return Err(DAMAGED);
            }
            let hash = hash.try_into().map_err(|_| DAMAGED)?;
            Some(Sealed {
                number,
                hash,
                blocks: blocks.to_vec(),
            })
        }
    };
    Ok(Letter {
        id: row.get("id")?,
        at: from_sql(row.get("at")?),
        draft: minicbor::decode(&draft).map_err(|_| DAMAGED)?,
        sealed,
    })
}

/// SQLite knows signed integers only; no clock reaches the difference.
pub(super) fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn from_sql(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
