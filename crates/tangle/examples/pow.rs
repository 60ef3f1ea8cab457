//! Our proof of work beside the client library's, on the same block and one core:
//! `cargo run --release -p tangle --example pow -- [score]`.
//!
//! Both search from nonce 0 upwards, so both stop at the same nonce and the times compare directly.

use std::{num::NonZeroUsize, time::Instant};

use iota_client::pow::miner::MinerBuilder;
use tangle::{Block, BlockId, TangleError, pow::Miner};

#[tokio::main]
async fn main() -> Result<(), TangleError> {
    let score = std::env::args()
        .nth(1)
        .and_then(|score| score.parse().ok())
        .unwrap_or(10);
    let block = Block::tagged(vec![BlockId::GENESIS], &[7; 32], &[9; 4_096])?.to_bytes();
    let head = block
        .split_last_chunk::<8>()
        .map_or(block.as_slice(), |(head, _)| head);

    let begin = Instant::now();
    let ours = Miner::new(NonZeroUsize::MIN)
        .turn()
        .await?
        .mine(head, score)
        .await?;
    let our_time = begin.elapsed();
    let begin = Instant::now();
    let theirs = MinerBuilder::new()
        .with_num_workers(1)
        .finish()
        .nonce(head, score);
    let their_time = begin.elapsed();

    let rate = |time: std::time::Duration| ours as f64 / time.as_secs_f64() / 1_000.0;
    println!(
        "score {score}, {} bytes, nonce {ours} ({theirs:?} by the client library)",
        block.len()
    );
    println!("ours: {our_time:.1?}, {:.0} kH/s", rate(our_time));
    println!(
        "client library: {their_time:.1?}, {:.0} kH/s",
        rate(their_time)
    );
    Ok(())
}
