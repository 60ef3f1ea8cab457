//! Stories that must hold, told by tests.
//!
//! A [`House`] runs the real libraries of pi-daemon, My Home and provider-service in one process on a [`Ledger`], which
//! remembers who published and who asked for what, and which can withhold, repeat and be flooded. Time is what the test says.
//! [`hoard`] is the other side: what somebody does with keys that were stolen. Each file under `tests/` is one claim.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a fixture: what goes wrong here fails the test that uses it"
)]

pub mod attack;
mod faults;
pub mod hoard;
mod house;
mod keychain;
mod ledger;
mod service;

pub use faults::Faults;
pub use house::{House, LIVE, NOON, PHASES, QUARTER, StoryClock, copy_dir};
pub use keychain::{InMind, settings};
pub use ledger::{Handle, Ledger, Publication};
pub use service::{Service, Shared, agree, visitor, wish};

/// Random bytes of the operating system, for attackers and signers of a test.
pub fn random() -> rand_core::UnwrapErr<getrandom::SysRng> {
    rand_core::UnwrapErr(getrandom::SysRng)
}
