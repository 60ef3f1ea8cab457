//! Many clients that publish as fast as they can.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use tangle::{Block, BlockId};

use super::Times;
use super::connection::Connection;

const DURATION: Duration = Duration::from_secs(10);
/// The first seconds do not count.
const WARM_UP: Duration = Duration::from_secs(2);
/// Data of one block, so that the whole has about 4 kB.
const DATA: usize = 4_096;
/// Blocks between two looks at the tips.
const SAME_PARENTS: u64 = 20;

/// What came of it.
pub(super) struct Load {
    pub(super) per_second: f64,
    pub(super) latencies: Times,
    /// All of them, also those that do not count.
    pub(super) published: usize,
}

/// Each block waits for its acknowledgement before the client's next one.
pub(super) fn publish(address: &str, clients: usize) -> anyhow::Result<Load> {
    let begin = Instant::now();
    let results = thread::scope(|scope| {
        let clients: Vec<_> = (0..clients as u64)
            .map(|client| scope.spawn(move || one_client(address, client, begin)))
            .collect();
        clients.into_iter().map(joined).collect::<Vec<_>>()
    });
    let (mut latencies, mut published) = (Vec::new(), 0);
    for result in results {
        let (counted, all) = result?;
        latencies.extend(counted);
        published += all;
    }
    Ok(Load {
        published,
        per_second: latencies.len() as f64 / DURATION.as_secs_f64(),
        latencies: Times::new(latencies),
    })
}

fn one_client(address: &str, client: u64, begin: Instant) -> anyhow::Result<(Vec<f64>, usize)> {
    let mut node = Connection::open(address)?;
    let (mut latencies, mut parents, mut all) = (Vec::new(), Vec::new(), 0);
    for number in 0.. {
        if number % SAME_PARENTS == 0 {
            parents = node.tips()?;
        }
        let block = block(parents.clone(), [client, number])?;
        let posted = Instant::now();
        node.post_block(&block)?;
        all += 1;
        let since = begin.elapsed();
        if since > WARM_UP + DURATION {
            break;
        }
        if since > WARM_UP {
            latencies.push(posted.elapsed().as_secs_f64());
        }
    }
    Ok((latencies, all))
}

/// A block under a tag that nothing else has, full of what cannot be compressed.
pub(super) fn block(parents: Vec<BlockId>, name: [u64; 2]) -> anyhow::Result<Block> {
    let name = name.map(u64::to_le_bytes).concat();
    let tag = BlockId::of(&name).0;
    let data: Vec<u8> = tag.iter().cycle().take(DATA).copied().collect();
    Ok(Block::tagged(parents, &tag, &data)?)
}

/// How often the disk writes 4 kB durably, one after the other.
pub(super) fn syncs_per_second(folder: &Path) -> anyhow::Result<f64> {
    let path = folder.join("syncs");
    let mut file = File::create(&path)?;
    let begin = Instant::now();
    let mut count = 0;
    while begin.elapsed() < Duration::from_secs(2) {
        file.write_all(&[7; DATA])?;
        file.sync_data()?;
        count += 1;
    }
    let per_second = f64::from(count) / begin.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(per_second)
}

/// What a thread returned.
pub(super) fn joined<T>(
    thread: thread::ScopedJoinHandle<'_, anyhow::Result<T>>,
) -> anyhow::Result<T> {
    thread
        .join()
        .unwrap_or_else(|_| Err(anyhow::anyhow!("a client of the benchmark panicked")))
}
