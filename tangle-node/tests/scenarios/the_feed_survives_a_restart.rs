use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::StreamExt;
use tangle::Tag;
use tokio::{sync::mpsc, time::timeout};

use crate::program::{Node, free_address, place};

const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn what_was_there_comes_first_then_what_arrives() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &[]);
    let tangle = node.tangle();
    let there = tangle.publish(Tag([1; 32]), b"there").await.unwrap();
    let mut feed = tangle.watch(vec![Tag([1; 32]), Tag([2; 32])]);
    assert_eq!(
        timeout(PATIENCE, feed.next()).await.unwrap().unwrap().id,
        there
    );

    let writer = node.tangle();
    let publishing = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        writer.publish(Tag([3; 32]), b"for others").await.unwrap();
        let begin = Instant::now();
        (
            writer.publish(Tag([2; 32]), b"arrives").await.unwrap(),
            begin,
        )
    });
    let arrived = timeout(PATIENCE, feed.next()).await.unwrap().unwrap();
    let (id, begin) = publishing.await.unwrap();
    assert_eq!(
        (arrived.id, arrived.data.as_slice()),
        (id, b"arrives".as_slice())
    );
    assert!(
        begin.elapsed() < Duration::from_secs(5),
        "the feed waited for its next question"
    );
}

#[tokio::test]
async fn nothing_is_missed_and_nothing_comes_twice_while_the_node_is_away() {
    let (_directory, data) = place();
    let address = free_address();
    let tangle = tangle::connect(&format!("http://{address}")).unwrap();
    let mut feed = tangle.watch(vec![Tag([1; 32])]);
    let (arrive, mut arriving) = mpsc::unbounded_channel();
    // Reads all the time, also while nobody is there.
    tokio::spawn(async move { while arrive.send(feed.next().await.unwrap().id).is_ok() {} });

    let (mut expected, mut arrived) = (Vec::new(), Vec::new());
    for round in 0..4u8 {
        let node = Node::start(&data, &address, &[]);
        // The first of a round finds a feed that has its place; what follows may meet the end of the node.
        for number in 0..5 {
            expected.push(
                tangle
                    .publish(Tag([1; 32]), &[round, number])
                    .await
                    .unwrap(),
            );
            if number == 0 {
                while arrived.len() < expected.len() {
                    let id = timeout(PATIENCE, arriving.recv()).await;
                    arrived.push(id.expect("a block is missing").unwrap());
                }
            }
        }
        if round % 2 == 1 {
            assert!(node.terminate().success());
        } else {
            node.kill();
        }
    }
    let _node = Node::start(&data, &address, &[]);
    while arrived.len() < expected.len() {
        let id = timeout(PATIENCE, arriving.recv()).await;
        arrived.push(id.expect("a block is missing").unwrap());
    }
    assert_eq!(arrived, expected);
    let more = timeout(Duration::from_secs(1), arriving.recv()).await;
    assert!(more.is_err(), "a block came twice");
}

#[tokio::test]
async fn a_node_that_began_anew_is_noticed() {
    let (_directory, old) = place();
    let (_other, new) = place();
    let address = free_address();
    let tangle = tangle::connect(&format!("http://{address}")).unwrap();
    let node = Node::start(&old, &address, &[]);
    let mut feed = tangle.watch(vec![Tag([1; 32])]);
    tangle.publish(Tag([1; 32]), b"old").await.unwrap();
    assert_eq!(
        timeout(PATIENCE, feed.next()).await.unwrap().unwrap().data,
        b"old"
    );
    node.kill();

    // A file's places carry the second of its birth.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let _node = Node::start(&new, &address, &[]);
    tangle.publish(Tag([1; 32]), b"new").await.unwrap();
    assert_eq!(
        timeout(PATIENCE, feed.next()).await.unwrap().unwrap().data,
        b"new"
    );
}

#[tokio::test]
async fn many_watchers_each_get_their_own() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &[]);
    let tangle = node.tangle();
    let watchers: Vec<_> = (0..50u8)
        .map(|number| {
            let tangle = Arc::clone(&tangle);
            tokio::spawn(async move {
                timeout(PATIENCE, tangle.watch(vec![Tag([number; 32])]).next()).await
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    for number in 0..50u8 {
        tangle.publish(Tag([number; 32]), &[number]).await.unwrap();
    }
    for (number, watcher) in (0..50u8).zip(watchers) {
        assert_eq!(watcher.await.unwrap().unwrap().unwrap().data, [number]);
    }
}
