//! The handshake by library: `Noise_hybridNNpsk0_25519+NTRUHPS4096821_ChaChaPoly_SHA256`
//! (<https://noiseprotocol.org/noise.html>, hybrid patterns as in the `clatter` crate), with our NTRU beside X25519.

use clatter::KeyPair;
use clatter::bytearray::{ByteArray, HeapArray, SensitiveByteArray};
use clatter::cipherstate::{CipherState, CipherStates};
use clatter::crypto::cipher::ChaChaPoly;
use clatter::crypto::dh::X25519;
use clatter::crypto::hash::Sha256;
use clatter::error::{DhError, DhResult, KemError, KemResult};
use clatter::handshakepattern::noise_hybrid_nn_psk0;
use clatter::traits::{CryptoComponent, Dh, Handshaker, Kem, Rng};
use clatter::{HybridHandshakeCore, HybridHandshakeParams};
use rand_core::CryptoRng;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use kem::ntru;

use crate::coins::{Coins, Modern};

/// What a handshake is for: none can be taken for one of another purpose.
#[derive(Clone, Copy)]
pub(crate) enum Prologue {
    Pair,
    Near,
}

impl Prologue {
    fn bytes(self) -> &'static [u8] {
        match self {
            Self::Pair => b"mk1/pair\x01",
            Self::Near => b"mk1/near\x01",
        }
    }
}

const TAG_LEN: usize = 16;
const EPHEMERALS_LEN: usize = 32 + ntru::PUBLIC_KEY_LEN;
/// Length of the first handshake message without its payload.
pub(crate) const FIRST_OVERHEAD: usize = EPHEMERALS_LEN + TAG_LEN;
/// Length of the second handshake message, which has no payload.
pub(crate) const SECOND_LEN: usize = ntru::CIPHERTEXT_LEN + EPHEMERALS_LEN + TAG_LEN;

type Inner = HybridHandshakeCore<CheckedX25519, Ntru, Ntru, ChaChaPoly, Sha256, Coins>;

/// A cryptographic failure; deliberately without a reason.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failed;

/// One side of a handshake that is under way.
#[derive(Clone)]
pub(crate) struct Handshake(Inner);

impl Handshake {
    pub(crate) fn initiator(
        prologue: Prologue,
        psk: &[u8; 32],
        rng: &mut impl CryptoRng,
    ) -> Result<Self, Failed> {
        Self::start(prologue, psk, true, rng)
    }

    pub(crate) fn responder(
        prologue: Prologue,
        psk: &[u8; 32],
        rng: &mut impl CryptoRng,
    ) -> Result<Self, Failed> {
        Self::start(prologue, psk, false, rng)
    }

