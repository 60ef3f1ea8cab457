//! An owner who is near the device: what both say to each other over Bluetooth LE once they are paired, without a network
//! (`docs/protocol.md` section 5.6).
//!
//! Both keep the first secrets of their two chains, which only these two ever had. They are the pre-shared key of a handshake of
//! two messages, and everything after it is encrypted under keys that exist for this conversation alone: what was recorded
//! cannot be played back, and opens to nobody who steals the secrets later. Nothing is said in the clear, not even a refusal: a
//! stranger's call meets silence.
//!
//! ```
//! use pairing::near::{Called, Calls, NearKey, NearCall, Request, Response};
//! # use pairing::Route;
//! # use rand_core::SeedableRng;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut rng = rand_chacha::ChaCha20Rng::from_seed([7; 32]);
//! # let route = Route::Bluetooth(1);
//! let key = NearKey::new(&[1; 32], &[2; 32]); // from pairing
//! let mut device = Calls::default();
//! device.open(1_000, 120, &mut rng);
//!
//! let call = NearCall::start(&key, &mut rng)?;
//! let Called::Answer(taken) = device.hear(1_000, route, call.message(), &key, &mut rng) else { panic!() };
//! let mut talk = call.taken(&taken)?;
//! let asked = talk.ask(&Request::Node)?;
//! let Called::Request(Request::Node) = device.hear(1_001, route, &asked, &key, &mut rng) else { panic!() };
//! let said = Response::Node { address: "http://10.0.0.2:14265".into(), trouble: None };
//! let response = device.respond(1_001, route, &said).ok_or("hung up")?;
//! assert_eq!(talk.response(&response)?, said);
//! # Ok(())
//! # }
//! ```

mod calls;
mod key;
mod message;
mod talk;
mod wifi;

pub use calls::{Called, Calls, IDLE, UNPROVEN};
pub use key::{HINT_LEN, Hint, NearKey};
pub use message::{MAX_ADDRESS, MAX_NETWORKS, No, Request, Response};
pub use talk::{NearCall, NearTalk};
pub use wifi::{Network, NetworkName, Password, Security};
