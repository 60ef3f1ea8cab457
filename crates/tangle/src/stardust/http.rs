//! Questions to a node that `iota-client` does not know: bounded in time and in the size of the answer.

use std::time::Duration;

use reqwest::{Client, Response};
use serde::{Serialize, de::DeserializeOwned};

use super::failure;
use crate::TangleError;

/// Longest answer that is read, in bytes: a page of blocks in base64 with room to spare.
const MAX_ANSWER: usize = 16 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// An HTTP connection to one node.
pub(super) struct Http {
    client: Client,
    node: String,
    timeout: Duration,
}

/// A status other than success, with the answer's words; or no answer at all.
pub(super) enum NoAnswer {
    Status(u16, String),
    Failure(TangleError),
}

impl Http {
    pub(super) fn new(node: &str, timeout: Duration) -> Result<Self, TangleError> {
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT.min(timeout))
            .build()
            .map_err(|error| TangleError::Address {
                address: node.to_owned(),
                why: error.to_string(),
            })?;
        Ok(Self {
            client,
            node: node.to_owned(),
            timeout,
        })
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, NoAnswer> {
        let request = self
            .client
            .get(format!("{}{path}", self.node))
            .timeout(self.timeout);
        self.answer(request.send().await).await
    }

    /// `longer` is what the node was asked to wait before it answers.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        question: &impl Serialize,
        longer: Duration,
    ) -> Result<T, NoAnswer> {
        let request = self
            .client
            .post(format!("{}{path}", self.node))
            .timeout(self.timeout + longer);
        self.answer(request.json(question).send().await).await
    }

    async fn answer<T: DeserializeOwned>(
        &self,
        sent: Result<Response, reqwest::Error>,
    ) -> Result<T, NoAnswer> {
        let response = sent.map_err(|error| self.failed(&error))?;
        let status = response.status();
        let body = self.read(response).await?;
        if !status.is_success() {
            return Err(NoAnswer::Status(
                status.as_u16(),
                String::from_utf8_lossy(&body).into_owned(),
            ));
        }
        serde_json::from_slice(&body).map_err(|error| self.malformed(&error.to_string()))
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, NoAnswer> {
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.failed(&error))?
        {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(self.malformed(&format!("it is longer than {MAX_ANSWER} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn failed(&self, error: &reqwest::Error) -> NoAnswer {
        NoAnswer::Failure(failure::transport(&self.node, error))
    }

    fn malformed(&self, why: &str) -> NoAnswer {
        NoAnswer::Failure(failure::malformed(&self.node, why))
    }
}
