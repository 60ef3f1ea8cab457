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
    /// So many stories were told, and so many of them failed.
    Stories { told: u32, failed: u32 },
    /// The machine ended without a verdict.
    Nothing,
    /// It had to be ended.
    TooLong,
}

impl Told {
    pub(super) fn is_well(&self) -> bool {
        matches!(
            self,
            Self::Stories {
                told: 1..,
                failed: 0
            }
        )
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stories { told, failed } => write!(f, "{told} stories, {failed} failed"),
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
    let mut verdict = Told::Nothing;
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                println!("   {line}");
                verdict = read(&line).unwrap_or(verdict);
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(verdict),
            Err(RecvTimeoutError::Timeout) => return Ok(Told::TooLong),
        }
    }
}

fn read(line: &str) -> Option<Told> {
    let (_, counts) = line.split_once(VERDICT)?;
    let (told, failed) = counts.split_once(' ')?;
    Some(Told::Stories {
        told: told.parse().ok()?,
        failed: failed.trim().parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_read_and_nothing_else_is_one() {
        let well = read("[  3.2] VERDICT 9 0");
        assert_eq!(well, Some(Told::Stories { told: 9, failed: 0 }));
        assert!(well.is_some_and(|told| told.is_well()));
        assert!(!Told::Stories { told: 9, failed: 1 }.is_well());
        assert!(!Told::Stories { told: 0, failed: 0 }.is_well());
        assert!(!Told::Nothing.is_well());
        assert_eq!(read("VERDICT nine of them"), None);
    }
}
