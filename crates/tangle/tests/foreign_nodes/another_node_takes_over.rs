//! Several nodes: when one fails, the next one helps, and nobody notices.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::Request,
    http::StatusCode,
    middleware::{self, Next},
    routing::{get, post},
};
use futures::StreamExt;
use serde_json::{Value, json};
use tangle::{
    Block, BlockId, Settings, TangleError,
    api::{BLOCKS_BY_TAG, WATCH},
    connect, connect_with, pow,
};

use crate::foreign::{
    BLOCK, BLOCKS, METADATA, TAG, answering, block, foreign, foreign_of, found, info, nobody,
    refused, serve, taken, takes_blocks,
};

/// Counts what it is asked.
fn counted(routes: Router) -> (Router, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let counting = middleware::from_fn(move |request: Request, next: Next| {
        count.fetch_add(1, Ordering::Relaxed);
        next.run(request)
    });
    (routes.layer(counting), asked)
}

fn index() -> Router {
    let bytes = block();
    answering(json!({ "blocks": [found(BlockId::of(&bytes), &bytes)], "more": [] }))
}

#[tokio::test]
async fn the_next_node_takes_over_when_one_is_away_or_busy_or_lies() {
    let bytes = block();
    let busy = || async { refused(StatusCode::SERVICE_UNAVAILABLE, "busy") };
    let lying = answering(json!({ "blocks": [found(BlockId([3; 32]), &bytes)], "more": [] }))
        .route(
            BLOCKS,
            post(|| async { Json(json!({ "blockId": BlockId([3; 32]) })) }),
        );
    for bad in [
        nobody().await,
        serve(Router::new().fallback(busy)).await,
        serve(Router::new().fallback(|| async { "<html>" })).await,
        serve(lying).await,
    ] {
        let good = serve(index().route(BLOCKS, takes_blocks())).await;
        let tangle = connect(&format!("{bad},{good}")).unwrap();
        assert_eq!(tangle.by_tags(&[TAG]).await.unwrap().len(), 1);
        assert_eq!(
            tangle.by_tag_after(TAG, None).await.unwrap().blocks.len(),
            1
        );
        assert_eq!(tangle.network().await.unwrap().name, "foreign");
        tangle.publish(TAG, b"data").await.unwrap();
    }
}

/// The answer to a foreign node without look-up: an index beside it, named after a comma.
#[tokio::test]
async fn a_plain_node_and_an_index_work_together() {
    let (node, asked_node) = counted(foreign(0).route(BLOCKS, takes_blocks()));
    let (index, asked) = counted(index());
    let tangle = connect(&format!("{},{}", serve(node).await, serve(index).await)).unwrap();
    tangle.publish(TAG, b"data").await.unwrap();
    assert_eq!(
        asked.load(Ordering::Relaxed),
        0,
        "the node itself took the block"
    );
    assert_eq!(tangle.by_tags(&[TAG]).await.unwrap()[0].data, b"data");
    assert!(asked.load(Ordering::Relaxed) > 0);

    // That it has no look-up is remembered; it is not asked in vain again and again.
    let before = asked_node.load(Ordering::Relaxed);
    tangle.by_tags(&[TAG]).await.unwrap();
    assert_eq!(asked_node.load(Ordering::Relaxed), before);
}

