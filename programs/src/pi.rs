//! The Raspberry Pi at the meter.

use crate::{Built, Process};
use anyhow::{Context, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Pi: its data folder, and `pi-daemon` once it runs.
pub struct Pi {
    /// Where it keeps its data.
    pub data: PathBuf,
    program: PathBuf,
    folder: PathBuf,
    pub(crate) daemon: Option<Process>,
}

impl Pi {
    /// A Pi with its data in `folder`; nothing runs yet.
    ///
    /// # Errors
    /// When `pi-daemon` is not built.
    pub fn new(built: &Built, folder: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            data: folder.join("pi"),
            program: built.program("pi-daemon")?,
            folder: folder.to_path_buf(),
            daemon: None,
        })
    }

    /// Sets the Pi up and gives its pairing code.
    ///
    /// # Errors
    /// When `pi-daemon setup` fails.
    pub fn set_up(&self) -> anyhow::Result<String> {
        let answer = self.ask(&["setup", "--json"])?;
        let code = answer.get("code").and_then(Value::as_str);
        Ok(code.context("the Pi printed no pairing code")?.to_owned())
    }

    /// Starts the daemon; `meter` is as on its command line, `live_slot` is in seconds.
    ///
    /// # Errors
    /// When it does not start; its last words are in the error.
    pub fn start(&mut self, meter: &str, tangle: &str, live_slot: u32) -> anyhow::Result<()> {
        let mut daemon = Process::start(
            "pi-daemon",
            &self.program,
            &[
                "run",
                "--meter",
                meter,
                "--tangle",
                tangle,
                "--data-dir",
                &self.data.display().to_string(),
                "--live-slot",
                &live_slot.to_string(),
            ],
            &self.folder,
        )?;
        // Until the daemon listens there, `pi-daemon status` would take the directory for itself.
        let socket = self.data.join("control.sock");
        daemon.wait_until_ready(|| socket.exists())?;
        self.daemon = Some(daemon);
        Ok(())
    }

    /// What `pi-daemon status` says.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn status(&self) -> anyhow::Result<Value> {
        self.ask(&["status", "--json"])
    }

    /// The daemon's process id, while it runs.
    pub fn process_id(&self) -> Option<u32> {
        self.daemon.as_ref().map(Process::id)
    }

    fn ask(&self, command: &[&str]) -> anyhow::Result<Value> {
        let output = Command::new(&self.program)
            .args(command)
            .arg("--data-dir")
            .arg(&self.data)
            .output()
            .context("pi-daemon could not be started")?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let text = String::from_utf8(output.stdout)?;
        serde_json::from_str(&text).with_context(|| format!("pi-daemon answered {text:?}"))
    }
}
