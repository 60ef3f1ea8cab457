//! A hybrid key encapsulation mechanism and the public-key encryption built on it.
//!
//! NTRU-HPS-4096-821 and X25519 together form one KEM, deterministic from a 32-byte seed; RFC 9180 (HPKE) in its
//! pre-shared-key mode turns it into public-key encryption. Breaking one half, or both halves without the pre-shared
//! key, opens nothing. Formats and labels: `docs/protocol.md` section 2.
//!
//! ```
//! # use rand_core::SeedableRng;
//! # let mut rng = rand_chacha::ChaCha20Rng::from_seed([7; 32]);
//! let key = kem::SecretKey::from_seed(&[1; 32]);
//! let psk = [2; 32];
//!
//! let (sealed, ours) = kem::seal(key.public_key(), &psk, b"consent", b"info", b"aad", b"keys", &mut rng)?;
//! let (opened, theirs) = kem::open(&key, &psk, b"consent", b"info", b"aad", &sealed)?;
//!
//! assert_eq!(opened.as_slice(), b"keys");
//! assert_eq!(*ours.export(b"pairwise"), *theirs.export(b"pairwise"));
//! # Ok::<(), kem::KemError>(())
//! ```

mod encryption;
mod error;
mod hybrid;
pub mod ntru;

pub use encryption::{Exporter, SEALED_OVERHEAD, Sealed, open, seal};
pub use error::KemError;
pub use hybrid::{ENCAPSULATED_KEY_LEN, PUBLIC_KEY_LEN, PublicKey, SEED_LEN, SecretKey};

/// The suite byte that every message with a key encapsulation carries: 1 is NTRU-HPS-4096-821 with X25519.
pub const SUITE: u8 = 1;
