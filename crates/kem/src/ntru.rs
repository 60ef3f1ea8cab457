//! NTRU-HPS-4096-821 alone: the post-quantum half, also used by the pairing handshake beside its own X25519.
//!
//! NTRU submission to the NIST competition, round 3 (section 1.12 for the KEM, 1.10 for its sampling). Everything here
//! is a function of its arguments; where coins come from is the caller's choice.

mod linked;

use crate::KemError;
use rand_core::CryptoRng;
use sha3::{Digest, Sha3_256};
use shake::{ExtendableOutput, Shake256, Update, XofReader};
use std::fmt;
use zeroize::Zeroizing;

/// Bytes of a public key: 820 coefficients of 12 bits.
pub const PUBLIC_KEY_LEN: usize = 1230;
/// Bytes of a ciphertext: 820 coefficients of 12 bits.
pub const CIPHERTEXT_LEN: usize = 1230;
/// Bytes of a shared secret.
pub const SHARED_SECRET_LEN: usize = 32;
/// Bytes of coins for one key pair (without the rejection key) or one encapsulation: 820 + 30 bits × 820.
const COINS_LEN: usize = 820 + (30 * 820) / 8;
const REJECTION_KEY_LEN: usize = 32;
const SECRET_KEY_LEN: usize = 1590;

/// A shared secret, wiped when dropped.
pub type SharedSecret = Zeroizing<[u8; SHARED_SECRET_LEN]>;

/// The public half of a key pair.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(Box<[u8; PUBLIC_KEY_LEN]>);

impl PublicKey {
    /// Every string of [`PUBLIC_KEY_LEN`] bytes is a public key: no bits are unused.
    ///
    /// # Errors
    /// [`KemError::NtruLength`] for another length.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KemError> {
        let bytes = bytes
            .try_into()
            .map_err(|_| KemError::NtruLength(bytes.len()))?;
        Ok(Self(Box::new(bytes)))
    }

    /// The packed coefficients.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; PUBLIC_KEY_LEN] {
        &self.0
    }

    /// Makes a shared secret for the owner of this key, with coins expanded from 32 bytes of `rng`.
    pub fn encapsulate(&self, rng: &mut impl CryptoRng) -> (SharedSecret, Ciphertext) {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut_slice());
        self.encapsulate_from(&seed)
    }

    /// The same, deterministic from `seed`, which must be secret, random and used once.
    #[must_use]
    pub fn encapsulate_from(&self, seed: &[u8; 32]) -> (SharedSecret, Ciphertext) {
        let mut coins = Zeroizing::new([0; COINS_LEN]);
        expand(b"mk1/ntru/encapsulate", seed).read(coins.as_mut_slice());
        self.encapsulate_with(&coins)
    }

    fn encapsulate_with(&self, coins: &[u8; COINS_LEN]) -> (SharedSecret, Ciphertext) {
        let mut ciphertext = [0; CIPHERTEXT_LEN];
        let mut message = Zeroizing::new([0; linked::MESSAGE_LEN]);
        linked::encrypt(&mut ciphertext, &mut message, &self.0, coins);
        let shared = Sha3_256::digest(message.as_slice()).into();
        (Zeroizing::new(shared), Ciphertext(Box::new(ciphertext)))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ntru::PublicKey(..)")
    }
}

/// An encapsulated shared secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Ciphertext(Box<[u8; CIPHERTEXT_LEN]>);

impl Ciphertext {
    /// # Errors
    /// [`KemError::NtruLength`] for another length than [`CIPHERTEXT_LEN`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KemError> {
        let bytes = bytes
            .try_into()
            .map_err(|_| KemError::NtruLength(bytes.len()))?;
        Ok(Self(Box::new(bytes)))
    }

    /// The packed coefficients.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; CIPHERTEXT_LEN] {
        &self.0
    }
}

impl fmt::Debug for Ciphertext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ntru::Ciphertext(..)")
    }
}

/// The secret half of a key pair, with its public half.
#[derive(Clone)]
pub struct SecretKey {
    secret: Box<Zeroizing<[u8; SECRET_KEY_LEN]>>,
    public: PublicKey,
}

impl SecretKey {
    /// The key pair that belongs to `seed`: SHAKE-256 expands it into the coins of key generation and the key of the
    /// implicit rejection.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let mut coins = Zeroizing::new([0; COINS_LEN]);
        let mut rejection_key = Zeroizing::new([0; REJECTION_KEY_LEN]);
        let mut stream = expand(b"mk1/ntru/keypair", seed);
        stream.read(coins.as_mut_slice());
        stream.read(rejection_key.as_mut_slice());
        Self::from_coins(&coins, &rejection_key)
    }

    fn from_coins(coins: &[u8; COINS_LEN], rejection_key: &[u8; REJECTION_KEY_LEN]) -> Self {
        let mut public = Box::new([0; PUBLIC_KEY_LEN]);
        let mut secret = Box::new(Zeroizing::new([0; SECRET_KEY_LEN]));
        linked::keypair(&mut public, &mut secret, coins);
        if let Some(end) = secret.last_chunk_mut() {
            *end = *rejection_key;
        }
        Self {
            secret,
            public: PublicKey(public),
        }
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The shared secret in `ciphertext`. A ciphertext that was not made for this key gives a secret that nobody else
    /// knows, so the failure shows where the secret is used.
    #[must_use]
    pub fn decapsulate(&self, ciphertext: &Ciphertext) -> SharedSecret {
        let mut shared = Zeroizing::new([0; SHARED_SECRET_LEN]);
        linked::decapsulate(&mut shared, &ciphertext.0, &self.secret);
        shared
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ntru::SecretKey(..)")
    }
}

/// The stream SHAKE-256(label ‖ seed).
pub(crate) fn expand(label: &[u8], seed: &[u8; 32]) -> impl XofReader {
    let mut xof = Shake256::default();
    xof.update(label);
    xof.update(seed);
    xof.finalize_xof()
}
