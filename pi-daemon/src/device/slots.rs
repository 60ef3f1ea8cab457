//! Slots that end: what a lane publishes for them.

use readings::codec::{self, CODEC, CodecError};
use readings::{Batch, Granularity, IntervalBuilder, Lane};

use super::{Device, DeviceError};
use crate::store::channels::{self, Carries, StoredChannel};
use crate::store::pending::{self, EndedSlot};
use crate::store::settings::{self, Name};
use crate::store::{StoreError, readings as kept};

/// Quarter-hours and days that ended while the daemon did not run are published when it is back, so far back.
const CATCH_UP: u64 = 96;
/// More slots than these are not ended in one go; a clock that jumped is followed step by step.
const AT_ONCE: u64 = 1_000;

impl Device {
    /// Notes for each published lane what its ended slots carry; a slot in which nothing was measured carries cover.
    ///
    /// This is durable before anything is sealed, and `last_slot_end` with it: from then on time does not go back.
    pub(super) fn end_slots(&mut self, now: u64) -> Result<(), DeviceError> {
        let mut ended = Vec::new();
        for (&lane, &next) in &self.running_slots {
            let Some(channel) = channels::find(self.store.read(), Carries::Lane(lane))? else {
                continue;
            };
            let slots = (next..now / u64::from(channel.slot_seconds)).take(AT_ONCE as usize);
            for slot in slots.take_while(|slot| self.is_complete(lane, &channel, *slot, now)) {
                ended.push((
                    lane,
                    self.ended_slot(&channel, lane, slot)?,
                    (slot + 1) * u64::from(channel.slot_seconds),
                ));
            }
        }
        if !ended.is_empty() {
            self.note(&ended)?;
        }
        self.recorder.forget_before(self.earliest_live_slot(now));
        Ok(())
    }

    fn note(&mut self, ended: &[(Lane, EndedSlot, u64)]) -> Result<(), DeviceError> {
        let last_end = ended
            .iter()
            .map(|(_, _, end)| *end)
            .max()
            .unwrap_or_default()
            .max(self.last_slot_end);
        let noted = self.store.transaction(|db| {
            for (lane, slot, _) in ended {
                pending::add(db, *lane, slot)?;
            }
            settings::set_number(db, Name::LastSlotEnd, last_end)
        });
        noted.map_err(|error| self.not_written(error))?;
        self.last_slot_end = last_end;
        for (lane, slot, _) in ended {
            self.running_slots.insert(*lane, slot.slot + 1);
        }
        Ok(())
    }

    /// A live slot is complete when it has ended. The interval of a longer slot is closed by the first reading after it, or
    /// when that does not come.
    fn is_complete(&self, lane: Lane, channel: &StoredChannel, slot: u64, now: u64) -> bool {
        let patience = match lane.granularity {
            Granularity::Live => return true,
            Granularity::QuarterHour => IntervalBuilder::quarter_hours().tolerance(),
            Granularity::Day => IntervalBuilder::days().tolerance(),
        };
        let end = (slot + 1) * u64::from(channel.slot_seconds);
        let closed = kept::last_interval_end(self.store.read(), lane.granularity)
            .ok()
            .flatten();
        closed.is_some_and(|closed| closed >= end) || now > end.saturating_add_signed(patience)
    }

    fn ended_slot(
        &self,
        channel: &StoredChannel,
        lane: Lane,
        slot: u64,
    ) -> Result<EndedSlot, DeviceError> {
        let start = slot * u64::from(channel.slot_seconds);
        let end = start + u64::from(channel.slot_seconds);
        let batch = match lane.granularity {
            Granularity::Live => Batch::Readings(self.recorder.of_slot(lane.kind, start, end)),
            _ => Batch::Intervals(kept::intervals(self.store.read(), lane, start, end, 1)?),
        };
        Ok(EndedSlot {
            slot,
            batch: encoded(lane, &batch)?.map(|body| (CODEC, body)),
        })
    }

    /// Follows what is published: new lanes begin with their next slot, those that stopped are forgotten.
    pub(super) fn follow_lanes(&mut self, now: u64) -> Result<(), DeviceError> {
        let published = channels::lanes(self.store.read())?;
        self.running_slots
            .retain(|lane, _| published.contains(lane));
        for lane in published {
            if !self.running_slots.contains_key(&lane) {
                let next = self.next_slot(lane, now)?;
                self.running_slots.insert(lane, next);
            }
        }
        Ok(())
    }

    /// The slot of a lane that ends next: the running one, after a restart also roll-ups that ended meanwhile.
    fn next_slot(&self, lane: Lane, now: u64) -> Result<u64, DeviceError> {
        let Some(channel) = channels::find(self.store.read(), Carries::Lane(lane))? else {
            return Err(StoreError::Damaged { what: "a lane" }.into());
        };
        let running = now / u64::from(channel.slot_seconds);
        let unsealed = channel::Publisher::from_state(&channel.publisher)?
            .position()
            .1
            .0;
        let noted = pending::last(self.store.read(), lane)?.map_or(0, |last| last + 1);
        let since = match lane.granularity {
            Granularity::Live => running,
            Granularity::QuarterHour | Granularity::Day => running.saturating_sub(CATCH_UP),
        };
        Ok(unsealed.max(noted).max(since))
    }

    /// The beginning of the earliest live slot that has not ended yet.
    fn earliest_live_slot(&self, now: u64) -> u64 {
        let longest = 60;
        let begin = |(lane, next): (&Lane, &u64)| {
            let channel = channels::find(self.store.read(), Carries::Lane(*lane))
                .ok()
                .flatten();
            channel.map(|channel| next * u64::from(channel.slot_seconds))
        };
        let live = self
            .running_slots
            .iter()
            .filter(|(lane, _)| lane.granularity == Granularity::Live);
        live.filter_map(begin)
            .min()
            .unwrap_or(now)
            .min(now.saturating_sub(longest))
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
