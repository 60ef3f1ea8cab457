//! A service as its operator's scripts see it: the HTTP API.

use crate::{Built, Process, free_port};
use anyhow::Context;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A running `provider-service`.
pub struct Provider {
    /// The name people see.
    pub name: &'static str,
    /// Its address.
    pub url: String,
    /// Its data folder.
    pub data: PathBuf,
    key: String,
    agent: ureq::Agent,
    pub(crate) process: Process,
}

impl Provider {
    /// Starts a service on `preferred_port`, or on any free one.
    ///
    /// # Errors
    /// When it does not start; its last words are in the error.
    pub fn start(
        built: &Built,
        name: &'static str,
        preferred_port: u16,
        folder: &Path,
        tangle: &str,
    ) -> anyhow::Result<Self> {
        let short = name.to_lowercase().replace(' ', "-");
        let data = folder.join(&short);
        let key_file = folder.join(format!("{short}.api-key"));
        let listen = format!("127.0.0.1:{}", free_port(preferred_port)?);
        let url = format!("http://{listen}");
        let mut process = Process::start(
            &short,
            &built.program("provider-service")?,
            &[
                "serve",
                "--listen",
                &listen,
                "--tangle",
                tangle,
                "--data-dir",
                &data.display().to_string(),
                "--name",
                name,
                "--api-key-file",
                &key_file.display().to_string(),
            ],
            folder,
        )?;
        process.wait_until_ready(|| ureq::get(&url).call().is_ok())?;
        let key = std::fs::read_to_string(&key_file)
            .with_context(|| format!("{} has no key", key_file.display()))?;
        Ok(Self {
            name,
            url,
            data,
            key: key.trim().to_owned(),
            agent: agent(),
            process,
        })
    }

    /// Creates a consent request.
    ///
    /// # Errors
    /// When the service does not answer, or refuses.
    pub fn request(&self) -> anyhow::Result<Value> {
        let answer = self
            .agent
            .post(self.address("/consent-requests"))
            .header("Authorization", format!("Bearer {}", self.key))
            .send_json(serde_json::json!({}));
        Ok(answer?.body_mut().read_json()?)
    }

    /// What the service knows of a consent.
    ///
    /// # Errors
    /// When the service does not answer, or refuses.
    pub fn consent(&self, id: &str) -> anyhow::Result<Value> {
        Ok(self
            .get(&format!("/consents/{id}"))?
            .body_mut()
            .read_json()?)
    }

    /// The readings of a consent.
    ///
    /// # Errors
    /// When the service does not answer, or refuses.
    pub fn readings(&self, id: &str) -> anyhow::Result<Value> {
        let mut answer = self.get(&format!("/consents/{id}/readings?format=json"))?;
        Ok(answer.body_mut().read_json()?)
    }

    /// The chart of a consent as PNG, for a period in unix seconds.
    ///
    /// # Errors
    /// When the service does not answer, or refuses.
    pub fn chart(&self, id: &str, from: u64, to: u64) -> anyhow::Result<Vec<u8>> {
        let mut answer = self.get(&format!("/consents/{id}/chart.png?from={from}&to={to}"))?;
        Ok(answer.body_mut().read_to_vec()?)
    }

    fn get(&self, path: &str) -> anyhow::Result<ureq::http::Response<ureq::Body>> {
        self.agent
            .get(self.address(path))
            .header("Authorization", format!("Bearer {}", self.key))
            .call()
            .with_context(|| format!("{}{path}", self.url))
    }

    fn address(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.url)
    }
}

/// A service that does not answer within half a minute is a failed step, not an endless one.
fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .into()
}
