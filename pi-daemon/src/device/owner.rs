//! What is written to this device, and by whom: its owner, and the parties of its consents.

use ::pairing::post::{ClaimId, Place};
use ::pairing::{Paired, Status};
use channel::{
    Chain, MessageAssembler, MessageKey, Numbered, VerifyingIdentity, Writer, consent_writer_secret,
};
use consent::{Authorized, ConsentId, ControlMessage, LogError, StatusMessage, Writer as Party};

use super::pairing::Reply;
use super::post::Context;
use super::work::{Work, next_to_seal};
use super::{Device, DeviceError};
use crate::store::conversations;
use crate::store::settings::{self, Name};

/// How many messages ahead are looked for (docs/protocol.md section 4).
const AHEAD: usize = 4;
/// How long a message that is missing is waited for while later ones are there.
const GAP_PATIENCE: u64 = 600;

/// A message that may be written to this device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Awaited {
    /// The owner's message with this number.
    Control(u32),
    /// A message on a consent channel.
    Said {
        /// Which consent.
        consent: ConsentId,
        /// Who may write there.
        party: Party,
        /// Its number.
        number: u32,
    },
    /// Wallets that want to pair, or not any more.
    Claim,
    /// The answer of the wallet that is pairing.
    PairingAnswer(ClaimId),
}

/// What came of a message.
#[derive(Default)]
pub(crate) struct Received {
    /// Something changed, so that other messages may be awaited now.
    pub(crate) obeyed: bool,
    /// What to answer.
    pub(crate) replies: Vec<Reply>,
}

impl Received {
    fn obeyed(obeyed: bool) -> Self {
        Self {
            obeyed,
            replies: Vec::new(),
        }
    }
}

impl Device {
    /// Everything that may be written to this device now, and where it lies.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub(crate) fn awaited(&mut self, now: u64) -> Result<Vec<(Awaited, MessageKey)>, DeviceError> {
        let mut awaited = Vec::new();
        if let Some(chain) = self.control_chain()? {
            let numbers = chain.index()..;
            awaited.extend(numbers.map(Awaited::Control).zip(chain.ahead(AHEAD)));
        }
        let running: Vec<(ConsentId, [u8; 32])> = self
            .consents
            .running()
            .map(|(consent, authorized)| (consent, *authorized.consent_secret.expose()))
            .collect();
        for (consent, secret) in running {
            self.await_parties(consent, &secret, &mut awaited)?;
        }
        if matches!(
            self.pairing.status(now),
            Status::Advertising { .. } | Status::Claimed | Status::PairedPending
        ) {
            let code = self.pairing.code();
            // The newest first: an older claim may be of a wallet that gave up.
            let places = Place::recent_claims(now);
            awaited.extend(places.map(|place| (Awaited::Claim, code.secret().message_key(place))));
            if let Some(claim) = self.pairing.tangle_session() {
                awaited.push((
                    Awaited::PairingAnswer(claim),
                    code.secret().message_key(claim.answer()),
                ));
            }
        }
        Ok(awaited)
    }

    /// Takes what lies where something was awaited. A message by anybody else than the one who may write there is ignored.
    ///
    /// # Errors
    /// [`DeviceError`]; then nothing has changed, and the message is read again.
    pub(crate) fn receive(
        &mut self,
        who: &Awaited,
        letter: &MessageAssembler,
        now: u64,
    ) -> Result<Received, DeviceError> {
        if letter.joined().is_empty() {
            return Ok(Received::default());
        }
        match who {
            Awaited::Control(number) => self.control(*number, letter, now).map(Received::obeyed),
            Awaited::Said {
                consent,
                party,
                number,
            } => self
                .said(*consent, *party, *number, letter, now)
                .map(Received::obeyed),
            Awaited::Claim | Awaited::PairingAnswer(_) => Ok(Received {
                obeyed: false,
                replies: self.pairing_messages(letter, now)?,
            }),
        }
    }

    fn await_parties(
        &self,
        consent: ConsentId,
        secret: &[u8; 32],
        awaited: &mut Vec<(Awaited, MessageKey)>,
    ) -> Result<(), DeviceError> {
        let log = match conversations::log(self.store.read(), consent.as_bytes())? {
            Some(log) => consent::ConsentLog::from_bytes(&log)?,
            None => consent::ConsentLog::new(),
        };
        for (party, writer) in [
            (Party::Wallet, Writer::Wallet),
            (Party::Provider, Writer::Provider),
        ] {
            let keys = Numbered::new(consent_writer_secret(secret, writer));
            let next = log.next(party);
            awaited.extend((next..next.saturating_add(2)).map(|number| {
                let said = Awaited::Said {
                    consent,
                    party,
                    number,
                };
                (said, keys.at(number))
            }));
        }
        Ok(())
    }

    fn control_chain(&self) -> Result<Option<Chain>, DeviceError> {
        if let Some(pending) = self.pairing.pending() {
            return Ok(Some(Chain::new(*pending.to_device())));
        }
        let Some(state) = settings::get(self.store.read(), Name::Control)? else {
            return Ok(None);
        };
        Ok(Some(Chain::from_state(&state)?))
    }

    fn control(
        &mut self,
        number: u32,
        letter: &MessageAssembler,
        now: u64,
    ) -> Result<bool, DeviceError> {
        let (Some(owner), Some(chain)) = (self.owner(), self.control_chain()?) else {
            return Ok(false);
        };
        let Some(opened) = letter.verified(&owner.wallet, Context::Control.name()) else {
            tracing::warn!(
                "a message on the control channel is not by this device's owner: ignored"
            );
            return Ok(false);
        };
        if number < chain.index() || number > chain.index() && !self.gap_is_final(number, now) {
            return Ok(false);
        }
        self.node.gap_since = None;
        self.obey(number, &opened.body, now)
    }

    /// Whether the messages before this one are given up: they were waited for long enough.
    fn gap_is_final(&mut self, number: u32, now: u64) -> bool {
        let since = *self.node.gap_since.get_or_insert(now);
        let is_final = now.saturating_sub(since) > GAP_PATIENCE;
        if is_final {
            tracing::warn!(
                "the owner's messages before number {number} cannot be found on the Tangle; going on without them"
            );
        }
        is_final
    }

    pub(super) fn owner(&self) -> Option<&Paired> {
        self.pairing.paired().or_else(|| self.pairing.pending())
    }

    /// False if nothing was obeyed, and the message stays where it is.
    fn obey(&mut self, number: u32, body: &[u8], now: u64) -> Result<bool, DeviceError> {
        let message = ControlMessage::from_bytes(body);
        if self.pairing.pending().is_some() {
            match &message {
                Ok(ControlMessage::DeviceAdded { .. }) => self.become_owned(now)?,
                _ => return Ok(false),
            }
        }
        if let Ok(ControlMessage::DeviceAdded { network, .. }) = &message {
            self.compare_networks(network);
        }
        let time = self.consent_time(now)?;
        let status = self.own_status(now)?;
        self.in_one_transaction(now, |work| {
            work.have_read(number)?;
            match &message {
                Ok(message) => work.obey(message, number, time)?,
                Err(error) => tracing::warn!("a message of the owner was skipped: {error}"),
            }
            if let Ok(ControlMessage::DeviceAdded { .. }) = &message {
                work.tell_owner(&status)?;
            }
            Ok(true)
        })
    }

    /// When consents are judged: now, but not after the end of a slot that is still to be sealed.
    pub(super) fn consent_time(&self, now: u64) -> Result<u64, DeviceError> {
        let first_end = next_to_seal(self.store.read())?.map(|(_, _, end)| end);
        Ok(first_end.map_or(now, |end| now.min(end.saturating_sub(1))))
    }

    fn compare_networks(&self, named: &str) {
        if let Some(network) = &self.node.network
            && network.name != named
        {
            tracing::warn!(
                "the owner's wallet uses the network {named}, this node serves {}; check --tangle",
                network.name
            );
        }
    }

    fn said(
        &mut self,
        consent: ConsentId,
        party: Party,
        number: u32,
        letter: &MessageAssembler,
        now: u64,
    ) -> Result<bool, DeviceError> {
        let Some(key) = self
            .consents
            .authorized(consent)
            .and_then(|authorized| key_of(party, authorized))
        else {
            return Ok(false);
        };
        let Some(opened) = letter.verified(&key, Context::Consent.name()) else {
            tracing::warn!(
                "a message on the channel of consent {consent} is not by the one who may write there: ignored"
            );
            return Ok(false);
        };
        let time = self.consent_time(now)?;
        self.in_one_transaction(now, |work| {
            work.heard(consent, party, number, &opened.body, time)
        })
    }
}

