//! From a block to readings: what a reader does for each slot.

use std::time::Duration;

use anyhow::ensure;
use channel::{BlockKind, Event, Pairwise, Reader, SealedBlock};
use readings::{Batch, Kind, codec};

use super::publish::publisher;
use crate::figure::Figure;
use crate::household::{MINUTE, Telegrams, start_of};
use crate::random;
use crate::timing::{median_of, timed};

const ROUNDS: usize = 30;

pub(crate) fn measure(telegrams: &Telegrams) -> anyhow::Result<Vec<Figure>> {
    let sentence =
        "Reading one block back (tags, decryption, signature, unpacking to 60 readings) takes";
    Ok(vec![
        Figure::milliseconds("read_ms", sentence, one_block(telegrams)?).at_most(2.0),
    ])
}

/// The processor time for one block.
pub(super) fn one_block(telegrams: &Telegrams) -> anyhow::Result<Duration> {
    let minutes = telegrams.readings()?;
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let mut publisher = publisher()?;
        let (_, first, _) = publisher.position();
        let mut reader = Reader::new(publisher.lane_keys(first)?, &Pairwise::new([3; 32]))?;
        for (minute, readings) in (0..).zip(&minutes) {
            let now = u64::try_from(start_of(minute))?;
            let body = codec::encode(Kind::Electricity, &Batch::Readings(readings.clone()))?;
            let slot = publisher.slot_length().slot_at(now);
            let blocks = publisher.publish(
                slot,
                BlockKind::Data,
                codec::CODEC,
                &body,
                &mut random::generator(),
            )?;
            let (read, time) = timed(|| read_back(&mut reader, now, &blocks))?;
            ensure!(read? == MINUTE, "readings were lost");
            times.push(time);
        }
    }
    median_of(times)
}

/// How many readings the blocks hold.
fn read_back(reader: &mut Reader, now: u64, blocks: &[SealedBlock]) -> anyhow::Result<usize> {
    let wanted = reader.wanted(now);
    let mut readings = 0;
    for block in blocks {
        ensure!(
            wanted.contains(&block.tag),
            "the reader does not ask for this block"
        );
        for event in reader.offer(&block.tag, &[block.data.as_slice()]) {
            if let Event::Data { body, .. } = event {
                readings += codec::decode(&body)?.1.len();
            }
        }
    }
    Ok(readings)
}
