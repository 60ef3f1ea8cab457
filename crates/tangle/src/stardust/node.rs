//! One node through `iota-client`, which is made when it is first needed.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use iota_client::{
    Client, Error as ClientError,
    api_types::core::response::InfoResponse,
    block::{Block as ClientBlock, BlockId as ClientBlockId, protocol::ProtocolParameters},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::OnceCell;

use super::{
    failure,
    http::{Http, NoAnswer},
};
use crate::{Block, BlockId, NetworkInfo, Stored, TangleError};

const INFO: &str = "/api/core/v2/info";

/// How long the network's parameters are taken as known.
const NETWORK_KNOWN_FOR: Duration = Duration::from_secs(60);

/// `iota-client` asks for the node's state in the background; what we need of it we ask ourselves.
const BACKGROUND_INTERVAL: Duration = Duration::from_secs(24 * 3600);

pub(super) struct Node {
    address: String,
    timeout: Duration,
    http: Http,
    client: OnceCell<Client>,
    network: Mutex<Option<(Instant, NetworkInfo)>>,
}

impl Node {
    pub(super) fn new(address: String, timeout: Duration) -> Result<Self, TangleError> {
        let http = Http::new(&address, timeout)?;
        Ok(Self {
            address,
            timeout,
            http,
            client: OnceCell::new(),
            network: Mutex::new(None),
        })
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) async fn network(&self) -> Result<NetworkInfo, TangleError> {
        let client = self.client().await?;
        let info = again(|| client.get_info()).await;
        let network = described(info.map_err(|error| self.failed(error))?.node_info);
        *self.network.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), network.clone()));
        Ok(network)
    }

    pub(super) async fn recent_network(&self) -> Result<NetworkInfo, TangleError> {
        let known = self
            .network
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match known {
            Some((at, network)) if at.elapsed() < NETWORK_KNOWN_FOR => Ok(network),
            _ => self.network().await,
        }
    }

    pub(super) fn forget_network(&self) {
        *self.network.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(super) async fn tips(&self) -> Result<Vec<BlockId>, TangleError> {
        let client = self.client().await?;
        let tips = again(|| client.get_tips()).await;
        let tips = tips.map_err(|error| self.failed(error))?;
        let mut tips: Vec<_> = tips.iter().map(|tip| BlockId(**tip)).collect();
        tips.sort_unstable();
        tips.dedup();
        Ok(tips)
    }

    pub(super) async fn post(&self, bytes: &[u8]) -> Result<BlockId, TangleError> {
        let unreadable = |error: &dyn std::fmt::Display| {
            failure::malformed(&self.address, &format!("our own block: {error}"))
        };
        let block = ClientBlock::unpack_strict(bytes, &ProtocolParameters::default())
            .map_err(|error| unreadable(&error))?;
        let client = self.client().await?;
        let claimed = again(|| client.post_block_raw(&block)).await;
        self.checked(
            BlockId(*claimed.map_err(|error| self.failed(error))?),
            bytes,
        )
    }

    pub(super) async fn block(&self, id: BlockId) -> Result<Option<Stored>, TangleError> {
        let (client, client_id) = (self.client().await?, ClientBlockId::new(id.0));
        match again(|| client.get_block_raw(&client_id)).await {
            Ok(bytes) => Ok(Stored::from_block(id, self.read_block(id, &bytes)?, None)),
            Err(ClientError::NotFound(_)) => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// The block in these bytes, once they are what the id names.
    pub(super) fn read_block(&self, id: BlockId, bytes: &[u8]) -> Result<Block, TangleError> {
        self.checked(id, bytes)?;
        Block::parse(bytes)
            .map_err(|error| failure::malformed(&self.address, &format!("block {id}: {error}")))
    }

    pub(super) async fn confirmed(&self, id: BlockId) -> Result<bool, TangleError> {
        let (client, client_id) = (self.client().await?, ClientBlockId::new(id.0));
        let metadata = match again(|| client.get_block_metadata(&client_id)).await {
            Ok(metadata) => metadata,
            Err(ClientError::NotFound(_)) => return Ok(false),
            Err(error) => return Err(self.failed(error)),
        };
        if metadata.referenced_by_milestone_index.is_some() || !metadata.is_solid {
            return Ok(metadata.is_solid);
        }
        let info = again(|| client.get_info()).await;
        let info = info.map_err(|error| self.failed(error))?.node_info;
        Ok(info.status.latest_milestone.index == 0)
    }

    /// Asks one of our own routes; a node that does not have them says so.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        question: &impl Serialize,
        longer: Duration,
    ) -> Result<T, TangleError> {
        let mut answer = self.http.post(path, question, longer).await;
        if matches!(&answer, Err(NoAnswer::Failure(error)) if failure::was_cut(error)) {
            answer = self.http.post(path, question, longer).await;
        }
        match answer {
            Ok(answer) => Ok(answer),
            Err(NoAnswer::Status(404 | 405 | 501, _)) => {
                self.info().await?;
                Err(TangleError::NoLookUpByTag {
                    node: self.address.clone(),
                })
            }
            Err(NoAnswer::Status(status, body)) => {
                Err(failure::status(&self.address, status, &body))
            }
            Err(NoAnswer::Failure(error)) => Err(error),
        }
    }

    async fn client(&self) -> Result<&Client, TangleError> {
        self.client.get_or_try_init(|| self.build()).await
    }

    /// `iota-client` blocks while it is built, and panics when the node's parameters do not suit it: so first look
    /// who answers, then build away from the async threads.
    async fn build(&self) -> Result<Client, TangleError> {
        let parameters = self.info().await?.protocol;
        let not_a_node = |why: String| TangleError::NotANode {
            node: self.address.clone(),
            why,
        };
        ProtocolParameters::try_from(parameters).map_err(|error| not_a_node(error.to_string()))?;
        let (address, timeout) = (self.address.clone(), self.timeout);
        match tokio::task::spawn_blocking(move || built(&address, timeout)).await {
            Ok(client) => client.map_err(|error| self.failed(*error)),
            Err(_) => Err(not_a_node("its parameters cannot be used".to_owned())),
        }
    }

    async fn info(&self) -> Result<InfoResponse, TangleError> {
        let not_a_node = |why: String| TangleError::NotANode {
            node: self.address.clone(),
            why,
        };
        match self.http.get(INFO).await {
            Ok(info) => Ok(info),
            Err(NoAnswer::Status(status @ (429 | 500..), body)) => {
                Err(failure::status(&self.address, status, &body))
            }
            Err(NoAnswer::Status(status, _)) => {
                Err(not_a_node(format!("it answered {status} to {INFO}")))
            }
            Err(NoAnswer::Failure(TangleError::Malformed { why, .. })) => Err(not_a_node(format!(
                "its answer to {INFO} is not one of a node ({why})"
            ))),
            Err(NoAnswer::Failure(error)) => Err(error),
        }
    }

    fn checked(&self, claimed: BlockId, bytes: &[u8]) -> Result<BlockId, TangleError> {
        let actual = BlockId::of(bytes);
        if actual == claimed {
            return Ok(actual);
        }
        Err(TangleError::Altered {
            node: self.address.clone(),
            claimed,
            actual,
        })
    }

    fn failed(&self, error: ClientError) -> TangleError {
        failure::client(&self.address, error)
    }
}

/// Asks once more when an idle connection turned out to be gone: a node that restarted is no error. Nothing that is
/// asked here does harm when it is asked twice; a block posted twice is one block.
async fn again<T, F>(ask: impl Fn() -> F) -> Result<T, ClientError>
where
    F: Future<Output = Result<T, ClientError>>,
{
    match ask().await {
        Err(error) if failure::was_cut(&error) => ask().await,
        answer => answer,
    }
}

fn built(address: &str, timeout: Duration) -> Result<Client, Box<ClientError>> {
    Ok(Client::builder()
        .with_node(address)?
        .with_ignore_node_health()
        .with_local_pow(true)
        // Its own proof of work must never run: see `crate::pow`.
        .with_fallback_to_local_pow(false)
        .with_pow_worker_count(1)
        .with_node_sync_interval(BACKGROUND_INTERVAL)
        .with_api_timeout(timeout)
        .finish()?)
}

fn described(info: InfoResponse) -> NetworkInfo {
    NetworkInfo {
        node: format!("{} {}", info.name, info.version),
        min_pow_score: info.protocol.min_pow_score,
        protocol_version: info.protocol.protocol_version,
        name: info.protocol.network_name,
    }
}
