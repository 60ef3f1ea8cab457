//! Was an old copy of this disk put back? Then the Tangle holds blocks that this disk knows nothing of, and going on would
//! use numbers and keys a second time (docs/protocol.md section 3.7).

use channel::{
    Chain, MessageKey, Numbered, OwnTag, Publisher, Slot, Tag, Writer, consent_writer_secret,
};
use consent::{
    Alert, ConsentId, ConsentMessage, ControlMessage, LaneReader, Lanes, Writer as Party,
};
use readings::Lane;

use super::work::Work;
use super::{Device, DeviceError};
use crate::store::channels::{self, Carries, Holder};
use crate::store::conversations;
use crate::store::settings::{self, Name};

/// How many numbers of a private channel are looked through at a time.
pub(crate) const NUMBERS: usize = 16;
/// For how long the owner is taken to watch lanes whose keys have to be handed over anew.
const HANDING_OVER: u64 = 60;

/// What is looked for: everything that this device would write next.
pub(crate) struct OwnPlaces {
    /// For each published channel, its rotation and its next slots.
    pub(crate) lanes: Vec<(Lane, Vec<OwnTag>)>,
    /// The next numbers of the channel to the owner.
    pub(crate) status: Vec<MessageKey>,
    /// The next numbers of each consent channel.
    pub(crate) consents: Vec<(ConsentId, u32, Vec<MessageKey>)>,
}

/// What was found although this disk has not written it.
#[derive(Default)]
pub(crate) struct OwnFinds {
    /// Lanes whose next slots are on the Tangle: the last slot, and what lies under its tags.
    pub(crate) ahead: Vec<(Lane, Slot, Vec<Vec<u8>>)>,
    /// Lanes that were rotated: what lies under the rotation's tag.
    pub(crate) rotated: Vec<(Lane, Vec<Vec<u8>>)>,
    /// How many messages to the owner are there.
    pub(crate) status: usize,
    /// Own messages on consent channels, by number.
    pub(crate) said: Vec<(ConsentId, u32, Vec<u8>)>,
}

impl OwnFinds {
    fn is_empty(&self) -> bool {
        self.ahead.is_empty() && self.rotated.is_empty() && self.status == 0 && self.said.is_empty()
    }
}

impl Device {
    /// Whether the Tangle was searched since the start.
    pub(crate) fn has_searched(&self) -> bool {
        self.node.searched
    }

    /// Everything that this device would write next: its next `count` slots and the last `count` up to now.
    pub(crate) fn own_places(&self, count: u64, now: u64) -> Result<OwnPlaces, DeviceError> {
        let mut lanes = Vec::new();
        for channel in channels::all(self.store.read())? {
            if let Carries::Lane(lane) = channel.carries {
                let publisher = Publisher::from_state(&channel.publisher)?;
                lanes.push((lane, own_tags(&publisher, count, now)));
            }
        }
        let status = match settings::get(self.store.read(), Name::Status)? {
            Some(state) => Chain::from_state(&state)?.ahead(NUMBERS),
            None => Vec::new(),
        };
        let mut consents = Vec::new();
        for (consent, authorized) in self.consents.running() {
            let next = match conversations::log(self.store.read(), consent.as_bytes())? {
                Some(log) => consent::ConsentLog::from_bytes(&log)?.next(Party::Device),
                None => 0,
            };
            let secret = consent_writer_secret(authorized.consent_secret.expose(), Writer::Device);
            let keys = Numbered::new(secret);
            let ahead = (next..)
                .take(NUMBERS)
                .map(|number| keys.at(number))
                .collect();
            consents.push((consent, next, ahead));
        }
        Ok(OwnPlaces {
            lanes,
            status,
            consents,
        })
    }

    /// Those of these blocks, found under a tag of this lane, that this device wrote.
    pub(crate) fn own_among(
        &self,
        lane: Lane,
        at: &OwnTag,
        found: Vec<Vec<u8>>,
    ) -> Result<Vec<Vec<u8>>, DeviceError> {
        self.own(lane, found, |publisher, data| publisher.wrote(at, data))
    }

    /// Those of these blocks that this device wrote for some part of a slot.
    pub(crate) fn own_in_slot(
        &self,
        lane: Lane,
        slot: Slot,
        found: Vec<Vec<u8>>,
    ) -> Result<Vec<Vec<u8>>, DeviceError> {
        self.own(lane, found, |publisher, data| {
            publisher.clone().adopt(slot, &[data]).is_ok()
        })
    }

    fn own(
        &self,
        lane: Lane,
        mut found: Vec<Vec<u8>>,
        is_own: impl Fn(&Publisher, &[u8]) -> bool,
    ) -> Result<Vec<Vec<u8>>, DeviceError> {
        let channel = channels::find(self.store.read(), Carries::Lane(lane))?;
        let Some(channel) = channel else {
            return Ok(Vec::new());
        };
        let publisher = Publisher::from_state(&channel.publisher)?;
        found.retain(|data| is_own(&publisher, data));
        Ok(found)
    }

    /// The tags of all blocks that one slot of a lane can have.
    pub(crate) fn slot_tags(&self, lane: Lane, slot: Slot) -> Result<Vec<Tag>, DeviceError> {
        Ok(
            match channels::find(self.store.read(), Carries::Lane(lane))? {
                Some(channel) => Publisher::from_state(&channel.publisher)?.slot_tags(slot),
                None => Vec::new(),
            },
        )
    }

