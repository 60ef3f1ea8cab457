//! Who signs what: both sides sign the same handshake hash, under contexts of their own, so that neither signature
//! can be turned round.

use channel::{IdentityKey, VerifyingIdentity};
use rand_core::CryptoRng;

use crate::code::IdentityHash;
use crate::noise::Failed;

pub(crate) const DEVICE: &str = "pair/device";
pub(crate) const WALLET: &str = "pair/wallet";

pub(crate) fn short_hash(identity: &VerifyingIdentity) -> IdentityHash {
    let hash = identity.hash();
    let mut short = [0; 20];
    for (to, from) in short.iter_mut().zip(hash.as_bytes()) {
        *to = *from;
    }
    IdentityHash(short)
}

pub(crate) fn sign(
    key: &IdentityKey,
    context: &str,
    hash: &[u8; 32],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, Failed> {
    key.sign(context, hash, rng).map_err(|_| Failed)
}

pub(crate) fn verify(
    key: &VerifyingIdentity,
    context: &str,
    hash: &[u8; 32],
    signature: &[u8],
) -> Result<(), Failed> {
    key.verify(context, hash, signature).map_err(|_| Failed)
}
