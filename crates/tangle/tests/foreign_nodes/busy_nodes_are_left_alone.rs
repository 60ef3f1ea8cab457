//! A node that cannot serve now is told from one that says no, and is left alone for as long as it asks.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    http::{StatusCode, header},
    routing::{get, post},
};
use serde_json::json;
use tangle::{BlockId, TangleError};

use crate::foreign::{BLOCKS, TAG, foreign, tangle};

#[tokio::test]
async fn a_node_that_cannot_serve_now_is_tried_again_later() {
    for status in [
        StatusCode::SERVICE_UNAVAILABLE,
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::BAD_GATEWAY,
    ] {
        let refused =
            move || async move { (status, Json(json!({ "error": { "message": "come back" } }))) };
        let early = tangle(Router::new().fallback(get(refused).post(refused))).await;
        let later = tangle(foreign(0).fallback(get(refused).post(refused))).await;
        for error in [
            early.network().await.unwrap_err(),
            early.by_tags(&[TAG]).await.unwrap_err(),
            later.publish(TAG, b"data").await.unwrap_err(),
            later.by_id(BlockId([1; 32])).await.unwrap_err(),
            later.confirmed(BlockId([1; 32])).await.unwrap_err(),
        ] {
            assert!(
                matches!(&error, TangleError::Unavailable { message, .. } if message == "come back"),
                "{error:?}"
            );
            assert!(error.is_temporary());
        }
    }
}

#[tokio::test]
async fn a_refusal_is_told_in_the_node_s_words_after_one_more_try() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let refused = post(move || async move {
        count.fetch_add(1, Ordering::Relaxed);
        (
            StatusCode::BAD_REQUEST,
            Json(json!({ "error": { "code": "400", "message": "no, because" } })),
        )
    });
    let tangle = tangle(foreign(0).route(BLOCKS, refused)).await;
    let error = tangle.publish(TAG, b"data").await.unwrap_err();
    assert!(
        matches!(error, TangleError::Refused { status: 400, .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("no, because"), "{error}");
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_node_that_asks_to_be_left_alone_is_not_asked_again() {
    for status in [
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::SERVICE_UNAVAILABLE,
    ] {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let busy = move || async move {
            count.fetch_add(1, Ordering::Relaxed);
            (status, [(header::RETRY_AFTER, "90")], "busy")
        };
        let tangle = tangle(Router::new().fallback(busy)).await;
        for _ in 0..3 {
            let error = tangle.network().await.unwrap_err();
            let wait = error.retry_after().unwrap();
            assert!((80..=90).contains(&wait.as_secs()), "{wait:?}");
            assert!(error.is_temporary());
            assert!(error.to_string().contains("as it asks"), "{error}");
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test]
async fn the_wish_to_be_left_alone_ends() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let first_busy = post(move |body: axum::body::Bytes| async move {
        if count.fetch_add(1, Ordering::Relaxed) == 0 {
            let date =
                httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(2));
            return Err((
                StatusCode::SERVICE_UNAVAILABLE,
                [(header::RETRY_AFTER, date)],
            ));
        }
        Ok(crate::foreign::taken(&body))
    });
    let tangle = tangle(foreign(0).route(BLOCKS, first_busy)).await;
    let error = tangle.publish(TAG, b"data").await.unwrap_err();
    let wait = error.retry_after().expect("the date was read");
    tokio::time::sleep(wait + Duration::from_millis(50)).await;
    tangle.publish(TAG, b"data").await.unwrap();
}
