//! Posting and reading blocks.

use std::{str::FromStr, sync::Arc};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use tangle::{Block, BlockId};

use super::{Shared, answer::Refusal, json::BlockJson};
use crate::{
    limits,
    metadata::Metadata,
    milestone::Milestone,
    store::{Store, StoreError, StoredBlock},
    submission::Draft,
};

const BINARY: &str = "application/vnd.iota.serializer-v1";
const JSON: &str = "application/json";

type State_ = State<Arc<Shared>>;

pub(super) async fn post(
    State(shared): State_,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let body = body.map_err(|rejection| Refusal::new(rejection.status(), rejection.body_text()))?;
    let draft = Draft::new(read(&headers, &body)?)?;
    let tips = || shared.store.events.tips.pick();
    let block = draft
        .complete(tips, shared.workshop.as_ref(), shared.min_pow_score)
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
    let found = find(&shared.store, &id).await?;
    if wants_binary(&headers) {
        return Ok(binary(found.bytes));
    }
    Ok(Json(BlockJson::from(parsed(&found.bytes)?)).into_response())
}

pub(super) async fn metadata(
    State(shared): State_,
    Path(id): Path<String>,
) -> Result<Json<Metadata>, Refusal> {
    Ok(Json(metadata_of(&find(&shared.store, &id).await?)?))
}

/// The metadata of a block, `None` when it is not here.
///
/// # Errors
/// When the file cannot be read.
pub(crate) async fn look_up_metadata(
    store: &Store,
    id: BlockId,
) -> Result<Option<Metadata>, StoreError> {
    let found = store.by_id(id).await?;
    Ok(found.and_then(|found| metadata_of(&found).ok()))
}

pub(super) fn wants_binary(headers: &HeaderMap) -> bool {
    says(headers, header::ACCEPT, BINARY)
}

pub(super) fn binary(bytes: impl Into<axum::body::Body>) -> Response {
    ([(header::CONTENT_TYPE, BINARY)], bytes.into()).into_response()
}

pub(super) fn parsed(bytes: &[u8]) -> Result<Block, Refusal> {
    Block::parse(bytes)
        .map_err(|error| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}

fn metadata_of(found: &StoredBlock) -> Result<Metadata, Refusal> {
    let block = parsed(&found.bytes)?;
    let own_index = Milestone::of(&block).map(|milestone| milestone.essence.index);
    let metadata = Metadata::unreferenced(found.id, block.parents, own_index);
    Ok(match found.reference {
        Some(reference) => metadata.referenced(reference),
        None => metadata,
    })
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

async fn find(store: &Store, id: &str) -> Result<StoredBlock, Refusal> {
    let id = BlockId::from_str(id).map_err(Refusal::bad_request)?;
    store.by_id(id).await?.ok_or_else(|| {
        Refusal::new(
            StatusCode::NOT_FOUND,
            format!("block {id} is not here, or was pruned"),
        )
    })
}
