use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use iota_client::{
    block::{
        payload::{Payload, milestone::MilestoneId},
        protocol::ProtocolParameters,
    },
    packable::PackableExt,
};
use serde_json::{Value, json};
use tangle::{Block, BlockId, Tag};

use crate::program::{Node, place};

const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) async fn get(node: &Node, path: &str) -> (u16, Value) {
    let answer = reqwest::get(format!("{}{path}", node.url)).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// The metadata of a block once a milestone refers to it.
pub(crate) async fn confirmed(node: &Node, id: BlockId) -> Value {
    let begin = Instant::now();
    loop {
        let (_, metadata) = get(node, &format!("/api/core/v2/blocks/{id}/metadata")).await;
        if metadata["referencedByMilestoneIndex"].is_u64() {
            return metadata;
        }
        assert_eq!(metadata["shouldReattach"], false);
        assert!(begin.elapsed() < PATIENCE, "no milestone: {metadata}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_milestone_refers_to_every_block_in_white_flag_order() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &["--milestones", "1"]);
    let tangle = node.tangle();
    let mut ids = Vec::new();
    for number in 0..5u8 {
        ids.push(tangle.publish(Tag([1; 32]), &[number]).await.unwrap());
    }
    // As many tips as eleven posts at once under one parent leave: more than a milestone can name.
    for number in 0..11u8 {
        let block = Block::tagged(vec![ids[0]], &[2; 32], &[number]).unwrap();
        let post = reqwest::Client::new()
            .post(format!("{}/api/core/v2/blocks", node.url))
            .header("content-type", "application/vnd.iota.serializer-v1")
            .body(block.to_bytes());
        assert_eq!(post.send().await.unwrap().status(), 201);
        ids.push(block.id());
    }
    let mut by_milestone: Vec<(u64, u64, BlockId)> = Vec::new();
    for id in &ids {
        let metadata = confirmed(&node, *id).await;
        assert_eq!(metadata["ledgerInclusionState"], "noTransaction");
        assert_eq!(metadata["isSolid"], true);
        assert_eq!(metadata.get("shouldPromote"), None);
        by_milestone.push((
            metadata["referencedByMilestoneIndex"].as_u64().unwrap(),
            metadata["whiteFlagIndex"].as_u64().unwrap(),
            *id,
        ));
    }
    assert!(tangle.confirmed(ids[0]).await.unwrap());
    for (index, ..) in by_milestone {
        check_root(&node, index).await;
    }
}

/// The root in a milestone is that of everything behind its parents that it is the first to refer to, in the order
/// that the blocks' metadata say.
async fn check_root(node: &Node, index: u64) {
    let path = format!("/api/core/v2/milestones/by-index/{index}");
    let (_, milestone) = get(node, &path).await;
    let parents = |of: &Value| of["parents"].as_array().unwrap().clone();
    let (mut open, mut places) = (parents(&milestone), BTreeMap::new());
    while let Some(id) = open.pop() {
        let id: BlockId = id.as_str().unwrap().parse().unwrap();
        if id == BlockId::GENESIS {
            continue;
        }
        let (_, metadata) = get(node, &format!("/api/core/v2/blocks/{id}/metadata")).await;
        if metadata["referencedByMilestoneIndex"] == index {
            let place = metadata["whiteFlagIndex"].as_u64().unwrap();
            let other = places.insert(place, id);
            assert!(
                other.is_none_or(|other| other == id),
                "a place is taken twice"
            );
            open.extend(parents(&metadata));
        }
    }
    let ids: Vec<_> = places.values().copied().collect();
    assert_eq!(
        places.keys().copied().collect::<Vec<_>>(),
        (0..ids.len() as u64).collect::<Vec<_>>()
    );
    assert_eq!(milestone["inclusionMerkleRoot"], root(&ids).to_string());
    assert_eq!(milestone["appliedMerkleRoot"], root(&[]).to_string());
}

/// IOTA TIP-4.
fn root(ids: &[BlockId]) -> BlockId {
    match ids {
        [] => BlockId::of(&[]),
        [id] => BlockId::of(&[&[0], &id.0[..]].concat()),
        _ => {
            let (left, right) = ids.split_at(ids.len().next_power_of_two() / 2);
            BlockId::of(&[&[1], &root(left).0[..], &root(right).0[..]].concat())
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn milestones_are_served_as_the_standard_says_and_verify() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &["--milestones", "1"]);
    let id = node.tangle().publish(Tag([1; 32]), b"data").await.unwrap();
    let index = confirmed(&node, id).await["referencedByMilestoneIndex"].clone();
    let (_, info) = get(&node, "/api/core/v2/info").await;
    let public_key = info["coordinator"]["publicKey"]
        .as_str()
        .unwrap()
        .to_owned();
    let latest = &info["status"]["latestMilestone"];
    assert_eq!(latest, &info["status"]["confirmedMilestone"]);
    assert!(latest["timestamp"].is_u64() && latest["milestoneId"].is_string());

    let by_index = format!("/api/core/v2/milestones/by-index/{index}");
    let (status, milestone) = get(&node, &by_index).await;
    assert_eq!(
        (status, &milestone["type"], &milestone["index"]),
        (200, &json!(7), &index)
    );
    assert_eq!(milestone["signatures"][0]["publicKey"], public_key);

    // The client library reads it, verifies it, and finds it by its id.
    let client = iota_client::Client::builder()
        .with_node(&node.url)
        .unwrap()
        .finish()
        .unwrap();
    let theirs = client.get_milestone_by_index(1).await.unwrap();
    theirs
        .validate(&[public_key.trim_start_matches("0x").to_owned()], 1)
        .unwrap();
    assert_eq!(
        theirs.id().to_string(),
        client
            .get_milestone_by_id(&theirs.id())
            .await
            .unwrap()
            .id()
            .to_string()
    );
    let raw = client.get_milestone_by_index_raw(1).await.unwrap();
    let Payload::Milestone(read) =
        Payload::unpack_verified(&raw[..], &ProtocolParameters::default()).unwrap()
    else {
        panic!("not a milestone");
    };
    assert_eq!(read.id(), theirs.id());
    let changes = client.get_utxo_changes_by_index(1).await.unwrap();
    assert!(changes.created_outputs.is_empty() && changes.consumed_outputs.is_empty());

    for nowhere in ["by-index/4000000", &MilestoneId::new([7; 32]).to_string()] {
        assert_eq!(
            get(&node, &format!("/api/core/v2/milestones/{nowhere}"))
                .await
                .0,
            404
        );
    }
    assert_eq!(
        get(&node, "/api/core/v2/milestones/by-index/x").await.0,
        400
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_goes_on_after_a_stop_and_after_a_kill() {
    let (_directory, data) = place();
    let mut last = (0, Value::Null);
    for round in 0..4u8 {
        let node = Node::start(&data, "127.0.0.1:0", &["--milestones", "1"]);
        let id = node.tangle().publish(Tag([1; 32]), &[round]).await.unwrap();
        let index = confirmed(&node, id).await["referencedByMilestoneIndex"]
            .as_u64()
            .unwrap();
        let (_, first_new) = get(
            &node,
            &format!("/api/core/v2/milestones/by-index/{}", last.0 + 1),
        )
        .await;
        if round > 0 {
            assert_eq!(
                first_new["previousMilestoneId"], last.1,
                "the chain is broken"
            );
        }
        assert!(index > last.0);
        // Something that no milestone refers to yet when the node goes.
        let open = node.tangle().publish(Tag([2; 32]), &[round]).await.unwrap();
        if round % 2 == 0 {
            node.kill();
        } else {
            assert!(node.terminate().success());
        }
        let node = Node::start(&data, "127.0.0.1:0", &["--milestones", "1"]);
        confirmed(&node, open).await;
        let (_, info) = get(&node, "/api/core/v2/info").await;
        let latest = info["status"]["latestMilestone"].clone();
        node.kill();
        last = (
            latest["index"].as_u64().unwrap(),
            latest["milestoneId"].clone(),
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parents_that_are_too_old_are_refused() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &["--milestones", "0"]);
    let old = node.tangle().publish(Tag([1; 32]), b"old").await.unwrap();
    node.terminate();
    // A file in which many milestones have passed since.
    let connection = rusqlite::Connection::open(&data).unwrap();
    connection
        .execute(
            "INSERT INTO milestone VALUES (40, ?1, 1, ?2, 0, 0)",
            [[4u8; 32], [5; 32]],
        )
        .unwrap();
    connection
        .execute("UPDATE about SET coordinated = 1, taken_until = (SELECT max(number) FROM block), taken_by = 3", [])
        .unwrap();
    drop(connection);

    let node = Node::start(&data, "127.0.0.1:0", &[]);
    assert_eq!(confirmed(&node, old).await["referencedByMilestoneIndex"], 3);
    for parent in [old, BlockId::GENESIS] {
        let block = Block::tagged(vec![parent], &[2; 32], b"new").unwrap();
        let post = reqwest::Client::new()
            .post(format!("{}/api/core/v2/blocks", node.url))
            .header("content-type", "application/vnd.iota.serializer-v1")
            .body(block.to_bytes());
        let answer = post.send().await.unwrap();
        assert_eq!(answer.status(), 400);
        assert!(answer.text().await.unwrap().contains("below max depth"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_the_first_version_is_taken_over() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &["--milestones", "0"]);
    let old = node.tangle().publish(Tag([1; 32]), b"old").await.unwrap();
    node.terminate();
    let connection = rusqlite::Connection::open(&data).unwrap();
    connection
        .execute_batch(
            "DROP TABLE milestone; DROP TABLE reference; DROP TABLE walked;
             ALTER TABLE about DROP COLUMN coordinated; ALTER TABLE about DROP COLUMN settled;
             ALTER TABLE about DROP COLUMN taken_until; ALTER TABLE about DROP COLUMN taken_by;
             PRAGMA user_version = 1;",
        )
        .unwrap();
    drop(connection);

    let node = Node::start(&data, "127.0.0.1:0", &["--milestones", "1"]);
    assert_eq!(confirmed(&node, old).await["referencedByMilestoneIndex"], 0);
    let new = node.tangle().publish(Tag([1; 32]), b"new").await.unwrap();
    assert_eq!(confirmed(&node, new).await["referencedByMilestoneIndex"], 1);
    assert_eq!(
        node.tangle().by_tags(&[Tag([1; 32])]).await.unwrap().len(),
        2
    );
}
