//! Nodes that ask who wants to know: passwords of a web server in front, tokens of a Stardust node.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    extract::Request,
    http::{StatusCode, header::AUTHORIZATION},
    middleware::{Next, from_fn},
    response::IntoResponse,
    routing::post,
};
use futures::StreamExt;
use serde_json::json;
use tangle::{
    BlockId, Logins, Settings, Tangle, TangleError,
    api::{BLOCKS_BY_TAG, WATCH},
    connect_with,
};
use tokio::time::timeout;

use crate::foreign::{
    BLOCKS, TAG, block, foreign, foreign_of, found, refused, serve, takes_blocks,
};

const PATIENCE: Duration = Duration::from_secs(30);
/// RFC 7617: home7:correct horse
const BASIC: &str = "Basic aG9tZTc6Y29ycmVjdCBob3JzZQ==";

/// A node with look-up and feed that asks for this at every single question.
fn behind(wanted: &'static str, no: StatusCode, words: &'static str) -> Router {
    let look_up = || async {
        let bytes = block();
        Json(json!({ "blocks": [found(BlockId::of(&bytes), &bytes)], "more": [] }))
    };
    let watch = || async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Json(json!({ "blocks": [], "cursor": 1 }))
    };
    foreign(0)
        .route(BLOCKS, takes_blocks())
        .route(BLOCKS_BY_TAG, post(look_up))
        .route(WATCH, post(watch))
        .layer(from_fn(move |request: Request, next: Next| async move {
            let said = request.headers().get(AUTHORIZATION);
            if said.is_some_and(|said| said == wanted) {
                next.run(request).await
            } else {
                refused(no, words).into_response()
            }
        }))
}

async fn with_login(node: &str, login: &str) -> Arc<dyn Tangle> {
    with_logins(node, &format!("{node} {login}\n")).await
}

async fn with_logins(nodes: &str, lines: &str) -> Arc<dyn Tangle> {
    // Made with mode 0600.
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, lines).unwrap();
    let settings = Settings {
        logins: Logins::from_file(file.path()).unwrap(),
        ..Settings::default()
    };
    connect_with(nodes, settings).unwrap()
}

#[tokio::test]
async fn with_its_login_everything_is_asked() {
    let node = serve(behind(BASIC, StatusCode::UNAUTHORIZED, "")).await;
    let tangle = with_login(&node, "basic home7 correct horse").await;
    assert_eq!(tangle.network().await.unwrap().name, "foreign");
    tangle.publish(TAG, b"data").await.unwrap();
    assert_eq!(tangle.by_tags(&[TAG]).await.unwrap().len(), 1);
    let mut feed = tangle.watch(vec![TAG]);
    let arrived = timeout(PATIENCE, feed.next()).await.unwrap().unwrap();
    assert_eq!(arrived.data, b"data");
}

#[tokio::test]
async fn a_token_is_a_login_too() {
    let words = "missing or malformed jwt";
    let node = serve(behind("Bearer a.b.c", StatusCode::BAD_REQUEST, words)).await;
    let tangle = with_login(&node, "bearer a.b.c").await;
    tangle.publish(TAG, b"data").await.unwrap();
    let without = with_logins(&node, "").await;
    let error = without.network().await.unwrap_err();
    assert!(matches!(error, TangleError::LoginNeeded { .. }), "{error}");
}

#[tokio::test]
async fn a_missing_and_a_wrong_login_are_told_apart() {
    let node = serve(behind(BASIC, StatusCode::UNAUTHORIZED, "who?")).await;
    let missing = with_logins(&node, "https://other.example basic a b").await;
    for error in [
        missing.network().await.unwrap_err(),
        missing.publish(TAG, b"data").await.unwrap_err(),
        missing.by_tags(&[TAG]).await.unwrap_err(),
    ] {
        assert!(!error.is_temporary());
        let sentence = error.to_string();
        assert!(
            sentence.contains("asks for a login (401: who?)"),
            "{sentence}"
        );
        assert!(
            sentence.contains(&format!("write {node} basic NAME PASSWORD")),
            "{sentence}"
        );
    }
    let wrong = with_login(&node, "basic home7 sesame").await;
    let error = wrong.publish(TAG, b"data").await.unwrap_err();
    let sentence = format!("{error} {error:?}");
    assert!(sentence.contains("does not accept the login"), "{sentence}");
    assert!(!sentence.contains("sesame"), "{sentence}");
}

/// A node that does not let us in does not keep us from the next, which is not told the first one's login.
#[tokio::test]
async fn another_node_takes_over_and_never_sees_the_login() {
    let closed = serve(behind(BASIC, StatusCode::UNAUTHORIZED, "")).await;
    let told = Arc::new(AtomicUsize::new(0));
    let count = told.clone();
    let open = foreign_of("foreign", 0)
        .route(BLOCKS, takes_blocks())
        .layer(from_fn(move |request: Request, next: Next| {
            let said = request.headers().contains_key(AUTHORIZATION);
            count.fetch_add(said.into(), Ordering::Relaxed);
            next.run(request)
        }));
    let open = serve(open).await;
    let tangle = with_logins(
        &format!("{closed},{open}"),
        &format!("{closed} basic home7 sesame\n"),
    )
    .await;
    tangle.publish(TAG, b"data").await.unwrap();
    assert_eq!(told.load(Ordering::Relaxed), 0);
}