    /// Takes over from the life that went on without this disk: goes on after its last number, under new keys.
    pub(crate) fn searched(&mut self, finds: &OwnFinds, now: u64) -> Result<(), DeviceError> {
        let mut restored = false;
        if !finds.is_empty() {
            restored = self.in_one_transaction(now, |work| work.take_over(finds))?;
        }
        if restored {
            tracing::warn!(
                "the Tangle holds blocks of this device that its disk knows nothing of: an old copy of the disk was put back, or a copy runs elsewhere; every lane begins a new epoch"
            );
            self.alert(Alert::OldStateRestored, now)?;
        }
        self.node.searched = true;
        Ok(())
    }
}

impl Work<'_> {
    /// True if the Tangle was really ahead; junk that somebody put there changes nothing.
    fn take_over(&mut self, finds: &OwnFinds) -> Result<bool, DeviceError> {
        let mut ahead = self.skip_said(finds)?;
        for (lane, slot, found) in &finds.ahead {
            ahead |= self.adopt(*lane, *slot, found)?;
        }
        for (lane, found) in &finds.rotated {
            ahead |= self.begin_anew(*lane, found)?;
        }
        if !ahead {
            return Ok(false);
        }
        for lane in channels::lanes(self.db)? {
            self.rotate(lane, &[])?;
        }
        for owed in crate::store::history::all(self.db)? {
            self.end_history(ConsentId(owed.consent))?;
        }
        self.settle(self.now)?;
        Ok(true)
    }

    /// Goes on after the last own block on the Tangle; the rotation follows.
    fn adopt(&mut self, lane: Lane, slot: Slot, found: &[Vec<u8>]) -> Result<bool, DeviceError> {
        let Some(channel) = self.channel(lane)? else {
            return Ok(false);
        };
        let mut publisher = Publisher::from_state(&channel.publisher)?;
        if publisher.adopt(slot, found).is_err() {
            return Ok(false);
        }
        crate::store::pending::clear(self.db, lane)?;
        channels::advance(self.db, channel.id, &publisher.to_state())?;
        Ok(true)
    }

    /// The other life rotated, so nobody listens to this epoch any more: a new channel, and keys for everybody who may read.
    fn begin_anew(&mut self, lane: Lane, found: &[Vec<u8>]) -> Result<bool, DeviceError> {
        let Some(channel) = self.channel(lane)? else {
            return Ok(false);
        };
        let publisher = Publisher::from_state(&channel.publisher)?;
        if !found.iter().any(|data| publisher.superseded(data)) {
            return Ok(false);
        }
        self.renew(lane)?;
        Ok(true)
    }

    /// Begins a lane anew, in a channel of its own, and hands keys to everybody who may read it.
    pub(super) fn renew(&mut self, lane: Lane) -> Result<(), DeviceError> {
        let holders = channels::readers(self.db, lane)?;
        self.stop(lane)?;
        for (holder, _) in holders {
            match holder {
                Holder::Consent(consent) => {
                    self.consents
                        .hear(ConsentId(consent), &ConsentMessage::Resync, self.now);
                }
                Holder::Owner => self.hand_over_anew(lane),
            }
        }
        Ok(())
    }

    fn hand_over_anew(&mut self, lane: Lane) {
        if !self.consents.readers(lane).contains(&LaneReader::Owner) {
            return;
        }
        let watch = ControlMessage::Watch {
            lanes: Lanes::new([lane]),
            until: self.now + HANDING_OVER,
            need_keys: true,
        };
        if let Err(refusal) = self.consents.apply(&watch, self.now) {
            tracing::warn!("the owner's keys to {lane} are not renewed: {refusal}");
        }
    }

    /// Moves private channels past what the other life wrote there.
    fn skip_said(&mut self, finds: &OwnFinds) -> Result<bool, DeviceError> {
        if finds.status > 0
            && let Some(state) = settings::get(self.db, Name::Status)?
        {
            let mut chain = Chain::from_state(&state)?;
            (0..finds.status).for_each(|_| chain.advance());
            settings::set(self.db, Name::Status, &chain.to_state())?;
        }
        for (consent, number, body) in &finds.said {
            let mut log = self.log(*consent)?;
            if let Err(error) = log.read(Party::Device, *number, body) {
                tracing::warn!(
                    "an own message on the channel of consent {consent} does not fit: {error}"
                );
            }
            self.set_log(*consent, &log)?;
        }
        Ok(finds.status > 0 || !finds.said.is_empty())
    }
}

fn own_tags(publisher: &Publisher, count: u64, now: u64) -> Vec<OwnTag> {
    let next = publisher.position().1;
    // A slot ahead, for a life whose clock was a little ahead of this one.
    let running = publisher.slot_length().slot_at(now).next();
    let due = running.0.saturating_sub(next.0).saturating_add(1);
    if due <= 2 * count {
        return publisher.own_tags(next, due as usize);
    }
    let mut tags = publisher.own_tags(next, count as usize);
    tags.extend(publisher.own_tags(Slot(running.0 - count), count as usize + 1));
    tags
}
