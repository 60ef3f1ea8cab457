//! What the device has to do: the fold of its control channel, and of what it has done already.
//!
//! [`DeviceConsents`] never forgets halfway. It says what is due from what it *is*, not from what just happened:
//! [`DeviceConsents::due`] names an action again and again until the device reports it done. A device that loses power
//! between two steps starts where it was, because state and effect are stored in one transaction. A repeated control
//! message changes nothing.

mod action;
mod due;
mod held;
mod owner;

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};
use readings::Lane;
use zeroize::Zeroizing;

pub use self::action::{DeviceAction, LaneReader, Refusal};
use self::held::{End, Held};
use self::owner::Owner;
use crate::id::{ConsentId, ContentHash};
use crate::lanes::Lanes;
use crate::message::consent::ConsentMessage;
use crate::message::control::{Authorized, ControlMessage};
use crate::message::{LanePosition, MessageError};
use crate::state::ConsentState;

/// How many consents a device serves at a time.
pub const MAX_CONSENTS: usize = 64;
/// A provider is sent a grant again at most this often, in seconds.
pub const RESYNC_INTERVAL: u64 = 60;

/// Everything the device knows about who may read what.
///
/// It holds secrets, and wipes them when a consent is over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct DeviceConsents {
    #[n(0)]
    stage: Stage,
    #[n(1)]
    owner: Owner,
    #[n(2)]
    held: BTreeMap<ConsentId, Held>,
    /// What is over: the digest of its authorisation, so that a replay is recognised, and how it ended.
    #[n(3)]
    over: BTreeMap<ConsentId, Over>,
    /// The lanes that are published now.
    #[n(4)]
    published: Lanes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(index_only)]
enum Stage {
    /// Paired, and waiting for `DEVICE_ADDED`.
    #[default]
    #[n(0)]
    New,
    /// `DEVICE_ADDED` came; what an earlier owner left is still to be dropped.
    #[n(1)]
    StartingAfresh,
    #[n(2)]
    Owned,
    /// `DEVICE_DELETED` came; goodbyes are said.
    #[n(3)]
    Leaving,
    #[n(4)]
    Gone,
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Over {
    #[n(0)]
    authorized: ContentHash,
    #[n(1)]
    end: End,
}

impl DeviceConsents {
    /// A device that was just paired.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next control message, and says what is due then.
    ///
    /// # Errors
    /// Why the message cannot be obeyed; nothing has changed.
    pub fn apply(
        &mut self,
        message: &ControlMessage,
        now: u64,
    ) -> Result<Vec<DeviceAction>, Refusal> {
        match (self.stage, message) {
            (Stage::New, ControlMessage::DeviceAdded { owner_lanes, .. }) => {
                self.stage = Stage::StartingAfresh;
                self.owner.set_lanes(owner_lanes.clone());
            }
            (Stage::New, _) => return Err(Refusal::NotAdded),
            (Stage::Leaving | Stage::Gone, ControlMessage::DeviceDeleted { .. }) => {}
            (Stage::Leaving | Stage::Gone, _) => return Err(Refusal::Deleted),
            (Stage::StartingAfresh | Stage::Owned, message) => self.obey(message, now)?,
        }
        Ok(self.due(now))
    }

    fn obey(&mut self, message: &ControlMessage, now: u64) -> Result<(), Refusal> {
        match message {
            ControlMessage::DeviceAdded { .. } => {}
            ControlMessage::DeviceDeleted { .. } => self.leave(),
            ControlMessage::Authorized(authorized) => self.authorise(authorized)?,
            ControlMessage::AuthorizationRevoked { consent, .. } => {
                self.end(*consent, End::Revoked)?
            }
            ControlMessage::Paused { consent, .. } => self.with_held(*consent, Held::pause)?,
            ControlMessage::Resumed { consent, .. } => self.with_held(*consent, Held::resume)?,
            ControlMessage::Watch {
                lanes,
                until,
                need_keys,
            } => self.owner.watch(lanes, *until, *need_keys, now),
            ControlMessage::OwnerLanes { lanes } => self.owner.set_lanes(lanes.clone()),
        }
        Ok(())
    }

    /// Takes what was heard on a consent channel, its signature checked, and says what is due then. What does not
    /// concern the device changes nothing.
    pub fn hear(
        &mut self,
        consent: ConsentId,
        said: &ConsentMessage,
        now: u64,
    ) -> Vec<DeviceAction> {
        if let Some(held) = self.held.get_mut(&consent) {
            match said {
                ConsentMessage::AuthorizationRevoked => held.end(End::Revoked),
                ConsentMessage::Terminated => held.end(End::Terminated),
                ConsentMessage::Resync => held.resync(now),
                ConsentMessage::Accepted => held.accepted = true,
                _ => {}
            }
        }
        self.due(now)
    }

    /// What is due at this time: also when nothing happened, because a consent may have run out.
    ///
    /// Each action is named until it is reported done by the method that its documentation names.
    pub fn due(&mut self, now: u64) -> Vec<DeviceAction> {
        self.held
            .values_mut()
            .filter(|held| held.authorized.until <= now)
            .for_each(|held| held.end(End::Expired));
        self.owner.forget_watches(now);
        due::actions(self, now)
    }

    /// [`DeviceAction::StartAfresh`] is done.
    pub fn started_afresh(&mut self) {
        if self.stage == Stage::StartingAfresh {
            self.stage = Stage::Owned;
        }
    }

