//! The node itself: health, route groups, info, tips, peers.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};
use tangle::api;

use super::{Shared, answer::Refusal};
use crate::limits;

type State_ = State<Arc<Shared>>;

pub(super) async fn health(State(shared): State_) -> StatusCode {
    if shared.store.events.health.is_healthy() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}

pub(super) async fn routes(State(shared): State_) -> Json<Value> {
    let mut groups = vec!["core/v2", "mqtt/v1"];
    if shared.tag_routes {
        groups.push(api::ROUTE_GROUP);
    }
    Json(json!({ "routes": groups }))
}

/// No tokens exist here: supply and rent are zero.
pub(super) async fn info(State(shared): State_) -> Result<Json<Value>, Refusal> {
    let events = &shared.store.events;
    let latest = match events.latest() {
        Some(latest) => json!(latest),
        None => json!({ "index": 0 }),
    };
    let features: &[&str] = if shared.workshop.is_some() {
        &["pow"]
    } else {
        &[]
    };
    let stored = events.health.stored().per_second();
    let referenced = events.health.referenced().per_second();
    Ok(Json(json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "status": {
            "isHealthy": events.health.is_healthy(),
            "latestMilestone": latest,
            "confirmedMilestone": latest,
            "pruningIndex": shared.store.pruning_index().await?,
        },
        "supportedProtocolVersions": [2],
        "protocol": {
            "version": 2,
            "networkName": shared.network,
            "bech32Hrp": "tst",
            "minPowScore": shared.min_pow_score,
            "belowMaxDepth": limits::BELOW_MAX_DEPTH,
            "rentStructure": { "vByteCost": 0, "vByteFactorData": 1, "vByteFactorKey": 10 },
            "tokenSupply": "0",
        },
        "pendingProtocolParameters": [],
        "baseToken": { "name": "none", "tickerSymbol": "NONE", "unit": "none", "decimals": 0, "useMetricPrefix": false },
        "metrics": {
            "blocksPerSecond": stored,
            "referencedBlocksPerSecond": referenced,
            "referencedRate": if stored > 0.0 { 100.0 * referenced / stored } else { 0.0 },
        },
        "features": features,
        // Not part of the standard: who signs the milestones of this network.
        "coordinator": shared.coordinator.as_ref().map(|key| json!({ "publicKey": key })),
    })))
}

pub(super) async fn tips(State(shared): State_) -> Json<Value> {
    Json(json!({ "tips": shared.store.events.tips.pick() }))
}

/// One process is the whole network.
pub(super) async fn peers() -> Json<Value> {
    Json(json!([]))
}