#[tokio::test]
async fn a_node_that_failed_is_not_asked_first_for_a_while() {
    let busy = || async { refused(StatusCode::SERVICE_UNAVAILABLE, "busy") };
    let (bad, asked) = counted(Router::new().fallback(busy));
    let tangle = connect(&format!("{},{}", serve(bad).await, serve(index()).await)).unwrap();
    for _ in 0..5 {
        tangle.by_tags(&[TAG]).await.unwrap();
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_node_of_another_network_is_left_out_and_named() {
    let ours = serve(foreign_of("ours", 0)).await;
    let theirs =
        serve(foreign_of("theirs", 0).merge(Router::new().route(BLOCKS, takes_blocks()))).await;
    let tangle = connect(&format!("{ours},{theirs}")).unwrap();
    // The first takes no blocks; the other would, into another network.
    let error = tangle.publish(TAG, b"data").await.unwrap_err();
    let TangleError::NoNodeAnswers(failures) = &error else {
        panic!("{error:?}");
    };
    assert!(
        failures
            .iter()
            .any(|failure| matches!(failure, TangleError::OtherNetwork { .. })),
        "{error:?}"
    );
    assert!(
        error.to_string().contains("name only nodes of one network"),
        "{error}"
    );
}

#[tokio::test]
async fn when_all_fail_each_is_named_with_its_reason() {
    let (one, other) = (nobody().await, serve(foreign(0)).await);
    let tangle = connect(&format!("{one},{other}")).unwrap();
    let error = tangle.by_tags(&[TAG]).await.unwrap_err();
    let sentence = error.to_string();
    for words in [
        "none of 2 nodes",
        &one,
        &other,
        "cannot be reached",
        "cannot look up",
    ] {
        assert!(sentence.contains(words), "{words}: {sentence}");
    }
    assert!(error.is_temporary(), "the first may come back");
}

/// The work is not thrown away because the node that it was done for went away.
#[tokio::test(flavor = "multi_thread")]
async fn a_mined_block_is_taken_to_the_next_node() {
    let busy = post(|| async { refused(StatusCode::SERVICE_UNAVAILABLE, "busy") });
    let first = foreign(100).route(BLOCKS, busy);
    let second = Router::new()
        .route(crate::foreign::INFO, get(|| async { Json(info(100)) }))
        .route(
            BLOCKS,
            post(|body: Bytes| async move {
                assert!(pow::is_enough(&body, 100));
                taken(&body)
            }),
        );
    // The second has no tips to begin anew with.
    let tangle = connect(&format!("{},{}", serve(first).await, serve(second).await)).unwrap();
    tangle.publish(TAG, b"data").await.unwrap();
}

#[tokio::test]
async fn what_one_node_forgot_another_may_know() {
    let bytes = block();
    let id = BlockId::of(&bytes);
    let metadata =
        json!({ "blockId": id, "parents": [], "isSolid": true, "referencedByMilestoneIndex": 5 });
    let knows = foreign(0)
        .route(BLOCK, get(|| async { bytes }))
        .route(METADATA, get(|| async { Json(metadata) }));
    let tangle = connect(&format!(
        "{},{}",
        serve(foreign(0)).await,
        serve(knows).await
    ))
    .unwrap();
    assert_eq!(tangle.by_id(id).await.unwrap().unwrap().id, id);
    assert!(tangle.confirmed(id).await.unwrap());
}

/// A place in one node's order means nothing to another.
#[tokio::test]
async fn pages_go_on_at_the_node_where_they_began() {
    fn paged(name: &'static str) -> Router {
        let page = move |Json(question): Json<Value>| async move {
            let data = format!("{name} {}", question["tags"][0]["after"]);
            let block = Block::tagged(vec![BlockId([1; 32])], &TAG.0, data.as_bytes()).unwrap();
            let more = match question["tags"][0]["after"].as_u64() {
                None => json!([{ "tag": TAG, "after": 41 }]),
                Some(_) => json!([]),
            };
            Json(json!({ "blocks": [found(block.id(), &block.to_bytes())], "more": more }))
        };
        foreign(0).route(BLOCKS_BY_TAG, post(page))
    }
    let (first, second) = (serve(foreign(0)).await, serve(paged("second")).await);
    let tangle = connect(&format!("{first},{second},{}", serve(paged("third")).await)).unwrap();
    let page = tangle.by_tag_after(TAG, None).await.unwrap();
    assert_eq!(page.blocks[0].data, b"second null");
    let page = tangle.by_tag_after(TAG, page.next).await.unwrap();
    assert_eq!(
        (page.blocks[0].data.as_slice(), page.next),
        (&b"second 41"[..], None)
    );
}

#[tokio::test]
async fn the_live_feed_goes_on_at_the_next_node() {
    let bytes = block();
    let id = BlockId::of(&bytes);
    let quiet = || async { Json(json!({ "blocks": [], "cursor": 9 })) };
    // Gives a place, then fails: what arrives meanwhile lies at the other node.
    let begins = Arc::new(AtomicUsize::new(0));
    let failing = move || async move {
        match begins.fetch_add(1, Ordering::Relaxed) {
            0 => Ok(quiet().await),
            _ => Err(refused(StatusCode::SERVICE_UNAVAILABLE, "gone")),
        }
    };
    let first = answering(json!({ "blocks": [], "more": [] })).route(WATCH, post(failing));
    let second =
        answering(json!({ "blocks": [found(id, &bytes)], "more": [] })).route(WATCH, post(quiet));
    let settings = Settings::default();
    let both = format!("{},{}", serve(first).await, serve(second).await);
    let mut feed = connect_with(&both, settings).unwrap().watch(vec![TAG]);
    let arrived = tokio::time::timeout(Duration::from_secs(10), feed.next()).await;
    assert_eq!(arrived.unwrap().unwrap().id, id);
}
