//! The hybrid KEM: NTRU-HPS-4096-821 and X25519, as a KEM of HPKE (RFC 9180 section 4).
//!
//! The combiner hashes both shared secrets with both ciphertexts and both public keys, so that neither half can be
//! exchanged under the other (`docs/protocol.md` section 2).

use crate::{KemError, ntru};
use hpke::kem::SharedSecret;
use hpke::{Deserializable, HpkeError, Kem, Serializable};
use hybrid_array::sizes::{U32, U1280};
use rand_core::CryptoRng;
use sha3::{Digest, Sha3_256};
use shake::XofReader;
use std::fmt;
use subtle::{Choice, ConstantTimeEq};
use x25519_dalek::{PublicKey as XPublicKey, StaticSecret as XSecret};
use zeroize::{Zeroize, Zeroizing};

/// Bytes of a public key: NTRU, then X25519.
pub const PUBLIC_KEY_LEN: usize = ntru::PUBLIC_KEY_LEN + X_LEN;
/// Bytes of the seed that a secret key is at rest.
pub const SEED_LEN: usize = 32;
/// Bytes of an encapsulated key: NTRU ciphertext, ephemeral X25519 key, 18 zeros.
pub const ENCAPSULATED_KEY_LEN: usize = 1280;

const X_LEN: usize = 32;
const COMBINER_LABEL: &[u8] = b"mk1/kem/ntruhps4096821+x25519";

/// Whom to encrypt to.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    ntru: ntru::PublicKey,
    x25519: [u8; X_LEN],
}

impl PublicKey {
    /// NTRU public key ‖ X25519 public key.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.ntru.as_bytes().as_slice(), &self.x25519].concat()
    }

    /// # Errors
    /// Another length than [`PUBLIC_KEY_LEN`], or an X25519 half with which every shared secret would be known.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KemError> {
        let length = KemError::PublicKeyLength(bytes.len());
        let (ntru, x25519) = bytes.split_at_checked(ntru::PUBLIC_KEY_LEN).ok_or(length)?;
        let x25519 = x25519.try_into().map_err(|_| length)?;
        if !XSecret::from([1; X_LEN])
            .diffie_hellman(&XPublicKey::from(x25519))
            .was_contributory()
        {
            return Err(KemError::SmallOrderPoint);
        }
        Ok(Self {
            ntru: ntru::PublicKey::from_bytes(ntru)?,
            x25519,
        })
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey(..)")
    }
}

/// The key that opens what was sealed to its public key. At rest it is the 32-byte seed.
#[derive(Clone)]
pub struct SecretKey {
    seed: Zeroizing<[u8; SEED_LEN]>,
    ntru: ntru::SecretKey,
    x25519: XSecret,
    public: PublicKey,
}

