use std::{
    path::Path,
    time::{Duration, Instant},
};

use futures::StreamExt;
use serde_json::Value;
use tangle::{BlockId, MAX_BLOCKS_PER_TAG, Tag, TangleError};

use crate::program::{Node, free_address, place, refusal_of};

const PATIENCE: Duration = Duration::from_secs(20);

/// A node as plain as others are: no look-up by tag.
fn plain(data: &Path, listen: &str) -> Node {
    Node::start(data, listen, &["--plain", "--milestones", "1"])
}

async fn progress(index: &Node) -> Value {
    let answer = reqwest::get(format!("{}/api/meterkast/v1/completeness", index.url));
    answer.await.unwrap().json().await.unwrap()
}

/// Waits until the index says what is expected.
async fn until(index: &Node, expected: impl Fn(&Value) -> bool) -> Value {
    let begin = Instant::now();
    loop {
        let progress = progress(index).await;
        if expected(&progress) {
            return progress;
        }
        assert!(begin.elapsed() < PATIENCE, "{progress}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn up_to_date(progress: &Value) -> bool {
    progress["complete"] == true && progress["completeTo"] == progress["latestMilestone"]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_is_walked_and_what_arrives_is_there_at_once() {
    let (_directory, data) = place();
    let (_other, index_data) = place();
    let node = plain(&data, "127.0.0.1:0");
    let direct = node.tangle();
    let error = direct.by_tags(&[Tag([1; 32])]).await.unwrap_err();
    assert!(
        matches!(error, TangleError::NoLookUpByTag { .. }),
        "{error:?}"
    );
    let mut ids: Vec<BlockId> = Vec::new();
    for number in 0..20u8 {
        ids.push(direct.publish(Tag([1; 32]), &[number]).await.unwrap());
        if number % 7 == 0 {
            tokio::time::sleep(Duration::from_millis(1_100)).await;
        }
    }

    let index = Node::index(&index_data, &node.url, &[]);
    let progress = until(&index, up_to_date).await;
    assert_eq!(
        (&progress["missing"], &progress["completeFrom"]),
        (&0.into(), &1.into())
    );
    let tangle = index.tangle();
    let mut found: Vec<_> = tangle.by_tags(&[Tag([1; 32])]).await.unwrap();
    found.sort_by_key(|stored| stored.data.clone());
    assert_eq!(
        found.iter().map(|stored| stored.id).collect::<Vec<_>>(),
        ids
    );
    assert!(found.len() < MAX_BLOCKS_PER_TAG);

    // New blocks, published past the index, reach those who watch a tag there before any milestone.
    let mut feed = tangle.watch(vec![Tag([2; 32])]);
    let writing = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        direct.publish(Tag([2; 32]), b"live").await.unwrap()
    });
    let arrived = tokio::time::timeout(PATIENCE, feed.next())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(arrived.id, writing.await.unwrap());

    // Through the index everything works that works at the node, and its own writes are read back at once.
    let id = tangle
        .publish(Tag([3; 32]), b"through the index")
        .await
        .unwrap();
    assert_eq!(tangle.by_tags(&[Tag([3; 32])]).await.unwrap()[0].id, id);
    assert_eq!(
        tangle.by_id(id).await.unwrap().unwrap().data,
        b"through the index"
    );
    assert_eq!(tangle.network().await.unwrap().name, "meterkast");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_while_the_index_or_the_node_was_away_is_made_up_for() {
    let (_directory, data) = place();
    let (_other, index_data) = place();
    let address = free_address();
    let node = plain(&data, &address);
    let direct = node.tangle();
    direct.publish(Tag([1; 32]), b"before").await.unwrap();
    let index = Node::index(&index_data, &node.url, &[]);
    until(&index, up_to_date).await;
    index.kill();
    direct
        .publish(Tag([1; 32]), b"while the index is away")
        .await
        .unwrap();
    let index = Node::index(&index_data, &node.url, &[]);
    until(&index, up_to_date).await;
    let tangle = index.tangle();
    let count = async || tangle.by_tags(&[Tag([1; 32])]).await.unwrap().len();
    let begin = Instant::now();
    while count().await < 2 {
        assert!(begin.elapsed() < PATIENCE, "the gap stays");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    assert!(node.terminate().success());
    let away = until(&index, |progress| progress["complete"] == false).await;
    assert_eq!(away["liveFeed"], false);
    assert_eq!(count().await, 2, "look-up goes on");
    let node = plain(&data, &address);
    node.tangle().publish(Tag([1; 32]), b"after").await.unwrap();
    until(&index, up_to_date).await;
    let begin = Instant::now();
    while count().await < 3 {
        assert!(begin.elapsed() < PATIENCE, "the gap stays");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_without_milestones_is_followed_by_its_tips_and_over_tcp() {
    let (_directory, data) = place();
    let (_other, index_data) = place();
    let mqtt = free_address();
    let node = Node::start(
        &data,
        "127.0.0.1:0",
        &["--plain", "--milestones", "0", "--mqtt", &mqtt],
    );
    for number in 0..5u8 {
        node.tangle()
            .publish(Tag([1; 32]), &[number])
            .await
            .unwrap();
    }
    let events = format!("mqtt://{mqtt}");
    let index = Node::index(&index_data, &node.url, &["--events", &events]);
    until(&index, |progress| progress["complete"] == true).await;
    assert_eq!(
        index.tangle().by_tags(&[Tag([1; 32])]).await.unwrap().len(),
        5
    );
}

#[test]
fn an_index_without_a_node_says_so() {
    let (_directory, data) = place();
    for (follow, words) in [
        ("http://127.0.0.1:9", "cannot be followed"),
        ("nonsense", "no address of a node"),
    ] {
        let sentence = refusal_of(&data, &["index", "--follow", follow]);
        assert!(
            sentence.contains(words) && sentence.contains("--follow"),
            "{sentence}"
        );
    }
    let sentence = refusal_of(
        &data,
        &["index", "--follow", "http://127.0.0.1:9", "--events", "x"],
    );
    assert!(sentence.contains("mqtt://"), "{sentence}");
}
