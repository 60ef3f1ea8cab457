//! The past, where a consent grants it: from this device's own store, on a channel of that consent's own, one batch a slot
//! (docs/protocol.md section 3.6).

use channel::{BlockKind, LaneKeys, Publisher, Slot, SlotLength};
use consent::{ConsentId, ConsentState, Lanes};
use readings::codec::CODEC;
use readings::{Batch, Granularity, Interval, Lane, UnixSeconds};
use rusqlite::Connection;

use super::slots::encoded;
use super::work::Work;
use super::{Device, DeviceError};
use crate::store::channels::{self, Carries, StoredChannel};
use crate::store::history::{self, Owed};
use crate::store::{StoreError, readings as kept};
use data_dir::random;

/// Intervals in one slot: five days of quarter-hours, in four blocks.
const INTERVALS_A_SLOT: usize = 480;
/// Seconds of raw readings in one slot.
const RAW_A_SLOT: u64 = 600;
/// Live lanes come first: history waits unless the outbox has so much room.
const ROOM_FOR_HISTORY: usize = 12;
const DAY: u64 = 86_400;

impl Device {
    /// Publishes the next piece of history of each consent that is owed some, as long as nothing else waits.
    pub(super) fn send_history(&mut self, now: u64, room: usize) -> Result<(), DeviceError> {
        if room < ROOM_FOR_HISTORY {
            return Ok(());
        }
        let mut last = None;
        for owed in history::all(self.store.read())? {
            // One piece a consent and slot.
            if last != Some(owed.consent) && self.piece_is_due(&owed, now)? {
                last = Some(owed.consent);
                self.in_one_transaction(now, |work| work.send_piece(&owed))?;
            }
        }
        Ok(())
    }

    fn piece_is_due(&self, owed: &Owed, now: u64) -> Result<bool, DeviceError> {
        let state = self.consents.state(ConsentId(owed.consent));
        if !matches!(state, Some(ConsentState::Granted | ConsentState::Active)) {
            return Ok(false);
        }
        let Some(channel) = channels::find(self.store.read(), Carries::History(owed.consent))?
        else {
            return Ok(false);
        };
        Ok(
            slot_before(&channel, now)? >= Publisher::from_state(&channel.publisher)?.position().1
                && ready_until(self.store.read(), owed, now)? > owed.sent_to,
        )
    }
}

impl Work<'_> {
    /// Starts the channel of a consent's history and notes what is to be sent on it.
    pub(super) fn promise_history(
        &mut self,
        consent: ConsentId,
        lanes: &Lanes,
        days: u16,
    ) -> Result<LaneKeys, DeviceError> {
        let agreed_at = self.authorized(consent)?.at.min(self.now);
        let since = agreed_at.saturating_sub(u64::from(days) * DAY);
        let channel = self.start_channel(
            Carries::History(consent.0),
            SlotLength::new(self.live_slot)?,
        )?;
        for lane in lanes {
            let begins = self.keys_from_next_slot(lane)?;
            let owed = Owed {
                consent: consent.0,
                lane,
                sent_to: beginning(lane, since),
                until: begins.slot_length.start_of(begins.slot),
            };
            history::set(self.db, &owed)?;
        }
        let publisher = Publisher::from_state(&channel.publisher)?;
        Ok(publisher.lane_keys(publisher.position().1)?)
    }

    /// The history of a consent that is over, or paused for good, is not sent any more, and its keys go.
    pub(super) fn end_history(&mut self, consent: ConsentId) -> Result<(), DeviceError> {
        history::forget(self.db, consent.as_bytes())?;
        if let Some(channel) = channels::find(self.db, Carries::History(consent.0))? {
            channels::remove(self.db, channel.id)?;
        }
        Ok(())
    }

    fn send_piece(&mut self, owed: &Owed) -> Result<(), DeviceError> {
        let carries = Carries::History(owed.consent);
        let channel =
            channels::find(self.db, carries)?.ok_or(StoreError::Damaged { what: "a channel" })?;
        let ready = ready_until(self.db, owed, self.now)?;
        let (batch, sent_to) = piece(self.db, owed, ready)?;
        if let Some(body) = encoded(owed.lane, &batch)? {
            let mut publisher = Publisher::from_state(&channel.publisher)?;
            let slot = slot_before(&channel, self.now)?;
            let blocks = publisher.publish(
                slot,
                BlockKind::History,
                CODEC,
                &body,
                &mut random::generator(),
            )?;
            self.put_out("history", &blocks)?;
            channels::advance(self.db, channel.id, &publisher.to_state())?;
        }
        if sent_to < owed.until {
            return Ok(history::set(self.db, &Owed { sent_to, ..*owed })?);
        }
        history::done(self.db, owed)?;
        if !history::all(self.db)?
            .iter()
            .any(|other| other.consent == owed.consent)
        {
            channels::remove(self.db, channel.id)?;
        }
        Ok(())
    }
}

