//! What programs and people get over HTTP, from a service that really listens.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "../household/mod.rs"]
mod household;

mod downloads;
mod programs;
mod stage;
mod starting;
mod visitors;
