use data_encoding::BASE64;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tangle::api::{BlocksByTag, TaggedBlocks, WatchTags, WatchedBlocks};
use tangle::{Block, BlockId, Logins, Tag};

/// A block as a node is given it, and as it hands it out. What was read is written with the same bytes.
pub(super) fn block(data: &[u8]) {
    if let Ok(block) = Block::parse_draft(data) {
        assert_eq!(block.to_bytes(), data, "written as it was read");
    }
    if let Ok(block) = Block::parse(data) {
        assert_eq!(BlockId::of(&block.to_bytes()), BlockId::of(data));
    }
}

fn blocks() -> Vec<Vec<u8>> {
    let block = |parents: Vec<BlockId>, tag: &[u8], data: &[u8]| {
        let block = Block::tagged(parents, tag, data).ok()?;
        Some(block.to_bytes())
    };
    let parents = || vec![BlockId([1; 32]), BlockId([2; 32])];
    let seeds = [
        block(parents(), &[7; 32], b"data"),
        block(parents(), &[7; 4], &[0; 2000]),
        block(vec![BlockId([0; 32])], &[], &[]),
    ];
    seeds.into_iter().flatten().collect()
}

pub(super) fn block_seeds() -> Vec<Vec<u8>> {
    blocks()
}

/// What a node is asked about tags, and what it answers. The first byte says which; what was read is written and read again.
pub(super) fn body(data: &[u8]) {
    let Some((&which, body)) = data.split_first() else {
        return;
    };
    match which % 4 {
        0 => comes_back::<BlocksByTag>(body),
        1 => comes_back::<TaggedBlocks>(body),
        2 => comes_back::<WatchTags>(body),
        _ => comes_back::<WatchedBlocks>(body),
    }
}

fn comes_back<T: Serialize + DeserializeOwned + PartialEq>(body: &[u8]) {
    let Ok(read) = serde_json::from_slice::<T>(body) else {
        return;
    };
    let written = serde_json::to_vec(&read).unwrap_or_default();
    let again = serde_json::from_slice::<T>(&written);
    assert!(
        again.is_ok_and(|again| again == read),
        "written and read again"
    );
}

pub(super) fn body_seeds() -> Vec<Vec<u8>> {
    let tag = Tag([1; 32]);
    let found: Vec<_> = blocks()
        .iter()
        .map(|block| json!({ "blockId": BlockId::of(block), "cursor": 1, "at": 1_790_000_000, "block": BASE64.encode(block) }))
        .collect();
    let bodies = [
        json!({ "tags": [{ "tag": tag }, { "tag": tag, "after": 1 }], "perTag": 3 }),
        json!({ "blocks": found, "more": [{ "tag": tag, "after": 3 }] }),
        json!({ "tags": [tag], "after": 4, "waitSeconds": 0 }),
        json!({ "blocks": found, "cursor": 9, "lost": true }),
    ];
    bodies
        .iter()
        .zip(0_u8..)
        .map(|(body, which)| [vec![which], body.to_string().into_bytes()].concat())
        .collect()
}

/// The file that names a node's logins. Neither what is in it nor a complaint about it ever prints a password.
pub(super) fn logins(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Logins::parse(&text.replace("SECRET", "")) {
        Ok(logins) => drop(format!("{logins:?}")),
        Err(problem) => drop(problem.to_string()),
    }
    let with_a_secret = format!("{text}\nhttps://node.example basic name SECRET");
    let said = match Logins::parse(&with_a_secret) {
        Ok(logins) => format!("{logins:?}"),
        Err(problem) => problem.to_string(),
    };
    assert!(!said.contains("SECRET"), "a password was printed");
}

pub(super) fn logins_seeds() -> Vec<Vec<u8>> {
    [
        "# the town\nhttps://node.town.example/  basic home7 correct horse \n",
        "https://node.other.example:14265 bearer a.b.c\nhttp://[::1]:14265 basic a b\n",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}
