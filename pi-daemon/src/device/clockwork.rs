//! What time does to the device.

use consent::{Alert, StatusMessage};
use readings::{Granularity, Interval, Lane};

use super::recorder::MeterNews;
use super::work::{Work, next_to_seal};
use super::{Device, DeviceError};
use crate::ballast;
use crate::clock::Moment;
use crate::store::settings::{self, Name};
use crate::store::{StoreError, channels, outbox, readings as kept};

/// Blocks that may wait for the node before no more slots are sealed.
const SEALED_AHEAD: usize = 16;
/// As many where each takes real work: what is revoked meanwhile should not be sealed yet.
const SEALED_AHEAD_OF_WORK: usize = 2;
/// Below this the raw copy is given up, so that the outbox has room.
const LEAST_FREE: u64 = 64 * 1024 * 1024;
/// How often the disk is looked at.
const LOOK_AT_DISK_EVERY: u64 = 60;
/// When raw readings are tried again after the disk was full.
const TRY_DISK_AGAIN_AFTER: u64 = 600;
const DAY: u64 = 86_400;
/// How often the owner is told how the device is doing.
pub(super) const STATUS_EVERY: u64 = 6 * 3_600;

impl Device {
    /// Lets time pass: stores what was measured, ends slots, seals them, expires consents, rotates keys.
    ///
    /// # Errors
    /// [`DeviceError`]; what could not be stored is kept in memory and tried again.
    pub(crate) fn tick(&mut self, moment: impl Into<Moment>) -> Result<(), DeviceError> {
        let moment = moment.into();
        self.steady = moment.steady;
        let known = self.judge_time(moment);
        let at = self.time_at(moment);
        self.look_at_disk(at);
        self.pairing_tick(at);
        let Some(now) = known else {
            return self.begin_anew_if_it_was_ahead(moment);
        };
        self.recorder.tick(now);
        self.keep_minute(now);
        self.keep_intervals()?;
        self.review_pace(now);
        self.end_slots(now)?;
        self.tell_meter_news(now)?;
        self.tell_status(now)?;
        self.seal(moment)
    }

