//! Programs as child processes: their output in a file, stopped when dropped.

use anyhow::{Context, bail};
use std::collections::BTreeSet;
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a program may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// Process ids of everything that was started and not yet stopped.
static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// A running program of ours.
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `executable` with its output in `FOLDER/NAME.log`.
    ///
    /// # Errors
    /// When the log cannot be written or the program cannot be started.
    pub fn start(
        name: &str,
        executable: &Path,
        arguments: &[&str],
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let output =
            File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut command = Command::new(executable);
        command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        // Under the lock, so that a signal cannot come between the start and the entry.
        let mut running = running();
        let child = command
            .spawn()
            .with_context(|| format!("{} could not be started", executable.display()))?;
        running.insert(child.id());
        drop(running);
        Ok(Self {
            name: name.to_owned(),
            child,
            log,
        })
    }

    /// Waits until `ready` says so.
    ///
    /// # Errors
    /// With the program's last words, when it ends first or is not ready after half a minute.
    pub fn wait_until_ready(&mut self, ready: impl Fn() -> bool) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !ready() {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended ({status}): {}", self.name, self.last_words());
            }
            if Instant::now() > deadline {
                let words = self.last_words();
                bail!("{} is not ready after 30 s: {words}", self.name);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// The operating system's number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether the program still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The program's name and, when it has ended, what it said last.
    pub fn obituary(&self) -> String {
        format!("{} ended: {}", self.name, self.last_words())
    }

    fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.len().saturating_sub(5);
        lines.get(from..).unwrap_or_default().join(" / ")
    }

    /// Asks the program to stop, then waits; kills it when it does not.
    fn stop(&mut self) {
        ask_to_end(self.child.id());
        let deadline = Instant::now() + PATIENCE;
        while self.is_running() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
        if self.is_running() {
            // Nothing is lost by that: every program survives the loss of power.
            drop(self.child.kill());
        }
        drop(self.child.wait());
        running().remove(&self.child.id());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Ends everything that runs; for a program that is about to end itself.
pub(crate) fn stop_all() {
    // The lock is kept: nothing new is started any more.
    let running = running();
    for &id in running.iter() {
        ask_to_end(id);
    }
    let deadline = Instant::now() + PATIENCE;
    let left = || running.iter().copied().filter(|&id| is_alive(id));
    while left().next().is_some() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    for id in left() {
        signal("-KILL", id);
    }
    // Whoever waits for the lock waits until this program has ended.
    std::mem::forget(running);
}

fn running() -> MutexGuard<'static, BTreeSet<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ask_to_end(id: u32) {
    signal("-TERM", id);
}

/// A program that cannot be reached has ended already.
fn signal(signal: &str, id: u32) {
    let mut kill = Command::new("kill");
    kill.args([signal, &id.to_string()]);
    drop(kill.stdout(Stdio::null()).stderr(Stdio::null()).status());
}

/// Whether process `id` has not ended: one that ended and was not waited for (a zombie) has.
fn is_alive(id: u32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let after_name = state.rsplit(") ").next().unwrap_or_default();
    !after_name.is_empty() && !after_name.starts_with('Z')
}

/// A port on the loopback address that nothing listens on: `preferred` if it is free.
///
/// # Errors
/// When no port is free.
pub fn free_port(preferred: u16) -> anyhow::Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", preferred))
        .or_else(|_| TcpListener::bind(("127.0.0.1", 0)))
        .context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}
