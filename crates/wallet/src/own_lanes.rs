//! The owner as a reader of its own lanes, like any other (`docs/protocol.md` section 3.6).

use std::collections::HashMap;

use channel::{Event, Reader};
use consent::{DeviceId, Lanes};
use readings::{Batch, Lane, codec};
use tangle::{Crowds, Tag};

use crate::error::WalletError;
use crate::store::{self, StoredBatch};
use crate::wallet::Wallet;

/// Questions to the node for one lane in one go; the next sync goes on from there.
const ROUNDS: usize = 64;

/// Rounds without anything new after which a lane is left until the next sync: the first goes on from the oldest slot, and
/// only the second has the newest among its own, where a device that was away for days is heard again.
const IDLE_ROUNDS: usize = 2;

/// Pages that are looked at behind crowded tags of one lane in one go.
const PAGES_BEHIND: usize = 256;

/// What was measured in one lane of one's own device.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnBatch {
    /// When its slot begins, in unix seconds.
    pub at: u64,
    /// The readings or intervals.
    pub batch: Batch,
}

impl Wallet {
    /// What was measured in a lane between two times, in unix seconds, as far as it was read.
    ///
    /// # Errors
    /// [`WalletError::Store`] if the database cannot be read. A batch that cannot be decoded is left out.
    pub fn own_data(
        &self,
        device: DeviceId,
        lane: Lane,
        from: u64,
        to: u64,
    ) -> Result<Vec<OwnBatch>, WalletError> {
        let stored = self.inner().store.batches(&device, lane, from, to)?;
        let decoded = stored.into_iter().filter_map(|stored| {
            let known = stored.codec == codec::CODEC;
            let batch = known.then(|| codec::decode(&stored.body).ok()).flatten();
            if batch.is_none() {
                tracing::warn!("a batch of {lane} at {} cannot be decoded", stored.at);
            }
            batch.map(|(_, batch)| OwnBatch {
                at: stored.at,
                batch,
            })
        });
        Ok(decoded.collect())
    }

    /// What was measured last in a lane, however long ago, as far as it was read; nothing where nothing was.
    ///
    /// # Errors
    /// As [`Wallet::own_data`].
    pub fn last_data(&self, device: DeviceId, lane: Lane) -> Result<Vec<OwnBatch>, WalletError> {
        let newest = self.inner().store.newest_of(&device, lane)?;
        match newest {
            Some(at) => self.own_data(device, lane, at, at.saturating_add(1)),
            None => Ok(Vec::new()),
        }
    }

    /// Until when the meter is known to have measured, in unix seconds: by what was read in the owner's lanes, which come every
    /// quarter of an hour, and by what the device said of itself, which it does a few times a day.
    ///
    /// # Errors
    /// [`WalletError::Store`] if the database cannot be read.
    pub fn last_measured(&self, device: DeviceId) -> Result<Option<u64>, WalletError> {
        let mut last = self
            .device_status(device)?
            .and_then(|status| status.last_telegram);
        let newest = self.inner().store.newest(&device)?;
        for (lane, at) in newest {
            for own in self.own_data(device, lane, at, at.saturating_add(1))? {
                last = last.max(end_of(&own.batch));
            }
        }
        Ok(last)
    }

    /// The end of the last readings or intervals in one of these lanes that the device has sent, in unix seconds, as far as
    /// the owner reads them too. Of single readings the owner hears only while a screen shows them.
    ///
    /// # Errors
    /// [`WalletError::Store`] if the database cannot be read.
    pub fn last_sent(&self, device: DeviceId, lanes: &Lanes) -> Result<Option<u64>, WalletError> {
        let mut last = None;
        let newest = self.inner().store.newest(&device)?;
        for (lane, at) in newest.into_iter().filter(|(lane, _)| lanes.contains(*lane)) {
            for own in self.own_data(device, lane, at, at.saturating_add(1))? {
                last = last.max(end_of(&own.batch));
            }
        }
        Ok(last)
    }

    /// Reads on in all lanes that the owner has keys for. Returns how many batches are new.
    pub(crate) async fn read_own_lanes(&self) -> Result<u32, WalletError> {
        let devices: Vec<DeviceId> = self
            .inner()
            .view
            .devices()
            .map(|device| device.id)
            .collect();
        let mut new = 0;
        for device in devices {
            let readers = self.inner().store.readers(&device)?;
            for (lane, state) in readers {
                new += self.read_own_lane(device, lane, &state).await?;
            }
        }
        Ok(new)
    }

