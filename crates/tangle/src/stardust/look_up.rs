//! Look-up by tag, page by page.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use super::{failure, node::Node};
use crate::{
    Block, Cursor, MAX_BLOCKS_PER_TAG, MAX_COLLECTED, MAX_TAGS, Page, Stored, Tag, TangleError,
    api::{AskedTag, BLOCKS_BY_TAG, BlocksByTag, FoundBlock, TaggedBlocks},
};

pub(super) async fn by_tags(node: &Node, tags: &[Tag]) -> Result<Vec<Stored>, TangleError> {
    let mut places = HashMap::new();
    for tag in tags {
        let next = places.len();
        places.entry(*tag).or_insert(next);
    }
    let mut wanted: Vec<_> = places.keys().copied().collect();
    wanted.sort_unstable_by_key(|tag| places.get(tag));
    let mut found = Vec::new();
    for some in wanted.chunks(MAX_TAGS) {
        found.extend(collect(node, some).await?);
    }
    // Stable: within a tag the order of arrival stays.
    found.sort_by_key(|stored| places.get(&stored.tag).copied());
    Ok(found)
}

pub(super) async fn by_tag_after(
    node: &Node,
    tag: Tag,
    after: Option<Cursor>,
) -> Result<Page, TangleError> {
    let answer = ask(node, vec![AskedTag { tag, after }]).await?;
    let next = answer.more.first().and_then(|more| more.after);
    Ok(Page {
        blocks: read(node, answer.blocks, &HashSet::from([tag]))?,
        next,
    })
}

async fn collect(node: &Node, tags: &[Tag]) -> Result<Vec<Stored>, TangleError> {
    let allowed: HashSet<_> = tags.iter().copied().collect();
    let mut asked: Vec<_> = tags
        .iter()
        .map(|tag| AskedTag {
            tag: *tag,
            after: None,
        })
        .collect();
    let mut found = Vec::new();
    let mut counts: HashMap<Tag, usize> = HashMap::new();
    let mut collected = 0;
    while !asked.is_empty() && collected < MAX_COLLECTED {
        let answer = ask(node, asked).await?;
        for stored in read(node, answer.blocks, &allowed)? {
            let count = counts.entry(stored.tag).or_default();
            if *count < MAX_BLOCKS_PER_TAG {
                *count += 1;
                collected += stored.data.len();
                found.push(stored);
            }
        }
        asked = answer.more;
        asked.retain(|more| {
            counts
                .get(&more.tag)
                .is_none_or(|count| *count < MAX_BLOCKS_PER_TAG)
        });
    }
    Ok(found)
}

async fn ask(node: &Node, tags: Vec<AskedTag>) -> Result<TaggedBlocks, TangleError> {
    let question = BlocksByTag {
        tags,
        per_tag: MAX_BLOCKS_PER_TAG,
    };
    let answer: TaggedBlocks = node.ask(BLOCKS_BY_TAG, &question, Duration::ZERO).await?;
    // Every page must bring something and go on with what was asked, or asking would never end.
    if answer.blocks.is_empty() && !answer.more.is_empty() {
        return Err(failure::malformed(
            node.address(),
            "a page without blocks says that there are more",
        ));
    }
    let asked: HashMap<_, _> = question
        .tags
        .iter()
        .map(|asked| (asked.tag, asked.after))
        .collect();
    let goes_on = |more: &AskedTag| {
        asked
            .get(&more.tag)
            .is_some_and(|after| more.after >= *after)
    };
    if !answer.more.iter().all(goes_on) {
        return Err(failure::malformed(
            node.address(),
            "the next page lies before this one",
        ));
    }
    Ok(answer)
}

/// Checks each block against its id and the tags that were asked for.
pub(super) fn read(
    node: &Node,
    blocks: Vec<FoundBlock>,
    allowed: &HashSet<Tag>,
) -> Result<Vec<Stored>, TangleError> {
    let read_one = |found: FoundBlock| {
        let block: Block = node.read_block(found.block_id, &found.block)?;
        Stored::from_block(found.block_id, block, Some(found.at))
            .filter(|stored| allowed.contains(&stored.tag))
            .ok_or_else(|| {
                failure::malformed(node.address(), "a block under a tag that was not asked for")
            })
    };
    blocks.into_iter().map(read_one).collect()
}