    /// Seals ended slots as long as the outbox has room, and does what is due: nothing before the owner was heard.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub(crate) fn seal(&mut self, moment: impl Into<Moment>) -> Result<(), DeviceError> {
        let known = self.judge_time(moment.into());
        let Some(now) = known.filter(|_| self.node.heard) else {
            return Ok(());
        };
        let ahead = if self.pace.is_slow() {
            SEALED_AHEAD_OF_WORK
        } else {
            SEALED_AHEAD
        };
        let room = ahead.saturating_sub(outbox::unsent_count(self.store.read())?);
        let first_end = next_to_seal(self.store.read())?.map(|(_, _, end)| end);
        if first_end.is_some() && room > 0 {
            self.in_one_transaction(now, |work| work.seal_slots(room, now))?;
        } else if first_end.is_none() && !self.consents.due(now).is_empty() {
            self.in_one_transaction(now, |work| work.settle(now))?;
        }
        self.rotate_by_the_calendar(now)?;
        self.send_history(now, room)
    }

    /// Stores what only memory holds, because the daemon stops.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub(crate) fn flush(&mut self, now: u64) -> Result<(), DeviceError> {
        self.keep_intervals()?;
        let minute = self.recorder.running_minute();
        self.keep_raw(minute.as_ref(), now);
        Ok(())
    }

    fn keep_minute(&mut self, now: u64) {
        while let Some(minute) = self.recorder.ended_minute(now) {
            self.keep_raw(Some(&minute), now);
        }
    }

    /// Raw readings and the state of the roll-ups, once a minute for the SD card's sake. The first to go when the disk is full.
    fn keep_raw(&mut self, minute: Option<&(u64, Vec<readings::Reading>)>, now: u64) {
        let rollups = self.recorder.to_state();
        let until = now.saturating_sub(u64::from(self.settings.raw_days) * DAY);
        let raw_stopped = self.disk.raw_stopped.is_some();
        let kept = self.store.transaction(|db| {
            settings::set(db, Name::RollUps, &rollups)?;
            if let Some((minute, readings)) = minute.filter(|_| !raw_stopped) {
                kept::keep_minute(db, *minute, readings)?;
            }
            kept::forget_raw(db, until)
        });
        match kept {
            Ok(_) => {}
            Err(StoreError::Full) => self.disk_is_full(now),
            Err(error) => tracing::warn!("raw readings were not kept: {error}"),
        }
    }

    fn keep_intervals(&mut self) -> Result<(), DeviceError> {
        let closed = self.recorder.closed();
        if closed.is_empty() {
            return Ok(());
        }
        let kept = self.store.transaction(|db| {
            closed
                .iter()
                .try_for_each(|(granularity, interval): &(Granularity, Interval)| {
                    kept::keep_interval(db, *granularity, interval)
                })
        });
        if let Err(error) = kept {
            self.recorder.put_back(closed);
            return Err(self.not_written(error));
        }
        Ok(())
    }

    fn tell_meter_news(&mut self, now: u64) -> Result<(), DeviceError> {
        for news in self.recorder.news() {
            let alert = match news {
                MeterNews::Silent { since } => {
                    tracing::warn!("no telegram for five minutes");
                    Alert::MeterSilent { since }
                }
                MeterNews::Back => Alert::MeterBack,
                MeterNews::Replaced => Alert::MeterReplaced,
            };
            self.alert(alert, now)?;
        }
        Ok(())
    }

    fn tell_status(&mut self, now: u64) -> Result<(), DeviceError> {
        if !self.consents.is_owned() || now < self.next_status {
            return Ok(());
        }
        self.next_status = now + STATUS_EVERY;
        let status = self.own_status(now)?;
        self.in_one_transaction(now, |work| work.tell_owner(&status))
    }

    /// Tells the owner, if there is one.
    pub(super) fn alert(&mut self, alert: Alert, now: u64) -> Result<(), DeviceError> {
        if self.pairing.paired().is_none() {
            return Ok(());
        }
        self.in_one_transaction(now, |work| {
            work.tell_owner(&StatusMessage::Alert { at: now, alert })
        })
    }

    pub(super) fn alert_later(&mut self, alert: Alert, now: u64) {
        if let Err(error) = self.alert(alert, now) {
            tracing::warn!("the owner could not be told: {error}");
        }
    }

    fn rotate_by_the_calendar(&mut self, now: u64) -> Result<(), DeviceError> {
        for lane in channels::lanes(self.store.read())? {
            if self.rotation_is_due(lane, now)? {
                tracing::info!("new keys for {lane}, as every few days");
                self.in_one_transaction(now, |work| work.rotate(lane, &[]))?;
            }
        }
        Ok(())
    }

    fn rotation_is_due(&mut self, lane: Lane, now: u64) -> Result<bool, DeviceError> {
        // Once a minute is enough: reading keys from their stored form costs something.
        if !now.is_multiple_of(60) {
            return Ok(false);
        }
        let channel = channels::find(self.store.read(), channels::Carries::Lane(lane))?;
        Ok(match channel {
            Some(channel) => channel::Publisher::from_state(&channel.publisher)?.rotation_due(now),
            None => false,
        })
    }

    fn look_at_disk(&mut self, now: u64) {
        if now.abs_diff(self.disk.looked_at) < LOOK_AT_DISK_EVERY {
            return;
        }
        self.disk.looked_at = now;
        let Some(free) = ballast::free_bytes(self.dir.path()) else {
            return;
        };
        if free < LEAST_FREE {
            self.disk_is_full(now);
            self.disk.warning = Some(format!(
                "the disk has {} MB left: raw readings are not kept until there is room; everything else goes on",
                free / 1_000_000
            ));
        } else if self
            .disk
            .raw_stopped
            .take_if(|since| now.abs_diff(*since) >= TRY_DISK_AGAIN_AFTER)
            .is_some()
        {
            ballast::keep(self.dir.path());
            self.disk.warning = None;
            tracing::info!("the disk has room again; raw readings are kept again");
        }
    }

    /// The raw copy stops first; what was set aside goes to the outbox.
    fn disk_is_full(&mut self, now: u64) {
        if self.disk.raw_stopped.is_some() {
            return;
        }
        self.disk.raw_stopped = Some(now);
        ballast::release(self.dir.path());
        self.disk.warning = Some(StoreError::Full.to_string());
        tracing::warn!("{}", StoreError::Full);
        let free = ballast::free_bytes(self.dir.path()).unwrap_or_default();
        self.alert_later(Alert::DiskNearlyFull { free }, now);
    }

    pub(super) fn not_written(&mut self, error: StoreError) -> DeviceError {
        if matches!(error, StoreError::Full) {
            self.disk_is_full(self.disk.looked_at);
            self.give_up_raw();
        }
        error.into()
    }

    /// Makes room inside the database: the raw copy goes, oldest day first.
    fn give_up_raw(&mut self) {
        let earliest = kept::earliest_raw(self.store.read()).ok().flatten();
        if let Some(earliest) = earliest {
            let forgotten = self
                .store
                .transaction(|db| kept::forget_raw(db, earliest + DAY));
            tracing::warn!(
                "the oldest raw readings made room: {:?} rows",
                forgotten.ok()
            );
        }
    }
}

