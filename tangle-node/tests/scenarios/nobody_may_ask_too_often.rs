use reqwest::{Client, StatusCode, header};
use tangle::{Block, BlockId};

use crate::program::{Node, place};

#[tokio::test]
async fn each_address_has_its_share_and_is_told_when_to_come_again() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &["--rate", "2", "--behind-proxy"]);
    let client = Client::new();
    let ask = |address: &'static str| {
        let request = client.get(format!("{}/api/core/v2/tips", node.url));
        request.header("x-forwarded-for", address).send()
    };
    let mut refused = None;
    for _ in 0..40 {
        let answer = ask("192.0.2.1").await.unwrap();
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("forty questions at once are answered");
    let seconds: u64 = refused.headers()[header::RETRY_AFTER]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=2).contains(&seconds));
    assert!(refused.text().await.unwrap().contains("too many questions"));
    assert_eq!(ask("192.0.2.2").await.unwrap().status(), StatusCode::OK);
}

/// Each connection is an open file: started by hand, a program may have a thousand of them.
#[cfg(target_os = "linux")]
#[test]
fn it_may_open_as_many_files_as_the_system_allows() {
    let (_directory, data) = place();
    let node = Node::with_open_files(&data, 200);
    let (may, most) = node.open_files();
    assert_eq!(may, most);
    assert_ne!(may, "200");
}

/// Work that never ends for one, and no place for the others.
#[tokio::test(flavor = "multi_thread")]
async fn proof_of_work_for_others_is_bounded_and_can_be_off() {
    let (_directory, data) = place();
    let (_other, other) = place();
    let node = Node::start(&data, "127.0.0.1:0", &["--min-pow-score", "4000000000"]);
    let post = |node: &Node, number: u8| {
        let block = Block::tagged(vec![BlockId::GENESIS], &[7; 32], &[number]).unwrap();
        let request = Client::new().post(format!("{}/api/core/v2/blocks", node.url));
        request
            .header(header::CONTENT_TYPE, "application/vnd.iota.serializer-v1")
            .body(block.to_bytes())
            .send()
    };
    let waiting: Vec<_> = (0..16)
        .map(|number| tokio::spawn(post(&node, number)))
        .collect();
    let turned_away = async {
        loop {
            let asked =
                tokio::time::timeout(std::time::Duration::from_millis(300), post(&node, 99));
            if let Ok(answer) = asked.await {
                return answer.unwrap();
            }
        }
    };
    let answer = tokio::time::timeout(std::time::Duration::from_secs(20), turned_away)
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers().contains_key(header::RETRY_AFTER));
    waiting.iter().for_each(tokio::task::JoinHandle::abort);

    let node = Node::start(
        &other,
        "127.0.0.1:0",
        &["--min-pow-score", "10", "--no-pow"],
    );
    let answer = post(&node, 0).await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert!(
        answer
            .text()
            .await
            .unwrap()
            .contains("no proof of work for others")
    );
    let info = reqwest::get(format!("{}/api/core/v2/info", node.url))
        .await
        .unwrap();
    let info: serde_json::Value = info.json().await.unwrap();
    assert_eq!(info["features"], serde_json::json!([]));
}
