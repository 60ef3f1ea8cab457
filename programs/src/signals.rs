//! Nothing is left running: a program that is told to end takes those that it started with it.

use crate::process;
use anyhow::Context;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::sync::OnceLock;

/// What this program leaves behind otherwise.
static LAST_DEED: OnceLock<fn()> = OnceLock::new();

/// From now on, a signal that ends this program first ends the programs that it started.
///
/// # Errors
/// When the system refuses a signal handler or a thread.
pub fn end_with_this_program() -> anyhow::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM]).context("no signal handler")?;
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            if let Some(signal) = signals.forever().next() {
                process::stop_all();
                if let Some(deed) = LAST_DEED.get() {
                    deed();
                }
                // As a shell reports a program that a signal ended.
                std::process::exit(128 + signal);
            }
        })
        .context("no thread for signals")?;
    Ok(())
}

/// What is done last when a signal ends this program; the first that is named counts.
pub fn before_the_end(deed: fn()) {
    LAST_DEED.get_or_init(|| deed);
}
