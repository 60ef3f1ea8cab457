//! A node with a long past.

use std::path::Path;
use std::time::Instant;

use anyhow::ensure;
use rusqlite::{Connection as File, params};
use tangle::api::{AskedTag, BLOCKS_BY_TAG, BlocksByTag, TaggedBlocks};
use tangle::{Block, BlockId, Tag};

use super::Times;
use super::connection::Connection;

const LOOK_UPS: usize = 100;
const AT_ONCE: u64 = 500_000;

/// Puts so many small blocks into a file that a node has made and left. Their ids rise with their numbers, which makes
/// the file grow in order; look-ups touch the same number of pages as in one that grew by chance.
pub(super) fn store(path: &Path, count: u64) -> anyhow::Result<()> {
    let mut file = File::open(path)?;
    file.pragma_update(None, "synchronous", "OFF")?;
    file.pragma_update(None, "cache_size", -262_144)?;
    let mut stored = 0;
    while stored < count {
        let transaction = file.transaction()?;
        {
            let mut insert = transaction
                .prepare("INSERT INTO block (at, id, tag, bytes) VALUES (1, ?1, ?2, ?3)")?;
            for number in stored..count.min(stored + AT_ONCE) {
                let place = place(number, count);
                insert.execute(params![place, place, small_block(place)?])?;
            }
        }
        transaction.commit()?;
        stored = count.min(stored + AT_ONCE);
    }
    // As if milestones referred to all of it.
    file.execute(
        "UPDATE about SET coordinated = 1, settled = (SELECT max(number) FROM block),
            taken_until = (SELECT max(number) FROM block)",
        [],
    )?;
    file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

/// Looks up so many tags at a time, somewhere among the blocks, each time others.
pub(super) fn look_up(address: &str, count: u64, tags: usize) -> anyhow::Result<Times> {
    let mut node = Connection::open(address)?;
    let mut chance = 1u64;
    let mut seconds = Vec::new();
    for _ in 0..LOOK_UPS {
        let mut asked: Vec<_> = (0..tags)
            .map(|_| {
                chance = chance
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                Tag(place((chance >> 24) % count, count))
            })
            .collect();
        asked.sort_unstable();
        asked.dedup();
        let question = BlocksByTag {
            tags: asked
                .iter()
                .map(|tag| AskedTag {
                    tag: *tag,
                    after: None,
                })
                .collect(),
            per_tag: 64,
        };
        let question = serde_json::to_vec(&question)?;
        let begin = Instant::now();
        let answer = node.post_json(BLOCKS_BY_TAG, &question)?;
        seconds.push(begin.elapsed().as_secs_f64());
        let found: TaggedBlocks = serde_json::from_slice(&answer)?;
        ensure!(
            found.blocks.len() == asked.len(),
            "{} of {} blocks were found",
            found.blocks.len(),
            asked.len()
        );
    }
    Ok(Times::new(seconds))
}

/// Spread evenly over all that an id can be.
fn place(number: u64, count: u64) -> [u8; 32] {
    let step = u64::MAX / count;
    let mut place = BlockId::of(&number.to_le_bytes()).0;
    for (byte, of_number) in place.iter_mut().zip((number * step).to_be_bytes()) {
        *byte = of_number;
    }
    place
}

fn small_block(tag: [u8; 32]) -> anyhow::Result<Vec<u8>> {
    Ok(Block::tagged(vec![BlockId::GENESIS], &tag, b"small")?.to_bytes())
}
