use reqwest::{Client, Response, StatusCode, header};
use serde_json::{Value, json};
use tangle::{Block, BlockId, Payload, Tag};

use crate::program::{Node, place};

const BINARY: &str = "application/vnd.iota.serializer-v1";

async fn post(node: &Node, kind: &str, body: impl Into<reqwest::Body>) -> Response {
    let request = Client::new().post(format!("{}/api/core/v2/blocks", node.url));
    request
        .header(header::CONTENT_TYPE, kind)
        .body(body)
        .send()
        .await
        .unwrap()
}

/// The status and the sentence of a refusal.
async fn refusal(response: Response) -> (StatusCode, String) {
    let status = response.status();
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["error"]["code"], status.as_u16().to_string());
    (
        status,
        body["error"]["message"].as_str().unwrap().to_owned(),
    )
}

fn example() -> Block {
    Block::tagged(vec![BlockId::GENESIS], &[7; 32], b"data").unwrap()
}

#[tokio::test]
async fn what_is_no_block_is_refused_with_its_reason() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &[]);
    let good = example().to_bytes();
    let mut milestone = example();
    milestone.payload = Payload::Other {
        kind: 7,
        bytes: vec![0; 4],
    };
    let unknown_parent = Block::tagged(vec![BlockId([5; 32])], &[7; 32], b"data").unwrap();

    for (body, status, words) in [
        (
            vec![],
            StatusCode::BAD_REQUEST,
            "ends inside its protocol version",
        ),
        (
            good[..60].to_vec(),
            StatusCode::BAD_REQUEST,
            "ends inside its payload",
        ),
        (
            [good.clone(), vec![0]].concat(),
            StatusCode::BAD_REQUEST,
            "follow after the end",
        ),
        (
            [&[1], &good[1..]].concat(),
            StatusCode::BAD_REQUEST,
            "protocol version 1, expected 2",
        ),
        (
            vec![2; 40_000],
            StatusCode::PAYLOAD_TOO_LARGE,
            "at most 32768 bytes",
        ),
        (
            vec![2; 200_000],
            StatusCode::PAYLOAD_TOO_LARGE,
            "length limit",
        ),
        (
            milestone.to_bytes(),
            StatusCode::BAD_REQUEST,
            "payloads of kind 7",
        ),
        (
            unknown_parent.to_bytes(),
            StatusCode::BAD_REQUEST,
            "is unknown to this node",
        ),
    ] {
        let (actual, sentence) = refusal(post(&node, BINARY, body).await).await;
        assert_eq!(actual, status, "{sentence}");
        assert!(sentence.contains(words), "{sentence}");
    }
    let (status, sentence) = refusal(post(&node, "text/plain", good).await).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{sentence}");
}

#[tokio::test]
async fn json_is_taken_completed_and_served() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &["--min-pow-score", "1"]);
    let payload =
        json!({ "type": 5, "tag": format!("0x{}", "07".repeat(32)), "data": "0x64617461" });
    let posted = post(
        &node,
        "application/json",
        json!({ "payload": payload }).to_string(),
    )
    .await;
    assert_eq!(posted.status(), StatusCode::CREATED);
    let location = posted.headers()[header::LOCATION]
        .to_str()
        .unwrap()
        .to_owned();
    let id: BlockId = posted.json::<Value>().await.unwrap()["blockId"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(location, format!("/api/core/v2/blocks/{id}"));

    let client = Client::new();
    let raw = client
        .get(format!("{}{location}", node.url))
        .header(header::ACCEPT, BINARY)
        .send()
        .await
        .unwrap();
    assert_eq!(raw.headers()[header::CONTENT_TYPE], BINARY);
    let bytes = raw.bytes().await.unwrap();
    assert_eq!(BlockId::of(&bytes), id);
    assert!(tangle::pow::is_enough(&bytes, 1), "the node mined it");
    let block: Value = client
        .get(format!("{}{location}", node.url))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(block["payload"], payload);
    assert_eq!(block["parents"], json!([BlockId::GENESIS]));

    for (body, words) in [
        ("{", "EOF"),
        (r#"{"protocolVersion":3}"#, "protocol version 3"),
        (r#"{"nonce":"many"}"#, "nonce"),
        (r#"{"payload":{"type":5,"tag":"07"}}"#, "the tag is not 0x"),
        (r#"{"payload":{"type":6}}"#, "payloads of kind 6"),
        (r#"{"parents":["0x00"]}"#, "64 hexadecimal digits"),
    ] {
        let (status, sentence) = refusal(post(&node, "application/json", body).await).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(sentence.contains(words), "{body}: {sentence}");
    }
}

#[tokio::test]
async fn work_is_asked_for_and_checked() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &["--min-pow-score", "100"]);
    let lazy = Block {
        nonce: 1,
        ..example()
    };
    let (status, sentence) = refusal(post(&node, BINARY, lazy.to_bytes()).await).await;
    assert_eq!(
        (status, sentence.contains("score 100")),
        (StatusCode::BAD_REQUEST, true),
        "{sentence}"
    );
    // The nonce 0 asks the node to do the work.
    assert_eq!(
        post(&node, BINARY, example().to_bytes()).await.status(),
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn a_block_posted_twice_is_one_block() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &[]);
    for _ in 0..2 {
        assert_eq!(
            post(&node, BINARY, example().to_bytes()).await.status(),
            StatusCode::CREATED
        );
    }
    assert_eq!(
        node.tangle().by_tags(&[Tag([7; 32])]).await.unwrap().len(),
        1
    );
}

#[tokio::test]
async fn questions_are_bounded() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &[]);
    let ask = |path: &'static str, body: Value| {
        let request = Client::new()
            .post(format!("{}{path}", node.url))
            .json(&body)
            .send();
        async { refusal(request.await.unwrap()).await }
    };
    let tag = |number: usize| format!("0x{number:064x}");
    let many: Vec<_> = (0..1_001)
        .map(|number| json!({ "tag": tag(number) }))
        .collect();
    let (status, sentence) = ask(tangle::api::BLOCKS_BY_TAG, json!({ "tags": many })).await;
    assert!(
        status.is_client_error() && sentence.contains("at most 1000"),
        "{sentence}"
    );
    let (status, sentence) = ask(
        tangle::api::BLOCKS_BY_TAG,
        json!({ "tags": [{ "tag": tag(1) }, { "tag": tag(1) }] }),
    )
    .await;
    assert!(
        status.is_client_error() && sentence.contains("twice"),
        "{sentence}"
    );
    let (status, sentence) = ask(tangle::api::WATCH, json!({ "tags": ["0x12"] })).await;
    assert!(
        status.is_client_error() && sentence.contains("64 hexadecimal digits"),
        "{sentence}"
    );
    let (status, sentence) = ask("/nowhere", json!({})).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "{sentence}");
    let (status, sentence) = ask("/health", json!({})).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{sentence}");
}
