//! What independent clients publish we read, what we publish they read, and the ids are equal. What each of them asks
//! is in `tangle-node/conformance`.

use std::{
    collections::HashMap,
    io::Write,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use tangle::{BlockId, Tag};

use crate::{
    independent_clients,
    program::{Node, place},
};

/// Longer than the clients themselves wait for anything.
const PATIENCE: &str = "100";

#[tokio::test(flavor = "multi_thread")]
async fn iota_js_and_mqtt_js_agree() {
    both_directions(independent_clients::iota_js(), 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_sdk_agrees() {
    both_directions(independent_clients::iota_sdk(), 4).await;
}

async fn both_directions(client: Command, publishes: usize) {
    let (_directory, data) = place();
    let node = Node::start(
        &data,
        "127.0.0.1:0",
        &[
            "--network",
            "village",
            "--min-pow-score",
            "1",
            "--milestones",
            "1",
        ],
    );
    let tangle = node.tangle();
    let (tag, content) = (Tag([7; 32]), b"from the other side");
    let id = tangle.publish(tag, content).await.unwrap();
    let ours = json!({ "id": id, "tag": tag, "data": hex(content) });

    let url = node.url.clone();
    let theirs = tokio::task::spawn_blocking(move || run(client, &url, &ours))
        .await
        .unwrap();
    assert_eq!(theirs.len(), publishes);
    let tags: Vec<Tag> = theirs
        .iter()
        .map(|block| field(block, "tag").parse().unwrap())
        .collect();
    let found = tangle.by_tags(&tags).await.unwrap();
    let found: HashMap<_, _> = found.iter().map(|stored| (stored.tag, stored)).collect();
    for (block, tag) in theirs.iter().zip(&tags) {
        let stored = found.get(tag).expect("we find what they published");
        assert_eq!(stored.id, field(block, "id").parse::<BlockId>().unwrap());
        assert_eq!(hex(&stored.data), field(block, "data"));
        assert!(tangle.confirmed(stored.id).await.unwrap());
    }
}

/// The objects that the client prints, one a line.
fn run(client: Command, url: &str, ours: &Value) -> Vec<Value> {
    let mut bounded = Command::new("timeout");
    bounded
        .arg(PATIENCE)
        .arg(client.get_program())
        .args(client.get_args())
        .arg(url);
    for (name, value) in client.get_envs() {
        bounded.env(name, value.unwrap_or_default());
    }
    let mut running = bounded
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    running
        .stdin
        .take()
        .unwrap()
        .write_all(ours.to_string().as_bytes())
        .unwrap();
    let output = running.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{:?} ended with {}:\n{said}{}",
        client.get_program(),
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    said.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn field<'a>(block: &'a Value, name: &str) -> &'a str {
    block[name].as_str().unwrap()
}

fn hex(bytes: &[u8]) -> String {
    format!("0x{}", data_encoding::HEXLOWER.encode(bytes))
}
