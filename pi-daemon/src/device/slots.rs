//! Slots that end: what a lane publishes for them.

use channel::Publisher;
use readings::codec::{self, CODEC, CodecError};
use readings::{Batch, Granularity, IntervalBuilder, Lane, Reading};

use super::pace::{Load, spacing};
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
#[derive(Clone, Copy)]
pub(super) struct RunningSlot {
    channel: i64,
    seconds: u64,
    slot: u64,
}

impl RunningSlot {
    fn start(&self) -> u64 {
        self.slot * self.seconds
    }

    /// The slots up to the boundary at which its block ends.
    fn stretch(&self, covers: u32) -> Stretch {
        let covers = self.seconds.max(covers.into());
        let boundary = (self.start() / covers + 1) * covers;
        let next = (boundary / self.seconds).max(self.slot + 1);
        Stretch {
            covers: covers.try_into().unwrap_or(u32::MAX),
            start: self.start(),
            last: next - 1,
            end: next * self.seconds,
        }
    }
}

/// What one block covers: one slot, or several of which it has the number of the last.
struct Stretch {
    covers: u32,
    start: u64,
    last: u64,
    end: u64,
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
            let mut running = *running;
            for _ in 0..AT_ONCE {
                let stretch = self.stretch(lane, &running);
                if stretch.end > now || !self.is_complete(lane, &stretch, now) {
                    break;
                }
                ended.push(self.ended(lane, &stretch)?);
                running.slot = stretch.last + 1;
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

    /// Lets live blocks cover more when publishing is too slow for their slots, and says so.
    pub(super) fn review_pace(&mut self, now: u64) {
        let (live, other): (Vec<_>, Vec<_>) = self
            .running_slots
            .iter()
            .partition(|(lane, _)| lane.granularity == Granularity::Live);
        let load = Load {
            slot: self.live_slot(),
            live: live.len(),
            others: other
                .iter()
                .map(|(_, running)| 1.0 / running.seconds as f64)
                .sum(),
        };
        let begun = live.iter().map(|(_, running)| running.start()).min();
        if self.pace.review(load, begun.unwrap_or(now), now) {
            match self.pace.warning(load.slot, u64::MAX) {
                Some(warning) => tracing::warn!("{warning}"),
                None => tracing::info!(
                    "blocks are taken fast enough again: each covers {} s of live readings",
                    load.slot
                ),
            }
        }
    }

    fn stretch(&self, lane: Lane, running: &RunningSlot) -> Stretch {
        running.stretch(match lane.granularity {
            Granularity::Live => self.pace.covers_at(running.start()),
            Granularity::QuarterHour | Granularity::Day => 0,
        })
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
    fn is_complete(&self, lane: Lane, stretch: &Stretch, now: u64) -> bool {
        let patience = match lane.granularity {
            Granularity::Live => return true,
            Granularity::QuarterHour => IntervalBuilder::quarter_hours().tolerance(),
            Granularity::Day => IntervalBuilder::days().tolerance(),
        };
        let closed = kept::last_interval_end(self.store.read(), lane.granularity)
            .ok()
            .flatten();
        closed.is_some_and(|closed| closed >= stretch.end)
            || now > stretch.end.saturating_add_signed(patience)
    }

    fn ended(&self, lane: Lane, stretch: &Stretch) -> Result<Ended, DeviceError> {
        let Stretch { start, end, .. } = *stretch;
        let batch = match lane.granularity {
            Granularity::Live => {
                let readings = self.recorder.of_slot(lane.kind, start, end);
                Batch::Readings(spaced(readings, spacing(stretch.covers)))
            }
            _ => Batch::Intervals(kept::intervals(self.store.read(), lane, start, end, 1)?),
        };
        let slot = EndedSlot {
            slot: stretch.last,
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

/// The last reading of every so many seconds; all of them for 0.
fn spaced(readings: Vec<Reading>, seconds: u32) -> Vec<Reading> {
    if seconds == 0 {
        return readings;
    }
    let mut kept: Vec<Reading> = Vec::new();
    let window = |reading: &Reading| reading.at.0.div_euclid(seconds.into());
    for reading in readings {
        kept.pop_if(|last| window(last) == window(&reading));
        kept.push(reading);
    }
    kept
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

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]
mod tests {
    use std::time::Duration;

    use data_dir::DataDir;
    use simulated_meter::Household;

    use super::*;
    use crate::device::Settings;
    use crate::meter::MeterEvent;

    const NOON: u64 = 1_772_452_800;
    const LIVE: Lane = Lane::ALL[0];

    /// A device with one live lane of ten seconds a slot, and a household that speaks every second.
    struct Home {
        _dir: tempfile::TempDir,
        device: Device,
        household: Household,
        now: u64,
    }

    impl Home {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let settings = Settings {
                node: String::new(),
                live_slot: Some(10),
                raw_days: 7,
            };
            let data = DataDir::open(&dir.path().join("device"), crate::PROGRAM).unwrap();
            let mut home = Self {
                device: Device::open(data, settings, NOON).unwrap(),
                _dir: dir,
                household: Household::new(7),
                now: NOON,
            };
            home.grant();
            home
        }

        /// The second from which somebody who is granted the lane now can read.
        fn grant(&mut self) -> u64 {
            let keys = |work: &mut super::super::work::Work<'_>| work.keys_from_next_slot(LIVE);
            let keys = self.device.in_one_transaction(self.now, keys).unwrap();
            keys.slot.0 * 10
        }

        fn live_until(&mut self, end: u64) {
            while self.now < end {
                self.now += 1;
                let telegram = self.household.telegram_at(self.now.cast_signed());
                self.device.hear(MeterEvent::Telegram(telegram), self.now);
                self.device.tick(self.now).unwrap();
            }
        }

        /// Ends and times of readings of all blocks that wait.
        fn blocks(&mut self) -> Vec<(u64, Vec<u64>)> {
            let mut blocks = Vec::new();
            while let Some(slot) = pending::first(self.device.store.read(), LIVE).unwrap() {
                let removed = |db: &rusqlite::Transaction<'_>| pending::remove(db, LIVE, slot.slot);
                self.device.store.transaction(removed).unwrap();
                let (_, batch) = codec::decode(&slot.batch.unwrap().1).unwrap();
                let Batch::Readings(readings) = batch else {
                    panic!("a live lane carries readings");
                };
                let times = readings.iter().map(|reading| reading.at.0.cast_unsigned());
                blocks.push(((slot.slot + 1) * 10, times.collect()));
            }
            blocks
        }
    }

    #[test]
    fn slow_work_makes_a_block_cover_more_and_nobody_reads_from_before_a_grant() {
        let mut home = Home::new();
        home.live_until(NOON + 50);
        assert_eq!(
            home.blocks().len(),
            4,
            "from the slot after the first grant on"
        );

        home.device.block_took(Duration::from_secs(100));
        home.live_until(NOON + 900);
        let granted = home.grant();
        assert_eq!(granted, NOON + 1_200, "where the next block begins");
        home.live_until(NOON + 1_801);
        let blocks = home.blocks();
        let (fine, coarse): (Vec<_>, Vec<_>) =
            blocks.iter().partition(|(end, _)| *end <= NOON + 300);
        assert!(fine.iter().all(|(_, times)| times.len() == 10));
        let ends: Vec<_> = coarse.iter().map(|(end, _)| end - NOON).collect();
        assert_eq!(ends, [600, 900, 1_200, 1_500, 1_800]);
        for (end, times) in coarse {
            assert_eq!(times.len(), 60, "one reading every five seconds");
            assert!(times.iter().all(|at| (end - 300..*end).contains(at)));
            assert!(*end <= granted || times.iter().all(|at| *at >= granted));
        }

        for _ in 0..60 {
            home.device.block_took(Duration::from_millis(20));
        }
        home.live_until(NOON + 2_200);
        let ends: Vec<_> = home.blocks().iter().map(|(end, _)| end - NOON).collect();
        assert_eq!(ends[..2], [2_100, 2_110], "fine again from a boundary on");
        assert!(home.device.report(home.now).unwrap().warnings.is_empty());
    }
}
