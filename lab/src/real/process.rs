//! A program that runs, and can be killed.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant, SystemTime};

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

    /// The most memory that it has held so far, in MB.
    pub(crate) fn peak_memory_mb(&self) -> f64 {
        crate::figures::peak_memory_mb_of(&self.0.id().to_string())
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

    /// SIGKILL, this long after the file was written to for so many times, or after `longest` if that does not happen.
    pub(crate) fn kill_at_work(
        mut self,
        file: &Path,
        writes: u64,
        then: Duration,
        longest: Duration,
    ) -> anyhow::Result<()> {
        let deadline = Instant::now() + longest;
        let (mut seen, mut last) = (0, written(file));
        while seen < writes && Instant::now() < deadline {
            std::thread::sleep(Duration::from_micros(500));
            let now = written(file);
            if now != last {
                (seen, last) = (seen + 1, now);
            }
            if let Some(status) = self.0.try_wait()? {
                bail!("it ended by itself before it was killed ({status})");
            }
        }
        std::thread::sleep(then);
        self.kill()
    }

    /// How it ended, or nothing if it was killed before, at this instant.
    pub(crate) fn killed_after(mut self, instant: Duration) -> anyhow::Result<Option<ExitStatus>> {
        let deadline = Instant::now() + instant;
        loop {
            if let Some(status) = self.0.try_wait()? {
                return Ok(Some(status));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                self.0.kill()?;
                self.0.wait()?;
                return Ok(None);
            }
            std::thread::sleep(left.min(Duration::from_millis(2)));
        }
    }
}

/// When and how long; nothing if it is not there.
fn written(file: &Path) -> Option<(u64, SystemTime)> {
    let about = std::fs::metadata(file).ok()?;
    Some((about.len(), about.modified().ok()?))
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
