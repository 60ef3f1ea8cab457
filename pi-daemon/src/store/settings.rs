//! Single values by name.

use rusqlite::{Connection, OptionalExtension as _, params};
use zeroize::Zeroizing;

use super::StoreError;

/// Everything that is kept by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// The 32-byte seed of the device's identity key.
    Identity,
    /// The pairing state machine.
    Pairing,
    /// The chain on which the owner's wallet writes to the device.
    Control,
    /// The chain on which the device writes to the owner's wallet.
    Status,
    /// Which consents there are and what is due about them.
    Consents,
    /// The judge of registers and the intervals that are being made.
    RollUps,
    /// The end of the last slot that was made durable.
    LastSlotEnd,
    /// How many readings and intervals were noted for publication since the first start.
    Published,
    /// When the owner was added.
    OwnedSince,
    /// The node that an owner chose instead of that of the command line.
    Node,
}

impl Name {
    fn key(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Pairing => "pairing",
            Self::Control => "control",
            Self::Status => "status",
            Self::Consents => "consents",
            Self::RollUps => "roll-ups",
            Self::LastSlotEnd => "last-slot-end",
            Self::Published => "published",
            Self::OwnedSince => "owned-since",
            Self::Node => "node",
        }
    }
}

/// The value, if there is one.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn get(db: &Connection, name: Name) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    Ok(db
        .prepare_cached("SELECT value FROM setting WHERE name = ?1")?
        .query_row([name.key()], |row| row.get(0))
        .optional()?
        .map(Zeroizing::new))
}

/// Sets the value.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn set(db: &Connection, name: Name, value: &[u8]) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
    )?
    .execute(params![name.key(), value])?;
    Ok(())
}

/// Forgets the value.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn remove(db: &Connection, name: Name) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM setting WHERE name = ?1")?
        .execute([name.key()])?;
    Ok(())
}

/// A value that is a number.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn number(db: &Connection, name: Name) -> Result<Option<u64>, StoreError> {
    get(db, name)?
        .map(|value| {
            let bytes = value.as_slice().try_into();
            bytes
                .map(u64::from_le_bytes)
                .map_err(|_| StoreError::Damaged { what: name.key() })
        })
        .transpose()
}

/// Sets a value that is a number.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn set_number(db: &Connection, name: Name, value: u64) -> Result<(), StoreError> {
    set(db, name, &value.to_le_bytes())
}
