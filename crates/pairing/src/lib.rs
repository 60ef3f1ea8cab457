//! The four messages by which a device gets its owner, and the state machines on both sides.
//!
//! The device shows a [`PairingCode`]. Its secret is the pre-shared key of a hybrid Noise handshake (X25519 and
//! NTRU), inside which both sides show an ML-DSA-65 identity and sign the handshake. The same bytes travel over
//! Bluetooth LE ([`bluetooth`]) or, as posts under tags that only the code's holder can compute, over the Tangle
//! ([`post`]). An owner who is near the device again talks to it over Bluetooth, without the Tangle ([`near`]). Nothing here does I/O or reads a clock (`docs/protocol.md` section 5).
//!
//! ```
//! use channel::IdentityKey;
//! use pairing::{DevicePairing, Offer, PairingCode, Reaction, Route, Serial, WalletPairing};
//! # use rand_core::SeedableRng;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut rng = rand_chacha::ChaCha20Rng::from_seed([7; 32]);
//! # fn answer(reaction: Reaction) -> Vec<u8> { match reaction { Reaction::Answer(reply) => reply.message, other => panic!("{other:?}") } }
//! let identity = IdentityKey::from_seed(&[1; 32]);
//! let mut device = DevicePairing::new(&identity.verifying(), Serial(*b"\x00\x00\x00\x2a"), &mut rng);
//! device.open_window(1_000)?;
//! let code: PairingCode = device.code().to_uri().ok_or("typed")?.parse()?;
//!
//! let wallet_key = IdentityKey::from_seed(&[2; 32]);
//! let offer = Offer { name: "Meter cupboard".into(), lanes: vec![] };
//! let claim = WalletPairing::start(&code, 1_000, &mut rng)?;
//! let challenge = answer(device.receive(1_000, Route::Bluetooth(1), claim.message(), &identity, &offer, &mut rng));
//! let answered = claim.challenge(1_001, &challenge)?.answer(1_001, &wallet_key, &mut rng)?;
//! let result = answer(device.receive(1_001, Route::Bluetooth(1), answered.message(), &identity, &offer, &mut rng));
//! let (paired, offer) = answered.result(&result)?;
//!
//! assert_eq!(offer.name, "Meter cupboard");
//! let owner = device.added(1_002)?; // DEVICE_ADDED came on the control chain
//! assert_eq!(owner.to_device(), paired.to_device());
//! # Ok(())
//! # }
//! ```

pub mod bluetooth;
mod code;
mod coins;
mod device;
mod identity;
mod lockout;
mod message;
mod moment;
pub mod near;
mod nfc;
mod noise;
mod paired;
pub mod post;
mod state;
mod typed;
mod wallet;

pub use code::{CodeError, IdentityHash, PairingCode, PairingSecret, Serial, URI_PREFIX, VERSION};
pub use device::{
    DENIED_AFTER, DevicePairing, Lapse, NotPending, PENDING, Reaction, Reply, Route, SESSION,
    Silence, StateError, Status, WINDOW, WindowError,
};
pub use message::{MAX_MESSAGE, Offer, OfferedLane, Refusal};
pub use moment::Moment;
pub use nfc::{NfcError, uri_of_record};
pub use paired::Paired;
pub use wallet::{Challenged, PairingError, WalletAnswered, WalletPairing};

/// CBOR in memory, which cannot fail.
fn encode(value: &impl minicbor::Encode<()>) -> Vec<u8> {
    minicbor::to_vec(value).unwrap_or_default()
}
