//! Look-up by tag and the live feed: what Stardust nodes do not have.

use std::{collections::HashSet, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    response::Response,
};
use tangle::{
    Cursor, MAX_BLOCKS_PER_TAG, MAX_TAGS, Tag,
    api::{AskedTag, BlocksByTag, MAX_WAIT_SECONDS, TaggedBlocks, WatchTags, WatchedBlocks},
};
use tokio::time::Instant;

use super::{
    Shared,
    answer::{Refusal, Room},
};

pub(super) async fn blocks_by_tag(
    State(shared): State<Arc<Shared>>,
    question: Result<Json<BlocksByTag>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(question) = question.map_err(not_understood)?;
    check(question.tags.iter().map(|asked| asked.tag))?;
    let room = Room::reserve(&shared.answers).await?;
    let per_tag = question.per_tag.clamp(1, MAX_BLOCKS_PER_TAG);
    let found = shared.store.by_tags(question.tags, per_tag).await?;
    room.answer(&TaggedBlocks {
        blocks: found.blocks,
        more: found.more,
    })
}

pub(super) async fn watch(
    State(shared): State<Arc<Shared>>,
    question: Result<Json<WatchTags>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(WatchTags {
        tags,
        after,
        wait_seconds,
    }) = question.map_err(not_understood)?;
    check(tags.iter().copied())?;
    let head = shared.store.head().await?;
    let Some(after) = after else {
        return nothing(&shared, head, false).await;
    };
    if after < shared.store.beginning() || after > head {
        return nothing(&shared, head, true).await;
    }
    let deadline = Instant::now() + Duration::from_secs(wait_seconds.min(MAX_WAIT_SECONDS).into());
    arrived(&shared, &tags, after, deadline).await
}

/// Answers as soon as something lies under the tags after that place; empty at the deadline.
async fn arrived(
    shared: &Shared,
    tags: &[Tag],
    mut after: Cursor,
    deadline: Instant,
) -> Result<Response, Refusal> {
    // Before the first look-up, so that nothing falls between.
    let waiter = shared.store.events.feed.wait_for(tags);
    loop {
        let room = Room::reserve(&shared.answers).await?;
        let asked = tags
            .iter()
            .map(|tag| AskedTag {
                tag: *tag,
                after: Some(after),
            })
            .collect();
        let found = shared.store.by_tags(asked, MAX_BLOCKS_PER_TAG).await?;
        after = found.head.max(after);
        if !found.blocks.is_empty() {
            return room.answer(&WatchedBlocks {
                blocks: found.blocks,
                cursor: after,
                lost: false,
            });
        }
        drop(room);
        tokio::select! {
            () = waiter.woken() => {}
            () = tokio::time::sleep_until(deadline) => return nothing(shared, after, false).await,
            () = shared.stop.cancelled() => return nothing(shared, after, false).await,
        }
    }
}

async fn nothing(shared: &Shared, cursor: Cursor, lost: bool) -> Result<Response, Refusal> {
    Room::reserve(&shared.answers)
        .await?
        .answer(&WatchedBlocks {
            blocks: Vec::new(),
            cursor,
            lost,
        })
}

fn check(tags: impl ExactSizeIterator<Item = Tag>) -> Result<(), Refusal> {
    let count = tags.len();
    if count > MAX_TAGS {
        return Err(Refusal::bad_request(format!(
            "{count} tags were asked for, at most {MAX_TAGS} are answered at once"
        )));
    }
    if tags.collect::<HashSet<_>>().len() < count {
        return Err(Refusal::bad_request("a tag was asked for twice"));
    }
    Ok(())
}

fn not_understood(rejection: JsonRejection) -> Refusal {
    Refusal::new(rejection.status(), rejection.body_text())
}
