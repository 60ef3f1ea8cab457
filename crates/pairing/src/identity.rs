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

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    #[test]
    fn a_signature_is_of_one_key_one_side_and_one_handshake() {
        let [key, other] = [1, 2].map(|seed| IdentityKey::from_seed(&[seed; 32]));
        let (hash, another) = ([7; 32], [8; 32]);
        let rng = &mut ChaCha20Rng::from_seed([3; 32]);
        let signature = sign(&key, DEVICE, &hash, rng).unwrap_or_default();
        let check = |key: &IdentityKey, context, hash: &[u8; 32], signature: &[u8]| {
            verify(&key.verifying(), context, hash, signature).is_ok()
        };
        assert!(check(&key, DEVICE, &hash, &signature));
        assert!(!check(&other, DEVICE, &hash, &signature), "another key");
        assert!(!check(&key, WALLET, &hash, &signature), "the other side");
        assert!(
            !check(&key, DEVICE, &another, &signature),
            "another handshake"
        );
        assert!(!check(&key, DEVICE, &hash, &[]), "none");
    }
}
