//! One node: the routes of the Stardust interface (IOTA TIP-25), read with the types of `iota-client`.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use iota_client::api_types::core::response::{
    BlockMetadataResponse, InfoResponse, SubmitBlockResponse, TipsResponse,
};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    failure,
    http::{Http, NoAnswer},
    rest::Rest,
};
use crate::{Block, BlockId, NetworkInfo, Settings, Stored, TangleError};

const INFO: &str = "/api/core/v2/info";
const TIPS: &str = "/api/core/v2/tips";
const BLOCKS: &str = "/api/core/v2/blocks";

/// The block format of Stardust.
const STARDUST: u8 = 2;

/// How long the network's parameters, and that a node has no look-up by tag, are taken as known.
const KNOWN_FOR: Duration = Duration::from_secs(60);

pub(super) struct Node {
    http: Http,
    network: Mutex<Option<(Instant, NetworkInfo)>>,
    /// When it said that it has no look-up by tag.
    plain: Mutex<Option<Instant>>,
    pub(super) rest: Rest,
}

impl Node {
    pub(super) fn new(address: &str, settings: &Settings) -> Result<Self, TangleError> {
        Ok(Self {
            http: Http::new(address, settings.timeout, &settings.logins)?,
            network: Mutex::new(None),
            plain: Mutex::new(None),
            rest: Rest::default(),
        })
    }

    pub(super) fn address(&self) -> &str {
        self.http.node()
    }

    pub(super) async fn network(&self) -> Result<NetworkInfo, TangleError> {
        let network = described(self.info().await?);
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
            Some((at, network)) if at.elapsed() < KNOWN_FOR => Ok(network),
            _ => self.network().await,
        }
    }

    pub(super) fn forget_network(&self) {
        *self.network.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Blocks to approve, in order. More than a block can name are not needed.
    pub(super) async fn tips(&self) -> Result<Vec<BlockId>, TangleError> {
        let answer: TipsResponse = self.http.get(TIPS).await.map_err(|why| self.no(why))?;
        let mut tips = Vec::with_capacity(answer.tips.len());
        for tip in &answer.tips {
            tips.push(self.id(tip)?);
        }
        tips.sort_unstable();
        tips.dedup();
        tips.truncate(Block::MAX_PARENTS);
        if tips.is_empty() {
            return Err(failure::malformed(self.address(), "it names no tips"));
        }
        Ok(tips)
    }

    pub(super) async fn post(&self, bytes: &[u8]) -> Result<BlockId, TangleError> {
        let answer = self.http.post_block(BLOCKS, bytes).await;
        let taken: SubmitBlockResponse = answer.map_err(|why| self.no(why))?;
        self.checked(self.id(&taken.block_id)?, bytes)
    }

    pub(super) async fn block(&self, id: BlockId) -> Result<Option<Stored>, TangleError> {
        match self.http.get_block(&format!("{BLOCKS}/{id}")).await {
            Ok(bytes) => Ok(Stored::from_block(id, self.read_block(id, &bytes)?, None)),
            Err(NoAnswer::Status { status: 404, .. }) => Ok(None),
            Err(why) => Err(self.no(why)),
        }
    }

    /// The block in these bytes, once they are what the id names.
    pub(super) fn read_block(&self, id: BlockId, bytes: &[u8]) -> Result<Block, TangleError> {
        self.checked(id, bytes)?;
        Block::parse(bytes)
            .map_err(|error| failure::malformed(self.address(), &format!("block {id}: {error}")))
    }

    pub(super) async fn confirmed(&self, id: BlockId) -> Result<bool, TangleError> {
        let answer = self.http.get(&format!("{BLOCKS}/{id}/metadata")).await;
        let metadata: BlockMetadataResponse = match answer {
            Ok(metadata) => metadata,
            Err(NoAnswer::Status { status: 404, .. }) => return Ok(false),
            Err(why) => return Err(self.no(why)),
        };
        if metadata.referenced_by_milestone_index.is_some() || !metadata.is_solid {
            return Ok(metadata.is_solid);
        }
        Ok(self.info().await?.status.latest_milestone.index == 0)
    }

    /// Asks one of our own routes; a node that does not have them says so.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        question: &impl Serialize,
        longer: Duration,
    ) -> Result<T, TangleError> {
        let no_look_up = || TangleError::NoLookUpByTag {
            node: self.address().to_owned(),
        };
        let plain = || self.plain.lock().unwrap_or_else(PoisonError::into_inner);
        if plain().is_some_and(|since| since.elapsed() < KNOWN_FOR) {
            return Err(no_look_up());
        }
        match self.http.post(path, question, longer).await {
            Err(NoAnswer::Status {
                status: 404 | 405 | 501,
                ..
            }) => {
                self.info().await?;
                *plain() = Some(Instant::now());
                Err(no_look_up())
            }
            answer => answer.map_err(|why| self.no(why)),
        }
    }

    async fn info(&self) -> Result<InfoResponse, TangleError> {
        let not_a_node = |why: String| TangleError::NotANode {
            node: self.address().to_owned(),
            why,
        };
        match self.http.get::<InfoResponse>(INFO).await {
            Ok(info) if info.protocol.protocol_version == STARDUST => Ok(info),
            Ok(info) => Err(not_a_node(format!(
                "it speaks version {} of the protocol, this program version {STARDUST} (Stardust)",
                info.protocol.protocol_version
            ))),
            Err(why @ NoAnswer::Status { status, .. }) => match self.no(why) {
                TangleError::Refused { .. } => {
                    Err(not_a_node(format!("it answered {status} to {INFO}")))
                }
                error => Err(error),
            },
            Err(NoAnswer::Failure(TangleError::Malformed { why, .. })) => Err(not_a_node(format!(
                "its answer to {INFO} is not one of a node ({why})"
            ))),
            Err(NoAnswer::Failure(error)) => Err(error),
        }
    }

    fn id(&self, text: &str) -> Result<BlockId, TangleError> {
        text.parse()
            .map_err(|error| failure::malformed(self.address(), &format!("{error}")))
    }

    fn checked(&self, claimed: BlockId, bytes: &[u8]) -> Result<BlockId, TangleError> {
        let actual = BlockId::of(bytes);
        if actual == claimed {
            return Ok(actual);
        }
        Err(TangleError::Altered {
            node: self.address().to_owned(),
            claimed,
            actual,
        })
    }

    fn no(&self, why: NoAnswer) -> TangleError {
        match why {
            NoAnswer::Status {
                status,
                body,
                retry_after,
            } => self.http.refusal(status, &body, retry_after),
            NoAnswer::Failure(error) => error,
        }
    }
}

fn described(info: InfoResponse) -> NetworkInfo {
    NetworkInfo {
        node: format!("{} {}", info.name, info.version),
        min_pow_score: info.protocol.min_pow_score,
        protocol_version: info.protocol.protocol_version,
        name: info.protocol.network_name,
    }
}
