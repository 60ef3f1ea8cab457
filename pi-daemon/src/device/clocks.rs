//! What time it is, and what the owner hears about clocks (docs/protocol.md section 3.8, docs/decisions/0038).

use consent::{Alert, ConsentId};

use super::{Device, DeviceError};
use crate::clock::{JUMP, Moment, SAME, Time};
use crate::store::settings::{self, Name};
use crate::store::{channels, history};

/// Blocks that lie further ahead than this are not waited for, once it is sure that the clock was wrong.
const TOO_LONG: u64 = 600;
/// Clocks that differ by so much are worth a word.
const DIFFERENT: u64 = 3_600;
/// A meter whose clock is this wrong never had a right one, or is a recording.
const NO_CLOCK: u64 = 366 * 86_400;

impl Device {
    /// The time, if it is known. Says it when that changes.
    pub(super) fn judge_time(&mut self, moment: Moment) -> Option<u64> {
        let meter = self.recorder.meters_clock(moment);
        let expected = self.keeper.expected(moment);
        let time = self.keeper.judge(moment, meter, self.last_slot_end);
        if let (Some(known), Some(expected)) = (time.known(), expected)
            && known.saturating_sub(expected) > JUMP
        {
            self.skip_to(known);
        }
        let before = std::mem::replace(&mut self.time, time);
        if let Some(sentence) = news(before, time) {
            tracing::warn!("{sentence}");
            self.alert_later(Alert::ClockUntrusted, self.time_at(moment));
        } else if matches!(time, Time::Own(_)) && !matches!(before, Time::Own(_)) {
            tracing::info!("the time is known again");
        }
        self.compare_clocks(moment, meter);
        time.known()
    }

    /// The time as far as anybody knows: the one that is believed, or would be if the clock had gone on evenly.
    pub(crate) fn time_at(&self, moment: Moment) -> u64 {
        let meter = self.recorder.meters_clock(moment);
        let judged = self.keeper.clone().judge(moment, meter, self.last_slot_end);
        let expected = || self.keeper.expected(moment);
        judged.known().or_else(expected).unwrap_or(moment.own)
    }

    /// The slots of a stretch of time that never was are left out, as those of a time in which the daemon did not run.
    fn skip_to(&mut self, now: u64) {
        self.running_slots.clear();
        if let Err(error) = self.follow_lanes(now) {
            tracing::warn!("{error}");
        }
    }

    /// Says once that this device's clock, which is believed, and the meter's are hours apart.
    fn compare_clocks(&mut self, moment: Moment, meter: Option<u64>) {
        let Some(meter) = meter.filter(|_| matches!(self.time, Time::Own(_))) else {
            return;
        };
        let apart = meter.abs_diff(moment.own);
        if apart < DIFFERENT {
            self.clocks_differ = None;
        } else if apart < NO_CLOCK && self.clocks_differ.replace(apart).is_none() {
            tracing::warn!("this device's clock and the meter's differ by {apart} s: one is wrong");
            self.alert_later(Alert::ClockUntrusted, moment.own);
        }
    }

    /// A clock that was ahead has been set right, and the meter's bears it out: what was published for times that have not
    /// come stays where it is, and every lane begins anew now, in a channel of its own, instead of waiting for that time.
    pub(super) fn begin_anew_if_it_was_ahead(&mut self, moment: Moment) -> Result<(), DeviceError> {
        let now = moment.own;
        let meter = self.recorder.meters_clock(moment);
        let sure = meter.is_some_and(|meter| meter.abs_diff(now) <= SAME);
        if !matches!(self.time, Time::Unknown { behind } if behind > TOO_LONG) || !sure {
            return Ok(());
        }
        self.in_one_transaction(now, |work| {
            for lane in channels::lanes(work.db)? {
                work.renew(lane)?;
            }
            for owed in history::all(work.db)? {
                work.end_history(ConsentId(owed.consent))?;
            }
            settings::set_number(work.db, Name::LastSlotEnd, now)?;
            work.settle(now)
        })?;
        self.last_slot_end = now;
        tracing::warn!(
            "this device's clock was ahead and has been set right: every lane begins anew, and whoever may read gets new keys"
        );
        Ok(())
    }
}

/// What is worth a word to the owner.
fn news(before: Time, now: Time) -> Option<String> {
    match (before, now) {
        (Time::Own(_), Time::Meters(_)) => Some(
            "this device's clock is wrong: it is behind what was published already, or jumped ahead of the meter's; the meter's clock is used".to_owned(),
        ),
        (Time::Unknown { .. }, Time::Unknown { .. }) | (Time::Doubted { .. }, Time::Doubted { .. }) => None,
        (_, Time::Unknown { behind }) => Some(format!(
            "this device's clock is {behind} s behind the last block that was published, so the time is not known; nothing is published until NTP or the meter's clock gives it"
        )),
        (_, Time::Doubted { ahead }) => Some(format!(
            "this device's clock jumped ahead by {ahead} s, and nothing bears it out; nothing is published until it has stood for two minutes"
        )),
        _ => None,
    }
}
