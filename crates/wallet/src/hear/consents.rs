//! What is said on the consent channels.

use channel::{MessageAssembler, Numbered, VerifyingIdentity, consent_writer_secret};
use consent::{ConsentId, ConsentLog, ConsentMessage, ContentHash, JournalEntry, LogError, Writer};

use super::allowance::{MOST_ROUNDS, one_more};
use super::missing::{Speaker, is_missing};
use crate::error::WalletError;
use crate::letters::{self, AHEAD, context};
use crate::store::{self, Place};
use crate::wallet::{Inner, Wallet};

/// A consent that ended is listened to for this long, for late acknowledgements and the word that all is erased.
const AFTER_THE_END: u64 = 90 * 86_400;
/// One end of one consent channel.
struct Ear {
    consent: ConsentId,
    writer: Writer,
    speaker: VerifyingIdentity,
    first: u32,
}

impl Wallet {
    pub(super) async fn hear_consents(&self) -> Result<u32, WalletError> {
        let mut heard = 0;
        for _ in 0..MOST_ROUNDS {
            let ears = self.ears()?;
            let keys: Vec<_> = {
                let inner = self.inner();
                ears.iter().flat_map(|ear| inner.keys_ahead(ear)).collect()
            };
            let assemblers = letters::fetch(self.tangle()?, keys).await?;
            let mut new = 0;
            for (ear, found) in ears.iter().zip(assemblers.chunks(AHEAD)) {
                let mut taken = 0;
                for (number, assembler) in (ear.first..).zip(found) {
                    let Some(opened) = assembler.verified(&ear.speaker, context::CONSENT) else {
                        break;
                    };
                    if !self
                        .inner()
                        .take_consent_message(ear, number, &opened.body, self.now())?
                    {
                        break;
                    }
                    taken += 1;
                }
                new += taken;
                self.note_what_is_missing(ear, found, taken);
            }
            heard += new;
            if new == 0 {
                break;
            }
        }
        Ok(heard)
    }

    fn note_what_is_missing(&self, ear: &Ear, found: &[MessageAssembler], taken: u32) {
        let rest = usize::try_from(taken)
            .ok()
            .and_then(|taken| found.get(taken..));
        let is_missing = is_missing(rest.unwrap_or_default(), &ear.speaker, context::CONSENT);
        let now = self.now();
        let speaker = Speaker::OnConsent(ear.consent, ear.writer);
        self.inner().missing.note(speaker, is_missing, now);
    }

    fn ears(&self) -> Result<Vec<Ear>, WalletError> {
        let now = self.now();
        let inner = self.inner();
        let mut ears = Vec::new();
        for consent in inner.view.consents() {
            let ended = consent.state_at(now).has_ended();
            let over =
                ended && consent.agreement.until.max(consent.authorised_at) + AFTER_THE_END < now;
            let Some(device) = inner.view.device(consent.device).filter(|_| !over) else {
                continue;
            };
            let log = inner.log(consent.id)?;
            let speakers = [
                (
                    Writer::Device,
                    VerifyingIdentity::from_bytes(&device.identity_key)?,
                ),
                (Writer::Provider, consent.signed.provider_key().clone()),
            ];
            for (writer, speaker) in speakers {
                ears.push(Ear {
                    consent: consent.id,
                    writer,
                    speaker,
                    first: log.next(writer),
                });
            }
        }
        Ok(ears)
    }
}

impl Inner {
    fn keys_ahead(&self, ear: &Ear) -> Vec<channel::MessageKey> {
        let secret = self
            .view
            .consent(ear.consent)
            .map(|consent| &consent.consent_secret);
        let keys =
            secret.map(|secret| Numbered::new(consent_writer_secret(secret.expose(), ear.writer)));
        (ear.first..)
            .take(AHEAD)
            .filter_map(|number| keys.as_ref().map(|keys| keys.at(number)))
            .collect()
    }

    /// Enters a message; false if the reading of this writer has to stop here.
    fn take_consent_message(
        &mut self,
        ear: &Ear,
        number: u32,
        body: &[u8],
        now: u64,
    ) -> Result<bool, WalletError> {
        let mut log = self.log(ear.consent)?;
        let (consent, writer) = (ear.consent, ear.writer);
        let message = match log.read(writer, number, body) {
            Ok(Some(envelope)) => Some(envelope.message),
            Ok(None) => return Ok(true),
            // It keeps its place in the log, and the next one can be read.
            Err(LogError::Message(error)) => {
                tracing::warn!("a message on consent {consent} cannot be read: {error}");
                None
            }
            Err(error) => {
                tracing::warn!("a message on consent {consent} is not entered: {error}");
                return Ok(false);
            }
        };
        let known = self.observed.contains(&(consent, writer, number));
        let observed = message
            .filter(|message| !known && !is_keys(message))
            .filter(|_| self.may_write(consent, writer, now))
            .map(|message| {
                let hash = ContentHash::of(body);
                JournalEntry::Observed {
                    consent,
                    writer,
                    number,
                    hash,
                    message,
                }
            });
        let drafts: Vec<_> = observed
            .into_iter()
            .chain(self.new_fork(consent, &log))
            .map(store::Draft::Journal)
            .collect();
        self.store.atomically(|transaction| {
            for draft in &drafts {
                store::add_letter(transaction, now, draft)?;
            }
            store::set_place(transaction, Place::Log(&consent), &log.to_bytes())
        })?;
        if !drafts.is_empty() {
            self.observed.insert((consent, writer, number));
        }
        Ok(true)
    }

    fn may_write(&self, consent: ConsentId, writer: Writer, now: u64) -> bool {
        let written = self
            .observed
            .range((consent, writer, 0)..=(consent, writer, u32::MAX));
        let since = self
            .view
            .consent(consent)
            .map(|consent| consent.authorised_at);
        let may = one_more(written.count(), since.unwrap_or(now), now);
        if !may {
            tracing::warn!(
                "a message on consent {consent} is not written down: there are too many"
            );
        }
        may
    }

    /// The first sign that the parties were shown different messages; the person is told once.
    fn new_fork(&self, consent: ConsentId, log: &ConsentLog) -> Option<JournalEntry> {
        let known = self
            .view
            .consent(consent)
            .is_none_or(|consent| consent.forked);
        let noted_before = self
            .log(consent)
            .is_ok_and(|before| !before.forks().is_empty());
        let fork = log.forks().first().filter(|_| !known && !noted_before)?;
        Some(JournalEntry::LogForked {
            consent,
            writer: fork.writer,
            number: fork.number,
        })
    }
}

/// Sealed keys have no place in the journal.
fn is_keys(message: &ConsentMessage) -> bool {
    matches!(message, ConsentMessage::Regrant { .. })
}