    async fn read_own_lane(
        &self,
        device: DeviceId,
        lane: Lane,
        state: &[u8],
    ) -> Result<u32, WalletError> {
        let mut reader = Reader::from_state(state)?;
        let (mut new, mut idle) = (0, 0);
        for _ in 0..ROUNDS {
            let before = reader.position();
            let events = self.ask(&mut reader).await?;
            let moved = reader.position() != before;
            if moved || !events.is_empty() {
                new += self.keep(device, lane, &reader, &events)?;
            }
            idle = if moved { 0 } else { idle + 1 };
            if idle == IDLE_ROUNDS || !reader.wants_another_round() {
                break;
            }
        }
        Ok(new)
    }

    async fn ask(&self, reader: &mut Reader) -> Result<Vec<Event>, WalletError> {
        let wanted = reader.wanted(self.now());
        let tags: Vec<Tag> = wanted.iter().map(|tag| Tag((*tag).into())).collect();
        let mut found: HashMap<Tag, Vec<Vec<u8>>> = HashMap::new();
        let there = self.tangle()?.by_tags(&tags).await?;
        let crowded = Crowds::crowded(&there);
        for stored in there {
            found.entry(stored.tag).or_default().push(stored.data);
        }
        // Every tag is offered, also those under which nothing lies: the reader learns from both.
        let nothing = Vec::new();
        let mut events: Vec<Event> = wanted
            .iter()
            .flat_map(|tag| reader.offer(tag, found.get(&Tag((*tag).into())).unwrap_or(&nothing)))
            .collect();
        self.look_behind(reader, crowded, &mut events).await?;
        Ok(events)
    }

    /// Goes on behind crowded tags where the reader still waits for something.
    async fn look_behind(
        &self,
        reader: &mut Reader,
        crowded: Vec<Tag>,
        events: &mut Vec<Event>,
    ) -> Result<(), WalletError> {
        let (mut crowds, mut pages) = (Crowds::default(), PAGES_BEHIND);
        for tag in crowded {
            let asked = channel::Tag::from(tag.0);
            let mut more = true;
            while more && pages > 0 && reader.awaits(&asked) {
                let (page, another) = crowds.next_page(self.tangle()?, tag).await?;
                let candidates: Vec<Vec<u8>> = page.into_iter().map(|stored| stored.data).collect();
                events.extend(reader.offer(&asked, &candidates));
                (more, pages) = (another, pages - 1);
            }
        }
        Ok(())
    }

    fn keep(
        &self,
        device: DeviceId,
        lane: Lane,
        reader: &Reader,
        events: &[Event],
    ) -> Result<u32, WalletError> {
        let length = reader.slot_length();
        let batches: Vec<StoredBatch> = events
            .iter()
            .filter_map(|event| match event {
                Event::Data {
                    slot,
                    seq,
                    codec,
                    body,
                }
                | Event::History {
                    slot,
                    seq,
                    codec,
                    body,
                } => Some(StoredBatch {
                    at: length.start_of(*slot),
                    seq: seq.0,
                    codec: *codec,
                    body: body.clone(),
                }),
                Event::Fork { slot, .. } => {
                    tracing::warn!(
                        "lane {lane} of device {device} is written twice from slot {slot} on"
                    );
                    None
                }
                _ => None,
            })
            .collect();
        let state = reader.to_state();
        Ok(self.inner().store.atomically(|transaction| {
            let mut new = 0;
            for batch in &batches {
                new += u32::from(store::add_batch(transaction, &device, lane, batch)?);
            }
            store::set_reader(transaction, &device, lane, &state)?;
            Ok(new)
        })?)
    }
}

/// Until when a batch says that something was measured.
fn end_of(batch: &Batch) -> Option<u64> {
    let last = match batch {
        Batch::Readings(readings) => readings.iter().map(|reading| reading.at.0).max(),
        Batch::Intervals(intervals) => intervals.iter().map(|interval| interval.end.0).max(),
    };
    last.and_then(|at| u64::try_from(at).ok())
}
