//! Milestones, by index and by id.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tangle::{Block, BlockId};

use super::{Shared, answer::Refusal, blocks, json::PayloadJson};
use crate::{
    milestone::{self, Milestone, MilestoneId},
    store::StoredBlock,
};

type State_ = State<Arc<Shared>>;

pub(super) async fn by_index(
    State(shared): State_,
    Path(index): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    answer(&found_by_index(&shared, &index).await?, &headers)
}

pub(super) async fn by_id(
    State(shared): State_,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    answer(&found_by_id(&shared, &id).await?, &headers)
}

pub(super) async fn changes_by_index(
    State(shared): State_,
    Path(index): Path<String>,
) -> Result<Json<Value>, Refusal> {
    changes(&found_by_index(&shared, &index).await?)
}

pub(super) async fn changes_by_id(
    State(shared): State_,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    changes(&found_by_id(&shared, &id).await?)
}

async fn found_by_index(shared: &Shared, index: &str) -> Result<Block, Refusal> {
    let index: u32 = index.parse().map_err(|_| {
        Refusal::bad_request(format!("{index:.80?} is not the index of a milestone"))
    })?;
    there(shared.store.milestone_by_index(index).await?, index)
}

async fn found_by_id(shared: &Shared, id: &str) -> Result<Block, Refusal> {
    // Milestone ids are written as block ids are.
    let BlockId(bytes) = id.parse().map_err(Refusal::bad_request)?;
    let id = MilestoneId(bytes);
    there(shared.store.milestone_by_id(id).await?, id)
}

fn there(found: Option<StoredBlock>, name: impl std::fmt::Display) -> Result<Block, Refusal> {
    let found = found.ok_or_else(|| {
        Refusal::new(
            StatusCode::NOT_FOUND,
            format!("milestone {name} is not here, or was pruned"),
        )
    })?;
    blocks::parsed(&found.bytes)
}

fn answer(block: &Block, headers: &HeaderMap) -> Result<Response, Refusal> {
    if blocks::wants_binary(headers) {
        let payload = milestone::payload(&block.payload).unwrap_or_default();
        return Ok(blocks::binary(payload));
    }
    Ok(Json(PayloadJson::from(read(block)?)).into_response())
}

/// Without tokens no milestone ever changes an output.
fn changes(block: &Block) -> Result<Json<Value>, Refusal> {
    Ok(Json(json!({
        "index": read(block)?.essence.index,
        "createdOutputs": [],
        "consumedOutputs": [],
    })))
}

fn read(block: &Block) -> Result<Milestone, Refusal> {
    let unreadable = || {
        Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the milestone cannot be read",
        )
    };
    Milestone::of(block).ok_or_else(unreadable)
}
