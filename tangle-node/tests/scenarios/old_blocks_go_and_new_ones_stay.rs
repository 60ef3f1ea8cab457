use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tangle::Tag;

use crate::program::{Node, place};

#[tokio::test]
async fn after_the_days_that_were_asked_for() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &[]);
    for number in 0..5u8 {
        node.tangle()
            .publish(Tag([1; 32]), &[number])
            .await
            .unwrap();
    }
    let old = node.tangle().publish(Tag([1; 32]), b"old").await.unwrap();
    node.terminate();

    // Let them be three days old.
    let three_days_ago = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs() as i64
        - 3 * 24 * 3600;
    let connection = rusqlite::Connection::open(&data).unwrap();
    connection
        .execute("UPDATE block SET at = ?1", [three_days_ago])
        .unwrap();
    drop(connection);

    let node = Node::start(&data, "127.0.0.1:0", &["--keep", "4"]);
    let new = node.tangle().publish(Tag([1; 32]), b"new").await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(
        node.tangle().by_tags(&[Tag([1; 32])]).await.unwrap().len(),
        7
    );
    node.terminate();

    let node = Node::start(&data, "127.0.0.1:0", &["--keep", "2"]);
    let tangle = node.tangle();
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    while tangle.by_id(old).await.unwrap().is_some() {
        assert!(std::time::Instant::now() < deadline, "old blocks stay");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let left = tangle.by_tags(&[Tag([1; 32])]).await.unwrap();
    assert_eq!(
        left.iter().map(|stored| stored.id).collect::<Vec<_>>(),
        [new]
    );
    tangle
        .publish(Tag([1; 32]), b"and it goes on")
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn above_the_size_that_was_asked_for() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &["--milestones", "1"]);
    let tangle = node.tangle();
    let mut ids = Vec::new();
    // More than one transaction prunes: the rest must follow by itself.
    for number in 0..1_400u16 {
        let content = [&number.to_le_bytes()[..], &[7; 4_000]].concat();
        ids.push(tangle.publish(Tag([1; 32]), &content).await.unwrap());
    }
    assert!(node.terminate().success());
    let node = Node::start(&data, "127.0.0.1:0", &["--keep-megabytes", "1"]);
    let tangle = node.tangle();
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while tangle.by_id(ids[1_100]).await.unwrap().is_some() {
        assert!(std::time::Instant::now() < deadline, "old blocks stay");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let metrics = reqwest::get(format!("{}/metrics", node.url)).await.unwrap();
    let metrics = metrics.text().await.unwrap();
    let figure = |name: &str| {
        let line = metrics
            .lines()
            .find(|line| line.starts_with(&format!("{name} ")));
        line.unwrap()
            .rsplit(' ')
            .next()
            .unwrap()
            .parse::<u64>()
            .unwrap()
    };
    assert!(figure("tangle_node_file_bytes") <= 1 << 20);
    assert!(figure("tangle_node_milestone_index") > figure("tangle_node_pruning_index"));
    assert_eq!(figure("tangle_node_healthy"), 1);
    // What is left is served, and it goes on.
    tangle.publish(Tag([1; 32]), b"new").await.unwrap();
    assert!(!tangle.by_tags(&[Tag([1; 32])]).await.unwrap().is_empty());
    assert!(node.terminate().success());
    // The file alone is the whole state.
    let log = data.with_extension("db-wal");
    assert!(!log.exists() || std::fs::metadata(log).unwrap().len() == 0);
}
