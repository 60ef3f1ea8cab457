//! A provider's side of one consent: what it asked, whether it may read now, and what it owes.
//!
//! Everything the provider does with readings asks [`ProviderConsent::may_read`] first. An end that anybody announces,
//! wallet or device, is an end at once (`docs/protocol.md` section 6.5).

use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

use crate::agreement::Agreement;
use crate::id::{ConsentId, ConsentSecret, DeviceId, RequestSecret};
use crate::lanes::Lanes;
use crate::message::consent::ConsentMessage;
use crate::message::inbox::Accepted;
use crate::message::{LanePosition, MessageError};
use crate::receipt::{ReceiptError, SignedReceipt};
use crate::request::{RequestError, SignedRequest};
use crate::state::{ConsentState, IllegalStep, Step};

/// One consent, as the provider that asked for it knows it.
///
/// It holds secrets; [`ProviderConsent::erase`] wipes them.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ProviderConsent {
    #[n(0)]
    id: ConsentId,
    #[n(1)]
    state: ConsentState,
    #[cbor(n(2), with = "minicbor::bytes")]
    request: Vec<u8>,
    #[n(3)]
    expires_at: u64,
    #[n(4)]
    secret: Option<RequestSecret>,
    #[n(5)]
    agreed: Option<Agreed>,
    #[n(6)]
    opened: Vec<LanePosition>,
    #[n(7)]
    closed: Vec<LanePosition>,
    #[n(8)]
    erasure_requested_at: Option<u64>,
    #[n(9)]
    ended_at: Option<u64>,
    /// What is to be said on the consent channel.
    #[n(10)]
    unsaid: Vec<ConsentMessage>,
    /// The wallet's last word is that it is paused.
    #[n(11)]
    wallet_paused: bool,
    /// The device's last word is that it is paused.
    #[n(12)]
    device_paused: bool,
    /// Until when it could be read before the last opening.
    #[n(13)]
    readable_before: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Agreed {
    #[cbor(n(0), with = "minicbor::bytes")]
    receipt: Vec<u8>,
    #[n(1)]
    agreement: Agreement,
    #[n(2)]
    device: DeviceId,
    #[n(3)]
    consent_secret: Option<ConsentSecret>,
}

/// Why a provider's consent does not move.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// There is no such step from here.
    #[error(transparent)]
    Step(#[from] IllegalStep),
    /// The receipt is not one, or not for this request.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// The stored request is damaged.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The grant is signed by another device than the receipt names.
    #[error("the keys come from device {found}, and the person agreed to device {expected}")]
    OtherDevice {
        /// The device of the receipt.
        expected: DeviceId,
        /// The device that signed.
        found: DeviceId,
    },
}

impl ProviderConsent {
    /// A request that was just signed.
    #[must_use]
    pub fn requested(request: &SignedRequest, secret: RequestSecret) -> Self {
        Self {
            id: ConsentId::of(&secret, &request.hash()),
            state: ConsentState::Requested,
            request: request.as_bytes().to_vec(),
            expires_at: request.request().expires_at,
            secret: Some(secret),
            agreed: None,
            opened: Vec::new(),
            closed: Vec::new(),
            erasure_requested_at: None,
            ended_at: None,
            unsaid: Vec::new(),
            wallet_paused: false,
            device_paused: false,
            readable_before: None,
        }
    }

    /// The wallet said no.
    ///
    /// # Errors
    /// [`IllegalStep`] if there was an answer before.
    pub fn declined(&mut self) -> Result<(), ProviderError> {
        self.step(Step::Decline)
    }

