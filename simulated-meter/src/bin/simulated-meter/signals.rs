//! Being told to stop.

use std::thread;

use nix::sys::signal::{SigSet, Signal};

use crate::pty::Link;

/// SIGINT and SIGTERM, kept away from every thread but one.
pub(crate) struct Stopping(SigSet);

/// Must be called before any thread is started.
pub(crate) fn block() -> nix::Result<Stopping> {
    let signals: SigSet = [Signal::SIGINT, Signal::SIGTERM].into_iter().collect();
    signals.thread_block()?;
    Ok(Stopping(signals))
}

impl Stopping {
    /// When the signal comes, removes the link and ends the program.
    pub(crate) fn then(self, link: Option<Link>) {
        thread::spawn(move || {
            let _ = self.0.wait();
            if let Some(link) = link {
                link.remove();
            }
            std::process::exit(0);
        });
    }
}
