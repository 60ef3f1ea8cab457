//! Neither endless nor slow answers keep anybody: each question has an end, in bytes and in time.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    body::Body,
    routing::{get, post},
};
use futures::{StreamExt, stream};
use serde_json::json;
use tangle::{
    Block, BlockId, MAX_BLOCKS_PER_TAG, Settings, TangleError, api::BLOCKS_BY_TAG, connect_with,
};

use crate::foreign::{BLOCK, BLOCKS, INFO, METADATA, TAG, TIPS, foreign, found, serve, tangle};

async fn endless() -> Body {
    Body::from_stream(stream::repeat_with(|| {
        Ok::<_, Infallible>(vec![b' '; 1 << 16])
    }))
}

/// A byte now and then, for ever.
async fn dripping() -> Body {
    let drops = stream::repeat(()).then(|()| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Ok::<_, Infallible>(vec![b' '])
    });
    Body::from_stream(drops)
}

fn is_too_long(error: &TangleError) -> bool {
    matches!(
        error,
        TangleError::Malformed { .. } | TangleError::NotANode { .. }
    ) && error.to_string().contains("longer than")
}

#[tokio::test]
async fn an_endless_answer_is_cut_wherever_it_comes() {
    let node = foreign(0)
        .route(BLOCKS, post(endless))
        .route(BLOCK, get(endless))
        .route(METADATA, get(endless))
        .route(BLOCKS_BY_TAG, post(endless));
    let node = tangle(node).await;
    for error in [
        node.by_tags(&[TAG]).await.unwrap_err(),
        node.by_id(BlockId([1; 32])).await.unwrap_err(),
        node.confirmed(BlockId([1; 32])).await.unwrap_err(),
        node.publish(TAG, b"data").await.unwrap_err(),
    ] {
        assert!(is_too_long(&error), "{error:?}");
    }
    let info = tangle(Router::new().route(INFO, get(endless))).await;
    assert!(is_too_long(&info.network().await.unwrap_err()));
    let refusal = tangle(
        Router::new().fallback(|| async { (axum::http::StatusCode::BAD_REQUEST, endless().await) }),
    );
    assert!(is_too_long(
        &refusal.await.by_tags(&[TAG]).await.unwrap_err()
    ));
}

#[tokio::test]
async fn endless_pages_end_at_the_most_blocks_of_a_tag() {
    let number = Arc::new(AtomicUsize::new(1));
    let pages = post(move || async move {
        let number = number.fetch_add(1, Ordering::Relaxed);
        let bytes = Block::tagged(vec![BlockId([1; 32])], &TAG.0, &number.to_le_bytes())
            .unwrap()
            .to_bytes();
        Json(
            json!({ "blocks": [found(BlockId::of(&bytes), &bytes)], "more": [{ "tag": TAG, "after": number }] }),
        )
    });
    let found = tangle(foreign(0).route(BLOCKS_BY_TAG, pages))
        .await
        .by_tags(&[TAG])
        .await
        .unwrap();
    assert_eq!(found.len(), MAX_BLOCKS_PER_TAG);
}

#[tokio::test]
async fn a_node_that_does_not_answer_or_drips_is_given_up() {
    let silent = || async {
        tokio::time::sleep(Duration::from_secs(60)).await;
        Json(json!({}))
    };
    for routes in [
        foreign(0).fallback(get(silent).post(silent)),
        foreign(0).fallback(get(dripping).post(dripping)),
    ] {
        let settings = Settings {
            timeout: Duration::from_millis(300),
            ..Settings::default()
        };
        let tangle = connect_with(&serve(routes).await, settings).unwrap();
        let begin = Instant::now();
        for error in [
            tangle.by_tags(&[TAG]).await.unwrap_err(),
            tangle.publish(TAG, b"data").await.unwrap_err(),
            tangle.confirmed(BlockId([1; 32])).await.unwrap_err(),
        ] {
            assert!(matches!(error, TangleError::TimedOut { .. }), "{error:?}");
            assert!(error.is_temporary());
        }
        assert!(begin.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn a_slow_node_is_waited_for() {
    let slowly = || async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        Json(json!({ "tips": [BlockId([1; 32])] }))
    };
    let routes = Router::new()
        .route(INFO, get(|| async { Json(crate::foreign::info(0)) }))
        .route(TIPS, get(slowly))
        .route(BLOCKS, crate::foreign::takes_blocks());
    tangle(routes).await.publish(TAG, b"data").await.unwrap();
}
