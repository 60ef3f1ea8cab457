//! One transaction's worth of work on lanes: start, seal, rotate, hand over, stop.

use channel::{
    BlockKind, ChannelId, LaneKeys, LanePairwise, Pairwise, Publisher, SealedBlock, SealedFragment,
    Slot, SlotLength,
};
use consent::{DeviceConsents, LanePosition};
use readings::{Granularity, Lane};
use rusqlite::Transaction;

use super::DeviceError;
use super::clones::Sealed;
use crate::store::channels::{self, Carries, Holder, StoredChannel};
use crate::store::pending::{self, EndedSlot};
use crate::store::{StoreError, outbox};
use data_dir::random;

/// What is being done in one transaction.
pub(super) struct Work<'a> {
    pub(super) db: &'a Transaction<'a>,
    pub(super) consents: &'a mut DeviceConsents,
    pub(super) identity: &'a channel::IdentityKey,
    pub(super) live_slot: u32,
    /// Seconds that live blocks cover, if more than their slots.
    pub(super) live_covers: u32,
    pub(super) now: u64,
    /// The owner is gone, and everything of theirs was erased.
    pub(super) left: bool,
    /// The slots that were sealed.
    pub(super) sealed: Vec<Sealed>,
}

impl Work<'_> {
    /// The channel of a lane; it is started if it is not published yet.
    fn started(&mut self, lane: Lane) -> Result<StoredChannel, DeviceError> {
        if let Some(channel) = self.channel(lane)? {
            return Ok(channel);
        }
        let seconds = match lane.granularity {
            Granularity::Live => self.live_slot,
            Granularity::QuarterHour | Granularity::Day => lane.default_slot_seconds(),
        };
        self.start_channel(Carries::Lane(lane), SlotLength::new(seconds)?)
    }

    /// Starts a channel whose first block covers the slot after the one that is running now.
    pub(super) fn start_channel(
        &mut self,
        carries: Carries,
        length: SlotLength,
    ) -> Result<StoredChannel, DeviceError> {
        let cid = ChannelId::from(*random::bytes::<16>());
        let first_slot = length.slot_at(self.now).next();
        let publisher = Publisher::start(cid, length, first_slot, &mut random::generator());
        channels::insert(self.db, carries, length.seconds(), &publisher.to_state())?;
        let channel = channels::find(self.db, carries)?;
        Ok(channel.ok_or(StoreError::Damaged { what: "a channel" })?)
    }

    pub(super) fn channel(&self, lane: Lane) -> Result<Option<StoredChannel>, DeviceError> {
        Ok(channels::find(self.db, Carries::Lane(lane))?)
    }

    /// Lets somebody who was given these keys take part in the lane's rotations from now on.
    pub(super) fn let_in(
        &self,
        lane: Lane,
        holder: Holder,
        keys: &LaneKeys,
        pairwise: &Pairwise,
    ) -> Result<LanePosition, DeviceError> {
        channels::set_reader(self.db, lane, holder, &pairwise.lane(keys).to_state())?;
        Ok(position_of(lane, keys))
    }

    /// The keys of a lane from the next slot on, or from where the next block begins if that covers several.
    pub(super) fn keys_from_next_slot(&mut self, lane: Lane) -> Result<LaneKeys, DeviceError> {
        let channel = self.started(lane)?;
        let publisher = Publisher::from_state(&channel.publisher)?;
        let next = publisher.slot_length().slot_at(self.now).next();
        Ok(publisher.lane_keys(match lane.granularity {
            Granularity::Live if self.live_covers > 0 => {
                let covers = u64::from(self.live_covers);
                let boundary = (self.now / covers + 1) * covers;
                next.max(publisher.slot_length().slot_at(boundary))
            }
            _ => next,
        })?)
    }

    /// Begins a new epoch of a lane for everybody but those who leave. They cannot open anything that is not sealed yet.
    pub(super) fn rotate(
        &mut self,
        lane: Lane,
        leaving: &[Holder],
    ) -> Result<Option<LanePosition>, DeviceError> {
        for holder in leaving {
            channels::remove_reader(self.db, lane, *holder)?;
        }
        let Some(channel) = self.channel(lane)? else {
            return Ok(None);
        };
        let mut publisher = Publisher::from_state(&channel.publisher)?;
        let first_slot = self.first_unsealed(lane, &publisher)?;
        let (holders, mut pairwise) = self.readers(lane)?;
        let blocks = publisher.rotate(first_slot, &mut pairwise, &mut random::generator())?;
        for (holder, advanced) in holders.into_iter().zip(&pairwise) {
            channels::set_reader(self.db, lane, holder, &advanced.to_state())?;
        }
        self.put_out("key rotation", &blocks)?;
        channels::advance(self.db, channel.id, &publisher.to_state())?;
        Ok(Some(position_of(lane, &publisher.lane_keys(first_slot)?)))
    }

    /// Drops a lane that nobody reads, with everything that waits for it.
    pub(super) fn stop(&mut self, lane: Lane) -> Result<(), DeviceError> {
        if let Some(channel) = self.channel(lane)? {
            channels::remove(self.db, channel.id)?;
        }
        for (holder, _) in channels::readers(self.db, lane)? {
            channels::remove_reader(self.db, lane, holder)?;
        }
        Ok(pending::clear(self.db, lane)?)
    }

    /// Seals one ended slot of a lane: its blocks into the outbox, the publisher moved on.
    pub(super) fn seal(&mut self, lane: Lane, ended: &EndedSlot) -> Result<(), DeviceError> {
        pending::remove(self.db, lane, ended.slot)?;
        let Some(channel) = self.channel(lane)? else {
            return Ok(());
        };
        let mut publisher = Publisher::from_state(&channel.publisher)?;
        let (kind, codec, body): (_, _, &[u8]) = match &ended.batch {
            Some((codec, body)) => (BlockKind::Data, *codec, body),
            None => (BlockKind::Cover, 0, &[]),
        };
        let blocks = publisher.publish(
            Slot(ended.slot),
            kind,
            codec,
            body,
            &mut random::generator(),
        )?;
        self.put_out(&lane.to_string(), &blocks)?;
        self.sealed
            .extend(blocks.into_iter().next().map(|first| Sealed {
                lane,
                slot: Slot(ended.slot),
                before: channel.publisher.clone(),
                first,
            }));
        Ok(channels::advance(
            self.db,
            channel.id,
            &publisher.to_state(),
        )?)
    }

    /// The ended slot that is to be sealed next, over all lanes, with its end.
    pub(super) fn next_to_seal(&self) -> Result<Option<(Lane, EndedSlot, u64)>, DeviceError> {
        next_to_seal(self.db)
    }

    pub(super) fn put_out(&self, what: &str, blocks: &[SealedBlock]) -> Result<(), DeviceError> {
        for block in blocks {
            outbox::add(self.db, what, block.tag.as_bytes(), block.data.as_slice())?;
        }
        Ok(())
    }

    pub(super) fn put_out_fragments(
        &self,
        what: &str,
        fragments: &[SealedFragment],
    ) -> Result<(), DeviceError> {
        for fragment in fragments {
            outbox::add(
                self.db,
                what,
                fragment.tag.as_bytes(),
                fragment.data.as_slice(),
            )?;
        }
        Ok(())
    }

    fn readers(&self, lane: Lane) -> Result<(Vec<Holder>, Vec<LanePairwise>), DeviceError> {
        channels::readers(self.db, lane)?
            .into_iter()
            .map(|(holder, state)| Ok((holder, LanePairwise::from_state(&state)?)))
            .collect()
    }

    /// The first slot that a new epoch can begin with: the earliest that is not sealed.
    fn first_unsealed(&self, lane: Lane, publisher: &Publisher) -> Result<Slot, DeviceError> {
        let waiting = pending::first(self.db, lane)?.map(|ended| Slot(ended.slot));
        let running = publisher.slot_length().slot_at(self.now);
        Ok(waiting.unwrap_or(running).max(publisher.earliest_grant()))
    }
}

/// The ended slot that is to be sealed next, over all lanes, with its end.
pub(super) fn next_to_seal(
    db: &rusqlite::Connection,
) -> Result<Option<(Lane, EndedSlot, u64)>, DeviceError> {
    let mut next: Option<(Lane, EndedSlot, u64)> = None;
    for channel in channels::all(db)? {
        let Carries::Lane(lane) = channel.carries else {
            continue;
        };
        let Some(ended) = pending::first(db, lane)? else {
            continue;
        };
        let end = (ended.slot + 1) * u64::from(channel.slot_seconds);
        if next.as_ref().is_none_or(|(_, _, earliest)| end < *earliest) {
            next = Some((lane, ended, end));
        }
    }
    Ok(next)
}

fn position_of(lane: Lane, keys: &LaneKeys) -> LanePosition {
    LanePosition {
        lane,
        epoch: keys.epoch.0,
        slot: keys.slot.0,
        slot_length: keys.slot_length.seconds(),
    }
}
