//! Test vectors for other implementations of `docs/protocol.md`, made by the crates themselves.
//!
//! Every random byte comes off a [`Tape`], so the same files come out each time. They lie under `docs/vectors`, where
//! a second reader, written from the specification, reads them; [`lane`] also makes a lane from a seed that nobody
//! chose, which that reader has never seen.

mod codec;
mod consent;
mod grant;
mod kem;
mod lane;
mod message;
mod near;
mod pairing;
mod prf;
mod ratchet;
mod tape;

pub use lane::lane;
pub use tape::Tape;

use data_encoding::HEXLOWER;
use serde_json::Value;

/// Name and content of every file.
///
/// # Errors
/// Only if one of the crates refuses what it should not.
pub fn files() -> anyhow::Result<Vec<(&'static str, String)>> {
    let values = [
        ("prf.json", prf::vectors()),
        ("kem.json", kem::vectors()?),
        ("ratchet.json", ratchet::vectors()?),
        ("channel.json", lane("channel")?),
        ("codec.json", codec::vectors()?),
        ("message.json", message::vectors()?),
        ("grant.json", grant::vectors()?),
        ("pairing.json", pairing::vectors()?),
        ("near.json", near::vectors()?),
        ("consent.json", consent::vectors()?),
    ];
    values
        .into_iter()
        .map(|(name, value)| Ok((name, pretty(&value)?)))
        .collect()
}

fn pretty(value: &Value) -> anyhow::Result<String> {
    Ok(format!("{}\n", serde_json::to_string_pretty(value)?))
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    HEXLOWER.encode(bytes.as_ref())
}
