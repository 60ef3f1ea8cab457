//! A Stardust node as strangers run them: a real HTTP server that answers what a test tells it to.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    http::StatusCode,
    routing::{MethodRouter, get, post},
};
use serde_json::{Value, json};
use tangle::{Block, BlockId, Tag, Tangle, api::BLOCKS_BY_TAG, connect};
use tokio::net::TcpListener;

pub(crate) const TAG: Tag = Tag([7; 32]);
pub(crate) const INFO: &str = "/api/core/v2/info";
pub(crate) const TIPS: &str = "/api/core/v2/tips";
pub(crate) const BLOCKS: &str = "/api/core/v2/blocks";
pub(crate) const BLOCK: &str = "/api/core/v2/blocks/{id}";
pub(crate) const METADATA: &str = "/api/core/v2/blocks/{id}/metadata";

pub(crate) async fn serve(routes: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}

/// An address where nothing listens.
pub(crate) async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

pub(crate) fn info(min_pow_score: u32) -> Value {
    info_of("foreign", min_pow_score)
}

pub(crate) fn info_of(network: &str, min_pow_score: u32) -> Value {
    json!({
        "name": "HORNET", "version": "2.0.0",
        "status": {
            "isHealthy": false, "pruningIndex": 0,
            "latestMilestone": { "index": 5 }, "confirmedMilestone": { "index": 5 },
        },
        "supportedProtocolVersions": [2],
        "protocol": {
            "version": 2, "networkName": network, "bech32Hrp": "tst", "minPowScore": min_pow_score,
            "belowMaxDepth": 15, "tokenSupply": "1000",
            "rentStructure": { "vByteCost": 1, "vByteFactorData": 1, "vByteFactorKey": 1 },
        },
        "pendingProtocolParameters": [],
        "baseToken": {
            "name": "T", "tickerSymbol": "T", "unit": "t", "decimals": 6, "useMetricPrefix": false,
        },
        "metrics": { "blocksPerSecond": 0.5, "referencedBlocksPerSecond": 0.5, "referencedRate": 100.0 },
        "features": [],
    })
}

/// A node that is never healthy and has what every Stardust node has: no look-up by tag, no MQTT.
pub(crate) fn foreign(min_pow_score: u32) -> Router {
    foreign_of("foreign", min_pow_score)
}

pub(crate) fn foreign_of(network: &'static str, min_pow_score: u32) -> Router {
    let info = move || async move { Json(info_of(network, min_pow_score)) };
    let tips = || async { Json(json!({ "tips": [BlockId([1; 32])] })) };
    Router::new()
        .route("/health", get(StatusCode::SERVICE_UNAVAILABLE))
        .route(
            "/api/routes",
            get(|| async { Json(json!({ "routes": ["core/v2"] })) }),
        )
        .route(INFO, get(info))
        .route(TIPS, get(tips))
}

/// Takes every block and says its right id.
pub(crate) fn takes_blocks() -> MethodRouter {
    post(|body: Bytes| async move { taken(&body) })
}

pub(crate) fn taken(block: &[u8]) -> (StatusCode, Json<Value>) {
    (
        StatusCode::CREATED,
        Json(json!({ "blockId": BlockId::of(block) })),
    )
}

/// In the form in which Stardust nodes refuse.
pub(crate) fn refused(status: StatusCode, message: &str) -> (StatusCode, Json<Value>) {
    let error = json!({ "code": status.as_u16().to_string(), "message": message });
    (status, Json(json!({ "error": error })))
}

pub(crate) async fn tangle(routes: Router) -> Arc<dyn Tangle> {
    connect(&serve(routes).await).unwrap()
}

pub(crate) fn block() -> Vec<u8> {
    Block::tagged(vec![BlockId([1; 32])], &TAG.0, b"data")
        .unwrap()
        .to_bytes()
}

/// A block as our look-up answers it.
pub(crate) fn found(id: BlockId, bytes: &[u8]) -> Value {
    json!({ "blockId": id, "cursor": 1, "at": 1, "block": data_encoding::BASE64.encode(bytes) })
}

/// A node with look-up by tag that always answers this.
pub(crate) fn answering(blocks: Value) -> Router {
    foreign(0).route(BLOCKS_BY_TAG, post(|| async { Json(blocks) }))
}
