//! The core routes of a Stardust node.

use std::{str::FromStr, sync::Arc};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tangle::{Block, BlockId, api};

use super::{Shared, answer::Refusal, json::BlockJson};
use crate::{limits, submission::Draft};

const BINARY: &str = "application/vnd.iota.serializer-v1";
const JSON: &str = "application/json";

type State_ = State<Arc<Shared>>;

pub(super) async fn health(State(shared): State_) -> StatusCode {
    if shared.store.health.is_healthy() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}

pub(super) async fn routes() -> Json<Value> {
    Json(json!({ "routes": ["core/v2", api::ROUTE_GROUP] }))
}

/// No tokens exist here: supply and rent are zero. Milestones are not issued, so their index stays 0.
pub(super) async fn info(State(shared): State_) -> Json<Value> {
    Json(json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "status": {
            "isHealthy": shared.store.health.is_healthy(),
            "latestMilestone": { "index": 0 },
            "confirmedMilestone": { "index": 0 },
            "pruningIndex": 0,
        },
        "supportedProtocolVersions": [2],
        "protocol": {
            "version": 2,
            "networkName": shared.network,
            "bech32Hrp": "tst",
            "minPowScore": shared.min_pow_score,
            "belowMaxDepth": 15,
            "rentStructure": { "vByteCost": 0, "vByteFactorData": 1, "vByteFactorKey": 10 },
            "tokenSupply": "0",
        },
        "pendingProtocolParameters": [],
        "baseToken": { "name": "none", "tickerSymbol": "NONE", "unit": "none", "decimals": 0, "useMetricPrefix": false },
        "metrics": {
            "blocksPerSecond": shared.store.health.blocks_per_second(),
            "referencedBlocksPerSecond": 0.0,
            "referencedRate": 0.0,
        },
        "features": ["pow"],
    }))
}

pub(super) async fn tips(State(shared): State_) -> Json<Value> {
    Json(json!({ "tips": shared.store.tips.pick() }))
}

pub(super) async fn post_block(
    State(shared): State_,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let body = body.map_err(|rejection| Refusal::new(rejection.status(), rejection.body_text()))?;
    let draft = Draft::new(read(&headers, &body)?)?;
    let block = draft
        .complete(
            || shared.store.tips.pick(),
            &shared.miner,
            shared.min_pow_score,
        )
        .await?;
    let id = block.id;
    shared.store.append(block).await?;
    let location = (header::LOCATION, format!("/api/core/v2/blocks/{id}"));
    Ok((
        StatusCode::CREATED,
        [location],
        Json(json!({ "blockId": id })),
    )
        .into_response())
}

pub(super) async fn block(
    State(shared): State_,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let bytes = find(&shared, &id).await?;
    if says(&headers, header::ACCEPT, BINARY) {
        return Ok(([(header::CONTENT_TYPE, BINARY)], bytes).into_response());
    }
    Ok(Json(BlockJson::from(stored(&bytes)?)).into_response())
}

pub(super) async fn metadata(
    State(shared): State_,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let bytes = find(&shared, &id).await?;
    Ok(Json(json!({
        "blockId": BlockId::of(&bytes),
        "parents": stored(&bytes)?.parents,
        // Parents must be here before a block is taken, so everything here is solid.
        "isSolid": true,
        "shouldPromote": false,
        "shouldReattach": false,
    })))
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<Block, Refusal> {
    if says(headers, header::CONTENT_TYPE, BINARY) {
        if body.len() > limits::BLOCK_BODY {
            return Err(Refusal::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("a block has at most {} bytes", limits::BLOCK_BODY),
            ));
        }
        return Block::parse_draft(body).map_err(Refusal::bad_request);
    }
    if says(headers, header::CONTENT_TYPE, JSON) {
        let json: BlockJson = serde_json::from_slice(body).map_err(Refusal::bad_request)?;
        return json.into_block().map_err(Refusal::bad_request);
    }
    Err(Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        format!("post a block as {BINARY} or {JSON}"),
    ))
}

fn says(headers: &HeaderMap, name: HeaderName, kind: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains(kind))
}

async fn find(shared: &Shared, id: &str) -> Result<Vec<u8>, Refusal> {
    let id = BlockId::from_str(id).map_err(Refusal::bad_request)?;
    let found = shared.store.by_id(id).await?;
    found.map(|block| block.bytes).ok_or_else(|| {
        Refusal::new(
            StatusCode::NOT_FOUND,
            format!("block {id} is not here, or was pruned"),
        )
    })
}

fn stored(bytes: &[u8]) -> Result<Block, Refusal> {
    Block::parse(bytes)
        .map_err(|error| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}
