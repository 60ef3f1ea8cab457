//! The node that is followed, through its REST interface (IOTA TIP-25).

use std::time::Duration;

use reqwest::{
    Client, Method, RequestBuilder, Response, StatusCode, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LOCATION},
};
use serde::{Deserialize, de::DeserializeOwned};
use tangle::{Block, BlockId, Logins, TangleError};

use crate::limits;

const CORE: &str = "api/core/v2";
const BINARY: &str = "application/vnd.iota.serializer-v1";

/// Longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// A node somewhere else.
pub(super) struct ForeignNode {
    http: Client,
    url: Url,
    logins: Logins,
}

/// Why a question to the followed node got no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum FollowError {
    #[error("{0:?} is no address of a node; write it like http://127.0.0.1:14265")]
    Address(String),
    #[error(
        "the address of the followed node contains a user name or password, which would end up in logs and lists of processes: they belong into a file (docs/tangle.md, A town)"
    )]
    Secret,
    #[error("{0}")]
    Login(Box<TangleError>),
    #[error("the followed node cannot be reached: {0}")]
    Unreachable(#[from] reqwest::Error),
    #[error("the followed node answered {status} to {path}")]
    Status { status: StatusCode, path: String },
    #[error("the followed node's answer to {path} is too long or cannot be read: {why}")]
    Unreadable { path: String, why: String },
    #[error("the followed node gave a block that is not the one it was asked for: {0}")]
    Altered(BlockId),
    #[error("the index cannot store what it found: {0}")]
    Store(String),
}

/// What the index needs of a node's state.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Info {
    pub(super) status: Status,
    pub(super) protocol: Protocol,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status {
    pub(super) confirmed_milestone: Confirmed,
    pub(super) pruning_index: u32,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Confirmed {
    pub(super) index: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Protocol {
    pub(super) network_name: String,
    pub(super) version: u8,
}

#[derive(Deserialize)]
struct Groups {
    routes: Vec<String>,
}

#[derive(Deserialize)]
struct Parents {
    parents: Vec<BlockId>,
}

#[derive(Deserialize)]
struct Tips {
    tips: Vec<BlockId>,
}

/// A request that is handed on, and its answer.
pub(super) struct Forwarded {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) location: Option<String>,
    pub(super) body: Vec<u8>,
}

impl ForeignNode {
    /// # Errors
    /// [`FollowError::Address`], [`FollowError::Secret`].
    pub(super) fn new(address: &str, logins: &Logins) -> Result<Self, FollowError> {
        let wrong = || FollowError::Address(shown(address));
        let mut url = Url::parse(address.trim()).map_err(|_| wrong())?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(wrong());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FollowError::Secret);
        }
        // What follows is joined to it.
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        let mut http = Client::builder().http1_only();
        if url.scheme() == "http" && logins.authorization(&origin(&url)).is_some() {
            // It is on this machine. A proxy would read the login.
            http = http.no_proxy();
        }
        Ok(Self {
            http: http.build()?,
            url,
            logins: logins.clone(),
        })
    }

    /// The address.
    pub(super) fn name(&self) -> String {
        self.url.as_str().trim_end_matches('/').to_owned()
    }

    /// A question of the index's own, with its login. What others ask is handed on with theirs.
    pub(super) fn ask(&self, path: &str) -> Result<RequestBuilder, FollowError> {
        let mut request = self.http.get(self.at(path)?);
        if let Some(login) = self.logins.authorization(&origin(&self.url)) {
            request = request.header(AUTHORIZATION, login);
        }
        Ok(request)
    }

    /// The names of its groups of routes.
    pub(super) async fn groups(&self) -> Result<Vec<String>, FollowError> {
        let groups: Groups = self.json("api/routes").await?;
        Ok(groups.routes)
    }

    /// The address of one of its routes.
    fn at(&self, path: &str) -> Result<Url, FollowError> {
        let path = path.trim_start_matches('/');
        self.url
            .join(path)
            .map_err(|_| FollowError::Address(path.to_owned()))
    }

    pub(super) async fn info(&self) -> Result<Info, FollowError> {
        self.json(&format!("{CORE}/info")).await
    }

    /// The parents of a milestone, `None` when the node does not have it (any more).
    pub(super) async fn milestone_parents(
        &self,
        index: u32,
    ) -> Result<Option<Vec<BlockId>>, FollowError> {
        let path = format!("{CORE}/milestones/by-index/{index}");
        match self.json::<Parents>(&path).await {
            Ok(milestone) => Ok(Some(milestone.parents)),
            Err(FollowError::Status {
                status: StatusCode::NOT_FOUND,
                ..
            }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn tips(&self) -> Result<Vec<BlockId>, FollowError> {
        let tips: Tips = self.json(&format!("{CORE}/tips")).await?;
        Ok(tips.tips)
    }

    /// The bytes of a block, which are what the id names; `None` when the node does not have it (any more).
    pub(super) async fn block(&self, id: BlockId) -> Result<Option<Vec<u8>>, FollowError> {
        let path = format!("{CORE}/blocks/{id}");
        let request = self.ask(&path)?.header(ACCEPT, BINARY);
        let response = request.timeout(PATIENCE).send().await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let bytes = read(self.successful(response, &path)?, Block::MAX_LEN, &path).await?;
        match BlockId::of(&bytes) == id {
            true => Ok(Some(bytes)),
            false => Err(FollowError::Altered(id)),
        }
    }

    /// Hands a request on as it came.
    pub(super) async fn forward(
        &self,
        method: &str,
        path: &str,
        headers: &[(String, Vec<u8>)],
        body: Vec<u8>,
    ) -> Result<Forwarded, FollowError> {
        let method = Method::from_bytes(method.as_bytes())
            .map_err(|_| FollowError::Address(path.to_owned()))?;
        let mut request = self.http.request(method, self.at(path)?);
        for (name, value) in headers {
            request = request.header(name, value.as_slice());
        }
        let response = request.timeout(limits::REQUEST).body(body).send().await?;
        let header = |name| {
            let value = response.headers().get(name)?;
            Some(value.to_str().ok()?.to_owned())
        };
        Ok(Forwarded {
            status: response.status().as_u16(),
            content_type: header(CONTENT_TYPE),
            location: header(LOCATION),
            body: read(response, limits::FORWARDED, path).await?,
        })
    }

    fn successful(&self, response: Response, path: &str) -> Result<Response, FollowError> {
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let refusal = self.logins.refusal(&origin(&self.url), status.as_u16(), "");
        Err(match refusal {
            Some(refusal) => FollowError::Login(Box::new(refusal)),
            None => FollowError::Status {
                status,
                path: path.to_owned(),
            },
        })
    }

    async fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T, FollowError> {
        let request = self.ask(path)?.timeout(PATIENCE);
        let response = self.successful(request.send().await?, path)?;
        let body = read(response, limits::JSON_BODY, path).await?;
        serde_json::from_slice(&body).map_err(|error| unreadable(path, error))
    }
}

/// An address as it was given, without what may be a password.
pub(super) fn shown(address: &str) -> String {
    let shown = address.rsplit('@').next().unwrap_or_default();
    shown.chars().take(200).collect()
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

async fn read(mut response: Response, most: usize, path: &str) -> Result<Vec<u8>, FollowError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > most {
            return Err(unreadable(path, format!("more than {most} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn unreadable(path: &str, why: impl std::fmt::Display) -> FollowError {
    FollowError::Unreadable {
        path: path.to_owned(),
        why: why.to_string(),
    }
}
