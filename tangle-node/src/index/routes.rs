//! What an index serves: look-up and feed by tag, how complete it is, and everything else by the followed node.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderName, Method, StatusCode, header},
    response::Response,
    routing::{any, get},
};
use serde_json::{Value, json};
use tangle::{BlockId, api};

use super::follower::{Follower, Progress};
use crate::routes::{Refusal, TagIndex, tag_routes};

/// How complete the index is.
const COMPLETENESS: &str = "/api/meterkast/v1/completeness";

/// What is handed on of a request: what the answer depends on.
const HANDED_ON: [HeaderName; 3] = [header::ACCEPT, header::CONTENT_TYPE, header::AUTHORIZATION];

type State_ = State<Arc<Follower>>;

pub(super) fn router(follower: Arc<Follower>, tags: Arc<TagIndex>) -> Router {
    let handed_on = Router::new()
        .route("/health", any(hand_on))
        .route("/api/routes", get(groups))
        .route("/api/core/v2/{*path}", any(hand_on))
        .route(COMPLETENESS, get(completeness))
        .with_state(follower);
    handed_on.merge(tag_routes(tags))
}

async fn completeness(State(follower): State_) -> Json<Progress> {
    Json(follower.progress())
}

/// The node's groups but its events, which an index does not hand on, and ours.
async fn groups(State(follower): State_) -> Result<Json<Value>, Refusal> {
    let mut groups = follower.node().groups().await.map_err(bad_gateway)?;
    groups.retain(|group| group != "mqtt/v1" && group != api::ROUTE_GROUP);
    groups.push(api::ROUTE_GROUP.to_owned());
    Ok(Json(json!({ "routes": groups })))
}

async fn hand_on(State(follower): State_, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, crate::limits::JSON_BODY)
        .await
        .map_err(|error| Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, error.to_string()))?;
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let headers: Vec<_> = HANDED_ON
        .iter()
        .filter_map(|name| {
            let value = parts.headers.get(name)?;
            Some((name.to_string(), value.as_bytes().to_vec()))
        })
        .collect();
    let answer = follower
        .node()
        .forward(parts.method.as_str(), path, &headers, body.to_vec())
        .await
        .map_err(bad_gateway)?;
    if let Some(id) = named(&parts.method, path, answer.status, &answer.body)
        && let Err(error) = follower.named(id).await
    {
        tracing::warn!("block {id}, which a reader named, was not taken: {error}");
    }
    let mut response = Response::builder().status(answer.status);
    for (name, value) in [
        (header::CONTENT_TYPE, answer.content_type),
        (header::LOCATION, answer.location),
    ] {
        if let Some(value) = value {
            response = response.header(name, value);
        }
    }
    response
        .body(Body::from(answer.body))
        .map_err(|error| Refusal::new(StatusCode::BAD_GATEWAY, error.to_string()))
}

/// The block that was posted or asked for, if the node has it.
fn named(method: &Method, path: &str, status: u16, body: &[u8]) -> Option<BlockId> {
    if !(200..300).contains(&status) {
        return None;
    }
    let rest = path.strip_prefix("/api/core/v2/blocks")?;
    if *method == Method::POST {
        let answer: Value = serde_json::from_slice(body).ok()?;
        return answer.get("blockId")?.as_str()?.parse().ok();
    }
    rest.strip_prefix('/')?.split('/').next()?.parse().ok()
}

fn bad_gateway(error: impl std::fmt::Display) -> Refusal {
    Refusal::new(StatusCode::BAD_GATEWAY, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_that_is_posted_or_asked_for_is_named() {
        let id = BlockId([7; 32]);
        let answer = json!({ "blockId": id }).to_string();
        let post = |status| {
            named(
                &Method::POST,
                "/api/core/v2/blocks",
                status,
                answer.as_bytes(),
            )
        };
        assert_eq!((post(201), post(400)), (Some(id), None));
        let get = |path: String| named(&Method::GET, &path, 200, b"");
        assert_eq!(get(format!("/api/core/v2/blocks/{id}")), Some(id));
        assert_eq!(get(format!("/api/core/v2/blocks/{id}/metadata")), Some(id));
        assert_eq!(get("/api/core/v2/tips".to_owned()), None);
    }
}
