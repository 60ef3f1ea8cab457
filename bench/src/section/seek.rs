//! Finding any second of the past year with the keys of a year ago.

use std::collections::HashMap;

use anyhow::{Context, ensure};
use channel::{
    BlockKind, ChannelId, Event, Pairwise, Publisher, Ratchet, Reader, SealedBlock, SideKey, Slot,
    SlotLength, Tag,
};

use crate::figure::Figure;
use crate::random;
use crate::timing::{median, timed};

const RUNS: usize = 400;
const SLOT_SECONDS: u32 = 10;
const YEAR: u64 = 365 * 86_400;
/// 2025-06-17T18:00:00Z.
const GRANTED: u64 = 1_750_183_200;

pub(crate) fn measure() -> anyhow::Result<Vec<Figure>> {
    let slot_length = SlotLength::new(SLOT_SECONDS)?;
    let slot_at = |seconds: u64| slot_length.slot_at(GRANTED + seconds);
    let granted = Ratchet::start(&SideKey::new([4; 32]), slot_length, slot_at(0));
    // Steps of a prime number of seconds meet every part of the day.
    let typical = median(RUNS, |run| {
        find(&granted, slot_at(run as u64 * 78_787 % YEAR))
    })?;
    let next_day = slot_length.day_of(slot_at(YEAR)) + 1;
    let last_of_day = Slot(next_day * slot_length.slots_per_day() - 1);
    let worst = median(RUNS / 10, |_| find(&granted, last_of_day))?;
    let ten_years = median(RUNS / 10, |_| find(&granted, slot_at(10 * YEAR)))?;
    let absence = Absence::of_a_year(slot_length)?;
    let walked = (YEAR / u64::from(SLOT_SECONDS)) as f64;
    Ok(vec![
        Figure::milliseconds(
            "seek_ms",
            "The tag of a 10 s slot anywhere in the past year is found in",
            typical,
        )
        .at_most(5.0),
        Figure::milliseconds(
            "seek_worst_ms",
            "  at worst, the last slot of the last day, in",
            worst,
        )
        .at_most(5.0),
        Figure::milliseconds("seek_ten_years_ms", "  and ten years ahead in", ten_years),
        Figure::new(
            "seek_fetches",
            "Look-ups until its block is found:",
            absence.fetches(),
            "look-ups",
        )
        .beside(
            "walking a year from message to message, as the original does, takes",
            walked,
        )
        .at_most(1.0),
        Figure::milliseconds(
            "return_ms",
            "A reader that was away for a year asks for the newest block, among others, after hashing for",
            absence.reader_asks()?,
        ),
    ])
}

fn find(granted: &Ratchet, slot: Slot) -> anyhow::Result<Tag> {
    let mut ratchet = granted.clone();
    ensure!(ratchet.seek(slot), "the slot is out of reach");
    Ok(ratchet.tag(0))
}

/// A lane that published once, a year after it was granted.
struct Absence {
    granted: Publisher,
    block: SealedBlock,
    now: u64,
}

impl Absence {
    fn of_a_year(slot_length: SlotLength) -> anyhow::Result<Self> {
        let cid = ChannelId::from([7; 16]);
        let granted = Publisher::start(
            cid,
            slot_length,
            slot_length.slot_at(GRANTED),
            &mut random::generator(),
        );
        let now = GRANTED + YEAR;
        let slot = slot_length.slot_at(now);
        let blocks =
            granted
                .clone()
                .publish(slot, BlockKind::Data, 1, &[0], &mut random::generator())?;
        let block = blocks.into_iter().next().context("nothing was published")?;
        Ok(Self {
            granted,
            block,
            now,
        })
    }

    /// How often the Tangle is asked, by somebody who knows the slot and has the keys of a year ago.
    fn fetches(&self) -> f64 {
        let tangle = HashMap::from([(self.block.tag, &self.block)]);
        let tags = self.granted.own_tags(self.block.slot, 1);
        let tags = tags.iter().filter(|own| own.slot == Some(self.block.slot));
        tags.take_while(|own| !tangle.contains_key(&own.tag))
            .count() as f64
            + 1.0
    }

    /// The processor time until the block's tag is among those that a reader asks for.
    fn reader_asks(&self) -> anyhow::Result<std::time::Duration> {
        let keys = self.granted.lane_keys(Slot(0))?;
        let mut reader = Reader::new(keys, &Pairwise::new([3; 32]))?;
        let (asked, time) =
            timed(|| (0..10).any(|_| reader.wanted(self.now).contains(&self.block.tag)))?;
        ensure!(asked, "the reader never asks for the newest block");
        let events = reader.offer(&self.block.tag, &[self.block.data.as_slice()]);
        ensure!(
            events
                .iter()
                .any(|event| matches!(event, Event::Data { .. })),
            "it does not open: {events:?}"
        );
        Ok(time)
    }
}
