//! Coming back: the conversations of a wallet whose database is new, found again from its journal.

use channel::{Numbered, consent_writer_secret};
use consent::{
    ConsentEnvelope, ConsentId, ControlMessage, DeviceId, JournalEntry, JournalHead, JournalRecord,
    Writer,
};

use crate::error::WalletError;
use crate::letters::{self, AHEAD, context};
use crate::position::Position;
use crate::store::{self, Draft, Place, StoredEntry};
use crate::wallet::Wallet;

/// What came back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Recovered {
    /// Entries of the journal.
    pub entries: u32,
    /// Devices that are not removed.
    pub devices: usize,
    /// Consents, ended ones too.
    pub consents: usize,
}

/// What this wallet, or another of the same words, has said already.
#[derive(Default)]
struct Said {
    control: Vec<(DeviceId, ControlMessage)>,
    consent: Vec<(ConsentId, ConsentEnvelope)>,
}

impl Wallet {
    /// Brings everything back after [`Wallet::restore`]; `progress` gets how many entries are read, of how many.
    ///
    /// # Errors
    /// [`WalletError::NothingToRestore`] if the node knows no wallet of these words.
    pub async fn recover(
        &self,
        progress: impl Fn(u32, u32) + Send,
    ) -> Result<Recovered, WalletError> {
        {
            let _busy = self.busy.lock().await;
            let length = self.journal_length().await?;
            if length == 0 {
                let network = self.tangle()?.network().await?.name;
                return Err(WalletError::NothingToRestore { network });
            }
            progress(0, length);
            while self.read_journal().await? > 0 {
                progress(self.inner().head.next, length);
            }
            self.sync_while_busy().await?;
        }
        let inner = self.inner();
        Ok(Recovered {
            entries: inner.head.next,
            devices: inner
                .view
                .devices()
                .filter(|device| device.removed_at.is_none())
                .count(),
            consents: inner.view.consents().count(),
        })
    }

    /// Finds out how far each conversation has come, and what the journal promises that was never said.
    pub(crate) async fn recover_conversations(&self) -> Result<(), WalletError> {
        let mut said = Said::default();
        let devices: Vec<DeviceId> = self
            .inner()
            .view
            .devices()
            .map(|device| device.id)
            .collect();
        for device in devices {
            self.walk_control(device, &mut said).await?;
        }
        let consents: Vec<ConsentId> = self
            .inner()
            .view
            .consents()
            .map(|consent| consent.id)
            .collect();
        for consent in consents {
            self.walk_consent(consent, &mut said).await?;
        }
        self.say_what_is_missing(&said)
    }

    async fn walk_control(&self, device: DeviceId, said: &mut Said) -> Result<(), WalletError> {
        let (mut position, signer) = {
            let inner = self.inner();
            let Some(known) = inner.view.device(device) else {
                return Ok(());
            };
            let status = Position::at(&known.status);
            inner
                .store
                .set_place(Place::Status(&device), &status.to_bytes())?;
            (
                Position::at(&known.control),
                self.keys.device_signer(known.key_index).verifying(),
            )
        };
        loop {
            let found = letters::fetch(self.tangle()?, position.ahead()).await?;
            let messages: Vec<_> = found
                .iter()
                .map_while(|message| message.verified(&signer, context::CONTROL))
                .collect();
            for message in &messages {
                position.advance();
                said.control.extend(
                    ControlMessage::from_bytes(&message.body)
                        .ok()
                        .map(|message| (device, message)),
                );
            }
            if messages.len() < AHEAD {
                return Ok(self
                    .inner()
                    .store
                    .set_place(Place::Control(&device), &position.to_bytes())?);
            }
        }
    }

    async fn walk_consent(&self, consent: ConsentId, said: &mut Said) -> Result<(), WalletError> {
        let signer = self.keys.consent_signer(consent).verifying();
        let secret = self
            .inner()
            .view
            .consent(consent)
            .map(|known| known.consent_secret.clone());
        let Some(secret) = secret else { return Ok(()) };
        let keys = Numbered::new(consent_writer_secret(secret.expose(), Writer::Wallet));
        let mut log = consent::ConsentLog::new();
        loop {
            let first = log.next(Writer::Wallet);
            let found =
                letters::fetch(self.tangle()?, (first..).take(AHEAD).map(|n| keys.at(n))).await?;
            let mut new = 0;
            for (number, message) in (first..).zip(&found) {
                let Some(opened) = message.verified(&signer, context::CONSENT) else {
                    break;
                };
                match log.read(Writer::Wallet, number, &opened.body) {
                    Ok(envelope) => said
                        .consent
                        .extend(envelope.map(|envelope| (consent, envelope))),
                    Err(error) => {
                        tracing::warn!(
                            "an own message on consent {consent} cannot be read: {error}"
                        );
                        break;
                    }
                }
                new += 1;
            }
            if new < AHEAD {
                return Ok(self
                    .inner()
                    .store
                    .set_place(Place::Log(&consent), &log.to_bytes())?);
            }
        }
    }

    /// A wallet that was lost between deciding and saying: its heir says it.
    fn say_what_is_missing(&self, said: &Said) -> Result<(), WalletError> {
        let mut inner = self.inner();
        let mut head = JournalHead::START;
        let mut missing: Vec<(u64, Draft)> = Vec::new();
        for entry in inner.store.journal() {
            let StoredEntry { body, .. } = entry?;
            let record = head.read(&body)?;
            if let Some(device) = begins_anew(&record) {
                missing.retain(|(_, draft)| !matches!(draft, Draft::Control { device: to, .. } if *to == device));
            }
            let drafts = crate::consequences::of(&record, &inner.view, &self.keys);
            missing.extend(
                drafts
                    .into_iter()
                    .filter(|draft| !said.has(draft, &record))
                    .map(|draft| (record.at, draft)),
            );
        }
        Ok(inner.store.atomically(|transaction| {
            for (at, draft) in &missing {
                store::add_letter(transaction, *at, draft)?;
            }
            store::set_meta(transaction, "recovered", b"1")
        })?)
    }
}

/// Before a device was added (again) there was another conversation; before a checkpoint everything was said.
fn begins_anew(record: &JournalRecord) -> Option<DeviceId> {
    match &record.entry {
        JournalEntry::DeviceAdded(secrets) => Some(secrets.device()),
        JournalEntry::Checkpoint { device, .. } => Some(*device),
        _ => None,
    }
}

impl Said {
    fn has(&self, draft: &Draft, record: &JournalRecord) -> bool {
        match draft {
            Draft::Journal(_) => true,
            Draft::Control { device, message } => self
                .control
                .iter()
                .any(|(to, said)| to == device && said == message),
            Draft::Consent { consent, message } => self.consent.iter().any(|(on, said)| {
                on == consent && said.message == *message && said.at == record.at
            }),
            // Posting an answer looks first whether one is there.
            Draft::Inbox { .. } => false,
        }
    }
}
