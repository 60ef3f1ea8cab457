//! `my-home`, the wallet's own program, which can be killed in the middle of a command.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::{Process, program};

/// A wallet whose every command is a process.
pub(crate) struct MyHome {
    dir: PathBuf,
    url: String,
    /// The longest that a command took when it was let be.
    pub(crate) longest: Duration,
}

impl MyHome {
    /// A new wallet with its seed in an encrypted file.
    pub(crate) fn new(dir: &Path, url: &str) -> anyhow::Result<Self> {
        let mut home = Self {
            dir: dir.to_owned(),
            url: url.to_owned(),
            longest: Duration::ZERO,
        };
        home.ask(&["init"])?;
        Ok(home)
    }

    /// Runs a command to its end.
    pub(crate) fn ask(&mut self, words: &[&str]) -> anyhow::Result<Value> {
        let start = Instant::now();
        let output = self
            .command(words)?
            .output()
            .context("my-home could not be started")?;
        self.longest = self.longest.max(start.elapsed());
        // A command whose work is durable and waits for the node, or for others, ends with a failure and complains about nothing.
        let waits = output.stderr.is_empty() && !output.stdout.is_empty();
        if !output.status.success() && !waits {
            bail!(
                "my-home {words:?}: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        let said = String::from_utf8(output.stdout)?;
        let last = said.lines().last().unwrap_or_default();
        serde_json::from_str(last).with_context(|| format!("my-home {words:?} said {said:?}"))
    }

    /// Runs a command and kills it at this instant; true if it was killed before its end.
    pub(crate) fn killed(&self, words: &[&str], instant: Duration) -> anyhow::Result<bool> {
        let mut command = self.command(words)?;
        // What it complains about, when a killed predecessor had done the work already, is looked at in the end.
        command.stderr(Stdio::null());
        let ended = Process::start(&mut command)?.killed_after(instant)?;
        Ok(ended.is_none())
    }

    fn command(&self, words: &[&str]) -> anyhow::Result<Command> {
        let mut command = Command::new(program("my-home")?);
        command
            .args([
                "--json",
                "--keychain",
                "file",
                "--tangle",
                &self.url,
                "--data-dir",
            ])
            .arg(&self.dir)
            .args(words)
            .env("MY_HOME_PASSPHRASE", "a passphrase for the laboratory only");
        Ok(command)
    }
}
