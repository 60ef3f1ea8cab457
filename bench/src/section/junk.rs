//! What a stranger can cost a reader by putting junk under a tag.

use anyhow::{Context, ensure};
use channel::{BLOCK_LEN, BlockKind, Event, Pairwise, Reader};
use rand_core::Rng;

use super::publish::publisher;
use crate::figure::Figure;
use crate::household::start_of;
use crate::random;
use crate::timing::{median_of, timed};

const RUNS: usize = 300;
/// A reader looks at the first 64 blocks under a tag.
const CANDIDATES: usize = 64;

pub(crate) fn measure() -> anyhow::Result<Vec<Figure>> {
    let mut publisher = publisher()?;
    let (_, slot, _) = publisher.position();
    let mut reader = Reader::new(publisher.lane_keys(slot)?, &Pairwise::new([3; 32]))?;
    let blocks = publisher.publish(slot, BlockKind::Data, 1, &[0], &mut random::generator())?;
    let block = blocks.first().context("nothing was published")?;
    let asked = reader.wanted(u64::try_from(start_of(0))?);
    ensure!(
        asked.contains(&block.tag),
        "the reader does not ask for the slot"
    );

    let mut candidates: Vec<Vec<u8>> = (0..CANDIDATES).map(|_| random_block()).collect();
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let (events, time) = timed(|| reader.offer(&block.tag, &candidates))?;
        let rejected: usize = events.iter().map(rejections).sum();
        ensure!(
            rejected == CANDIDATES,
            "{rejected} of {CANDIDATES} junk blocks were rejected"
        );
        times.push(time / CANDIDATES as u32);
    }
    let each = median_of(times)?;

    candidates.truncate(CANDIDATES - 1);
    candidates.push(block.data.to_vec());
    let (events, last) = timed(|| reader.offer(&block.tag, &candidates))?;
    let found = events
        .iter()
        .any(|event| matches!(event, Event::Data { .. }));
    ensure!(found, "the honest block was not found: {events:?}");
    Ok(vec![
        Figure::microseconds("junk_us", "Throwing away a junk block takes", each),
        Figure::new(
            "junk_per_s",
            "Junk blocks thrown away by one core:",
            1.0 / each.as_secs_f64(),
            "a second",
        ),
        Figure::milliseconds(
            "behind_junk_ms",
            "An honest block behind 63 junk blocks is read after",
            last,
        ),
    ])
}

fn rejections(event: &Event) -> usize {
    match event {
        Event::Rejected { count, .. } => *count,
        _ => 0,
    }
}

fn random_block() -> Vec<u8> {
    let mut block = vec![0; BLOCK_LEN];
    random::generator().fill_bytes(&mut block);
    block
}