/// The next rows of what is owed, and up to when everything is sent with them.
fn piece(db: &Connection, owed: &Owed, ready: u64) -> Result<(Batch, u64), DeviceError> {
    if owed.lane.granularity == Granularity::Live {
        // Where nothing was kept there is nothing to look through.
        let first = kept::earliest_raw(db)?
            .unwrap_or(ready)
            .clamp(owed.sent_to, ready);
        let until = ready.min(first + RAW_A_SLOT);
        return Ok((
            Batch::Readings(kept::raw_of(db, owed.lane.kind, first, until)?),
            until,
        ));
    }
    let rows = kept::intervals(db, owed.lane, owed.sent_to, ready, INTERVALS_A_SLOT)?;
    let until = match rows.last() {
        Some(last) if rows.len() == INTERVALS_A_SLOT => unix(last.end),
        _ => ready,
    };
    Ok((
        Batch::Intervals(with_gaps(&rows, owed.sent_to, until)),
        until,
    ))
}

/// The rows, and between them one row without values for each stretch of which nothing is known: a gap is stated.
fn with_gaps(rows: &[Interval], since: u64, until: u64) -> Vec<Interval> {
    let mut stated = Vec::with_capacity(rows.len());
    let mut at = since;
    for row in rows {
        state_gap(&mut stated, at, unix(row.start));
        stated.push(row.clone());
        at = unix(row.end);
    }
    state_gap(&mut stated, at, until);
    stated
}

fn state_gap(stated: &mut Vec<Interval>, start: u64, end: u64) {
    if start < end {
        stated.push(Interval::between(seconds(start), seconds(end)));
    }
}

/// Up to when the rows of what is owed are final.
fn ready_until(db: &Connection, owed: &Owed, now: u64) -> Result<u64, DeviceError> {
    let ready = match owed.lane.granularity {
        // A minute is stored when it has ended.
        Granularity::Live => now - now % 60,
        granularity => {
            let longest_wait = now.saturating_sub(300);
            let closed = kept::last_interval_end(db, granularity)?.unwrap_or_default();
            closed.max(beginning(owed.lane, longest_wait))
        }
    };
    Ok(ready.min(owed.until))
}

fn slot_before(channel: &StoredChannel, now: u64) -> Result<Slot, DeviceError> {
    let running = SlotLength::new(channel.slot_seconds)?.slot_at(now);
    Ok(Slot(running.0.saturating_sub(1)))
}

/// The beginning of the interval of a lane in which `at` lies.
fn beginning(lane: Lane, at: u64) -> u64 {
    match lane.granularity {
        Granularity::Live => at,
        _ => at - at % u64::from(lane.default_slot_seconds()),
    }
}

fn unix(at: UnixSeconds) -> u64 {
    at.0.max(0).cast_unsigned()
}

fn seconds(unix: u64) -> UnixSeconds {
    UnixSeconds(unix.cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_stated_and_not_papered_over() {
        let row = |start: u64| Interval {
            readings: 90,
            ..Interval::between(seconds(start), seconds(start + 900))
        };
        let stated = with_gaps(&[row(900), row(1_800), row(4_500)], 0, 6_300);
        let extents: Vec<_> = stated
            .iter()
            .map(|row| (row.start.0, row.end.0, row.readings))
            .collect();
        assert_eq!(
            extents,
            [
                (0, 900, 0),
                (900, 1_800, 90),
                (1_800, 2_700, 90),
                (2_700, 4_500, 0),
                (4_500, 5_400, 90),
                (5_400, 6_300, 0)
            ]
        );
    }
}
