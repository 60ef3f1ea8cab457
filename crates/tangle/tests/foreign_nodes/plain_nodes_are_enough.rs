//! A node with nothing but what every Stardust node has: never healthy, no look-up by tag, no MQTT, pruned within
//! minutes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Json,
    body::Bytes,
    extract::Path,
    http::StatusCode,
    response::IntoResponse,
    routing::{get, post},
};
use serde_json::json;
use tangle::{Block, BlockId, TangleError};

use crate::foreign::{
    BLOCK, BLOCKS, METADATA, TAG, TIPS, foreign, refused, taken, takes_blocks, tangle,
};

#[tokio::test]
async fn an_unhealthy_node_is_used_all_the_same() {
    let tangle = tangle(foreign(1).route(BLOCKS, takes_blocks())).await;
    let network = tangle.network().await.unwrap();
    assert_eq!(
        (network.name.as_str(), network.node.as_str()),
        ("foreign", "HORNET 2.0.0")
    );
    tangle.publish(TAG, b"data").await.unwrap();
}

#[tokio::test]
async fn a_node_without_look_up_by_tag_says_so() {
    let tangle = tangle(foreign(0)).await;
    for error in [
        tangle.by_tags(&[TAG]).await.unwrap_err(),
        tangle.by_tag_after(TAG, None).await.unwrap_err(),
    ] {
        assert!(
            matches!(error, TangleError::NoLookUpByTag { .. }),
            "{error:?}"
        );
        assert!(!error.is_temporary());
        let sentence = error.to_string();
        assert!(
            sentence.contains("nothing can be found or read there"),
            "{sentence}"
        );
        assert!(
            sentence.contains("tangle-node index --follow http://127"),
            "{sentence}"
        );
    }
}

/// Ids are enough: what somebody kept the id of is published, read and confirmed without any look-up.
#[tokio::test]
async fn a_block_is_published_read_and_confirmed_by_its_id() {
    let ledger: Arc<Mutex<HashMap<String, Bytes>>> = Arc::default();
    let (written, read) = (ledger.clone(), ledger.clone());
    let take = move |body: Bytes| async move {
        let id = BlockId::of(&body).to_string();
        let answer = taken(&body);
        written.lock().unwrap().insert(id, body);
        answer
    };
    let give = move |Path(id): Path<String>| async move {
        read.lock()
            .unwrap()
            .get(&id)
            .cloned()
            .ok_or(StatusCode::NOT_FOUND)
    };
    let metadata = move |Path(id): Path<String>| async move {
        let known = ledger.lock().unwrap().contains_key(&id);
        known
            .then(|| {
                Json(json!({
                    "blockId": id, "parents": [], "isSolid": true, "referencedByMilestoneIndex": 5,
                    "ledgerInclusionState": "noTransaction",
                }))
            })
            .ok_or(StatusCode::NOT_FOUND)
    };
    let routes = foreign(0)
        .route(BLOCKS, post(take))
        .route(BLOCK, get(give))
        .route(METADATA, get(metadata));
    let tangle = tangle(routes).await;
    let id = tangle.publish(TAG, b"data").await.unwrap();
    assert!(tangle.confirmed(id).await.unwrap());
    let stored = tangle.by_id(id).await.unwrap().unwrap();
    assert_eq!(
        (stored.id, stored.tag, stored.data.as_slice()),
        (id, TAG, &b"data"[..])
    );
    // What the node has pruned is not there, which is no error.
    let gone = BlockId([9; 32]);
    assert_eq!(tangle.by_id(gone).await.unwrap(), None);
    assert!(!tangle.confirmed(gone).await.unwrap());
}

/// The tips that a long work began with are pruned when it is done.
#[tokio::test]
async fn parents_that_were_pruned_meanwhile_are_replaced() {
    let asked = Arc::new(Mutex::new(0u8));
    let tips = move || async move {
        let mut asked = asked.lock().unwrap();
        *asked += 1;
        Json(json!({ "tips": [BlockId([*asked; 32])] }))
    };
    let only_newer = post(|body: Bytes| async move {
        match Block::parse(&body).unwrap().parents.as_slice() {
            [BlockId([1, ..])] => {
                refused(StatusCode::BAD_REQUEST, "parent not found").into_response()
            }
            _ => taken(&body).into_response(),
        }
    });
    let routes = axum::Router::new()
        .route(
            crate::foreign::INFO,
            get(|| async { Json(crate::foreign::info(1)) }),
        )
        .route(TIPS, get(tips))
        .route(BLOCKS, only_newer);
    tangle(routes).await.publish(TAG, b"data").await.unwrap();
}

#[tokio::test]
async fn a_node_without_tips_says_so() {
    let routes = axum::Router::new()
        .route(
            crate::foreign::INFO,
            get(|| async { Json(crate::foreign::info(0)) }),
        )
        .route(TIPS, get(|| async { Json(json!({ "tips": [] })) }));
    let error = tangle(routes)
        .await
        .publish(TAG, b"data")
        .await
        .unwrap_err();
    assert!(error.to_string().contains("no tips"), "{error}");
}
