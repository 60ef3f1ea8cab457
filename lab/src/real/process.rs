//! A program that runs, and can be killed.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, bail};

/// One running program. Dropping it kills it.
pub(crate) struct Process(Child);

impl Process {
    /// Starts it; what it says as an error is said here.
    pub(crate) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        let child = child.with_context(|| format!("{command:?} could not be started"))?;
        Ok(Self(child))
    }

    /// Starts it and waits for the line with which it says that it is ready.
    pub(crate) fn announced(command: &mut Command) -> anyhow::Result<(Self, String)> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut process = Self(child.with_context(|| format!("{command:?} could not be started"))?);
        let output = process.0.stdout.take().context("it has no output")?;
        let mut lines = BufReader::new(output).lines();
        let line = lines.next().context("it ended before it was ready")??;
        // Whatever it still says is read, so that it never waits for somebody to listen.
        std::thread::spawn(move || lines.for_each(drop));
        Ok((process, line))
    }

    /// SIGKILL: no last words, no flushing, no farewell.
    pub(crate) fn kill(mut self) -> anyhow::Result<()> {
        if let Some(status) = self.0.try_wait()? {
            bail!("it ended by itself before it was killed ({status})");
        }
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