fn key_of(party: Party, authorized: &Authorized) -> Option<VerifyingIdentity> {
    let bytes = match party {
        Party::Wallet => &authorized.consent_key,
        Party::Provider => &authorized.provider_key,
        Party::Device => return None,
    };
    VerifyingIdentity::from_bytes(bytes).ok()
}

impl Work<'_> {
    /// Moves the control chain past a message: it is obeyed in this transaction, and never again.
    fn have_read(&self, number: u32) -> Result<(), DeviceError> {
        let Some(state) = settings::get(self.db, Name::Control)? else {
            return Err(DeviceError::NoOwner);
        };
        let mut chain = Chain::from_state(&state)?;
        while chain.index() <= number {
            chain.advance();
        }
        Ok(settings::set(self.db, Name::Control, &chain.to_state())?)
    }

    pub(super) fn obey(
        &mut self,
        message: &ControlMessage,
        number: u32,
        time: u64,
    ) -> Result<(), DeviceError> {
        if let Err(refusal) = self.consents.apply(message, time) {
            tracing::warn!("a message of the owner is not obeyed: {refusal}");
            return self.tell_owner(&StatusMessage::Refused {
                at: self.now,
                message: number,
                consent: consent_of(message),
                why: refusal.code(),
            });
        }
        self.settle(time)
    }

    /// True if the message was new.
    fn heard(
        &mut self,
        consent: ConsentId,
        party: Party,
        number: u32,
        body: &[u8],
        time: u64,
    ) -> Result<bool, DeviceError> {
        let mut log = self.log(consent)?;
        let envelope = match log.read(party, number, body) {
            Ok(Some(envelope)) => envelope,
            Ok(None) => return Ok(false),
            Err(error) => {
                tracing::warn!(
                    "a message on the channel of consent {consent} was ignored: {error}"
                );
                // One that cannot be read keeps its place in the log, and the next one can be read.
                self.set_log(consent, &log)?;
                return Ok(matches!(error, LogError::Message(_)));
            }
        };
        self.set_log(consent, &log)?;
        self.consents.hear(consent, &envelope.message, time);
        self.settle(time)?;
        Ok(true)
    }
}

fn consent_of(message: &ControlMessage) -> Option<ConsentId> {
    match message {
        ControlMessage::Authorized(authorized) => Some(authorized.consent),
        ControlMessage::AuthorizationRevoked { consent, .. }
        | ControlMessage::Paused { consent, .. }
        | ControlMessage::Resumed { consent, .. } => Some(*consent),
        _ => None,
    }
}
