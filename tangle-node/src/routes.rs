//! What is served: the core routes of a Stardust node (IOTA TIP-25) and ours.

mod answer;
mod blocks;
mod core;
mod events;
mod json;
mod ledger;
mod metrics;
mod milestones;
mod room;
mod tagged;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{ConnectInfo, DefaultBodyLimit, Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use http_server::RateLimit;
use tokio_util::sync::CancellationToken;

pub(crate) use self::{
    answer::Refusal,
    events::serve_tcp,
    room::Answers,
    tagged::{TagIndex, tag_routes},
};
use crate::{limits, store::Store, submission::Workshop};

/// What every answer may need.
pub(crate) struct Shared {
    pub(crate) network: String,
    pub(crate) min_pow_score: u32,
    pub(crate) store: Arc<Store>,
    /// Does the proof of work of those who ask for it, if that is offered.
    pub(crate) workshop: Option<Workshop>,
    /// Whether blocks can be looked up by tag.
    pub(crate) tag_routes: bool,
    /// The public key of who issues the milestones, if any are.
    pub(crate) coordinator: Option<String>,
    pub(crate) stop: CancellationToken,
}

/// The routes of a Stardust node (IOTA TIP-25), and ours for whoever looks for tags.
pub(crate) fn router(shared: Arc<Shared>, tags: Option<Arc<TagIndex>>) -> Router {
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
        .with_state(shared)
        .merge(tags.map(tag_routes).unwrap_or_default())
}

/// What strangers meet first: bounds on time, size and number, and refusals in one form.
pub(crate) fn protect(router: Router, rate: Option<RateLimit>, stop: &CancellationToken) -> Router {
    let router = router
        .fallback(|| async { Refusal::new(StatusCode::NOT_FOUND, "there is no such route") })
        .method_not_allowed_fallback(|| async {
            Refusal::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "this route takes another method",
            )
        })
        .layer(DefaultBodyLimit::max(limits::JSON_BODY))
        .layer(middleware::from_fn_with_state(stop.clone(), in_time));
    match rate {
        Some(rate) => router.layer(middleware::from_fn_with_state(
            Arc::new(rate),
            not_too_often,
        )),
        None => router,
    }
}

/// Lets a request through, or says when it may come again.
async fn not_too_often(
    State(rate): State<Arc<RateLimit>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    match rate.admit(peer.ip(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(wait) => Refusal::too_many(wait).into_response(),
    }
}

/// Nobody holds a connection with half a request for ever; and when the node stops, it does not wait for them.
async fn in_time(State(stop): State<CancellationToken>, request: Request, next: Next) -> Response {
    let stopped = async {
        stop.cancelled().await;
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
