//! What the client makes of something that is no node, and of nodes that fail or lie. The other side is a real HTTP
//! server; each test says what it answers.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    http::StatusCode,
    routing::{get, post},
};
use serde_json::{Value, json};
use tangle::{
    Block, BlockId, Settings, Tag, Tangle, TangleError,
    api::{BLOCKS_BY_TAG, WATCH},
    connect, connect_with,
};
use tokio::{io::AsyncWriteExt, net::TcpListener};

const TAG: Tag = Tag([7; 32]);

async fn serve(routes: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}

fn info(min_pow_score: u32) -> Value {
    json!({
        "name": "HORNET", "version": "2.0.0",
        "status": {
            "isHealthy": false, "pruningIndex": 0,
            "latestMilestone": { "index": 5 }, "confirmedMilestone": { "index": 5 },
        },
        "supportedProtocolVersions": [2],
        "protocol": {
            "version": 2, "networkName": "foreign", "bech32Hrp": "tst", "minPowScore": min_pow_score,
            "belowMaxDepth": 15, "tokenSupply": "1000",
            "rentStructure": { "vByteCost": 1, "vByteFactorData": 1, "vByteFactorKey": 1 },
        },
        "pendingProtocolParameters": [],
        "baseToken": {
            "name": "T", "tickerSymbol": "T", "unit": "t", "decimals": 6, "useMetricPrefix": false,
        },
        "metrics": { "blocksPerSecond": 0.5, "referencedBlocksPerSecond": 0.5, "referencedRate": 100.0 },
        "features": [],
    })
}

/// A node that is never healthy and has nothing but what Stardust nodes have.
fn foreign(min_pow_score: u32) -> Router {
    Router::new()
        .route(
            "/api/core/v2/info",
            get(move || async move { Json(info(min_pow_score)) }),
        )
        .route(
            "/api/core/v2/tips",
            get(|| async { Json(json!({ "tips": [BlockId([1; 32])] })) }),
        )
}

async fn tangle(routes: Router) -> Arc<dyn Tangle> {
    connect(&serve(routes).await).unwrap()
}

fn block() -> Vec<u8> {
    Block::tagged(vec![BlockId([1; 32])], &TAG.0, b"data")
        .unwrap()
        .to_bytes()
}

fn found(id: BlockId, bytes: &[u8]) -> Value {
    json!({ "blockId": id, "cursor": 1, "at": 1, "block": data_encoding::BASE64.encode(bytes) })
}

fn answering(blocks: Value) -> Router {
    foreign(0).route(BLOCKS_BY_TAG, post(|| async { Json(blocks) }))
}

#[tokio::test]
async fn an_unhealthy_node_is_used_all_the_same() {
    let posted = post(|body: axum::body::Bytes| async move {
        (
            StatusCode::CREATED,
            Json(json!({ "blockId": BlockId::of(&body) })),
        )
    });
    let tangle = tangle(foreign(1).route("/api/core/v2/blocks", posted)).await;
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
        assert!(error.to_string().contains("tangle-node"), "{error}");
    }
}

#[tokio::test]
async fn a_web_server_is_no_node() {
    let page = get(|| async { "<html>Welcome</html>" });
    for routes in [
        Router::new(),
        Router::new().fallback(page.clone()),
        Router::new().route(
            "/api/core/v2/info",
            get(|| async { Json(json!({ "name": "other" })) }),
        ),
    ] {
        let tangle = tangle(routes).await;
        for error in [
            tangle.network().await.unwrap_err(),
            tangle.publish(TAG, b"data").await.unwrap_err(),
        ] {
            assert!(matches!(error, TangleError::NotANode { .. }), "{error:?}");
            assert!(
                error.to_string().contains("check the address and the port"),
                "{error}"
            );
            assert!(!error.is_temporary());
        }
    }
}

#[tokio::test]
async fn something_that_speaks_no_http_is_no_node() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n").await;
        }
    });
    let error = connect(&url).unwrap().network().await.unwrap_err();
    assert!(matches!(error, TangleError::NotANode { .. }), "{error:?}");
}

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
    let tangle = tangle(foreign(0).route("/api/core/v2/blocks", refused)).await;
    let error = tangle.publish(TAG, b"data").await.unwrap_err();
    assert!(
        matches!(error, TangleError::Refused { status: 400, .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("no, because"), "{error}");
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

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
        .route("/api/core/v2/blocks/{id}", get(|| async { raw }))
        .route(
            "/api/core/v2/blocks",
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
async fn an_endless_answer_is_cut() {
    let endless = post(|| async {
        axum::body::Body::from_stream(futures::stream::repeat_with(|| {
            Ok::<_, std::io::Error>(vec![b' '; 1 << 16])
        }))
    });
    let error = tangle(foreign(0).route(BLOCKS_BY_TAG, endless))
        .await
        .by_tags(&[TAG])
        .await
        .unwrap_err();
    assert!(
        matches!(error, TangleError::Malformed { .. }) && error.to_string().contains("longer than"),
        "{error:?}"
    );
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
    assert_eq!(found.len(), tangle::MAX_BLOCKS_PER_TAG);
}

#[tokio::test]
async fn a_node_that_does_not_answer_is_given_up() {
    let silent = || async {
        tokio::time::sleep(Duration::from_secs(60)).await;
        Json(json!({}))
    };
    let url = serve(foreign(0).fallback(get(silent).post(silent))).await;
    let settings = Settings {
        timeout: Duration::from_millis(300),
        ..Settings::default()
    };
    let tangle = connect_with(&url, settings).unwrap();
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
        .route("/api/core/v2/info", get(|| async { Json(info(u32::MAX)) }))
        .route("/api/core/v2/tips", tips);
    let settings = Settings {
        newer_parents_after: Duration::from_millis(50),
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

#[tokio::test]
async fn the_feed_goes_on_past_a_lie() {
    use futures::StreamExt;
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
    let arrived =
        tokio::time::timeout(Duration::from_secs(10), tangle.watch(vec![TAG]).next()).await;
    assert_eq!(arrived.unwrap().unwrap().id, id);
}
