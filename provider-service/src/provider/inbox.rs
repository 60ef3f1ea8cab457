//! The inbox of a request: the wallet's answer and the device's keys, each checked in full before anything is believed
//! (`docs/protocol.md` section 6.4).

use channel::{Joined, VerifyingIdentity, open_grant};
use consent::{
    Accepted, ConsentId, ConsentState, DeviceId, InboxMessage, InboxSlot, SignedReceipt,
};

use super::keys::{CONVERSATION, grant_key};
use super::session::Session;
use super::{Identity, ProviderError, seconds};

/// What the signatures in an inbox are for.
const CONTEXT: &str = "inbox";
/// An answer that was given in time may arrive this much later.
const LATE_ANSWER: u64 = 60;

impl Session {
    /// Reads what lies in the inbox. Says whether the consent moved.
    pub(super) fn open_inbox(
        &mut self,
        identity: &Identity,
        now: u64,
    ) -> Result<bool, ProviderError> {
        let before = self.consent.state();
        if before == ConsentState::Requested {
            for message in self.inbox(InboxSlot::Wallet) {
                if self.consent.state() == ConsentState::Requested {
                    self.answer(&message, now);
                }
            }
        }
        if self.consent.state() == ConsentState::Authorised {
            for message in self.inbox(InboxSlot::Device) {
                if self.consent.state() == ConsentState::Authorised {
                    self.first_grant(&message, identity, now);
                }
            }
        }
        let moved = self.consent.state() != before;
        if moved {
            self.touch(CONVERSATION);
            self.follow_state(now);
        }
        Ok(moved)
    }

    /// What time alone brings: a request that nobody answered, a consent that ran out, readings kept long enough.
    ///
    /// A request is only given up once its inbox was read after its time, so that an answer which lay there is not lost to a node
    /// that was away.
    pub(super) fn let_time_pass(
        &mut self,
        inbox_read: bool,
        now: u64,
    ) -> Result<(), ProviderError> {
        let waiting = self.consent.state() == ConsentState::Requested;
        let may_lapse = inbox_read && now >= self.consent.expires_at().saturating_add(LATE_ANSWER);
        if (!waiting || may_lapse) && self.consent.due(now) {
            self.follow_state(now);
        }
        let kept_long_enough =
            self.consent.state().has_ended() && seconds(now) >= self.record.erase_at();
        if kept_long_enough && self.consent.state() != ConsentState::Erased {
            self.erase(now)?;
        }
        Ok(())
    }

    fn inbox(&self, slot: InboxSlot) -> Vec<Joined> {
        let assembler = self.awaited.inbox.get(&slot.number());
        assembler
            .map(|assembler| assembler.joined().to_vec())
            .unwrap_or_default()
    }

    fn answer(&mut self, message: &Joined, now: u64) {
        match InboxMessage::from_bytes(message.unverified_body(), InboxSlot::Wallet) {
            Ok(InboxMessage::Accepted(accepted)) => {
                if let Err(why) = self.yes(message, &accepted, now) {
                    self.remark(now, format!("a yes was refused: {why}"));
                }
            }
            Ok(InboxMessage::Refused { consent, key, .. }) => {
                if let Err(why) = self.no(message, consent, &key) {
                    self.remark(now, format!("a no was refused: {why}"));
                }
            }
            Ok(InboxMessage::Grant { .. }) => {}
            Err(why) => self.remark(now, format!("an answer was refused: {why}")),
        }
    }

    fn yes(&mut self, message: &Joined, accepted: &Accepted, now: u64) -> Result<(), String> {
        if accepted.consent != self.consent.id() {
            return Err("it is for another consent".to_owned());
        }
        let receipt = SignedReceipt::open(&accepted.receipt).map_err(|error| error.to_string())?;
        message
            .verify(receipt.key(), CONTEXT)
            .map_err(|error| error.to_string())?;
        self.consent
            .authorised(accepted)
            .map_err(|error| error.to_string())?;
        self.conversation.wallet = Some(receipt.key().clone());
        self.record.authorised_at = Some(seconds(receipt.receipt().given_at().min(now)));
        let agreement = receipt.receipt().agreement();
        self.record.from = seconds(agreement.from);
        self.record.until = seconds(agreement.until);
        self.agreed_lanes(&agreement.lanes);
        Ok(())
    }

    fn no(&mut self, message: &Joined, consent: ConsentId, key: &[u8]) -> Result<(), String> {
        if consent != self.consent.id() {
            return Err("it is for another consent".to_owned());
        }
        let key = VerifyingIdentity::from_bytes(key).map_err(|error| error.to_string())?;
        message
            .verify(&key, CONTEXT)
            .map_err(|error| error.to_string())?;
        self.consent.declined().map_err(|error| error.to_string())
    }

    fn first_grant(&mut self, message: &Joined, identity: &Identity, now: u64) {
        match InboxMessage::from_bytes(message.unverified_body(), InboxSlot::Device) {
            Ok(InboxMessage::Grant { device_key, sealed }) => {
                if let Err(why) = self.take_grant(message, &device_key, &sealed, identity, now) {
                    self.remark(now, format!("keys were refused: {why}"));
                }
            }
            Ok(_) => {}
            Err(why) => self.remark(now, format!("keys were refused: {why}")),
        }
    }

    /// The device must be the one that the receipt names, must have signed, and must have sealed to this consent's key.
    fn take_grant(
        &mut self,
        message: &Joined,
        device_key: &[u8],
        sealed: &[u8],
        identity: &Identity,
        now: u64,
    ) -> Result<(), String> {
        let device = DeviceId::of(device_key);
        if self.consent.device() != Some(device) {
            return Err("they come from another device than the person agreed to".to_owned());
        }
        let device_key =
            VerifyingIdentity::from_bytes(device_key).map_err(|error| error.to_string())?;
        message
            .verify(&device_key, CONTEXT)
            .map_err(|error| error.to_string())?;
        let secret = self
            .consent
            .request_secret()
            .ok_or("the request is closed")?;
        let key = grant_key(&identity.root, &self.conversation.salt);
        let (grant, pairwise) =
            open_grant(sealed, &key, secret.expose(), self.consent.id().as_bytes())
                .map_err(|error| error.to_string())?;
        let positions = self.positions(&grant, now);
        if positions.is_empty() {
            return Err("they open none of the lanes that were agreed".to_owned());
        }
        self.consent
            .granted(device, positions.clone())
            .map_err(|error| error.to_string())?;
        self.conversation.device = Some(device_key);
        self.record.granted_at = Some(seconds(now));
        self.read_with(&grant, positions, &pairwise, now);
        Ok(())
    }
}
