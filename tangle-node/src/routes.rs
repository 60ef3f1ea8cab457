//! What is served: the core routes of a Stardust node (IOTA TIP-25) and ours.

mod answer;
mod blocks;
mod core;
mod events;
mod json;
mod ledger;
mod metrics;
mod milestones;
mod tagged;

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use tangle::{
    api::{BLOCKS_BY_TAG, WATCH},
    pow::Miner,
};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use self::answer::Refusal;
pub(crate) use self::events::serve_tcp;
use crate::{limits, store::Store};

/// What every answer may need.
pub(crate) struct Shared {
    pub(crate) network: String,
    pub(crate) min_pow_score: u32,
    pub(crate) store: Arc<Store>,
    pub(crate) miner: Arc<Miner>,
    /// Whether the node does the proof of work of those who ask it to.
    pub(crate) pow_on_request: bool,
    /// Whether blocks can be looked up by tag.
    pub(crate) tag_routes: bool,
    /// The public key of who issues the milestones, if any are.
    pub(crate) coordinator: Option<String>,
    /// Room for answers, in bytes.
    pub(crate) answers: Arc<Semaphore>,
    pub(crate) stop: CancellationToken,
}

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let tag_routes = if shared.tag_routes {
        Router::new()
            .route(BLOCKS_BY_TAG, post(tagged::blocks_by_tag))
            .route(WATCH, post(tagged::watch))
    } else {
        Router::new()
    };
    let core = Router::new()
        .route("/info", get(core::info))
        .route("/tips", get(core::tips))
        .route("/peers", get(core::peers))
        .route("/blocks", post(blocks::post))
        .route("/blocks/{id}", get(blocks::block))
        .route("/blocks/{id}/metadata", get(blocks::metadata))
        .route("/milestones/{id}", get(milestones::by_id))
        .route(
            "/milestones/{id}/utxo-changes",
            get(milestones::changes_by_id),
        )
        .route("/milestones/by-index/{index}", get(milestones::by_index))
        .route(
            "/milestones/by-index/{index}/utxo-changes",
            get(milestones::changes_by_index),
        )
        .route("/outputs/{id}", get(ledger::output))
        .route("/outputs/{id}/metadata", get(ledger::output))
        .route(
            "/transactions/{id}/included-block",
            get(ledger::transaction),
        )
        .route(
            "/transactions/{id}/included-block/metadata",
            get(ledger::transaction),
        )
        .route("/treasury", get(ledger::treasury))
        .route("/receipts", get(ledger::receipts))
        .route("/receipts/{index}", get(ledger::receipts));
    Router::new()
        .route("/health", get(core::health))
        .route("/metrics", get(metrics::metrics))
        .route("/api/routes", get(core::routes))
        .nest("/api/core/v2", core)
        .route("/api/mqtt/v1", any(events::websocket))
        .merge(tag_routes)
        .fallback(|| async { Refusal::new(StatusCode::NOT_FOUND, "there is no such route") })
        .method_not_allowed_fallback(|| async {
            Refusal::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "this route takes another method",
            )
        })
        .layer(DefaultBodyLimit::max(limits::JSON_BODY))
        .layer(middleware::from_fn_with_state(shared.clone(), in_time))
        .with_state(shared)
}

/// Nobody holds a connection with half a request for ever; and when the node stops, it does not wait for them.
async fn in_time(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let stopped = async {
        shared.stop.cancelled().await;
        tokio::time::sleep(limits::STOPPING / 2).await;
    };
    tokio::select! {
        answer = next.run(request) => answer,
        () = tokio::time::sleep(limits::REQUEST) => {
            Refusal::new(StatusCode::REQUEST_TIMEOUT, "this took too long").into_response()
        }
        () = stopped => Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "the node is stopping").into_response(),
    }
}