    fn start(
        prologue: Prologue,
        psk: &[u8; 32],
        initiator: bool,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, Failed> {
        let params = HybridHandshakeParams::new(noise_hybrid_nn_psk0(), initiator)
            .with_prologue(prologue.bytes());
        Coins::hand_over(rng);
        let mut inner = Inner::new(params).map_err(|_| Failed)?;
        inner.push_psk(psk);
        Ok(Self(inner))
    }

    pub(crate) fn write(&mut self, payload: &[u8]) -> Result<Vec<u8>, Failed> {
        let overhead = self.0.get_next_message_overhead().map_err(|_| Failed)?;
        let mut message = vec![0; overhead + payload.len()];
        self.0
            .write_message(payload, &mut message)
            .map_err(|_| Failed)?;
        Ok(message)
    }

    /// Reads a message of at most 16 KiB; the library panics only above 64 KiB.
    pub(crate) fn read(&mut self, message: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failed> {
        let mut payload = Zeroizing::new(vec![0; message.len()]);
        let length = self
            .0
            .read_message(message, &mut payload)
            .map_err(|_| Failed)?;
        payload.truncate(length);
        Ok(payload)
    }

    /// The keys for what follows, once both messages have passed.
    pub(crate) fn finish(self) -> Result<Session, Failed> {
        if !self.0.is_finished() {
            return Err(Failed);
        }
        let state = self.0.get_state();
        let CipherStates {
            initiator_to_responder,
            responder_to_initiator,
        } = state.split().map_err(|_| Failed)?;
        Ok(Session {
            hash: *state.get_hash(),
            chaining_key: Zeroizing::new(*state.get_chaining_key()),
            to_device: Direction(initiator_to_responder),
            to_wallet: Direction(responder_to_initiator),
        })
    }
}

/// What a finished handshake leaves behind.
#[derive(Clone)]
pub(crate) struct Session {
    /// Noise's handshake hash: names this very conversation, but is no secret from a holder of the code.
    pub(crate) hash: [u8; 32],
    /// Noise's last chaining key: secret even from someone who learns the code later.
    pub(crate) chaining_key: Zeroizing<[u8; 32]>,
    pub(crate) to_device: Direction,
    pub(crate) to_wallet: Direction,
}

/// Transport messages one way, numbered from 0.
#[derive(Clone)]
pub(crate) struct Direction(CipherState<ChaChaPoly>);

impl Direction {
    pub(crate) fn seal(&mut self, plaintext: &[u8]) -> Result<Vec<u8>, Failed> {
        let mut sealed = vec![0; plaintext.len() + TAG_LEN];
        self.0
            .encrypt_with_ad(&[], plaintext, &mut sealed)
            .map_err(|_| Failed)?;
        Ok(sealed)
    }

    pub(crate) fn open(&mut self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failed> {
        let length = sealed.len().checked_sub(TAG_LEN).ok_or(Failed)?;
        let mut plaintext = Zeroizing::new(vec![0; length]);
        self.0
            .decrypt_with_ad(&[], sealed, &mut plaintext)
            .map_err(|_| Failed)?;
        Ok(plaintext)
    }
}

/// X25519 that refuses a shared secret of zeros (RFC 7748 section 6.1), which Noise leaves open.
#[derive(Clone)]
struct CheckedX25519;

impl CryptoComponent for CheckedX25519 {
    fn name() -> &'static str {
        X25519::name()
    }
}

impl Dh for CheckedX25519 {
    type PrivateKey = <X25519 as Dh>::PrivateKey;
    type PubKey = <X25519 as Dh>::PubKey;
    type Output = <X25519 as Dh>::Output;

    fn genkey_rng<R: Rng>(rng: &mut R) -> DhResult<KeyPair<Self::PubKey, Self::PrivateKey>> {
        X25519::genkey_rng(rng)
    }

    fn pubkey(k: &Self::PrivateKey) -> Self::PubKey {
        X25519::pubkey(k)
    }

    fn dh(k: &Self::PrivateKey, pk: &Self::PubKey) -> DhResult<Self::Output> {
        let shared = X25519::dh(k, pk)?;
        // The library has one error for everything that a Diffie-Hellman can do wrong.
        if shared.as_slice().ct_eq(&[0; 32]).into() {
            Err(DhError::KeyGeneration)
        } else {
            Ok(shared)
        }
    }
}

/// NTRU-HPS-4096-821 as Noise sees it; its private key is the 32-byte seed.
#[derive(Clone)]
struct Ntru;

impl CryptoComponent for Ntru {
    fn name() -> &'static str {
        "NTRUHPS4096821"
    }
}

impl Kem for Ntru {
    type SecretKey = SensitiveByteArray<[u8; 32]>;
    type PubKey = HeapArray<{ ntru::PUBLIC_KEY_LEN }>;
    type Ct = HeapArray<{ ntru::CIPHERTEXT_LEN }>;
    type Ss = SensitiveByteArray<[u8; 32]>;

    fn genkey_rng<R: Rng>(rng: &mut R) -> KemResult<KeyPair<Self::PubKey, Self::SecretKey>> {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut_slice());
        let secret = ntru::SecretKey::from_seed(&seed);
        Ok(KeyPair {
            public: Self::PubKey::from_slice(secret.public_key().as_bytes()),
            secret: Self::SecretKey::from_slice(seed.as_slice()),
        })
    }

    fn encapsulate<R: Rng>(pk: &[u8], rng: &mut R) -> KemResult<(Self::Ct, Self::Ss)> {
        let public = ntru::PublicKey::from_bytes(pk).map_err(|_| KemError::Input)?;
        let (shared, ciphertext) = public.encapsulate(&mut Modern(rng));
        Ok((
            Self::Ct::from_slice(ciphertext.as_bytes()),
            Self::Ss::from_slice(shared.as_slice()),
        ))
    }

    fn decapsulate(ct: &[u8], sk: &[u8]) -> KemResult<Self::Ss> {
        let seed = sk
            .try_into()
            .map(Zeroizing::new)
            .map_err(|_| KemError::Input)?;
        let ciphertext = ntru::Ciphertext::from_bytes(ct).map_err(|_| KemError::Decapsulation)?;
        let shared = ntru::SecretKey::from_seed(&seed).decapsulate(&ciphertext);
        Ok(Self::Ss::from_slice(shared.as_slice()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use super::*;

    fn key(seed: u8) -> KeyPair<<X25519 as Dh>::PubKey, <X25519 as Dh>::PrivateKey> {
        Coins::hand_over(&mut ChaCha20Rng::from_seed([seed; 32]));
        CheckedX25519::genkey_rng(&mut Coins::default()).unwrap()
    }

    #[test]
    fn a_point_of_small_order_is_refused_and_an_honest_one_is_not() {
        let (ours, theirs) = (key(1), key(2));
        assert_eq!(CheckedX25519::pubkey(&ours.secret), ours.public);
        let shared = CheckedX25519::dh(&ours.secret, &theirs.public).unwrap();
        let same = CheckedX25519::dh(&theirs.secret, &ours.public).unwrap();
        assert_eq!(shared.as_slice(), same.as_slice());
        // The point at zero gives zeros to everybody (RFC 7748 section 6.1).
        assert!(CheckedX25519::dh(&ours.secret, &[0; 32]).is_err());
    }
}