impl SecretKey {
    /// The key pair that belongs to `seed`, which must be secret and random.
    #[must_use]
    pub fn from_seed(seed: &[u8; SEED_LEN]) -> Self {
        let mut ntru_seed = Zeroizing::new([0; 32]);
        let mut x_seed = Zeroizing::new([0; X_LEN]);
        let mut stream = ntru::expand(b"mk1/kem/keypair", seed);
        stream.read(ntru_seed.as_mut_slice());
        stream.read(x_seed.as_mut_slice());

        let ntru = ntru::SecretKey::from_seed(&ntru_seed);
        let x25519 = XSecret::from(*x_seed);
        let public = PublicKey {
            ntru: ntru.public_key().clone(),
            x25519: XPublicKey::from(&x25519).to_bytes(),
        };
        Self {
            seed: Zeroizing::new(*seed),
            ntru,
            x25519,
            public,
        }
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The seed, for storage.
    #[must_use]
    pub fn seed(&self) -> &[u8; SEED_LEN] {
        &self.seed
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

/// NTRU ciphertext and ephemeral X25519 key.
#[derive(Clone)]
pub(crate) struct EncapsulatedKey {
    ntru: ntru::Ciphertext,
    x25519: [u8; X_LEN],
}

/// The KEM that HPKE is instantiated with.
pub(crate) struct NtruX25519;

impl Kem for NtruX25519 {
    type PublicKey = PublicKey;
    type PrivateKey = SecretKey;
    type EncappedKey = EncapsulatedKey;
    type NSecret = U32;
    /// "MK", from the range that IANA leaves to no one.
    const KEM_ID: u16 = 0x4D4B;

    fn sk_to_pk(sk: &SecretKey) -> PublicKey {
        sk.public.clone()
    }

    fn derive_keypair(ikm: &[u8]) -> (SecretKey, PublicKey) {
        let mut seed: [u8; SEED_LEN] = Sha3_256::new_with_prefix(b"mk1/kem/ikm")
            .chain_update(ikm)
            .finalize()
            .into();
        let key = SecretKey::from_seed(&seed);
        seed.zeroize();
        let public = key.public.clone();
        (key, public)
    }

    fn encap_with_rng(
        to: &PublicKey,
        sender: Option<(&SecretKey, &PublicKey)>,
        rng: &mut impl CryptoRng,
    ) -> Result<(SharedSecret<Self>, EncapsulatedKey), HpkeError> {
        if sender.is_some() {
            return Err(HpkeError::EncapError);
        }
        let mut ephemeral = Zeroizing::new([0; X_LEN]);
        rng.fill_bytes(ephemeral.as_mut_slice());
        let ephemeral = XSecret::from(*ephemeral);
        let ss_x = ephemeral.diffie_hellman(&XPublicKey::from(to.x25519));
        if !ss_x.was_contributory() {
            return Err(HpkeError::EncapError);
        }
        let (ss_ntru, ntru) = to.ntru.encapsulate(rng);
        let sent = EncapsulatedKey {
            ntru,
            x25519: XPublicKey::from(&ephemeral).to_bytes(),
        };
        Ok((combine(&ss_ntru, ss_x.as_bytes(), &sent, to), sent))
    }

    fn decap(
        key: &SecretKey,
        sender: Option<&PublicKey>,
        sent: &EncapsulatedKey,
    ) -> Result<SharedSecret<Self>, HpkeError> {
        let ss_x = key.x25519.diffie_hellman(&XPublicKey::from(sent.x25519));
        if sender.is_some() || !ss_x.was_contributory() {
            return Err(HpkeError::DecapError);
        }
        let ss_ntru = key.ntru.decapsulate(&sent.ntru);
        Ok(combine(&ss_ntru, ss_x.as_bytes(), sent, &key.public))
    }
}

fn combine(
    ss_ntru: &[u8; 32],
    ss_x: &[u8; 32],
    sent: &EncapsulatedKey,
    to: &PublicKey,
) -> SharedSecret<NtruX25519> {
    let hash = Sha3_256::new_with_prefix(COMBINER_LABEL)
        .chain_update(ss_ntru)
        .chain_update(ss_x)
        .chain_update(sent.ntru.as_bytes())
        .chain_update(sent.x25519)
        .chain_update(to.ntru.as_bytes())
        .chain_update(to.x25519);
    SharedSecret(hash.finalize())
}

impl ConstantTimeEq for SecretKey {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.seed.ct_eq(other.seed.as_slice())
    }
}

// `hpke` wants sizes that `hybrid-array` knows: 1262 bytes travel in 1280, the rest checked to be zero.

impl Serializable for PublicKey {
    type OutputSize = U1280;
    fn write_exact(&self, out: &mut [u8]) {
        write_padded(&[self.ntru.as_bytes(), &self.x25519], out);
    }
}

impl Deserializable for PublicKey {
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        let bytes = strip_padding(bytes).ok_or(HpkeError::ValidationError)?;
        Self::from_bytes(bytes).map_err(|_| HpkeError::ValidationError)
    }
}

impl Serializable for EncapsulatedKey {
    type OutputSize = U1280;
    fn write_exact(&self, out: &mut [u8]) {
        write_padded(&[self.ntru.as_bytes(), &self.x25519], out);
    }
}

impl Deserializable for EncapsulatedKey {
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        let (ntru, x25519) = strip_padding(bytes)
            .and_then(|bytes| bytes.split_at_checked(ntru::CIPHERTEXT_LEN))
            .ok_or(HpkeError::ValidationError)?;
        Ok(Self {
            ntru: ntru::Ciphertext::from_bytes(ntru).map_err(|_| HpkeError::ValidationError)?,
            x25519: x25519.try_into().map_err(|_| HpkeError::ValidationError)?,
        })
    }
}

impl Serializable for SecretKey {
    type OutputSize = U32;
    fn write_exact(&self, out: &mut [u8]) {
        out.copy_from_slice(self.seed.as_slice());
    }
}

impl Deserializable for SecretKey {
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        let seed = bytes.try_into().map_err(|_| HpkeError::ValidationError)?;
        Ok(Self::from_seed(seed))
    }
}

fn write_padded(parts: &[&[u8]], out: &mut [u8]) {
    let bytes = parts.iter().copied().flatten().chain(std::iter::repeat(&0));
    out.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
}

fn strip_padding(bytes: &[u8]) -> Option<&[u8]> {
    let (content, padding) = bytes.split_at_checked(PUBLIC_KEY_LEN)?;
    let whole = bytes.len() == ENCAPSULATED_KEY_LEN && padding.iter().all(|byte| *byte == 0);
    whole.then_some(content)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_hpke_writes_it_reads_again() {
        let key = SecretKey::from_seed(&[2; 32]);
        let public = Serializable::to_bytes(key.public_key());
        let padding = public.get(PUBLIC_KEY_LEN..).unwrap();
        assert_eq!((public.len(), padding), (1280, [0; 18].as_slice()));
        let read = <PublicKey as Deserializable>::from_bytes(&public).unwrap();
        assert!(read == *key.public_key());
        let secret = Serializable::to_bytes(&key);
        let read = <SecretKey as Deserializable>::from_bytes(&secret).unwrap();
        assert_eq!(read.seed(), &[2; 32]);
    }
}