    /// The wallet said yes. The receipt must be good and follow from the request; returns it.
    ///
    /// # Errors
    /// What is wrong with the receipt, or that there was an answer before.
    pub fn authorised(&mut self, accepted: &Accepted) -> Result<SignedReceipt, ProviderError> {
        let request = SignedRequest::open(&self.request)?;
        let receipt = SignedReceipt::open_for(&accepted.receipt, &request, self.id)?;
        self.step(Step::Authorise)?;
        self.agreed = Some(Agreed {
            receipt: accepted.receipt.clone(),
            agreement: receipt.receipt().agreement(),
            device: receipt.receipt().device(),
            consent_secret: Some(accepted.consent_secret.clone()),
        });
        Ok(receipt)
    }

    /// The device's first grant was opened. `ACCEPTED` is due then.
    ///
    /// # Errors
    /// Another device than agreed, or no agreement (any more).
    pub fn granted(
        &mut self,
        device: DeviceId,
        opened: Vec<LanePosition>,
    ) -> Result<(), ProviderError> {
        self.check_device(device)?;
        self.step(Step::Grant)?;
        self.step(Step::Accept)?;
        self.opened = opened;
        self.unsaid.push(ConsentMessage::Accepted);
        self.settle_pause();
        Ok(())
    }

    /// A later grant (`REGRANT`) was opened: after a pause, or after a rotation was missed.
    ///
    /// # Errors
    /// Another device than agreed, or a consent that has ended.
    pub fn regranted(
        &mut self,
        device: DeviceId,
        opened: Vec<LanePosition>,
    ) -> Result<(), ProviderError> {
        self.check_device(device)?;
        if self.state == ConsentState::Authorised {
            return self.granted(device, opened);
        }
        if !self.state.is_running() {
            return Err(IllegalStep {
                state: self.state,
                step: Step::Grant,
            }
            .into());
        }
        self.readable_before = self.readable_until(&opened);
        self.opened = opened;
        self.closed.clear();
        self.device_paused = false;
        self.settle_pause();
        Ok(())
    }

    /// Takes what wallet or device said on the consent channel, its signature checked.
    ///
    /// What comes late or twice changes nothing: an end stays the end that came first.
    pub fn hear(&mut self, said: &ConsentMessage, at: u64) {
        match said {
            ConsentMessage::Paused => self.pause(Some(true), None),
            ConsentMessage::Resumed => self.pause(Some(false), None),
            ConsentMessage::AuthorizationRevoked => self.end(Step::Revoke, at),
            ConsentMessage::ErasureRequested => self.erasure_requested(at),
            ConsentMessage::PausedAck { lanes } => {
                self.pause(None, Some(true));
                if self.state == ConsentState::Paused {
                    self.closed.clone_from(lanes);
                }
            }
            ConsentMessage::RevokedAck { lanes } => self.end_at(Step::Revoke, lanes, at),
            ConsentMessage::Expired { lanes } => self.end_at(Step::Expire, lanes, at),
            ConsentMessage::TerminatedAck { lanes } => self.end_at(Step::Terminate, lanes, at),
            ConsentMessage::DeviceDeleted { lanes } => self.end_at(Step::LoseDevice, lanes, at),
            ConsentMessage::ResumedAck { .. } => self.pause(None, Some(false)),
            _ => {}
        }
    }

    /// The agreed time, or the time for an answer, is over by the provider's own clock. Returns whether that is news.
    pub fn due(&mut self, now: u64) -> bool {
        let before = self.state;
        match self.state {
            ConsentState::Requested if self.expires_at <= now => self.state = ConsentState::Lapsed,
            state
                if state.is_running()
                    && self
                        .agreement()
                        .is_some_and(|agreement| agreement.until <= now) =>
            {
                self.end(Step::Expire, now);
            }
            _ => {}
        }
        self.state != before
    }

    /// The service itself ends it. `TERMINATED` is due then.
    ///
    /// # Errors
    /// [`IllegalStep`] if it has not begun or has ended.
    pub fn terminate(&mut self, now: u64) -> Result<(), ProviderError> {
        self.step(Step::Terminate)?;
        self.ended_at = Some(now);
        self.unsaid.push(ConsentMessage::Terminated);
        Ok(())
    }

