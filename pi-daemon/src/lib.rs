//! Reads the meter, publishes what was consented to, obeys its owner.
//!
//! The program `pi-daemon` is this library behind a command line ([`commands`]). Another program, or a test, runs a
//! [`Daemon`] of its own on a Tangle, a clock and a meter that it chooses:
//!
//! ```
//! use std::sync::Arc;
//! use pi_daemon::{Daemon, Meter, Options, SystemClock};
//! use tokio_util::sync::CancellationToken;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let dir = tempfile::tempdir()?;
//! let daemon = Daemon::open(Options {
//!     data_dir: dir.path().join("device"),
//!     tangle: Arc::new(tangle::InMemory::new()),
//!     node: "in memory".to_owned(),
//!     clock: Arc::new(SystemClock),
//!     live_slot: Some(10),
//!     raw_days: 7,
//! })?;
//! let stop = CancellationToken::new();
//! stop.cancel(); // at once, for this example
//! daemon.run(Meter::At("simulated:7".parse()?), stop).await?;
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```

mod ballast;
mod bluetooth;
mod clock;
pub mod commands;
mod daemon;
mod device;
pub mod meter;
pub mod meters;
mod secret_file;
pub mod socket;
pub mod status;
mod store;
mod wifi;
mod words;

pub use bluetooth::Choice as BluetoothChoice;
pub use clock::{Clock, SystemClock, Time};
pub use daemon::{Daemon, DaemonError, DeliveryError, ListenError, Meter, Options};
pub use device::DeviceError;
pub use store::StoreError;

use data_dir::{DataDir, Program};
use device::{Device, Settings};

/// How its data directory speaks of it.
pub(crate) const PROGRAM: Program = Program {
    name: "pi-daemon",
    holds: "the keys of your meter",
    begins_with: "pi-daemon setup",
};

/// The device on a data directory on which no daemon runs: for showing and changing what is on the disk.
///
/// # Errors
/// [`DeviceError`].
pub(crate) fn at_rest(dir: DataDir) -> Result<Device, DeviceError> {
    let settings = Settings {
        node: String::new(),
        live_slot: None,
        raw_days: 7,
    };
    Device::open(dir, settings, SystemClock.unix())
}
