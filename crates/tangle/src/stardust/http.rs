//! Questions to one node: bounded in time and in the size of the answer.
//!
//! `iota-client` has an HTTP client of its own. It reads answers of any size into memory, turns statuses into sentences
//! and drops headers; so the requests are ours, and its types read the answers (`docs/decisions/0045-…`).

use std::time::{Duration, SystemTime};

use reqwest::{
    Client, RequestBuilder, Response,
    header::{self, AUTHORIZATION, HeaderMap},
    redirect,
};
use serde::{Serialize, de::DeserializeOwned};

use super::failure;
use crate::{Logins, TangleError};

/// Longest answer that is read, in bytes: a page of blocks in base64 with room to spare.
const MAX_ANSWER: usize = 16 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Block bytes as Stardust nodes speak them (IOTA TIP-25).
const BLOCK_BYTES: &str = "application/vnd.iota.serializer-v1";

/// An HTTP connection to one node, with the system's certificates and proxy.
pub(super) struct Http {
    client: Client,
    node: String,
    timeout: Duration,
    logins: Logins,
}

/// A status other than success, with the answer's words; or no answer at all.
pub(super) enum NoAnswer {
    Status {
        status: u16,
        body: String,
        /// How long the node asks to be left alone.
        retry_after: Option<Duration>,
    },
    Failure(TangleError),
}

impl Http {
    pub(super) fn new(node: &str, timeout: Duration, logins: &Logins) -> Result<Self, TangleError> {
        let mut client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT.min(timeout))
            // A node does not send its clients elsewhere; who does could send them anywhere.
            .redirect(redirect::Policy::none());
        if let Some(login) = logins.authorization(node) {
            client = client.default_headers(HeaderMap::from_iter([(AUTHORIZATION, login)]));
            if !node.starts_with("https:") {
                // It is on this machine. A proxy would read the login.
                client = client.no_proxy();
            }
        }
        let client = client.build().map_err(|error| TangleError::Address {
            address: node.to_owned(),
            why: error.to_string(),
        })?;
        Ok(Self {
            client,
            node: node.to_owned(),
            timeout,
            logins: logins.clone(),
        })
    }

    pub(super) fn node(&self) -> &str {
        &self.node
    }

    /// What a status other than success means.
    pub(super) fn refusal(
        &self,
        status: u16,
        body: &str,
        retry_after: Option<Duration>,
    ) -> TangleError {
        failure::status(&self.node, &self.logins, status, body, retry_after)
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, NoAnswer> {
        let request = || self.client.get(self.url(path)).timeout(self.timeout);
        self.json(&self.answer(request).await?)
    }

    /// A block's bytes.
    pub(super) async fn get_block(&self, path: &str) -> Result<Vec<u8>, NoAnswer> {
        let request = || {
            let get = self.client.get(self.url(path)).timeout(self.timeout);
            get.header(header::ACCEPT, BLOCK_BYTES)
        };
        self.answer(request).await
    }

    pub(super) async fn post_block<T: DeserializeOwned>(
        &self,
        path: &str,
        bytes: &[u8],
    ) -> Result<T, NoAnswer> {
        let request = || {
            let post = self.client.post(self.url(path)).timeout(self.timeout);
            post.header(header::CONTENT_TYPE, BLOCK_BYTES)
                .body(bytes.to_vec())
        };
        self.json(&self.answer(request).await?)
    }

    /// `longer` is what the node was asked to wait before it answers.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        question: &impl Serialize,
        longer: Duration,
    ) -> Result<T, NoAnswer> {
        let request = || {
            let post = self.client.post(self.url(path));
            post.timeout(self.timeout + longer).json(question)
        };
        self.json(&self.answer(request).await?)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.node)
    }

    fn json<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, NoAnswer> {
        serde_json::from_slice(body).map_err(|error| self.malformed(&error.to_string()))
    }

    /// Asks once more when an idle connection turned out to be gone: a node that restarted is no error. Nothing that is
    /// asked here does harm when it is asked twice; a block posted twice is one block.
    async fn answer(&self, request: impl Fn() -> RequestBuilder) -> Result<Vec<u8>, NoAnswer> {
        match self.once(request()).await {
            Err(NoAnswer::Failure(error)) if failure::was_cut(&error) => self.once(request()).await,
            answer => answer,
        }
    }

    async fn once(&self, request: RequestBuilder) -> Result<Vec<u8>, NoAnswer> {
        let response = request.send().await.map_err(|error| self.failed(&error))?;
        let (status, retry_after) = (response.status(), retry_after(&response));
        let body = self.read(response).await?;
        if status.is_success() {
            return Ok(body);
        }
        Err(NoAnswer::Status {
            status: status.as_u16(),
            body: String::from_utf8_lossy(&body).into_owned(),
            retry_after,
        })
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

/// Seconds or a date (RFC 9110 section 10.2.3).
fn retry_after(response: &Response) -> Option<Duration> {
    let words = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    match words.trim().parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => httpdate::parse_http_date(words)
            .ok()?
            .duration_since(SystemTime::now())
            .ok(),
    }
}