    /// Readings and keys were deleted. `PURGED` is due then; when it is said, call [`ProviderConsent::forget`].
    ///
    /// # Errors
    /// [`IllegalStep`] if it has not ended.
    pub fn erase(&mut self, readings: u64) -> Result<(), ProviderError> {
        self.step(Step::Erase)?;
        self.opened.clear();
        self.unsaid.push(ConsentMessage::Purged { readings });
        Ok(())
    }

    /// Wipes the secrets: `req_secret` and `S_c`. The receipt stays, as evidence that there was a consent.
    pub fn forget(&mut self) {
        self.secret = None;
        if let Some(agreed) = &mut self.agreed {
            agreed.consent_secret = None;
        }
    }

    /// What is to be said on the consent channel, oldest first. Then [`ProviderConsent::said`].
    #[must_use]
    pub fn to_say(&self) -> &[ConsentMessage] {
        &self.unsaid
    }

    /// This was said, in the transaction that stores it.
    pub fn said(&mut self, message: &ConsentMessage) {
        if let Some(index) = self.unsaid.iter().position(|unsaid| unsaid == message) {
            self.unsaid.remove(index);
        }
    }

    /// Whether readings may be fetched and kept at this time.
    #[must_use]
    pub fn may_read(&self, now: u64) -> bool {
        self.state == ConsentState::Active
            && self
                .agreement()
                .is_some_and(|agreement| now < agreement.until)
    }

    /// When everything must be deleted at the latest: the retention asked for, after the end; at once if the person
    /// asked for erasure.
    #[must_use]
    pub fn erase_by(&self) -> Option<u64> {
        let ended_at = self
            .ended_at
            .filter(|_| self.state.has_ended() && self.state != ConsentState::Erased)?;
        let days = SignedRequest::open(&self.request)
            .map_or(0, |request| request.request().handling.retention_days);
        Some(
            self.erasure_requested_at
                .unwrap_or_else(|| ended_at.saturating_add(u64::from(days) * 86_400)),
        )
    }

    /// Which consent.
    #[must_use]
    pub fn id(&self) -> ConsentId {
        self.id
    }

    /// Where it is in its life.
    #[must_use]
    pub fn state(&self) -> ConsentState {
        self.state
    }

    /// The bytes of the signed request.
    #[must_use]
    pub fn request(&self) -> &[u8] {
        &self.request
    }

