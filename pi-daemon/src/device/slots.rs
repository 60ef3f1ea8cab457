//! Slots that end: what a lane publishes for them.

use channel::Publisher;
use readings::codec::{self, CODEC, CodecError};
use readings::{Batch, Granularity, IntervalBuilder, Lane};

use super::{Device, DeviceError};
use crate::store::channels::{self, Carries, StoredChannel};
use crate::store::pending::{self, EndedSlot};
use crate::store::settings::{self, Name};
use crate::store::{StoreError, readings as kept};

/// Quarter-hours and days that ended while the daemon did not run are published when it is back, so far back.
const CATCH_UP: u64 = 96;
/// Live slots that ended during a short restart get their block too, so that a restart does not show.
const CATCH_UP_LIVE: u64 = 6;
/// More slots of a lane than these are not ended in one go; a clock that jumped is followed step by step.
const AT_ONCE: usize = 1_000;
/// Readings are kept in memory for at least so long: the longest live slot.
const LONGEST_LIVE_SLOT: u64 = 60;

/// The slot of a published lane that ends next.
pub(super) struct RunningSlot {
    channel: i64,
    seconds: u64,
    slot: u64,
}

impl RunningSlot {
    fn start(&self) -> u64 {
        self.slot * self.seconds
    }

    fn end(&self) -> u64 {
        self.start() + self.seconds
    }
}

/// A slot that has ended, ready to be noted.
struct Ended {
    lane: Lane,
    slot: EndedSlot,
    end: u64,
    readings: u64,
}

impl Device {
    /// Notes for each published lane what its ended slots carry; a slot in which nothing was measured carries cover.
    ///
    /// This is durable before anything is sealed, and `last_slot_end` with it: from then on time does not go back.
    pub(super) fn end_slots(&mut self, now: u64) -> Result<(), DeviceError> {
        let mut ended = Vec::new();
        for (&lane, running) in &self.running_slots {
            for slot in (running.slot..now / running.seconds).take(AT_ONCE) {
                let running = RunningSlot { slot, ..*running };
                if !self.is_complete(lane, &running, now) {
                    break;
                }
                ended.push(self.ended(lane, &running)?);
            }
        }
        if !ended.is_empty() {
            self.note(&ended)?;
        }
        let live = self
            .running_slots
            .iter()
            .filter(|(lane, _)| lane.granularity == Granularity::Live);
        let earliest = live
            .map(|(_, running)| running.start())
            .min()
            .unwrap_or(now);
        self.recorder
            .forget_before(earliest.min(now.saturating_sub(LONGEST_LIVE_SLOT)));
        Ok(())
    }

    /// Follows what is published: a new channel begins with its first slot, one that stopped is forgotten.
    pub(super) fn follow_lanes(&mut self, now: u64) -> Result<(), DeviceError> {
        let mut followed = std::collections::BTreeMap::new();
        for channel in channels::all(self.store.read())? {
            let Carries::Lane(lane) = channel.carries else {
                continue;
            };
            let running = match self.running_slots.remove(&lane) {
                Some(running) if running.channel == channel.id => running,
                _ => self.first_slot(lane, &channel, now)?,
            };
            followed.insert(lane, running);
        }
        self.running_slots = followed;
        Ok(())
    }

    fn note(&mut self, ended: &[Ended]) -> Result<(), DeviceError> {
        let last_end = ended
            .iter()
            .map(|ended| ended.end)
            .fold(self.last_slot_end, u64::max);
        let noted = self.store.transaction(|db| {
            for ended in ended {
                pending::add(db, ended.lane, &ended.slot)?;
            }
            let readings: u64 = ended.iter().map(|ended| ended.readings).sum();
            let before = settings::number(db, Name::Published)?.unwrap_or_default();
            settings::set_number(db, Name::Published, before + readings)?;
            settings::set_number(db, Name::LastSlotEnd, last_end)
        });
        noted.map_err(|error| self.not_written(error))?;
        self.last_slot_end = last_end;
        for ended in ended {
            if let Some(running) = self.running_slots.get_mut(&ended.lane) {
                running.slot = ended.slot.slot + 1;
            }
        }
        Ok(())
    }

    /// A live slot is complete when it has ended. The interval of a longer slot is closed by the first reading after it, or
    /// when that does not come.
    fn is_complete(&self, lane: Lane, running: &RunningSlot, now: u64) -> bool {
        let patience = match lane.granularity {
            Granularity::Live => return true,
            Granularity::QuarterHour => IntervalBuilder::quarter_hours().tolerance(),
            Granularity::Day => IntervalBuilder::days().tolerance(),
        };
        let closed = kept::last_interval_end(self.store.read(), lane.granularity)
            .ok()
            .flatten();
        closed.is_some_and(|closed| closed >= running.end())
            || now > running.end().saturating_add_signed(patience)
    }

    fn ended(&self, lane: Lane, running: &RunningSlot) -> Result<Ended, DeviceError> {
        let (start, end) = (running.start(), running.end());
        let batch = match lane.granularity {
            Granularity::Live => Batch::Readings(self.recorder.of_slot(lane.kind, start, end)),
            _ => Batch::Intervals(kept::intervals(self.store.read(), lane, start, end, 1)?),
        };
        let slot = EndedSlot {
            slot: running.slot,
            batch: encoded(lane, &batch)?.map(|body| (CODEC, body)),
        };
        Ok(Ended {
            lane,
            slot,
            end,
            readings: batch.len() as u64,
        })
    }

    /// The slot of a channel that ends next: the running one, after a restart also those that ended meanwhile.
    fn first_slot(
        &self,
        lane: Lane,
        channel: &StoredChannel,
        now: u64,
    ) -> Result<RunningSlot, DeviceError> {
        let seconds = u64::from(channel.slot_seconds);
        let unsealed = Publisher::from_state(&channel.publisher)?.position().1.0;
        let noted = pending::last(self.store.read(), lane)?.map_or(0, |last| last + 1);
        let catch_up = match lane.granularity {
            Granularity::Live => CATCH_UP_LIVE,
            Granularity::QuarterHour | Granularity::Day => CATCH_UP,
        };
        Ok(RunningSlot {
            channel: channel.id,
            seconds,
            slot: (now / seconds)
                .saturating_sub(catch_up)
                .max(unsealed)
                .max(noted),
        })
    }
}

/// The batch as a block's body; nothing if there is nothing to say.
pub(super) fn encoded(lane: Lane, batch: &Batch) -> Result<Option<Vec<u8>>, StoreError> {
    if batch.is_empty() {
        return Ok(None);
    }
    let body = codec::encode(lane.kind, batch)
        .map_err(|_: CodecError| StoreError::Damaged { what: "a batch" })?;
    Ok(Some(body))
}
