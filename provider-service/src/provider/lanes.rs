//! Following the channels of a consent's lanes.

use channel::{Event, Reader, Rejection, Tag};
use consent::Lanes;
use readings::{Batch as Rows, Granularity, Kind, Lane, codec};

use super::keys::HISTORY;
use super::session::{Session, lane_of};
use super::{Arrived, seconds};
use crate::consents::LaneRecord;
use crate::insights::buckets_of;
use crate::store::{Arrival, Batch, Part};
use crate::usage::QUARTER;

/// Readings whose time is this far from the slot they were published in are not kept.
const STRAY: i64 = 2 * 86_400;
/// Most rows of one slot: a live one of 900 s has a reading a second, and a piece of the past five days of quarter hours with
/// the gaps between them. Rows that are all the same take no room in a block, and much here.
const MOST_ROWS: usize = 1_000;
/// The clocks of a wallet and of a device may differ by so much when they say how far the past goes back.
const CLOCKS_DIFFER: i64 = 3_600;

impl Session {
    /// The record shows the lanes that were agreed.
    pub(super) fn agreed_lanes(&mut self, lanes: &Lanes) {
        self.record.lanes = lanes
            .iter()
            .map(|lane| LaneRecord {
                lane: lane.to_string(),
                slot_seconds: lane.default_slot_seconds(),
                last_slot: None,
                last_data_at: None,
                gaps: 0,
                forks: 0,
                rejected: 0,
                following: false,
            })
            .collect();
    }

    /// Whether a reader waits for a block under this tag.
    pub(super) fn awaits(&self, part: Part, tag: &Tag) -> bool {
        let reader = self.readers.get(&part);
        reader.is_some_and(|reader| reader.awaits(tag))
    }

    /// Hands a reader what lies under one of its tags.
    pub(super) fn offer(
        &mut self,
        part: Part,
        tag: &Tag,
        candidates: &[Vec<u8>],
        now: u64,
    ) -> bool {
        let Some(reader) = self.readers.get_mut(&part) else {
            return false;
        };
        let events = reader.offer(tag, candidates);
        let news = events
            .iter()
            .any(|event| !matches!(event, Event::Rejected { .. }));
        for event in events {
            self.take(part, event, now);
        }
        if news {
            self.touch(part);
            self.count_gaps(part);
        }
        news
    }

    fn take(&mut self, part: Part, event: Event, now: u64) {
        match event {
            Event::Data {
                slot,
                seq,
                codec,
                body,
            } => {
                self.moved_on(part, slot.0);
                self.rows(part, slot.0, seq.0, codec, body, now);
            }
            Event::History {
                slot,
                seq,
                codec,
                body,
            } => self.rows(part, slot.0, seq.0, codec, body, now),
            Event::Cover { slot, .. } => self.moved_on(part, slot.0),
            Event::NotInRotation { epoch, first_slot } => {
                tracing::info!(
                    "consent {}: {} is closed to us from slot {first_slot} on (epoch {epoch})",
                    self.record.id,
                    name(part)
                );
                self.lane_of_part(part, |record| record.following = false);
                self.conversation.left_out_since.get_or_insert(now);
                self.touch(super::keys::CONVERSATION);
            }
            Event::Rotated { epoch, .. } => tracing::debug!(
                "consent {}: {} is in epoch {epoch}",
                self.record.id,
                name(part)
            ),
            Event::Fork { slot, seq, .. } => {
                self.lane_of_part(part, |record| record.forks = record.forks.saturating_add(1));
                self.remark(now, format!("{}: two different blocks {seq} at slot {slot}; somebody else writes with the device's keys", name(part)));
            }
            // A block that was taken under this tag before, looked at once more.
            Event::Rejected {
                reason: Rejection::NotAsked,
                ..
            } => {}
            Event::Rejected { reason, count } => {
                let count = u64::try_from(count).unwrap_or(u64::MAX);
                self.lane_of_part(part, |record| {
                    record.rejected = record.rejected.saturating_add(count)
                });
                tracing::debug!(
                    "consent {}: {count} blocks of {} thrown away: {reason}",
                    self.record.id,
                    name(part)
                );
            }
            _ => {}
        }
    }

    /// Keeps a block's rows, if they are what this lane carries.
    fn rows(&mut self, part: Part, slot: u64, seq: u64, codec: u16, body: Vec<u8>, now: u64) {
        match self.checked_rows(part, slot, codec, &body, now) {
            Ok((lane, rows)) => {
                if let Some((first_at, last_at)) = covered(&rows) {
                    let batch = Batch {
                        lane: lane.code(),
                        channel: self
                            .readers
                            .get(&part)
                            .map(|reader| reader.cid().into())
                            .unwrap_or_default(),
                        seq,
                        first_at,
                        last_at,
                        count: u32::try_from(rows.len()).unwrap_or(u32::MAX),
                        body,
                    };
                    let buckets = buckets_of(lane, &rows);
                    let arrived = Arrived {
                        id: self.record.id.clone(),
                        lane,
                        slot,
                        body: batch.body.clone(),
                    };
                    self.arrive(Arrival { batch, buckets }, arrived);
                }
            }
            Err(why) => self.remark(
                now,
                format!(
                    "{}: the readings of slot {slot} were not kept: {why}",
                    name(part)
                ),
            ),
        }
    }

