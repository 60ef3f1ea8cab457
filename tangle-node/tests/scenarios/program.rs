//! `tangle-node` as a process.

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
};

use tangle::Tangle;
use tempfile::TempDir;

/// A running node; killed when dropped.
pub(crate) struct Node {
    child: Child,
    pub(crate) url: String,
}

impl Node {
    /// Starts it and waits for its line.
    pub(crate) fn start(data: &Path, listen: &str, more: &[&str]) -> Self {
        let more = [&["--listen", listen], more].concat();
        Self::run(command(data, &more))
    }

    /// Starts an index that follows the node at this address.
    pub(crate) fn index(data: &Path, follow: &str, more: &[&str]) -> Self {
        let index = ["index", "--listen", "127.0.0.1:0", "--follow", follow];
        Self::run(command(data, &[&index, more].concat()))
    }

    /// An index that has these logins.
    pub(crate) fn index_with_logins(data: &Path, follow: &str, logins: &Path) -> Self {
        let index = ["index", "--listen", "127.0.0.1:0", "--follow", follow];
        let mut command = command(data, &index);
        command.env("TANGLE_LOGINS", logins);
        Self::run(command)
    }

    fn run(mut command: Command) -> Self {
        let mut child = command.spawn().expect("tangle-node starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let (_, url) = line.trim().split_once(" listens on ").expect(&line);
        let url = url.to_owned();
        Self { child, url }
    }

    /// Starts it as a shell does that allows it so many open files, and more if it asks for them.
    pub(crate) fn with_open_files(data: &Path, files: u32) -> Self {
        let node = command(data, &["--listen", "127.0.0.1:0"]);
        let mut shell = Command::new("sh");
        let script = format!("ulimit -S -n {files} && exec \"$0\" \"$@\"");
        shell.args(["-c", &script]).arg(node.get_program());
        shell.args(node.get_args()).stdout(Stdio::piped());
        Self::run(shell)
    }

    /// How many files it may have open, and how many it could ask for (`proc_pid_limits(5)`).
    pub(crate) fn open_files(&self) -> (String, String) {
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", self.child.id())).unwrap();
        let line = limits
            .lines()
            .find_map(|line| line.strip_prefix("Max open files"));
        let mut numbers = line.unwrap().split_whitespace().map(str::to_owned);
        (numbers.next().unwrap(), numbers.next().unwrap())
    }

    pub(crate) fn tangle(&self) -> Arc<dyn Tangle> {
        tangle::connect(&self.url).unwrap()
    }

    /// SIGKILL: what a power cut looks like to the process.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, as a service manager stops it.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        let id = nix::unistd::Pid::from_raw(self.child.id().try_into().unwrap());
        nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM).unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A directory with a file for a node.
pub(crate) fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("tangle.db");
    (directory, data)
}

/// An address where nothing listens.
pub(crate) fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string()
}

/// The sentence with which a node refuses to start.
pub(crate) fn refusal(data: &Path, listen: &str, more: &[&str]) -> String {
    refusal_of(data, &[&["--listen", listen], more].concat())
}

/// The sentence with which it refuses these arguments.
pub(crate) fn refusal_of(data: &Path, arguments: &[&str]) -> String {
    let mut child = command(data, arguments).spawn().unwrap();
    let mut sentence = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut sentence)
        .unwrap();
    assert!(!child.wait().unwrap().success(), "it started");
    sentence
}

fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tangle-node"));
    command.args(arguments).arg("--data").arg(data);
    command.args(["--log", "warn"]).stdout(Stdio::piped());
    // Read only where a refusal is expected; elsewhere it belongs to the test's own output.
    command.stderr(if std::thread::panicking() {
        Stdio::inherit()
    } else {
        Stdio::piped()
    });
    command
}
