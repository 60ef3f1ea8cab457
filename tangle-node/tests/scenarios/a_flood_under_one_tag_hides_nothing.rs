use std::{sync::Arc, time::Duration};

use futures::{StreamExt, stream};
use tangle::{
    MAX_BLOCKS_PER_TAG, Tag, Tangle,
    api::{AskedTag, BLOCKS_BY_TAG, BlocksByTag, TaggedBlocks},
};

use crate::program::{Node, place};

const FLOODED: Tag = Tag([0xff; 32]);
const HONEST: Tag = Tag([0x01; 32]);

pub(crate) async fn flood(tangle: &Arc<dyn Tangle>, tag: Tag, count: usize, length: usize) {
    let publish = |number: usize| async move {
        // Each one different: the same content with the same parents is the same block.
        let mut junk = vec![0xee; length];
        junk[..8].copy_from_slice(&number.to_le_bytes());
        tangle.publish(tag, &junk).await.unwrap();
    };
    stream::iter(0..count)
        .for_each_concurrent(32, publish)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_under_another_tag_nor_behind_it_under_its_own() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &[]);
    let tangle = node.tangle();
    flood(&tangle, FLOODED, 600, 20_000).await;
    let behind = tangle
        .publish(FLOODED, b"honest, behind the flood")
        .await
        .unwrap();
    let honest = tangle.publish(HONEST, b"honest").await.unwrap();

    let found = tangle.by_tags(&[FLOODED, HONEST]).await.unwrap();
    assert_eq!(
        found.iter().filter(|stored| stored.tag == FLOODED).count(),
        MAX_BLOCKS_PER_TAG
    );
    assert_eq!(
        found
            .iter()
            .filter(|stored| stored.tag == HONEST)
            .map(|stored| stored.id)
            .collect::<Vec<_>>(),
        [honest]
    );

    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = tangle.by_tag_after(FLOODED, after).await.unwrap();
        seen.extend(page.blocks.into_iter().map(|stored| stored.id));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen.len(), 601);
    assert_eq!(seen.last(), Some(&behind));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_live_feed_goes_on_under_it() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &[]);
    let tangle = node.tangle();
    let mut feed = tangle.watch(vec![HONEST]);
    let mut both = tangle.watch(vec![FLOODED, HONEST]);
    assert!(
        tokio::time::timeout(Duration::from_millis(300), feed.next())
            .await
            .is_err()
    );
    assert!(
        tokio::time::timeout(Duration::from_millis(300), both.next())
            .await
            .is_err()
    );

    let flooding = {
        let tangle = tangle.clone();
        tokio::spawn(async move { flood(&tangle, FLOODED, 400, 4_096).await })
    };
    let honest = tangle.publish(HONEST, b"honest").await.unwrap();
    let patience = Duration::from_secs(20);
    assert_eq!(
        tokio::time::timeout(patience, feed.next())
            .await
            .unwrap()
            .unwrap()
            .id,
        honest
    );
    let among_junk = async { while both.next().await.unwrap().id != honest {} };
    tokio::time::timeout(patience, among_junk)
        .await
        .expect("the honest block is lost in the flood");
    flooding.await.unwrap();
}

/// Three flooded tags alone would fill an answer; the honest one is asked for last.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_holds_the_first_block_of_every_tag_before_the_second_of_any() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &[]);
    let tangle = node.tangle();
    let flooded = [Tag([0xf1; 32]), Tag([0xf2; 32]), Tag([0xf3; 32])];
    for tag in flooded {
        flood(&tangle, tag, 70, 30_000).await;
    }
    let honest = tangle.publish(HONEST, b"honest").await.unwrap();

    let asked = flooded
        .into_iter()
        .chain([HONEST])
        .map(|tag| AskedTag { tag, after: None });
    let question = BlocksByTag {
        tags: asked.collect(),
        per_tag: MAX_BLOCKS_PER_TAG,
    };
    let request = reqwest::Client::new()
        .post(format!("{}{BLOCKS_BY_TAG}", node.url))
        .json(&question);
    let answer: TaggedBlocks = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer.blocks[3].block_id, honest);
    assert_eq!(
        answer.more.iter().map(|more| more.tag).collect::<Vec<_>>(),
        flooded
    );
    let bytes: usize = answer.blocks.iter().map(|found| found.block.len()).sum();
    assert!(
        (3 << 20..5 << 20).contains(&bytes),
        "an answer of {bytes} bytes"
    );
}
