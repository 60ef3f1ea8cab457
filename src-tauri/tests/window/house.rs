//! Everything around the window: a Tangle node, a Pi, a service.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// A Tangle node in a folder that goes with it; a Pi and services as a story wants them.
pub(crate) struct House {
    pub(crate) folder: TempDir,
    pub(crate) tangle: String,
    node: Option<Program>,
    listen: String,
}

impl House {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listen = format!("127.0.0.1:{}", free_port());
        let tangle = format!("http://{listen}");
        let mut house = Self {
            folder,
            tangle,
            node: None,
            listen,
        };
        house.start_node();
        house
    }

    /// The node is there again, with what it had.
    pub(crate) fn start_node(&mut self) {
        let file = self.path("tangle.sqlite").display().to_string();
        let mut node = Program::start(
            "tangle-node",
            &["--listen", &self.listen, "--data", &file],
            self.folder.path(),
        );
        let health = format!("{}/health", self.tangle);
        node.until(|| web().get(&health).call().is_ok());
        self.node = Some(node);
    }

    /// The node goes away.
    pub(crate) fn stop_node(&mut self) {
        self.node = None;
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A Pi with a simulated meter, and its pairing code.
    pub(crate) fn pi(&self) -> (Program, String) {
        let code = self.set_up("pi");
        let directory = self.path("pi").display().to_string();
        let arguments = [
            "run",
            "--meter",
            "simulated",
            "--tangle",
            &self.tangle,
            "--data-dir",
            &directory,
            "--live-slot",
            "1",
        ];
        let mut daemon = Program::start("pi-daemon", &arguments, self.folder.path());
        let socket = self.path("pi/control.sock");
        daemon.until(|| socket.exists());
        (daemon, code)
    }

    /// The pairing code of another Pi, which is switched off.
    pub(crate) fn pi_that_is_off(&self) -> String {
        self.set_up("another-pi")
    }

    fn set_up(&self, name: &str) -> String {
        let setup = Command::new(program("pi-daemon"))
            .args(["setup", "--json", "--data-dir"])
            .arg(self.path(name))
            .output()
            .unwrap();
        assert!(
            setup.status.success(),
            "{}",
            String::from_utf8_lossy(&setup.stderr)
        );
        let answer: Value = serde_json::from_slice(&setup.stdout).unwrap();
        answer["code"].as_str().unwrap().to_owned()
    }

    /// A service, ready to ask.
    pub(crate) fn service(&self, name: &str) -> Service {
        self.serve(name, &[])
    }

    /// The same, with a site where nobody confirms anything.
    pub(crate) fn service_without_a_site(&self, name: &str) -> Service {
        let nobody = format!("http://127.0.0.1:{}", free_port());
        self.serve(name, &["--public-url", &nobody])
    }

    fn serve(&self, name: &str, more: &[&str]) -> Service {
        let short = name.to_lowercase().replace(' ', "-");
        let listen = format!("127.0.0.1:{}", free_port());
        let url = format!("http://{listen}");
        let key_file = self.path(&format!("{short}.key"));
        let data = self.path(&short).display().to_string();
        let key_path = key_file.display().to_string();
        let arguments = [
            "serve",
            "--listen",
            &listen,
            "--tangle",
            &self.tangle,
            "--data-dir",
            &data,
            "--name",
            name,
            "--api-key-file",
            &key_path,
        ];
        let arguments = [&arguments, more].concat();
        let mut program = Program::start("provider-service", &arguments, self.folder.path());
        program.until(|| web().get(&url).call().is_ok() && key_file.exists());
        let key = std::fs::read_to_string(&key_file)
            .unwrap()
            .trim()
            .to_owned();
        Service {
            url,
            key,
            _program: program,
        }
    }
}

/// A running service.
pub(crate) struct Service {
    url: String,
    key: String,
    _program: Program,
}

impl Service {
    /// Asks for data: the link of the request.
    pub(crate) fn ask(&self) -> String {
        self.ask_with(serde_json::json!({}))
    }

    /// The same, with wishes of its own.
    pub(crate) fn ask_with(&self, wish: Value) -> String {
        let answer = web()
            .post(format!("{}/api/v1/consent-requests", self.url))
            .header("Authorization", format!("Bearer {}", self.key))
            .send_json(wish);
        let answer: Value = answer.unwrap().body_mut().read_json().unwrap();
        answer["link"].as_str().unwrap().to_owned()
    }

    /// The states of all consents.
    pub(crate) fn states(&self) -> Vec<String> {
        let consents = self.consents().into_iter();
        consents
            .filter_map(|one| one["state"].as_str().map(str::to_owned))
            .collect()
    }

    /// All consents, as its own programs are told of them.
    pub(crate) fn consents(&self) -> Vec<Value> {
        let answer = web()
            .get(format!("{}/api/v1/consents", self.url))
            .header("Authorization", format!("Bearer {}", self.key))
            .call();
        let answer: Value = answer.unwrap().body_mut().read_json().unwrap();
        let all = answer["consents"].as_array().or(answer.as_array());
        all.cloned().unwrap_or_default()
    }
}

/// A process with its output in a file, stopped with the value.
pub(crate) struct Program {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Program {
    fn start(name: &str, arguments: &[&str], folder: &Path) -> Self {
        let log = folder.join(format!("{name}-{}.log", free_port()));
        let output = File::create(&log).unwrap();
        let child = Command::new(program(name))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        Self {
            name: name.to_owned(),
            child,
            log,
        }
    }

    fn until(&mut self, ready: impl Fn() -> bool) {
        let start = Instant::now();
        while !ready() {
            let ended = self.child.try_wait().unwrap();
            let said = std::fs::read_to_string(&self.log).unwrap_or_default();
            assert!(
                ended.is_none() && start.elapsed() < Duration::from_secs(60),
                "{}: {said}",
                self.name
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A program of the workspace, as built beside this test.
pub(crate) fn program(name: &str) -> PathBuf {
    let window = Path::new(env!("CARGO_BIN_EXE_my-home-app"));
    let built = window.with_file_name(name);
    assert!(
        built.is_file(),
        "{} is not there: `cargo xtask test-app` builds it",
        built.display()
    );
    built
}

/// Asks over HTTP, and not for ever.
fn web() -> ureq::Agent {
    let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(30)));
    config.build().into()
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}
