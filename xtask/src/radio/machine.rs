//! The virtual machine, and its verdict over a serial line.

use super::kernel::Kernel;
use anyhow::Context;
use std::fmt;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

/// How long all stories may take, on a computer that does much else.
const LIMIT: Duration = Duration::from_secs(1500);
/// What the machine says last: `VERDICT told failed`.
const VERDICT: &str = "VERDICT ";

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// So many stories were told, and these of them failed.
    Stories { told: u32, failed: Vec<String> },
    /// The machine ended without a verdict.
    Nothing,
    /// It had to be ended.
    TooLong,
}

impl Told {
    pub(super) fn is_well(&self) -> bool {
        matches!(self, Self::Stories { told: 1.., failed } if failed.is_empty())
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stories { told, failed } => {
                write!(f, "{told} stories, {} failed", failed.len())
            }
            Self::Nothing => f.write_str("the machine ended without a verdict"),
            Self::TooLong => write!(f, "the machine took longer than {} s", LIMIT.as_secs()),
        }
    }
}

/// Ends the machine with this program.
struct Machine(Child);

impl Drop for Machine {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the machine, shows what it says, and gives its verdict. Plain emulation everywhere: that `/dev/kvm` is there
/// says nothing about whether it works.
pub(super) fn run(kernel: &Kernel, image: &Path) -> anyhow::Result<Told> {
    let mut command = Command::new("qemu-system-x86_64");
    command
        .args([
            "-accel",
            "tcg,thread=multi",
            "-M",
            "q35",
            "-m",
            "1024",
            "-smp",
            "2",
        ])
        .args([
            "-nodefaults",
            "-no-reboot",
            "-display",
            "none",
            "-serial",
            "stdio",
        ])
        .arg("-kernel")
        .arg(&kernel.image)
        .arg("-initrd")
        .arg(image)
        .args([
            "-append",
            "console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut child = command
        .spawn()
        .context("qemu-system-x86_64 could not be started")?;
    let output = child.stdout.take().context("QEMU has no output")?;
    let _machine = Machine(child);
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let deadline = Instant::now() + LIMIT;
    let (mut told, mut failed) = (None, Vec::new());
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                println!("   {line}");
                failed.extend(failed_story(&line));
                told = told.or(verdict(&line));
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(judged(told, failed)),
            Err(RecvTimeoutError::Timeout) => return Ok(Told::TooLong),
        }
    }
}

/// Nothing counts that the machine did not say last, nor a verdict that names more or fewer failures than were heard.
fn judged(told: Option<(u32, usize)>, failed: Vec<String>) -> Told {
    match told {
        Some((told, count)) if count == failed.len() => Told::Stories { told, failed },
        _ => Told::Nothing,
    }
}

/// The name in `FAILED   76.4 s  name: why`.
fn failed_story(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    if words.next() != Some("FAILED") {
        return None;
    }
    Some(words.nth(2)?.strip_suffix(':')?.to_owned())
}

/// How many were told, and how many of them failed.
fn verdict(line: &str) -> Option<(u32, usize)> {
    let (_, counts) = line.split_once(VERDICT)?;
    let (told, failed) = counts.split_once(' ')?;
    Some((told.parse().ok()?, failed.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_read_and_nothing_else_is_one() {
        assert_eq!(verdict("[  3.2] VERDICT 9 0"), Some((9, 0)));
        assert_eq!(verdict("VERDICT nine of them"), None);
        let name = failed_story("FAILED   76.4 s  it_pairs: nothing was heard");
        assert_eq!(name.as_deref(), Some("it_pairs"));
        assert_eq!(failed_story("ok       25.2 s  it_pairs"), None);
    }

    #[test]
    fn what_is_well_was_told_and_did_not_fail() {
        let failed = || vec!["it_pairs".to_owned()];
        assert!(judged(Some((9, 0)), Vec::new()).is_well());
        assert!(!judged(Some((9, 1)), failed()).is_well());
        assert!(!judged(Some((0, 0)), Vec::new()).is_well());
        assert_eq!(judged(None, Vec::new()), Told::Nothing);
        assert_eq!(judged(Some((9, 0)), failed()), Told::Nothing);
    }
}
