//! The wallet's command line, asked for JSON.

use crate::Built;
use anyhow::{Context, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// My Home with its data folder.
pub struct Home {
    data: PathBuf,
    program: PathBuf,
    arguments: Vec<String>,
    script: PathBuf,
}

impl Home {
    /// The passphrase of every such wallet.
    pub const PASSPHRASE: &str = "a passphrase for the demonstration only";

    /// A wallet in `folder` that keeps its seed in an encrypted file, as a server does.
    ///
    /// # Errors
    /// When `my-home` is not built or the folder cannot be written.
    pub fn new(built: &Built, folder: &Path, tangle: &str) -> anyhow::Result<Self> {
        let data = folder.join("my-home");
        let passphrase = folder.join("my-home.passphrase");
        write_private(&passphrase, &format!("{}\n", Self::PASSPHRASE))?;
        let arguments = [
            "--data-dir".to_owned(),
            data.display().to_string(),
            "--tangle".to_owned(),
            tangle.to_owned(),
            "--keychain".to_owned(),
            "file".to_owned(),
            "--passphrase-file".to_owned(),
            passphrase.display().to_string(),
        ]
        .to_vec();
        let script = folder.join("my-home.sh");
        let home = Self {
            data,
            program: built.program("my-home")?,
            arguments,
            script,
        };
        home.write_script()?;
        Ok(home)
    }

    /// Runs one command and gives its JSON answer.
    ///
    /// # Errors
    /// The sentence that `my-home` said when it failed.
    pub fn ask(&self, command: &[&str]) -> anyhow::Result<Value> {
        let output = Command::new(&self.program)
            .args(&self.arguments)
            .arg("--json")
            .args(command)
            .output()
            .context("my-home could not be started")?;
        let name = command.first().copied().unwrap_or_default();
        if !output.status.success() {
            bail!("my-home {name}: {}", complaint(&output.stderr));
        }
        let text = String::from_utf8(output.stdout)?;
        let last = text.lines().last().unwrap_or_default();
        serde_json::from_str(last)
            .or_else(|_| serde_json::from_str(&text))
            .with_context(|| format!("my-home {name} answered {text:?}"))
    }

    /// The wallet's folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// A script that calls this wallet, for the person who watches.
    pub fn script(&self) -> &Path {
        &self.script
    }

    fn write_script(&self) -> anyhow::Result<()> {
        let words: Vec<String> = std::iter::once(self.program.display().to_string())
            .chain(self.arguments.iter().cloned())
            .map(|word| format!("'{word}'"))
            .collect();
        std::fs::write(
            &self.script,
            format!("#!/bin/sh\nexec {} \"$@\"\n", words.join(" ")),
        )?;
        make_executable(&self.script)
    }
}

/// The sentence in an error that is written for programs, or else the last line of what was said.
fn complaint(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let last = text.trim().lines().last().unwrap_or_default();
    let error: Value = serde_json::from_str(last).unwrap_or_default();
    let message = error.pointer("/error/message").and_then(Value::as_str);
    message.unwrap_or(last).to_owned()
}

fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}

fn make_executable(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(std::fs::set_permissions(
        path,
        std::fs::Permissions::from_mode(0o700),
    )?)
}
