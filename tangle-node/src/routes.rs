//! What is served: the core routes of a Stardust node (IOTA TIP-25) and ours.

mod answer;
mod core;
mod json;
mod tagged;

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tangle::{
    api::{BLOCKS_BY_TAG, WATCH},
    pow::Miner,
};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use self::answer::Refusal;
use crate::{limits, store::Store};

/// What every answer may need.
pub(crate) struct Shared {
    network: String,
    min_pow_score: u32,
    store: Arc<Store>,
    miner: Miner,
    /// Room for answers, in bytes.
    answers: Arc<Semaphore>,
    pub(crate) stop: CancellationToken,
}

impl Shared {
    pub(crate) fn new(
        network: String,
        min_pow_score: u32,
        store: Arc<Store>,
        stop: CancellationToken,
    ) -> Self {
        let answers = Arc::new(Semaphore::new(limits::ANSWERS));
        Self {
            network,
            min_pow_score,
            store,
            miner: Miner::on_all_cores(),
            answers,
            stop,
        }
    }
}

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/health", get(core::health))
        .route("/api/routes", get(core::routes))
        .route("/api/core/v2/info", get(core::info))
        .route("/api/core/v2/tips", get(core::tips))
        .route("/api/core/v2/blocks", post(core::post_block))
        .route("/api/core/v2/blocks/{id}", get(core::block))
        .route("/api/core/v2/blocks/{id}/metadata", get(core::metadata))
        .route(BLOCKS_BY_TAG, post(tagged::blocks_by_tag))
        .route(WATCH, post(tagged::watch))
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
