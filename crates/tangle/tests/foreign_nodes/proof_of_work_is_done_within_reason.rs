//! Proof of work: what a node asks for is done, with fresh parents, and what no node asks for in earnest is refused.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    body::Bytes,
    http::StatusCode,
    routing::{get, post},
};
use serde_json::json;
use tangle::{BlockId, Settings, TangleError, connect_with, pow};

use crate::foreign::{BLOCKS, INFO, TAG, TIPS, foreign, info, refused, serve, taken, tangle};

#[tokio::test(flavor = "multi_thread")]
async fn a_high_score_is_worked_for() {
    const SCORE: u32 = 500;
    let strict = post(|body: Bytes| async move {
        if pow::is_enough(&body, SCORE) {
            taken(&body)
        } else {
            refused(StatusCode::BAD_REQUEST, "too little work")
        }
    });
    let id = tangle(foreign(SCORE).route(BLOCKS, strict))
        .await
        .publish(TAG, b"short")
        .await
        .unwrap();
    assert_ne!(id, BlockId::GENESIS);
}

/// A score that would keep this machine busy for ages is a mistake or a trap.
#[tokio::test]
async fn a_score_beyond_reason_is_refused_at_once() {
    let tangle = tangle(foreign(u32::MAX)).await;
    let error = tangle.publish(TAG, &[0; 4_096]).await.unwrap_err();
    assert!(
        matches!(
            error,
            TangleError::TooMuchWork {
                score: u32::MAX,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(!error.is_temporary());
    assert!(
        error
            .to_string()
            .contains("use a network that asks for less"),
        "{error}"
    );
}

/// However many ask at once: one block after the other, so that each is done as soon as can be.
#[tokio::test(flavor = "multi_thread")]
async fn only_one_block_is_in_work() {
    let tips = Arc::new(AtomicUsize::new(0));
    let count = tips.clone();
    let routes = Router::new()
        .route(INFO, get(|| async { Json(info(4_000_000)) }))
        .route(
            TIPS,
            get(move || async move {
                count.fetch_add(1, Ordering::Relaxed);
                Json(json!({ "tips": [BlockId([1; 32])] }))
            }),
        );
    let settings = Settings {
        mining_threads: Some(NonZeroUsize::MIN),
        most_work: Duration::MAX,
        ..Settings::default()
    };
    let tangle = connect_with(&serve(routes).await, settings).unwrap();
    let three = async {
        tokio::join!(
            tangle.publish(TAG, b"a"),
            tangle.publish(TAG, b"b"),
            tangle.publish(TAG, b"c")
        )
    };
    assert!(
        tokio::time::timeout(Duration::from_millis(500), three)
            .await
            .is_err()
    );
    // Parents are asked for when a block's turn comes.
    assert_eq!(tips.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn long_work_goes_on_with_newer_parents() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let tips = get(move || async move {
        // The second answer is the first again: then the work just goes on.
        let tip = count.fetch_add(1, Ordering::Relaxed).saturating_sub(1);
        Json(json!({ "tips": [BlockId([tip as u8 + 1; 32])] }))
    });
    let routes = Router::new()
        .route(INFO, get(|| async { Json(info(u32::MAX)) }))
        .route(TIPS, tips);
    let settings = Settings {
        newer_parents_after: Duration::from_millis(50),
        most_work: Duration::MAX,
        ..Settings::default()
    };
    let tangle = connect_with(&serve(routes).await, settings).unwrap();
    let impossible = tangle.publish(TAG, b"data");
    assert!(
        tokio::time::timeout(Duration::from_secs(1), impossible)
            .await
            .is_err()
    );
    assert!(
        asked.load(Ordering::Relaxed) > 3,
        "parents were asked for {asked:?} times"
    );
}
