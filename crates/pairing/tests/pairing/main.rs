//! The pairing of a device and a wallet, as it should go and as it is attacked (`docs/protocol.md` section 5).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod attacks;
mod codes;
mod device;
mod over_the_tangle;
mod owners;
mod windows;
