//! What is heard and said on the consent channel (`docs/protocol.md` sections 4 and 6).

use channel::{Numbered, consent_writer_secret, open_grant, seal_message};
use consent::{
    ConsentEnvelope, ConsentMessage, ConsentSecret, ConsentState, DeviceId, LogError, Writer,
};

use super::keys::{CONVERSATION, grant_key};
use super::session::Session;
use super::{Identity, ProviderError, seconds};
use data_dir::random;

/// What the signatures on a consent channel are for.
const CONTEXT: &str = "consent";
/// Keys that turned without us are asked for when no end was announced within this time.
const LEFT_OUT_PATIENCE: u64 = 30;
/// And asked for again after this time.
const RESYNC_AGAIN: u64 = 600;

/// The keys of one writer's messages.
pub(super) fn writer_keys(secret: &ConsentSecret, writer: Writer) -> Numbered {
    Numbered::new(consent_writer_secret(secret.expose(), writer))
}

impl Session {
    /// Reads what wallet and device said, in the order of their numbers. Says whether there was anything.
    pub(super) fn listen(&mut self, identity: &Identity, now: u64) -> Result<bool, ProviderError> {
        let mut heard = false;
        for writer in [Writer::Wallet, Writer::Device] {
            while let Some(body) = self.next_said(writer) {
                if !self.hear(writer, &body, identity, now)? {
                    break;
                }
                heard = true;
            }
        }
        self.erase_if_asked(now)?;
        Ok(heard)
    }

    /// Erases what the person wants gone, once everything that came with the wish was heard: the device's word on where access
    /// ended may lie beside it, and is part of the evidence that stays.
    fn erase_if_asked(&mut self, now: u64) -> Result<(), ProviderError> {
        let state = self.consent.state();
        let is_due = state.has_ended() && state != ConsentState::Erased;
        if self.consent.erasure_requested_at().is_some() && is_due {
            self.erase(now)?;
        }
        Ok(())
    }

    /// The body of the awaited message, if it came and the right party signed it.
    fn next_said(&self, writer: Writer) -> Option<zeroize::Zeroizing<Vec<u8>>> {
        let signer = match writer {
            Writer::Wallet => self.conversation.wallet.as_ref()?,
            Writer::Device => self.conversation.device.as_ref()?,
            Writer::Provider => return None,
        };
        let (_, assembler) = self.awaited.said.get(&writer)?;
        assembler
            .verified(signer, CONTEXT)
            .map(|opened| opened.body)
    }

    /// Takes one message; `false` when it does not fit the log, which stays as it was. One that cannot be read keeps its place
    /// there, and the next one can be read: it may be of a kind that a later version knows.
    fn hear(
        &mut self,
        writer: Writer,
        body: &[u8],
        identity: &Identity,
        now: u64,
    ) -> Result<bool, ProviderError> {
        let number = self.conversation.log.next(writer);
        let read = self.conversation.log.read(writer, number, body);
        if let Err(problem) = &read {
            self.remark(
                now,
                format!("message {number} of the {writer:?} was refused: {problem}"),
            );
        }
        let envelope = match read {
            Ok(envelope) => envelope,
            Err(LogError::Message(_)) => None,
            Err(LogError::OutOfOrder { .. } | LogError::Forked { .. }) => return Ok(false),
        };
        if let Some(envelope) = envelope {
            self.obey(&envelope, identity, now)?;
        }
        self.touch(CONVERSATION);
        self.follow_state(now);
        Ok(true)
    }

    fn obey(
        &mut self,
        envelope: &ConsentEnvelope,
        identity: &Identity,
        now: u64,
    ) -> Result<(), ProviderError> {
        match &envelope.message {
            ConsentMessage::Regrant { sealed } => self.regrant(sealed, identity, now),
            said => {
                self.consent.hear(said, now);
                self.learn_closing(said, envelope.at);
                Ok(())
            }
        }
    }

    /// The device's word on where access ended.
    fn learn_closing(&mut self, said: &ConsentMessage, at: u64) {
        let ends = matches!(
            said,
            ConsentMessage::RevokedAck { .. }
                | ConsentMessage::Expired { .. }
                | ConsentMessage::TerminatedAck { .. }
                | ConsentMessage::DeviceDeleted { .. }
        );
        if ends {
            self.record.last_readable = self.consent.last_readable().map(seconds);
            self.record.end_confirmed_at = Some(seconds(at));
            self.note();
        }
    }

    fn regrant(
        &mut self,
        sealed: &[u8],
        identity: &Identity,
        now: u64,
    ) -> Result<(), ProviderError> {
        let (Some(secret), Some(device)) =
            (self.consent.consent_secret(), &self.conversation.device)
        else {
            return Ok(());
        };
        let device = DeviceId::of(&device.to_bytes());
        let key = grant_key(&identity.root, &self.conversation.salt);
        match open_grant(sealed, &key, secret.expose(), self.consent.id().as_bytes()) {
            Ok((grant, pairwise)) => {
                let positions = self.positions(&grant, now);
                if positions.is_empty() {
                    return Ok(());
                }
                match self.consent.regranted(device, positions.clone()) {
                    Ok(()) => self.read_with(&grant, positions, &pairwise, now),
                    Err(problem) => {
                        self.remark(now, format!("new keys came and are not used: {problem}"))
                    }
                }
            }
            Err(problem) => self.remark(now, format!("new keys came and do not open: {problem}")),
        }
        Ok(())
    }

    /// Says everything that is due. Call it last in a step: after an erasure the keys to say anything are gone.
    pub(super) fn speak(&mut self, identity: &Identity, now: u64) -> Result<(), ProviderError> {
        let Some(secret) = self.consent.consent_secret().cloned() else {
            return Ok(());
        };
        for message in self.consent.to_say().to_vec() {
            let (number, body) = self.conversation.log.write(message.clone(), now);
            let key = writer_keys(&secret, Writer::Provider).at(number);
            let fragments = seal_message(
                &key,
                &identity.signing,
                CONTEXT,
                &body,
                &mut random::generator(),
            )?;
            self.put_out(&fragments);
            self.consent.said(&message);
            self.touch(CONVERSATION);
            self.touch(super::keys::CONSENT);
        }
        Ok(())
    }

    /// Asks for new keys when they turned without us and nobody announced an end.
    pub(super) fn ask_for_keys(
        &mut self,
        identity: &Identity,
        now: u64,
    ) -> Result<(), ProviderError> {
        let left_out = self
            .conversation
            .left_out_since
            .filter(|since| now >= since.saturating_add(LEFT_OUT_PATIENCE));
        let asked_lately = self
            .conversation
            .resync_at
            .is_some_and(|at| now < at.saturating_add(RESYNC_AGAIN));
        if left_out.is_none() || asked_lately || self.consent.state() != ConsentState::Active {
            return Ok(());
        }
        let Some(secret) = self.consent.consent_secret().cloned() else {
            return Ok(());
        };
        self.remark(
            now,
            "the keys turned without us while the consent runs: new ones were asked for",
        );
        self.conversation.resync_at = Some(now);
        let (number, body) = self.conversation.log.write(ConsentMessage::Resync, now);
        let key = writer_keys(&secret, Writer::Provider).at(number);
        let fragments = seal_message(
            &key,
            &identity.signing,
            CONTEXT,
            &body,
            &mut random::generator(),
        )?;
        self.put_out(&fragments);
        self.touch(CONVERSATION);
        Ok(())
    }
}
