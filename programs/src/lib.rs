//! The real programs, started as processes on this machine: a Tangle node, a Pi, a wallet and services.
//!
//! The demo tells its story with them, benchmarks measure them, tests break them. A [`House`] has them all; each
//! stops when it is dropped, and [`end_with_this_program`] takes care of those that are not dropped.

#![forbid(unsafe_code)]

mod built;
mod home;
mod house;
mod node;
mod pi;
mod process;
mod provider;
mod signals;

pub use built::{Built, Profile};
pub use home::Home;
pub use house::{House, number, text};
pub use node::Node;
pub use pi::Pi;
pub use process::{Process, free_port};
pub use provider::Provider;
pub use signals::{before_the_end, end_with_this_program};