    fn checked_rows(
        &self,
        part: Part,
        slot: u64,
        found: u16,
        body: &[u8],
        now: u64,
    ) -> Result<(Lane, Rows), String> {
        if found != codec::CODEC {
            return Err(format!(
                "they are in format {found}, and this program reads {}",
                codec::CODEC
            ));
        }
        let (kind, rows) = codec::decode(body).map_err(|error| error.to_string())?;
        if rows.len() > MOST_ROWS {
            return Err(format!(
                "{} rows are more than a device measures in a slot",
                rows.len()
            ));
        }
        if !begin_where_slots_do(&rows) {
            return Err("their intervals begin where no slot does".to_owned());
        }
        let lane = match lane_of(part) {
            Some(lane) if carries(lane, kind, &rows) => lane,
            Some(lane) => return Err(format!("they are not of {lane}")),
            None => lane_of_rows(kind, &rows),
        };
        if !self.consent.lanes().contains(lane) {
            return Err(format!("{lane} was not agreed"));
        }
        let length = self
            .readers
            .get(&part)
            .map_or(1, |reader| i64::from(reader.slot_length().seconds()));
        let published = if part == HISTORY {
            seconds(now)
        } else {
            seconds(slot).saturating_mul(length)
        };
        let latest = published.saturating_add(length).saturating_add(STRAY);
        let earliest = if part == HISTORY {
            // The interval in which the past begins is sent whole.
            let whole = i64::from(lane.default_slot_seconds());
            let begins = self.history_begins().ok_or("no history was agreed")?;
            begins.saturating_sub(whole + CLOCKS_DIFFER)
        } else {
            published.saturating_sub(STRAY)
        };
        match covered(&rows) {
            Some((first, last)) if first < earliest || last > latest => {
                Err("their time does not fit".to_owned())
            }
            _ => Ok((lane, rows)),
        }
    }

    fn moved_on(&mut self, part: Part, slot: u64) {
        self.note();
        self.lane_of_part(part, |record| {
            record.last_slot = record.last_slot.max(Some(slot));
            let ends = record
                .last_slot
                .unwrap_or(slot)
                .saturating_add(1)
                .saturating_mul(u64::from(record.slot_seconds));
            record.last_data_at = Some(seconds(ends));
        });
    }

    fn count_gaps(&mut self, part: Part) {
        let gaps = self
            .readers
            .get(&part)
            .map(Reader::gaps)
            .unwrap_or_default();
        let missing = gaps
            .iter()
            .map(|gap| gap.last.0.saturating_sub(gap.first.0).saturating_add(1));
        let missing = missing.fold(0, u64::saturating_add);
        self.lane_of_part(part, |record| record.gaps = missing);
    }

    fn lane_of_part(&mut self, part: Part, change: impl FnOnce(&mut LaneRecord)) {
        if let Some(lane) = lane_of(part) {
            self.lane(lane, change);
        }
    }

    pub(super) fn lane(&mut self, lane: Lane, change: impl FnOnce(&mut LaneRecord)) {
        let name = lane.to_string();
        if let Some(record) = self
            .record
            .lanes
            .iter_mut()
            .find(|record| record.lane == name)
        {
            change(record);
            self.note();
        }
    }
}

/// A live lane carries readings, the others intervals, and each only its kind.
fn carries(lane: Lane, kind: Kind, rows: &Rows) -> bool {
    let live = lane.granularity == Granularity::Live;
    lane.kind == kind && live == matches!(rows, Rows::Readings(_))
}

/// Intervals begin at multiples of their length. Others would overlap, and there could be one for each second of the past.
fn begin_where_slots_do(rows: &Rows) -> bool {
    match rows {
        Rows::Readings(_) => true,
        Rows::Intervals(rows) => rows.iter().all(|row| row.start.0 % QUARTER == 0),
    }
}

/// The lane that rows of a history are of, by the shortest: a gap in quarter hours is one row, however long.
fn lane_of_rows(kind: Kind, rows: &Rows) -> Lane {
    let granularity = match rows {
        Rows::Readings(_) => Granularity::Live,
        Rows::Intervals(rows) => {
            let shortest = rows
                .iter()
                .map(|row| row.end.0.saturating_sub(row.start.0))
                .min()
                .unwrap_or(0);
            if shortest > 3600 {
                Granularity::Day
            } else {
                Granularity::QuarterHour
            }
        }
    };
    Lane::new(granularity, kind)
}

/// The first and the last moment of some rows.
fn covered(rows: &Rows) -> Option<(i64, i64)> {
    match rows {
        Rows::Readings(rows) => {
            let times = rows.iter().map(|row| row.at.0);
            times.clone().min().zip(times.max())
        }
        Rows::Intervals(rows) => {
            let first = rows.iter().map(|row| row.start.0).min();
            first.zip(rows.iter().map(|row| row.end.0).max())
        }
    }
}

fn name(part: Part) -> String {
    lane_of(part).map_or_else(|| "history".to_owned(), |lane| lane.to_string())
}
