//! A node says something about a block that the block's own bytes deny.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Json,
    routing::{get, post},
};
use futures::StreamExt;
use serde_json::{Value, json};
use tangle::{BlockId, Tag, TangleError, api::WATCH};

use crate::foreign::{BLOCK, BLOCKS, TAG, answering, block, found, tangle};

#[tokio::test]
async fn content_that_does_not_match_its_id_is_noticed() {
    let bytes = block();
    let mut other = bytes.clone();
    if let Some(nonce) = other.last_mut() {
        *nonce = 1;
    }
    let id = BlockId::of(&bytes);
    let raw = other.clone();
    let routes = answering(json!({ "blocks": [found(id, &other)], "more": [] }))
        .route(BLOCK, get(|| async { raw }))
        .route(
            BLOCKS,
            post(|| async { Json(json!({ "blockId": BlockId([3; 32]) })) }),
        );
    let tangle = tangle(routes).await;
    for error in [
        tangle.by_tags(&[TAG]).await.unwrap_err(),
        tangle.by_id(id).await.unwrap_err(),
        tangle.publish(TAG, b"data").await.unwrap_err(),
    ] {
        assert!(matches!(error, TangleError::Altered { .. }), "{error:?}");
        assert!(error.to_string().contains("do not trust"), "{error}");
    }
}

#[tokio::test]
async fn answers_that_cannot_be_read_are_named() {
    let bytes = block();
    let good = found(BlockId::of(&bytes), &bytes);
    let junk = [1, 2, 3];
    for (answer, words) in [
        (json!({ "blocks": "none" }), "invalid type"),
        (
            json!({ "blocks": [found(BlockId::of(&junk), &junk)], "more": [] }),
            "protocol version 1",
        ),
        (
            json!({ "blocks": [], "more": [{ "tag": TAG, "after": 4 }] }),
            "without blocks",
        ),
        (
            json!({ "blocks": [good], "more": [{ "tag": Tag([8; 32]), "after": 4 }] }),
            "before this one",
        ),
    ] {
        let error = tangle(answering(answer))
            .await
            .by_tags(&[TAG])
            .await
            .unwrap_err();
        assert!(matches!(error, TangleError::Malformed { .. }), "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
    }
    let error = tangle(answering(json!({ "blocks": [good], "more": [] })))
        .await
        .by_tags(&[Tag([8; 32])])
        .await;
    assert!(error.unwrap_err().to_string().contains("not asked for"));
}

#[tokio::test]
async fn the_feed_goes_on_past_a_lie() {
    let bytes = block();
    let id = BlockId::of(&bytes);
    let asked = Arc::new(AtomicUsize::new(0));
    let watch = post(move |Json(question): Json<Value>| async move {
        if question.get("after").is_none() {
            return Json(json!({ "blocks": [], "cursor": 0 }));
        }
        match asked.fetch_add(1, Ordering::Relaxed) {
            0 => Json(json!({ "blocks": [found(BlockId([9; 32]), &bytes)], "cursor": 1 })),
            _ => Json(json!({ "blocks": [found(id, &bytes)], "cursor": 1 })),
        }
    });
    let tangle = tangle(answering(json!({ "blocks": [], "more": [] })).route(WATCH, watch)).await;
    let arrived = tokio::time::timeout(
        std::time::Duration::from_secs(10),
        tangle.watch(vec![TAG]).next(),
    )
    .await;
    assert_eq!(arrived.unwrap().unwrap().id, id);
}
