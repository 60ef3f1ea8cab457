//! Which keys of a grant are used.

use std::collections::BTreeMap;

use channel::{Grant, LaneKeys, Pairwise, Reader};
use consent::LanePosition;
use readings::{Granularity, Lane};

use super::keys::{CONVERSATION, HISTORY, LANES};
use super::seconds;
use super::session::Session;

/// Keys whose slot is this far from any time at which they can have been handed over are not used, in seconds.
const STRAY: i64 = 2 * 86_400;
/// The longest slot of live lanes, and of the past, in seconds: a device chooses it.
const LONGEST_LIVE_SLOT: u32 = 900;

impl Session {
    /// Where each lane of a grant opens, of those lanes that were agreed. Keys to anything else are not taken, nor are keys of
    /// slots that no device hands over: following them from long ago would be work without end.
    pub(super) fn positions(&mut self, grant: &Grant, now: u64) -> Vec<LanePosition> {
        let agreed = self.consent.lanes();
        let mut positions = Vec::new();
        for (code, keys) in &grant.lanes {
            let Some(lane) = Lane::from_code(*code)
                .ok()
                .filter(|lane| agreed.contains(*lane))
            else {
                continue;
            };
            if !has_length_of(lane, keys) || !self.is_of_this_time(keys, now) {
                self.remark(now, format!("the keys of {lane} are not used: slot {} of {} s is none that can be granted now; is the device's clock right?", keys.slot, keys.slot_length.seconds()));
                continue;
            }
            positions.push(LanePosition {
                lane,
                epoch: keys.epoch.0,
                slot: keys.slot.0,
                slot_length: keys.slot_length.seconds(),
            });
        }
        positions
    }

    /// Whether these keys begin after the request was made, and not long after now.
    fn is_of_this_time(&self, keys: &LaneKeys, now: u64) -> bool {
        let length = i64::from(keys.slot_length.seconds());
        let begins = seconds(keys.slot_length.start_of(keys.slot));
        let earliest = self.record.requested_at.saturating_sub(STRAY + length);
        let latest = seconds(now).saturating_add(STRAY + length);
        (earliest..=latest).contains(&begins)
    }

    /// Begins to read with the keys of a grant that open there.
    pub(super) fn read_with(
        &mut self,
        grant: &Grant,
        positions: Vec<LanePosition>,
        pairwise: &Pairwise,
        now: u64,
    ) {
        let mut readers = BTreeMap::new();
        for position in positions {
            let keys = grant
                .lanes
                .iter()
                .find(|(code, _)| *code == position.lane.code());
            match keys.map(|(_, keys)| Reader::new(keys.clone(), pairwise)) {
                Some(Ok(reader)) => {
                    readers.insert(LANES.saturating_add(position.lane.code()), reader);
                    self.lane(position.lane, |record| {
                        record.slot_seconds = position.slot_length;
                        record.following = true;
                    });
                }
                Some(Err(problem)) => self.remark(
                    now,
                    format!("the keys of {} are not used: {problem}", position.lane),
                ),
                None => {}
            }
        }
        if let Some(Ok(reader)) = grant
            .history
            .clone()
            .filter(|keys| {
                self.history_begins().is_some() && self.is_history_of_this_time(keys, now)
            })
            .map(|keys| Reader::new(keys, pairwise))
        {
            readers.insert(HISTORY, reader);
        }
        self.set_readers(readers);
        self.conversation.left_out_since = None;
        self.touch(CONVERSATION);
    }

    fn is_history_of_this_time(&self, keys: &LaneKeys, now: u64) -> bool {
        keys.slot_length.seconds() <= LONGEST_LIVE_SLOT && self.is_of_this_time(keys, now)
    }

    /// Since when the past was agreed on, if it was.
    pub(super) fn history_begins(&self) -> Option<i64> {
        let days = self.consent.agreement()?.history_days?;
        let agreed_at = self.record.authorised_at?;
        Some(agreed_at.saturating_sub(i64::from(days).saturating_mul(86_400)))
    }
}

/// Whether the slots of these keys are as long as those of such a lane; a device chooses how long live ones are.
fn has_length_of(lane: Lane, keys: &LaneKeys) -> bool {
    let length = keys.slot_length.seconds();
    match lane.granularity {
        Granularity::Live => length <= LONGEST_LIVE_SLOT,
        Granularity::QuarterHour | Granularity::Day => length == lane.default_slot_seconds(),
    }
}
