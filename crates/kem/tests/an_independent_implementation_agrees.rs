//! NTRU-HPS-4096-821 against `ntrust-native`, an implementation that shares no code with ours: byte for byte.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use kem::ntru::{Ciphertext, SecretKey};
use ntrust_native as other;
use shake::{ExtendableOutput, Shake256, Update, XofReader};
use std::error::Error;

/// The random generator of the other implementation: the stream that ours expands a seed into.
struct Stream(Box<dyn XofReader>);

impl Stream {
    fn new(label: &str, seed: &[u8; 32]) -> Self {
        let mut xof = Shake256::default();
        xof.update(label.as_bytes());
        xof.update(seed);
        Self(Box::new(xof.finalize_xof()))
    }
}

impl other::RNGState for Stream {
    fn randombytes(&mut self, out: &mut [u8]) -> Result<(), Box<dyn Error>> {
        self.0.read(out);
        Ok(())
    }

    fn randombytes_init(&mut self, _: [u8; 48]) {}
}

struct Other {
    public: [u8; other::CRYPTO_PUBLICKEYBYTES],
    secret: [u8; other::CRYPTO_SECRETKEYBYTES],
}

impl Other {
    fn from_seed(seed: &[u8; 32]) -> Self {
        let mut public = [0; other::CRYPTO_PUBLICKEYBYTES];
        let mut secret = [0; other::CRYPTO_SECRETKEYBYTES];
        let mut stream = Stream::new("mk1/ntru/keypair", seed);
        other::crypto_kem_keypair(&mut public, &mut secret, &mut stream).unwrap();
        Self { public, secret }
    }

    fn encapsulate_from(&self, seed: &[u8; 32]) -> ([u8; 32], Vec<u8>) {
        let mut ciphertext = [0; other::CRYPTO_CIPHERTEXTBYTES];
        let mut shared = [0; 32];
        let mut stream = Stream::new("mk1/ntru/encapsulate", seed);
        other::crypto_kem_enc(&mut ciphertext, &mut shared, &self.public, &mut stream).unwrap();
        (shared, ciphertext.to_vec())
    }

    fn decapsulate(&self, ciphertext: &[u8]) -> [u8; 32] {
        let mut shared = [0; 32];
        other::crypto_kem_dec(&mut shared, ciphertext.try_into().unwrap(), &self.secret).unwrap();
        shared
    }
}

fn seed(n: u16) -> [u8; 32] {
    let mut seed = [0; 32];
    Stream::new("seed of a test", &[u8::try_from(n % 251).unwrap(); 32])
        .0
        .read(&mut seed);
    seed[..2].copy_from_slice(&n.to_le_bytes());
    seed
}

#[test]
fn on_key_pairs_encapsulations_and_refusals_over_many_seeds() {
    for n in 0..150 {
        let ours = SecretKey::from_seed(&seed(n));
        let theirs = Other::from_seed(&seed(n));
        assert_eq!(
            ours.public_key().as_bytes(),
            &theirs.public,
            "public key of seed {n}"
        );

        let coins = seed(n + 1000);
        let (shared, ciphertext) = ours.public_key().encapsulate_from(&coins);
        let (their_shared, their_ciphertext) = theirs.encapsulate_from(&coins);
        assert_eq!(
            ciphertext.as_bytes().as_slice(),
            their_ciphertext,
            "ciphertext of seed {n}"
        );
        assert_eq!(*shared, their_shared, "shared secret of seed {n}");

        assert_eq!(*ours.decapsulate(&ciphertext), *shared);
        assert_eq!(theirs.decapsulate(ciphertext.as_bytes()), *shared);

        // The implicit rejection depends on the last 32 bytes of the secret key.
        let mut altered = *ciphertext.as_bytes();
        altered[usize::from(n) * 7 % 1230] ^= 1 << (n % 8);
        let refused = ours.decapsulate(&Ciphertext::from_bytes(&altered).unwrap());
        assert_eq!(
            *refused,
            theirs.decapsulate(&altered),
            "rejection of seed {n}"
        );
        assert_ne!(*refused, *shared);
    }
}
