//! `provider-service` as a process, which can be killed, asked over its API.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;

use super::{Process, program, until};

/// A service on its data directory.
pub(crate) struct ServiceProgram {
    dir: PathBuf,
    tangle: String,
    listen: String,
    agent: ureq::Agent,
}

impl ServiceProgram {
    /// One that does not run yet.
    pub(crate) fn new(dir: &Path, tangle: &str) -> anyhow::Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let timeout = Some(Duration::from_secs(10));
        Ok(Self {
            dir: dir.to_owned(),
            tangle: tangle.to_owned(),
            listen: format!("127.0.0.1:{port}"),
            agent: ureq::Agent::config_builder()
                .timeout_global(timeout)
                .build()
                .into(),
        })
    }

    /// Where it keeps its things.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Starts it.
    pub(crate) fn start(&self) -> anyhow::Result<Process> {
        let mut command = Command::new(program("provider-service")?);
        command
            .args(["serve", "--log", "error", "--listen", &self.listen])
            .args([
                "--tangle",
                &self.tangle,
                "--name",
                "Wattt Insights",
                "--api-key-file",
            ])
            .arg(self.key_file())
            .arg("--data-dir")
            .arg(&self.dir);
        Process::start(&mut command)
    }

    /// Starts it and waits until it has reached the Tangle.
    pub(crate) async fn started(&self) -> anyhow::Result<Process> {
        let process = self.start()?;
        until("the service answers", async || {
            Ok(self.get("/consents").is_ok())
        })
        .await?;
        Ok(process)
    }

    /// Asks for these lanes; its answer, with `id` and `link`. It must have reached the Tangle.
    pub(crate) async fn ask(&self, lanes: &[&str]) -> anyhow::Result<Value> {
        let wishes: Vec<Value> = lanes.iter().map(|lane| wish(lane)).collect();
        let mut answer = None;
        until("the service asks", async || {
            answer = self
                .post("/consent-requests", &serde_json::json!({ "lanes": wishes }))
                .ok();
            Ok(answer.is_some())
        })
        .await?;
        answer.context("there was an answer")
    }

    /// What it knows of a consent.
    pub(crate) fn consent(&self, id: &str) -> anyhow::Result<Value> {
        self.get(&format!("/consents/{id}"))
    }

    /// The state of a consent.
    pub(crate) fn state(&self, id: &str) -> anyhow::Result<String> {
        let consent = self.consent(id)?;
        let state = consent.get("state").and_then(Value::as_str);
        Ok(state.context("a consent without a state")?.to_owned())
    }

    fn get(&self, path: &str) -> anyhow::Result<Value> {
        let question = self.agent.get(self.address(path));
        let mut answer = question.header("Authorization", self.key()?).call()?;
        Ok(answer.body_mut().read_json()?)
    }

    fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let question = self.agent.post(self.address(path));
        let mut answer = question
            .header("Authorization", self.key()?)
            .send_json(body)?;
        Ok(answer.body_mut().read_json()?)
    }

    fn address(&self, path: &str) -> String {
        format!("http://{}/api/v1{path}", self.listen)
    }

    fn key_file(&self) -> PathBuf {
        self.dir.with_extension("api-key")
    }

    fn key(&self) -> anyhow::Result<String> {
        let key = std::fs::read_to_string(self.key_file())?;
        Ok(format!("Bearer {}", key.trim()))
    }
}

/// A lane that is needed, as the API takes it.
fn wish(lane: &str) -> Value {
    let why = serde_json::json!({ "en": "To break it.", "nl": "Om het te breken." });
    serde_json::json!({ "lane": lane, "needed": true, "why": why })
}
