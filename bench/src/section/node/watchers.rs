//! Many who wait for a block each, as wallets and services do.

use std::collections::HashMap;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::json;
use tangle::Tag;
use tangle::api::{WATCH, WatchTags, WatchedBlocks};

use super::Times;
use super::connection::Connection;
use super::load::{block, joined};

/// A stack for somebody who only waits.
const STACK: usize = 128 << 10;
/// No client of the load has this number.
const WATCHED: u64 = u64::MAX;

/// From posting a block to the answer in its watcher's hands.
pub(super) struct Watched {
    pub(super) delays: Times,
}

pub(super) fn wait_for_blocks(
    address: &str,
    watchers: usize,
    clients: usize,
) -> anyhow::Result<Watched> {
    let mut waiting = Vec::new();
    for number in 0..watchers as u64 {
        let tag = tag(number)?;
        let mut node = Connection::open(address)?;
        let place: WatchedBlocks =
            serde_json::from_slice(&node.post_json(WATCH, &question(tag, None)?)?)?;
        let goes_on = WatchTags {
            tags: vec![tag],
            after: Some(place.cursor),
            wait_seconds: 60,
        };
        node.send_json(WATCH, &serde_json::to_vec(&goes_on)?)?;
        waiting.push((number, node));
    }
    // Until the last question has arrived.
    thread::sleep(Duration::from_millis(500));

    let posted = Mutex::new(HashMap::new());
    let arrived = thread::scope(|scope| {
        let mut receiving = Vec::new();
        for (number, mut node) in waiting {
            let receive = move || {
                let answer: WatchedBlocks = serde_json::from_slice(&node.answer()?)?;
                let at = Instant::now();
                Ok((!answer.blocks.is_empty()).then_some((number, at)))
            };
            let thread = thread::Builder::new().stack_size(STACK);
            receiving.push(thread.spawn_scoped(scope, receive)?);
        }
        let posting: Vec<_> = (0..clients)
            .map(|client| {
                let posted = &posted;
                scope.spawn(move || post(address, (client..watchers).step_by(clients), posted))
            })
            .collect();
        for client in posting {
            joined(client)?;
        }
        receiving
            .into_iter()
            .map(joined)
            .collect::<anyhow::Result<Vec<_>>>()
    })?;
    let posted = posted.lock().ok().context("a client panicked")?;
    let delays = arrived.into_iter().flatten().filter_map(|(number, at)| {
        let posted = posted.get(&number)?;
        Some(at.saturating_duration_since(*posted).as_secs_f64())
    });
    Ok(Watched {
        delays: Times::new(delays.collect()),
    })
}

fn post(
    address: &str,
    numbers: impl Iterator<Item = usize>,
    posted: &Mutex<HashMap<u64, Instant>>,
) -> anyhow::Result<()> {
    let mut node = Connection::open(address)?;
    let parents = node.tips()?;
    for number in numbers {
        let number = number as u64;
        let block = block(parents.clone(), [WATCHED, number])?;
        let begin = Instant::now();
        posted
            .lock()
            .ok()
            .context("a client panicked")?
            .insert(number, begin);
        node.post_block(&block)?;
    }
    Ok(())
}

fn tag(number: u64) -> anyhow::Result<Tag> {
    block(vec![tangle::BlockId::GENESIS], [WATCHED, number])?
        .tag()
        .context("a block without a tag")
}

fn question(tag: Tag, after: Option<u64>) -> anyhow::Result<Vec<u8>> {
    Ok(serde_json::to_vec(
        &json!({ "tags": [tag], "after": after }),
    )?)
}
