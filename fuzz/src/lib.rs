//! What is done with bytes of strangers, one target for each parser.
//!
//! A target takes any bytes and must neither panic, nor hang, nor take much memory; some check a property as well.
//! `cargo xtask fuzz` lets libFuzzer look for such bytes, and the tests of this crate take the corpus and mutations of
//! it on every run.

#![expect(
    clippy::panic,
    reason = "a broken property is told to the fuzzer by a panic"
)]

mod corpus;
mod insider;
mod targets;

pub use corpus::{corpus, regressions};
pub use targets::{TARGETS, Target};
