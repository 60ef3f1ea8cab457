//! The program, started by hand where it may open few files: each connection is one.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_may_open_as_many_files_as_the_system_allows() {
    let directory = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -S -n 200 && exec \"$0\" \"$@\""]);
    shell.arg(env!("CARGO_BIN_EXE_provider-service"));
    shell.args([
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--tangle",
        "http://127.0.0.1:9",
    ]);
    shell.arg("--data-dir").arg(directory.path().join("data"));
    let mut service = Ended(shell.stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(service.0.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("listens on")));

    // proc_pid_limits(5); a program that keeps to itself does not show it to everybody.
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", service.0.id())).unwrap();
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let mut numbers = line.unwrap().split_whitespace();
    let (may, most) = (numbers.next(), numbers.next());
    assert_eq!(may, most);
    assert_ne!(may, Some("200"));
}