impl Work<'_> {
    /// Seals ended slots in the order of their ends, at most so many. Whatever is due before a slot's end is done before it
    /// is sealed, so that a consent that ran out during an outage gets everything up to its end and nothing after.
    fn seal_slots(&mut self, room: usize, now: u64) -> Result<(), DeviceError> {
        for _ in 0..room {
            let Some((_, _, end)) = self.next_to_seal()? else {
                return self.settle(now);
            };
            self.settle(end.saturating_sub(1).min(now))?;
            if let Some((lane, ended, _)) = self.next_to_seal()? {
                self.seal(lane, &ended)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use data_dir::DataDir;
    use simulated_meter::Household;

    use super::*;
    use crate::device::Settings;
    use crate::meter::MeterEvent;
    use crate::store::pending;

    const NOON: u64 = 1_772_452_800;
    const LIMIT: i64 = 24;

    #[test]
    fn a_full_disk_stops_the_raw_copy_first_and_never_the_outbox() {
        let dir = tempfile::tempdir().unwrap();
        let settings = Settings {
            node: String::new(),
            live_slot: Some(10),
            raw_days: 7,
        };
        let data = DataDir::open(&dir.path().join("device"), crate::PROGRAM).unwrap();
        let mut device = Device::open(data, settings, NOON).unwrap();
        device
            .in_one_transaction(NOON, |work| work.keys_from_next_slot(Lane::ALL[0]))
            .unwrap();
        // Enough for the slots that wait, not for every reading beside them.
        let pages: i64 = device
            .store
            .read()
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .unwrap();
        device
            .store
            .read()
            .pragma_update(None, "max_page_count", pages + LIMIT)
            .unwrap();

        let mut household = Household::new(7);
        let (mut refused, mut stopped, mut warned) = (0, false, false);
        for now in NOON + 1..NOON + 7_200 {
            let telegram = household.telegram_at(now.cast_signed());
            device.hear(MeterEvent::Telegram(telegram), now);
            refused += usize::from(device.tick(now).is_err());
            stopped |= device.disk.raw_stopped.is_some();
            warned |= device
                .disk
                .warning
                .as_deref()
                .is_some_and(|warning| warning.contains("disk is full"));
        }
        assert!(stopped && warned);
        assert!(refused < 100, "{refused}");
        assert_eq!(
            pending::count(device.store.read()).unwrap(),
            718,
            "no slot is missing"
        );
    }
}
