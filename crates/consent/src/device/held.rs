//! One consent on the device, from its authorisation to the last word about it.

use minicbor::{Decode, Encode};

use super::RESYNC_INTERVAL;
use crate::lanes::Lanes;
use crate::message::LanePosition;
use crate::message::consent::ConsentMessage;
use crate::message::control::Authorized;
use crate::state::ConsentState;

/// A consent that is not over yet.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct Held {
    #[n(0)]
    pub(super) authorized: Authorized,
    #[n(1)]
    pub(super) phase: Phase,
    /// The lanes that its provider holds keys to.
    #[n(2)]
    pub(super) open: Lanes,
    /// Where lanes were closed since they were last opened.
    #[n(3)]
    pub(super) closed: Vec<LanePosition>,
    /// What is to be said of what was done.
    #[n(4)]
    pub(super) unsaid: Option<ConsentMessage>,
    /// When keys were last handed out.
    #[n(5)]
    pub(super) granted_at: Option<u64>,
    /// The provider has confirmed.
    #[n(6)]
    pub(super) accepted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) enum Phase {
    /// Keys are to be handed out for the first time.
    #[n(0)]
    Waiting,
    #[n(1)]
    Running,
    /// Keys are to be handed out again: after a pause, or because the provider missed a rotation.
    #[n(2)]
    Regranting(#[n(0)] Why),
    /// To be left out; acknowledged when every lane is closed.
    #[n(3)]
    Pausing,
    #[n(4)]
    Paused,
    /// To be left out for good; acknowledged when every lane is closed.
    #[n(5)]
    Ending(#[n(0)] End),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub(super) enum Why {
    #[n(0)]
    Resumed,
    #[n(1)]
    Resync,
}

/// How a consent ended, as the device sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub(super) enum End {
    #[n(0)]
    Revoked,
    #[n(1)]
    Expired,
    #[n(2)]
    Terminated,
    #[n(3)]
    DeviceDeleted,
}

impl Held {
    pub(super) fn new(authorized: Authorized) -> Self {
        Self {
            authorized,
            phase: Phase::Waiting,
            open: Lanes::default(),
            closed: Vec::new(),
            unsaid: None,
            granted_at: None,
            accepted: false,
        }
    }

    pub(super) fn pause(&mut self) {
        if !matches!(
            self.phase,
            Phase::Ending(_) | Phase::Pausing | Phase::Paused
        ) {
            self.phase = Phase::Pausing;
            self.unsaid = None;
        }
    }

    pub(super) fn resume(&mut self) {
        if matches!(self.phase, Phase::Pausing | Phase::Paused) {
            self.phase = if self.granted_at.is_some() {
                Phase::Regranting(Why::Resumed)
            } else {
                Phase::Waiting
            };
            self.unsaid = None;
        }
    }

    /// The first end counts.
    pub(super) fn end(&mut self, end: End) {
        if !matches!(self.phase, Phase::Ending(_)) {
            self.phase = Phase::Ending(end);
            self.unsaid = None;
        }
    }

    pub(super) fn resync(&mut self, now: u64) {
        let long_ago = self
            .granted_at
            .is_some_and(|at| at.saturating_add(RESYNC_INTERVAL) <= now);
        if self.phase == Phase::Running && long_ago {
            self.phase = Phase::Regranting(Why::Resync);
        }
    }

    pub(super) fn granted(&mut self, lanes: &[LanePosition], now: u64) {
        let said = match self.phase {
            Phase::Waiting => Some(ConsentMessage::Granted {
                lanes: lanes.to_vec(),
            }),
            Phase::Regranting(Why::Resumed) => Some(ConsentMessage::ResumedAck {
                lanes: lanes.to_vec(),
            }),
            Phase::Regranting(Why::Resync) => None,
            _ => return,
        };
        self.unsaid = said;
        self.phase = Phase::Running;
        self.open = lanes.iter().map(|position| position.lane).collect();
        self.closed.clear();
        self.granted_at = Some(now);
    }

    pub(super) fn closed(&mut self, closing: LanePosition) {
        if self.is_leaving() && self.open.contains(closing.lane) {
            self.open = self
                .open
                .iter()
                .filter(|lane| *lane != closing.lane)
                .collect();
            self.closed.push(closing);
        }
    }

    pub(super) fn said(&mut self, message: &ConsentMessage) {
        if self.unsaid.as_ref() == Some(message) {
            self.unsaid = None;
        } else if self.phase == Phase::Pausing && self.to_say().as_ref() == Some(message) {
            self.phase = Phase::Paused;
        }
    }

    /// How it ended, if this message was the last word about it.
    pub(super) fn is_over(&self, message: &ConsentMessage) -> Option<End> {
        match self.phase {
            Phase::Ending(end) if self.to_say().as_ref() == Some(message) => Some(end),
            _ => None,
        }
    }

    /// Access has to end, or has ended.
    pub(super) fn is_leaving(&self) -> bool {
        matches!(
            self.phase,
            Phase::Pausing | Phase::Paused | Phase::Ending(_)
        )
    }

    /// What is to be said now, if anything. An end is not acknowledged before every lane is closed.
    pub(super) fn to_say(&self) -> Option<ConsentMessage> {
        let lanes = || self.closed.clone();
        match self.phase {
            Phase::Pausing | Phase::Ending(_) if !self.open.is_empty() => None,
            Phase::Pausing => Some(ConsentMessage::PausedAck { lanes: lanes() }),
            Phase::Ending(End::Revoked) => Some(ConsentMessage::RevokedAck { lanes: lanes() }),
            Phase::Ending(End::Expired) => Some(ConsentMessage::Expired { lanes: lanes() }),
            Phase::Ending(End::Terminated) => {
                Some(ConsentMessage::TerminatedAck { lanes: lanes() })
            }
            Phase::Ending(End::DeviceDeleted) => {
                Some(ConsentMessage::DeviceDeleted { lanes: lanes() })
            }
            _ => self.unsaid.clone(),
        }
    }

    pub(super) fn state(&self) -> ConsentState {
        match self.phase {
            Phase::Waiting => ConsentState::Authorised,
            Phase::Running | Phase::Regranting(Why::Resync) if self.accepted => {
                ConsentState::Active
            }
            Phase::Running | Phase::Regranting(Why::Resync) => ConsentState::Granted,
            Phase::Pausing | Phase::Paused | Phase::Regranting(Why::Resumed) => {
                ConsentState::Paused
            }
            Phase::Ending(end) => end.state(),
        }
    }
}

impl End {
    pub(super) fn state(self) -> ConsentState {
        match self {
            Self::Revoked => ConsentState::Revoked,
            Self::Expired => ConsentState::Expired,
            Self::Terminated => ConsentState::Terminated,
            Self::DeviceDeleted => ConsentState::DeviceLost,
        }
    }
}
