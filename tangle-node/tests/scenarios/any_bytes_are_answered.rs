use std::time::Duration;

use reqwest::{Client, StatusCode, header::CONTENT_TYPE};
use tangle::{Block, Tag};

use crate::program::{Node, place};

const ROUNDS: usize = 60;

/// A stranger posts what is nearly right, and what is nothing at all: everything is answered, nothing is a fault of
/// the node, and it goes on serving.
#[tokio::test]
async fn any_bytes_are_answered() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &[]);
    let client = Client::builder()
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap();
    let mut chance = Chance(1);
    for (route, kind, right) in bodies() {
        for round in 0..ROUNDS {
            let body = if round % 10 == 9 {
                chance.noise()
            } else {
                chance.mutated(&right)
            };
            let question = client
                .post(format!("{}{route}", node.url))
                .header(CONTENT_TYPE, kind)
                .body(body.clone());
            let status = question.send().await.unwrap().status();
            assert!(
                !status.is_server_error() || status == StatusCode::SERVICE_UNAVAILABLE,
                "{route} answers {status} to {:?}",
                String::from_utf8_lossy(&body)
            );
        }
    }
    for path in [
        "/%00",
        "/api/core/v2/blocks/0x",
        "/api/core/v2/blocks/%ff%fe/metadata",
        "/../../etc/passwd",
    ] {
        let answer = client
            .get(format!("{}{path}", node.url))
            .send()
            .await
            .unwrap();
        assert!(
            answer.status().is_client_error(),
            "{path}: {}",
            answer.status()
        );
    }
    let tag = Tag([7; 32]);
    node.tangle().publish(tag, b"still here").await.unwrap();
    assert_eq!(node.tangle().by_tags(&[tag]).await.unwrap().len(), 1);
}

fn bodies() -> [(&'static str, &'static str, Vec<u8>); 4] {
    let tag = format!("0x{}", "01".repeat(32));
    let parents = vec![tangle::BlockId([0; 32])];
    let block = Block::tagged(parents, &[1; 32], b"data")
        .unwrap()
        .to_bytes();
    let json = "application/json";
    let look_up =
        format!(r#"{{"tags":[{{"tag":"{tag}"}},{{"tag":"{tag}","after":1}}],"perTag":3}}"#);
    // Without a place to go on from, the answer comes at once.
    let watch = format!(r#"{{"tags":["{tag}"],"waitSeconds":0}}"#);
    let draft = format!(
        r#"{{"protocolVersion":2,"payload":{{"type":5,"tag":"{tag}","data":"0x00ff"}},"nonce":"0"}}"#
    );
    [
        (
            "/api/meterkast/v1/blocks-by-tag",
            json,
            look_up.into_bytes(),
        ),
        ("/api/meterkast/v1/watch", json, watch.into_bytes()),
        ("/api/core/v2/blocks", json, draft.into_bytes()),
        (
            "/api/core/v2/blocks",
            "application/vnd.iota.serializer-v2",
            block,
        ),
    ]
}

/// The same choices on every run (a linear congruential generator, MMIX's constants).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap()
    }

    fn noise(&mut self) -> Vec<u8> {
        let length = self.below(2000);
        (0..length).map(|_| self.byte()).collect()
    }

    fn mutated(&mut self, right: &[u8]) -> Vec<u8> {
        let mut bytes = right.to_vec();
        for _ in 0..1 + self.below(3) {
            let at = self.below(bytes.len());
            match self.below(5) {
                0 => bytes[at] = self.byte(),
                1 => bytes.truncate(at.max(1)),
                2 => drop(bytes.remove(at)),
                3 => bytes.insert(at, b"0123456789{}[]\",-"[self.below(17)]),
                _ => {
                    let piece = bytes[at..].to_vec();
                    bytes.splice(at..at, piece);
                }
            }
            if bytes.is_empty() {
                return bytes;
            }
        }
        bytes
    }
}
