//! Measures a node with its real client: `cargo run --release -p tangle-node --example load -- [blocks] [clients]`.
//!
//! Prints blocks per second with every block on disk before it is acknowledged, the latency of publishing, of looking
//! up 1,000 tags, and of the live feed.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use futures::{StreamExt, stream};
use tangle::{MAX_TAGS, Tag, Tangle};
use tangle_node::Config;

const BLOCK: usize = 4_096;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args()
        .skip(1)
        .map(|argument| argument.parse::<usize>());
    let blocks = arguments.next().transpose()?.unwrap_or(20_000);
    let clients = arguments.next().transpose()?.unwrap_or(64);
    let directory = tempfile::tempdir()?;
    let node = tangle_node::start(Config::new(
        "127.0.0.1:0",
        directory.path().join("tangle.db"),
    ))
    .await?;
    let tangle = tangle::connect(&node.url())?;

    let begin = Instant::now();
    let published = stream::iter(0..blocks)
        .map(|number| publish(&tangle, number))
        .buffer_unordered(clients);
    let mut latencies: Vec<Duration> = published
        .map(|latency| latency.unwrap_or(Duration::MAX))
        .collect()
        .await;
    let per_second = blocks as f64 / begin.elapsed().as_secs_f64();
    println!(
        "{clients} clients: {per_second:.0} blocks/s of {BLOCK} bytes; publish {}",
        spread(&mut latencies)
    );

    let mut alone = Vec::new();
    for number in 0..200 {
        alone.push(publish(&tangle, blocks + number).await?);
    }
    println!("one client: publish {}", spread(&mut alone));
    println!(
        "look-up of {MAX_TAGS} tags without blocks: {}",
        look_up(&tangle, blocks * 2).await?
    );
    println!(
        "look-up of {MAX_TAGS} tags with a block each: {}",
        look_up(&tangle, 0).await?
    );
    println!("publish to live feed: {}", feed(&tangle, blocks * 4).await?);
    node.stop().await;
    Ok(())
}

fn tag(number: usize) -> Tag {
    // Spread over the whole index, as tags are.
    let mut tag = tangle::BlockId::of(&number.to_le_bytes()).0;
    tag.reverse();
    Tag(tag)
}

async fn publish(tangle: &Arc<dyn Tangle>, number: usize) -> Result<Duration> {
    let begin = Instant::now();
    tangle.publish(tag(number), &[number as u8; BLOCK]).await?;
    Ok(begin.elapsed())
}

async fn look_up(tangle: &Arc<dyn Tangle>, first: usize) -> Result<String> {
    let tags: Vec<_> = (first..first + MAX_TAGS).map(tag).collect();
    let mut latencies = Vec::new();
    let mut found = 0;
    for _ in 0..20 {
        let begin = Instant::now();
        found = tangle.by_tags(&tags).await?.len();
        latencies.push(begin.elapsed());
    }
    Ok(format!("{} ({found} blocks)", spread(&mut latencies)))
}

async fn feed(tangle: &Arc<dyn Tangle>, first: usize) -> Result<String> {
    let tags: Vec<_> = (first..first + 100).map(tag).collect();
    let mut feed = tangle.watch(tags);
    let mut latencies = Vec::new();
    for number in first..first + 100 {
        let publishing = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let begin = Instant::now();
            tangle
                .publish(tag(number), &[0; BLOCK])
                .await
                .map(|_| begin)
        };
        let (begin, arrived) = tokio::join!(publishing, async {
            feed.next().await.map(|_| Instant::now())
        });
        latencies.push(
            arrived
                .context("the feed ended")?
                .saturating_duration_since(begin?),
        );
    }
    Ok(spread(&mut latencies))
}

fn spread(latencies: &mut [Duration]) -> String {
    latencies.sort_unstable();
    let at = |share: f64| {
        latencies
            .get(((latencies.len() - 1) as f64 * share) as usize)
            .copied()
            .unwrap_or_default()
    };
    format!(
        "median {:.1?}, 99 % {:.1?}, longest {:.1?}",
        at(0.5),
        at(0.99),
        at(1.0)
    )
}