    /// Until when the request can be answered.
    #[must_use]
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }

    /// The secret of the request's link, until it is forgotten.
    #[must_use]
    pub fn request_secret(&self) -> Option<&RequestSecret> {
        self.secret.as_ref()
    }

    /// `S_c`, from the yes until it is forgotten.
    #[must_use]
    pub fn consent_secret(&self) -> Option<&ConsentSecret> {
        self.agreed
            .as_ref()
            .and_then(|agreed| agreed.consent_secret.as_ref())
    }

    /// What was agreed.
    #[must_use]
    pub fn agreement(&self) -> Option<&Agreement> {
        self.agreed.as_ref().map(|agreed| &agreed.agreement)
    }

    /// The lanes that were agreed.
    #[must_use]
    pub fn lanes(&self) -> Lanes {
        self.agreement()
            .map(|agreement| agreement.lanes.clone())
            .unwrap_or_default()
    }

    /// The device that was agreed.
    #[must_use]
    pub fn device(&self) -> Option<DeviceId> {
        self.agreed.as_ref().map(|agreed| agreed.device)
    }

    /// The bytes of the signed receipt.
    #[must_use]
    pub fn receipt(&self) -> Option<&[u8]> {
        self.agreed.as_ref().map(|agreed| agreed.receipt.as_slice())
    }

    /// From which slot each lane could be opened last.
    #[must_use]
    pub fn opened(&self) -> &[LanePosition] {
        &self.opened
    }

    /// From which slot each lane is closed, once the device has said so.
    #[must_use]
    pub fn closed(&self) -> &[LanePosition] {
        &self.closed
    }

    /// The end of the last slot that could be opened, in unix seconds, once the device has said so. Absent if there never was
    /// one, or while there are more to come.
    #[must_use]
    pub fn last_readable(&self) -> Option<u64> {
        let ends = self.closed.iter().filter_map(|closed| self.end_of(closed));
        let end = ends.max().max(self.readable_before);
        end.filter(|_| !self.closed.is_empty())
    }

    /// When the end was learnt.
    #[must_use]
    pub fn ended_at(&self) -> Option<u64> {
        self.ended_at
    }

    /// When the person asked for erasure.
    #[must_use]
    pub fn erasure_requested_at(&self) -> Option<u64> {
        self.erasure_requested_at
    }

    /// The state to persist; it holds secrets.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        crate::message::to_bytes(self)
    }

    /// Reads what [`ProviderConsent::to_bytes`] wrote, from the provider's own disk.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MessageError> {
        crate::message::from_own_bytes("state of a consent", bytes)
    }

    /// Until when it could be read before these new openings. Where nobody said where the old keys ended, that was no later.
    fn readable_until(&self, opened: &[LanePosition]) -> Option<u64> {
        if !self.closed.is_empty() {
            return self.last_readable();
        }
        let later = |old: &LanePosition| {
            let new = opened.iter().find(|new| new.lane == old.lane)?;
            (old.starts_at() < new.starts_at()).then(|| new.starts_at())
        };
        let ends = self.opened.iter().filter_map(later);
        ends.max().max(self.readable_before)
    }

    /// The end of what could be opened of a lane. One that was closed before its first slot could not be opened at all, but for
    /// the history from before the yes.
    fn end_of(&self, closed: &LanePosition) -> Option<u64> {
        let mut opened = self
            .opened
            .iter()
            .filter(|opened| opened.lane == closed.lane);
        if opened.any(|opened| closed.starts_at() <= opened.starts_at()) {
            let receipt = self
                .receipt()
                .and_then(|bytes| SignedReceipt::open(bytes).ok());
            return receipt
                .filter(|receipt| receipt.receipt().agreement().history_days.is_some())
                .map(|receipt| closed.starts_at().min(receipt.receipt().given_at()));
        }
        Some(closed.starts_at())
    }

    fn check_device(&self, found: DeviceId) -> Result<(), ProviderError> {
        match self.device() {
            Some(expected) if expected != found => {
                Err(ProviderError::OtherDevice { expected, found })
            }
            _ => Ok(()),
        }
    }

    fn erasure_requested(&mut self, at: u64) {
        // A request to erase while it runs is an end too: nobody wants back what they want gone.
        self.end(Step::Revoke, at);
        self.erasure_requested_at = self.erasure_requested_at.or(Some(at));
    }

    /// The first end counts; a later proof of where it lies is kept beside it.
    fn end_at(&mut self, step: Step, closed: &[LanePosition], at: u64) {
        self.end(step, at);
        self.closed = closed.to_vec();
    }

    fn end(&mut self, step: Step, at: u64) {
        if self.state.is_running() && self.step(step).is_ok() {
            self.ended_at = Some(at);
            self.unsaid.push(ConsentMessage::Stopped);
        }
    }

    /// Wallet and device are heard in no certain order, so each has its own last word, and reading goes on only if
    /// neither says pause.
    fn pause(&mut self, wallet: Option<bool>, device: Option<bool>) {
        self.wallet_paused = wallet.unwrap_or(self.wallet_paused);
        self.device_paused = device.unwrap_or(self.device_paused);
        self.settle_pause();
    }

    fn settle_pause(&mut self) {
        let step = if self.wallet_paused || self.device_paused {
            Step::Pause
        } else {
            Step::Resume
        };
        self.state = self.state.after(step).unwrap_or(self.state);
    }

    fn step(&mut self, step: Step) -> Result<(), ProviderError> {
        self.state = self.state.after(step)?;
        Ok(())
    }
}
