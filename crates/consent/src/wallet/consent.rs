//! One consent in the wallet's view, with the progress of whatever was asked last.

use crate::agreement::Agreement;
use crate::id::{ConsentId, ConsentSecret, DeviceId, RequestSecret};
use crate::message::LanePosition;
use crate::message::control::{Authorized, ControlMessage};
use crate::message::inbox::Accepted;
use crate::receipt::{Expression, SignedReceipt};
use crate::request::SignedRequest;
use crate::state::ConsentState;
use crate::text::Language;

/// A consent that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentView {
    /// Which consent.
    pub id: ConsentId,
    /// Whose data.
    pub device: DeviceId,
    /// The request, as it was signed.
    pub signed: SignedRequest,
    /// The secret of its link.
    pub request_secret: RequestSecret,
    /// What was agreed.
    pub agreement: Agreement,
    /// The language the request was shown in.
    pub language: Language,
    /// By what act the person said yes.
    pub by: Expression,
    /// The receipt, as it was signed.
    pub receipt: SignedReceipt,
    /// `S_c`.
    pub consent_secret: ConsentSecret,
    /// When the person said yes.
    pub authorised_at: u64,
    /// Where it is in its life, by what was written down; [`ConsentView::state_at`] also looks at the clock.
    pub state: ConsentState,
    /// From which slot each lane could be opened last.
    pub opened: Vec<LanePosition>,
    /// From which slot each lane is closed.
    pub closed: Vec<LanePosition>,
    /// The end of what the provider could open before the last pause that is over, in unix seconds.
    pub(super) readable_before: Option<u64>,
    /// The last pause, resume or end, and who has confirmed it.
    pub delivery: Delivery,
    /// How it ended, which erasure does not change.
    pub(super) ending: Option<Ending>,
    /// When the person asked for erasure.
    pub erasure_requested_at: Option<u64>,
    /// When the service said that everything is erased, and how many readings that were.
    pub purged: Option<(u64, u64)>,
    /// The parties were shown different messages: see the activity.
    pub forked: bool,
    /// The number of the next message of device and provider to observe.
    pub(super) observed: [u32; 2],
}

/// How far the last change has come: the steps that a person watches after *stop*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Delivery {
    /// When the person asked for it; absent if it was not the person (expiry, or the service).
    pub asked_at: Option<u64>,
    /// When the device confirmed.
    pub device_at: Option<u64>,
    /// When the service confirmed.
    pub service_at: Option<u64>,
}

/// The end of a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// Revoked, expired, terminated, or the device was lost.
    pub how: ConsentState,
    /// When that was: said by the person, agreed on, or heard.
    pub at: u64,
}

impl ConsentView {
    /// The name that the provider gave itself.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.signed.request().provider.name
    }

    /// Where it is in its life at this time: one whose time is over has expired, whether or not that was heard.
    #[must_use]
    pub fn state_at(&self, now: u64) -> ConsentState {
        if self.state.is_running() && self.agreement.until <= now {
            ConsentState::Expired
        } else {
            self.state
        }
    }

    /// Whether the service can open what is measured at this time, or will once the device has handed over keys. A pause
    /// and a stop lock it out when the device says so, and no sooner.
    #[must_use]
    pub fn reads_at(&self, now: u64) -> bool {
        if self.agreement.until <= now {
            return false;
        }
        match self.state {
            ConsentState::Authorised | ConsentState::Granted | ConsentState::Active => true,
            ConsentState::Paused | ConsentState::Revoked => self.delivery.device_at.is_none(),
            _ => false,
        }
    }

    /// How it ended, if it has at this time; the same after everything was erased.
    #[must_use]
    pub fn ending_at(&self, now: u64) -> Option<Ending> {
        let at = self.agreement.until;
        let ran_out = |at| Ending {
            how: ConsentState::Expired,
            at,
        };
        match self.ending {
            Some(ending) if ending.how == ConsentState::Expired => Some(ran_out(ending.at.min(at))),
            None if self.state_at(now) == ConsentState::Expired => Some(ran_out(at)),
            ending => ending,
        }
    }

    /// Whether the person stopped it; the same after everything was erased.
    #[must_use]
    pub fn was_revoked(&self) -> bool {
        self.ending
            .is_some_and(|ending| ending.how == ConsentState::Revoked)
    }

    /// The end of the last slot that the provider can open, in unix seconds, once the device has said so. Absent if it
    /// never could, or while it can.
    #[must_use]
    pub fn last_readable(&self) -> Option<u64> {
        let ends = self.closed.iter().filter_map(|closed| self.end_of(closed));
        let end = ends.max().max(self.readable_before);
        end.filter(|_| !self.closed.is_empty())
    }

    /// The end of what could be opened of a lane. One that was closed before its first slot, as with days on the day of the
    /// yes, could not be opened at all, but for the history from before the yes.
    fn end_of(&self, closed: &LanePosition) -> Option<u64> {
        let mut opened = self
            .opened
            .iter()
            .filter(|opened| opened.lane == closed.lane);
        if opened.any(|opened| closed.slot <= opened.slot) {
            let history = self.agreement.history_days;
            return history.map(|_| closed.starts_at().min(self.authorised_at));
        }
        Some(closed.starts_at())
    }

    /// The message that tells the device about the yes.
    #[must_use]
    pub fn authorized(&self) -> Option<Authorized> {
        Some(Authorized {
            consent: self.id,
            at: self.authorised_at,
            lanes: self.agreement.lanes.clone(),
            from: self.agreement.from,
            until: self.agreement.until,
            history_days: self.agreement.history_days,
            hpke_key: self.signed.request().hpke_key()?.to_bytes(),
            provider_key: self.signed.provider_key().to_bytes(),
            consent_key: self.receipt.key().to_bytes(),
            receipt: self.receipt.hash(),
            request_secret: self.request_secret.clone(),
            consent_secret: self.consent_secret.clone(),
        })
    }

    /// The message that tells the provider about the yes.
    #[must_use]
    pub fn accepted(&self) -> Accepted {
        Accepted {
            consent: self.id,
            receipt: self.receipt.as_bytes().to_vec(),
            consent_secret: self.consent_secret.clone(),
        }
    }

    /// What the device was told and has not confirmed.
    #[must_use]
    pub fn unconfirmed(&self) -> Option<ControlMessage> {
        let consent = self.id;
        let at = self.delivery.asked_at.unwrap_or(self.authorised_at);
        match self.state {
            ConsentState::Authorised => self
                .authorized()
                .map(Box::new)
                .map(ControlMessage::Authorized),
            _ if self.delivery.device_at.is_some() || self.delivery.asked_at.is_none() => None,
            ConsentState::Paused => Some(ControlMessage::Paused { consent, at }),
            ConsentState::Granted | ConsentState::Active => {
                Some(ControlMessage::Resumed { consent, at })
            }
            ConsentState::Revoked | ConsentState::Erased => {
                Some(ControlMessage::AuthorizationRevoked { consent, at })
            }
            ConsentState::DeviceLost => Some(ControlMessage::DeviceDeleted { at }),
            _ => None,
        }
    }
}