    /// [`DeviceAction::Grant`] or [`DeviceAction::Regrant`] is done: each lane can be opened from this slot on.
    pub fn granted(&mut self, consent: ConsentId, lanes: &[LanePosition], now: u64) {
        if let Some(held) = self.held.get_mut(&consent) {
            held.granted(lanes, now);
            self.published = self
                .published
                .iter()
                .chain(lanes.iter().map(|position| position.lane))
                .collect();
        }
    }

    /// [`DeviceAction::Rotate`] is done for this lane: those who left cannot open it from this slot on.
    pub fn rotated(&mut self, closing: LanePosition, left: &[ConsentId]) {
        left.iter().for_each(|consent| {
            if let Some(held) = self.held.get_mut(consent) {
                held.closed(closing);
            }
        });
    }

    /// [`DeviceAction::Say`] is done. If it was the last message, the secrets of the consent are wiped.
    pub fn said(&mut self, consent: ConsentId, message: &ConsentMessage) {
        let Some(held) = self.held.get_mut(&consent) else {
            return;
        };
        held.said(message);
        if let Some(end) = held.is_over(message) {
            let authorized = digest(&held.authorized);
            self.held.remove(&consent);
            self.over.insert(consent, Over { authorized, end });
        }
    }

    /// [`DeviceAction::OwnerKeys`] is done.
    pub fn owner_keys_sent(&mut self, lanes: &Lanes) {
        self.owner.keys_sent(lanes);
        self.published = self.published.iter().chain(lanes).collect();
    }

    /// [`DeviceAction::StopLane`] is done.
    pub fn stopped(&mut self, lane: Lane) {
        self.published = self
            .published
            .iter()
            .filter(|other| *other != lane)
            .collect();
        self.owner.stopped(lane);
    }

    /// [`DeviceAction::EraseAll`] is done: nothing is left to be known.
    pub fn erased(&mut self) {
        *self = Self {
            stage: Stage::Gone,
            ..Self::default()
        };
    }

    /// Who holds keys to this lane, for a rotation that leaves nobody out.
    #[must_use]
    pub fn readers(&self, lane: Lane) -> Vec<LaneReader> {
        due::readers(self, lane)
    }

    /// The lanes that are published now.
    #[must_use]
    pub fn published(&self) -> &Lanes {
        &self.published
    }

    /// The authorisation of a consent that is not over, with its keys.
    #[must_use]
    pub fn authorized(&self, consent: ConsentId) -> Option<&Authorized> {
        self.held.get(&consent).map(|held| &held.authorized)
    }

    /// The consents that are not over.
    pub fn running(&self) -> impl Iterator<Item = (ConsentId, &Authorized)> {
        self.held
            .iter()
            .map(|(consent, held)| (*consent, &held.authorized))
    }

    /// Where a consent is in its life, as the device sees it.
    #[must_use]
    pub fn state(&self, consent: ConsentId) -> Option<ConsentState> {
        let ended = || self.over.get(&consent).map(|over| over.end.state());
        self.held.get(&consent).map(Held::state).or_else(ended)
    }

    /// Whether `DEVICE_ADDED` has come and `DEVICE_DELETED` has not.
    #[must_use]
    pub fn is_owned(&self) -> bool {
        matches!(self.stage, Stage::StartingAfresh | Stage::Owned)
    }

    /// The state to persist; it holds secrets.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        crate::message::to_bytes(self)
    }

    /// Reads what [`DeviceConsents::to_bytes`] wrote, from the device's own disk.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MessageError> {
        crate::message::from_own_bytes("state of the device's consents", bytes)
    }

    fn authorise(&mut self, authorized: &Authorized) -> Result<(), Refusal> {
        let known = self
            .held
            .get(&authorized.consent)
            .map(|held| digest(&held.authorized));
        let over = self
            .over
            .get(&authorized.consent)
            .map(|over| over.authorized);
        match (known, over) {
            (Some(known), _) if known == digest(authorized) => Ok(()),
            (Some(_), _) => Err(Refusal::AlreadyOtherwise),
            (_, Some(over)) if over == digest(authorized) => Ok(()),
            (_, Some(_)) => Err(Refusal::Over),
            _ if self.held.len() >= MAX_CONSENTS => Err(Refusal::TooMany),
            _ => {
                self.held
                    .insert(authorized.consent, Held::new(authorized.clone()));
                Ok(())
            }
        }
    }

    fn end(&mut self, consent: ConsentId, end: End) -> Result<(), Refusal> {
        self.with_held(consent, |held| held.end(end))
    }

    /// Changes a consent; one that is over stays as it is, one that was never heard of is refused.
    fn with_held(
        &mut self,
        consent: ConsentId,
        change: impl FnOnce(&mut Held),
    ) -> Result<(), Refusal> {
        match self.held.get_mut(&consent) {
            Some(held) => change(held),
            None if self.over.contains_key(&consent) => {}
            None => return Err(Refusal::Unknown),
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.stage = Stage::Leaving;
        self.owner = Owner::default();
        self.held
            .values_mut()
            .for_each(|held| held.end(End::DeviceDeleted));
    }
}

fn digest(authorized: &Authorized) -> ContentHash {
    ContentHash::of(&crate::message::to_bytes(authorized))
}
