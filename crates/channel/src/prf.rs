//! The two functions everything is derived with.

use crate::Hash;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const DOMAIN: &str = "mk1/";

/// `PRF(key, label, data…)` = HMAC-SHA-256(key, u8 length of the label ‖ label ‖ data…).
///
/// `label` is given without its `mk1/`, which is added here, so that no other protocol shares an output.
#[must_use]
pub fn prf(key: &[u8; 32], label: &str, data: &[&[u8]]) -> [u8; 32] {
    // RFC 2104 fills shorter keys with zeros up to the block size.
    let mut block = Zeroizing::new([0; 64]);
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    let length = u8::try_from(DOMAIN.len() + label.len()).unwrap_or(u8::MAX);
    mac.update(&[length]);
    mac.update(DOMAIN.as_bytes());
    mac.update(label.as_bytes());
    for part in data {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// SHA-256 of the parts, one after the other.
#[must_use]
pub fn hash(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    Hash::from(<[u8; 32]>::from(hasher.finalize()))
}
