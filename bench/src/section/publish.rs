//! From the port's bytes to sealed blocks: what the device does for each slot.

use std::time::Duration;

use channel::{BLOCK_LEN, BlockKind, ChannelId, Publisher, SealedBlock, SlotLength};
use readings::{Batch, IntervalBuilder, Judge, Kind, Reading, codec};

use crate::figure::Figure;
use crate::household::{MINUTE, Telegrams, read_minute, start_of};
use crate::random;
use crate::timing::{median_of, timed};

const ROUNDS: usize = 30;

pub(crate) fn measure(telegrams: &Telegrams) -> anyhow::Result<Vec<Figure>> {
    let one = one_lane(telegrams)?;
    let all = publish(telegrams, &Kind::ALL)?;
    let sentence = "60 telegrams parsed, judged, rolled up, compressed, signed and sealed as";
    Ok(vec![
        Figure::milliseconds(
            "publish_ms",
            format!("{sentence} one lane's block take"),
            one.total,
        )
        .at_most(5.0),
        Figure::milliseconds(
            "publish_intake_ms",
            "  of which until they are readings and intervals",
            one.intake,
        ),
        Figure::milliseconds(
            "publish_seal_ms",
            "  and for the block, most of it the signature,",
            one.total.saturating_sub(one.intake),
        ),
        Figure::milliseconds(
            "publish_all_ms",
            format!("{sentence} the blocks of all three live lanes take"),
            all.total,
        ),
        Figure::new(
            "blocks_per_slot",
            "Blocks a slot of one lane:",
            one.blocks_per_slot(),
            "blocks",
        )
        .at_most(1.0),
        Figure::new(
            "bytes_per_telegram",
            "On the Tangle, at one telegram a second and 60 s a slot, a lane takes",
            one.bytes_per_telegram(),
            "bytes a telegram",
        )
        .beside("the telegram itself takes", telegrams.bytes_each() as f64)
        .at_most(70.0),
    ])
}

/// One live lane's blocks for as many minutes as there are.
pub(super) fn one_lane(telegrams: &Telegrams) -> anyhow::Result<Published> {
    publish(telegrams, &[Kind::Electricity])
}

/// What publishing took.
pub(super) struct Published {
    intake: Duration,
    total: Duration,
    slots: usize,
    blocks: usize,
}

impl Published {
    fn blocks_per_slot(&self) -> f64 {
        self.blocks as f64 / self.slots as f64
    }

    /// The processor time of one slot.
    pub(super) fn total(&self) -> Duration {
        self.total
    }

    pub(super) fn bytes_per_telegram(&self) -> f64 {
        self.blocks_per_slot() * BLOCK_LEN as f64 / MINUTE as f64
    }
}

fn publish(telegrams: &Telegrams, kinds: &[Kind]) -> anyhow::Result<Published> {
    let (mut intakes, mut totals) = (Vec::new(), Vec::new());
    let (mut slots, mut blocks) = (0, 0);
    for _ in 0..ROUNDS {
        let mut device = Device::new(kinds)?;
        for (minute, bytes) in (0..).zip(telegrams.minutes()) {
            let (readings, intake) = timed(|| device.take_in(bytes, start_of(minute)))?;
            let batch = Batch::Readings(readings?);
            let (sealed, sealing) = timed(|| device.seal(&batch, start_of(minute)))?;
            intakes.push(intake);
            totals.push(intake + sealing);
            slots += 1;
            blocks += sealed?.len();
        }
    }
    Ok(Published {
        intake: median_of(intakes)?,
        total: median_of(totals)?,
        slots,
        blocks,
    })
}

struct Device {
    judge: Judge,
    quarter_hours: IntervalBuilder,
    days: IntervalBuilder,
    lanes: Vec<(Kind, Publisher)>,
}

impl Device {
    fn new(kinds: &[Kind]) -> anyhow::Result<Self> {
        let lanes = kinds.iter().map(|kind| Ok((*kind, publisher()?)));
        Ok(Self {
            judge: Judge::new(),
            quarter_hours: IntervalBuilder::quarter_hours(),
            days: IntervalBuilder::days(),
            lanes: lanes.collect::<anyhow::Result<_>>()?,
        })
    }

    fn take_in(&mut self, bytes: &[u8], start: i64) -> anyhow::Result<Vec<Reading>> {
        let readings = read_minute(bytes, start, &mut self.judge)?;
        for reading in &readings {
            self.quarter_hours.push(reading);
            self.days.push(reading);
        }
        Ok(readings)
    }

    fn seal(&mut self, batch: &Batch, start: i64) -> anyhow::Result<Vec<SealedBlock>> {
        let mut blocks = Vec::new();
        for (kind, publisher) in &mut self.lanes {
            let body = codec::encode(*kind, batch)?;
            let slot = publisher.slot_length().slot_at(start.try_into()?);
            blocks.extend(publisher.publish(
                slot,
                BlockKind::Data,
                codec::CODEC,
                &body,
                &mut random::generator(),
            )?);
        }
        Ok(blocks)
    }
}

/// A live lane with a minute a slot, about to publish its first.
pub(super) fn publisher() -> anyhow::Result<Publisher> {
    let slot_length = SlotLength::new(MINUTE as u32)?;
    let first = slot_length.slot_at(start_of(0).try_into()?);
    Ok(Publisher::start(
        ChannelId::from([7; 16]),
        slot_length,
        first,
        &mut random::generator(),
    ))
}
