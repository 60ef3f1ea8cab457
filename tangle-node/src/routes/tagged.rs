//! Look-up by tag and the live feed: what Stardust nodes do not have.

use std::{collections::HashSet, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{ConnectInfo, State, rejection::JsonRejection},
    http::HeaderMap,
    response::Response,
    routing::post,
};
use tangle::{
    Cursor, MAX_BLOCKS_PER_TAG, MAX_TAGS, Tag,
    api::{
        AskedTag, BLOCKS_BY_TAG, BlocksByTag, MAX_WAIT_SECONDS, TaggedBlocks, WATCH, WatchTags,
        WatchedBlocks,
    },
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    answer::Refusal,
    room::{Answers, Share},
};
use crate::store::Store;

/// What look-up and feed by tag need.
pub(crate) struct TagIndex {
    pub(crate) store: Arc<Store>,
    pub(crate) answers: Answers,
    pub(crate) stop: CancellationToken,
}

/// Look-up and feed by tag.
pub(crate) fn tag_routes(index: Arc<TagIndex>) -> Router {
    Router::new()
        .route(BLOCKS_BY_TAG, post(blocks_by_tag))
        .route(WATCH, post(watch))
        .with_state(index)
}

async fn blocks_by_tag(
    State(index): State<Arc<TagIndex>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    question: Result<Json<BlocksByTag>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(question) = question.map_err(not_understood)?;
    check(question.tags.iter().map(|asked| asked.tag))?;
    let share = index.answers.share_of(peer.ip(), &headers);
    let room = share.reserve().await?;
    let per_tag = question.per_tag.clamp(1, MAX_BLOCKS_PER_TAG);
    let found = index.store.by_tags(question.tags, per_tag).await?;
    room.answer(&TaggedBlocks {
        blocks: found.blocks,
        more: found.more,
    })
}

async fn watch(
    State(index): State<Arc<TagIndex>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    question: Result<Json<WatchTags>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(WatchTags {
        tags,
        after,
        wait_seconds,
    }) = question.map_err(not_understood)?;
    check(tags.iter().copied())?;
    let share = index.answers.share_of(peer.ip(), &headers);
    let head = index.store.head().await?;
    let Some(after) = after else {
        return nothing(&share, head, false).await;
    };
    if after < index.store.beginning() || after > head {
        return nothing(&share, head, true).await;
    }
    let deadline = Instant::now() + Duration::from_secs(wait_seconds.min(MAX_WAIT_SECONDS).into());
    arrived(&index, &share, &tags, after, deadline).await
}

/// Answers as soon as something lies under the tags after that place; empty at the deadline.
async fn arrived(
    index: &TagIndex,
    share: &Share,
    tags: &[Tag],
    mut after: Cursor,
    deadline: Instant,
) -> Result<Response, Refusal> {
    // Before the first look-up, so that nothing falls between.
    let waiter = index.store.events.feed.wait_for(tags);
    loop {
        let room = share.reserve().await?;
        let asked = tags
            .iter()
            .map(|tag| AskedTag {
                tag: *tag,
                after: Some(after),
            })
            .collect();
        let found = index.store.by_tags(asked, MAX_BLOCKS_PER_TAG).await?;
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
            () = tokio::time::sleep_until(deadline) => return nothing(share, after, false).await,
            () = index.stop.cancelled() => return nothing(share, after, false).await,
        }
    }
}

async fn nothing(share: &Share, cursor: Cursor, lost: bool) -> Result<Response, Refusal> {
    share.reserve().await?.answer(&WatchedBlocks {
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
