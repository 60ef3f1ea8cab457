//! Claim: each of several meters on one Pi is a device of its own, and a Pi with one meter that gets another goes on with the
//! first; with the real program.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

/// Nobody listens there: a meter is read without a node.
const NO_NODE: &str = "http://127.0.0.1:9";

fn pi_daemon(data_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pi-daemon"));
    command.args(arguments).arg("--data-dir").arg(data_dir);
    command
}

fn says(data_dir: &Path, arguments: &[&str]) -> Output {
    pi_daemon(data_dir, arguments).output().unwrap()
}

fn json(data_dir: &Path, arguments: &[&str]) -> Value {
    let output = says(data_dir, arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refusal(data_dir: &Path, arguments: &[&str]) -> String {
    let output = says(data_dir, arguments);
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

/// The program while it runs; it is told to stop when this is dropped.
struct Running(Child);

impl Running {
    fn with(data_dir: &Path, meters: &[&str]) -> Self {
        let mut arguments = vec!["run", "--tangle", NO_NODE];
        for meter in meters {
            arguments.extend(["--meter", meter]);
        }
        let mut command = pi_daemon(data_dir, &arguments);
        Self(command.stderr(Stdio::null()).spawn().unwrap())
    }

    /// Asks until every meter has said something.
    fn reports(&self, data_dir: &Path, meters: usize) -> Vec<Value> {
        let began = Instant::now();
        loop {
            let said = json(data_dir, &["status", "--json"]);
            let reports = said.as_array().cloned().unwrap_or_else(|| vec![said]);
            let speak = |report: &&Value| report["meter"]["telegrams"].as_u64() > Some(0);
            if reports.iter().filter(speak).count() == meters {
                return reports;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "{reports:?}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let pid = i32::try_from(self.0.id()).unwrap();
        let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        let _ = self.0.wait();
    }
}

#[test]
fn each_has_its_own_directory_identity_and_code() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().join("pi");
    let hall = json(&dir, &["setup", "--json", "--meter", "hall"]);
    assert_eq!(hall["meter"], "hall");
    let running = Running::with(&dir, &["hall=simulated:1", "garage=simulated:2"]);
    let reports = running.reports(&dir, 2);
    let names: Vec<&str> = reports
        .iter()
        .filter_map(|it| it["name"].as_str())
        .collect();
    assert_eq!(names, ["garage", "hall"]);

    let garage = json(&dir, &["setup", "--json", "--meter", "garage"]);
    assert_ne!(garage["code"], hall["code"]);
    let again = json(&dir, &["pair", "--json", "--meter", "hall"]);
    assert_eq!(again["code"], hall["code"]);

    let which = refusal(&dir, &["pair"]);
    assert!(which.contains("garage, hall"), "{which}");
    let nobody = refusal(&dir, &["unpair", "--yes", "--meter", "attic"]);
    assert!(nobody.contains("no meter attic"), "{nobody}");
    let twice = refusal(
        &dir,
        &[
            "run",
            "--meter",
            "a=simulated:1",
            "--meter",
            "a=simulated:2",
        ],
    );
    assert!(twice.contains("two meters are called a"), "{twice}");
}

#[test]
fn a_pi_with_one_meter_keeps_it_when_another_comes() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().join("pi");
    let code = json(&dir, &["setup", "--json"])["code"].clone();
    {
        let running = Running::with(&dir, &["simulated:1"]);
        assert_eq!(running.reports(&dir, 1).len(), 1);
    }
    let running = Running::with(&dir, &["simulated:1", "garage=simulated:2"]);
    running.reports(&dir, 2);
    assert_eq!(json(&dir, &["setup", "--json"])["code"], code);
    let garage = json(&dir, &["setup", "--json", "--meter", "garage"]);
    assert_ne!(garage["code"], code);
}
