//! Hearing: what devices and providers wrote since the last time.

use channel::{LaneKeys, Numbered, Pairwise, Reader, VerifyingIdentity, consent_writer_secret};
use consent::{
    ConsentId, ConsentMessage, ContentHash, DeviceId, DeviceStatus, JournalEntry, LogError,
    OwnerLane, StatusMessage, Writer,
};

use crate::error::WalletError;
use crate::letters::{self, AHEAD, context};
use crate::store::{self, Place, StoreError};
use crate::wallet::{Inner, Wallet};

/// A consent that ended is listened to for this long, for late acknowledgements and the word that all is erased.
const AFTER_THE_END: u64 = 90 * 86_400;
/// After this many messages the journal notes where the chains are.
const CHECKPOINT_EVERY: u32 = 64;
/// If a device has sent no keys for the owner's own lanes for so long, it is asked again.
const ASK_FOR_KEYS_AGAIN: u64 = 600;

/// What [`Wallet::sync`] brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct News {
    /// Entries of the journal, own ones and those of a second wallet.
    pub entries: u32,
    /// Messages of devices.
    pub from_devices: u32,
    /// Messages on consent channels.
    pub on_consents: u32,
    /// Batches of the owner's own readings.
    pub readings: u32,
}

/// One end of one consent channel.
struct Ear {
    consent: ConsentId,
    writer: Writer,
    speaker: VerifyingIdentity,
    first: u32,
}

impl Wallet {
    /// Sends what waits and hears what is new. Do this at start and then now and again; it is cheap.
    ///
    /// # Errors
    /// [`WalletError`]; a temporary one loses nothing.
    pub async fn sync(&self) -> Result<News, WalletError> {
        let _busy = self.busy.lock().await;
        self.sync_while_busy().await
    }

    pub(crate) async fn sync_while_busy(&self) -> Result<News, WalletError> {
        self.meet_the_network().await?;
        let before = self.inner().head.next;
        self.read_journal().await?;
        if !self.is_recovered()? {
            self.recover_conversations().await?;
        }
        self.begin_journal().await?;
        self.flush().await?;
        let mut news = News {
            from_devices: self.hear_devices().await?,
            ..News::default()
        };
        news.on_consents = self.hear_consents().await?;
        self.notice_what_lapsed()?;
        self.flush().await?;
        news.readings = self.read_own_lanes().await?;
        news.entries = self.inner().head.next - before;
        Ok(news)
    }

    /// Refuses a node of another network than the one that the journal was begun on.
    async fn meet_the_network(&self) -> Result<(), WalletError> {
        let theirs = self.tangle()?.network().await?.name;
        let inner = self.inner();
        let known = inner
            .store
            .meta("network")?
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        match inner.view.network().map(str::to_owned).or(known) {
            Some(ours) if ours != theirs => Err(WalletError::OtherNetwork { ours, theirs }),
            Some(_) => Ok(()),
            None => Ok(inner.store.set_meta("network", theirs.as_bytes())?),
        }
    }

    /// The first entry names the network.
    async fn begin_journal(&self) -> Result<(), WalletError> {
        let mut inner = self.inner();
        let begun = inner.head.next > 0
            || inner.store.letters()?.iter().any(|letter| {
                matches!(
                    letter.draft,
                    store::Draft::Journal(JournalEntry::WalletCreated { .. })
                )
            });
        if !begun {
            let network = inner.store.meta("network")?.unwrap_or_default();
            let network = String::from_utf8_lossy(&network).into_owned();
            inner.decide(self.now(), JournalEntry::WalletCreated { network })?;
        }
        Ok(())
    }

    async fn hear_devices(&self) -> Result<u32, WalletError> {
        let devices: Vec<DeviceId> = self
            .inner()
            .view
            .devices()
            .map(|device| device.id)
            .collect();
        let mut heard = 0;
        for device in devices {
            heard += self.hear_device(device).await?;
            self.ask_for_own_keys(device)?;
        }
        Ok(heard)
    }

    async fn hear_device(&self, device: DeviceId) -> Result<u32, WalletError> {
        let mut heard = 0;
        loop {
            let (mut position, speaker) = {
                let inner = self.inner();
                let Some(known) = inner.view.device(device) else {
                    return Ok(heard);
                };
                let speaker = VerifyingIdentity::from_bytes(&known.identity_key)?;
                (inner.position(Place::Status(&device))?, speaker)
            };
            let assemblers = letters::fetch(self.tangle()?, position.ahead()).await?;
            let said: Vec<_> = assemblers
                .iter()
                .map_while(|found| found.verified(&speaker, context::STATUS))
                .collect();
            let full = said.len() == AHEAD;
            for opened in said {
                position.advance();
                heard += 1;
                let message = StatusMessage::from_bytes(&opened.body);
                let mut inner = self.inner();
                match message {
                    Ok(message) => inner.take_status(device, message, &position, self.now())?,
                    Err(error) => {
                        tracing::warn!("a message of device {device} cannot be read: {error}");
                        inner
                            .store
                            .set_place(Place::Status(&device), &position.to_bytes())?;
                    }
                }
            }
            if !full {
                return Ok(heard);
            }
        }
    }

    /// Keys for the owner's own lanes come by themselves after pairing; after a loss they are asked for.
    fn ask_for_own_keys(&self, device: DeviceId) -> Result<(), WalletError> {
        let now = self.now();
        let mut inner = self.inner();
        let Some(known) = inner.view.device(device) else {
            return Ok(());
        };
        if known.removed_at.is_some()
            || known.owner_lanes.is_empty()
            || inner.store.has_readers(&device)?
        {
            return Ok(());
        }
        let lanes = known.owner_lanes.clone();
        let key = format!("keys-asked/{device}");
        let asked = inner
            .store
            .meta(&key)?
            .and_then(|bytes| bytes.try_into().ok())
            .map(u64::from_le_bytes);
        let asked = asked.unwrap_or(known.added_at);
        if now.saturating_sub(asked) < ASK_FOR_KEYS_AGAIN {
            return Ok(());
        }
        let message = consent::ControlMessage::OwnerLanes { lanes };
        let draft = store::Draft::Control { device, message };
        inner.store.set_meta(&key, &now.to_le_bytes())?;
        Ok(inner
            .store
            .atomically(|transaction| store::add_letter(transaction, now, &draft))?)
    }

    async fn hear_consents(&self) -> Result<u32, WalletError> {
        let mut heard = 0;
        loop {
            let ears = self.ears()?;
            let keys: Vec<_> = {
                let inner = self.inner();
                ears.iter().flat_map(|ear| inner.keys_ahead(ear)).collect()
            };
            let assemblers = letters::fetch(self.tangle()?, keys).await?;
            let mut new = 0;
            for (ear, found) in ears.iter().zip(assemblers.chunks(AHEAD)) {
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
                    new += 1;
                }
            }
            heard += new;
            if new == 0 {
                return Ok(heard);
            }
        }
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

    fn notice_what_lapsed(&self) -> Result<(), WalletError> {
        let now = self.now();
        let mut inner = self.inner();
        let lapsed: Vec<ConsentId> = inner.view.lapsed(now).collect();
        for consent in lapsed {
            inner.decide(now, JournalEntry::RequestLapsed { consent })?;
        }
        Ok(())
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

    fn take_status(
        &mut self,
        device: DeviceId,
        message: StatusMessage,
        position: &crate::position::Position,
        now: u64,
    ) -> Result<(), WalletError> {
        let entry = match &message {
            StatusMessage::Alert { alert, .. } => Some(JournalEntry::DeviceReported {
                device,
                alert: alert.clone(),
            }),
            StatusMessage::Refused { consent, why, .. } => Some(JournalEntry::DeviceRefused {
                device,
                consent: *consent,
                why: *why,
            }),
            StatusMessage::OwnerKeys { .. }
            | StatusMessage::DeviceStatus(_)
            | StatusMessage::Deleted { .. } => None,
        };
        // A device reports each thing once; the journal must not hold it twice after a loss of the database.
        let wanted = entry.is_some() || position.number().is_multiple_of(CHECKPOINT_EVERY);
        let checkpoint = wanted && self.store.letters()?.is_empty();
        let control = self.position(Place::Control(&device))?.secrets();
        let drafts = entry
            .into_iter()
            .chain(checkpoint.then(|| JournalEntry::Checkpoint {
                device,
                control,
                status: position.secrets(),
            }));
        let drafts: Vec<_> = drafts.map(store::Draft::Journal).collect();
        let readers = match &message {
            StatusMessage::OwnerKeys { lanes } => new_readers(lanes),
            _ => Vec::new(),
        };
        let status = match &message {
            StatusMessage::DeviceStatus(status) => minicbor::to_vec(&**status).ok(),
            _ => None,
        };
        Ok(self.store.atomically(|transaction| {
            for draft in &drafts {
                store::add_letter(transaction, now, draft)?;
            }
            for (lane, reader) in &readers {
                store::set_reader(transaction, &device, *lane, &reader.to_state())?;
            }
            if let Some(status) = &status {
                store::set_meta(transaction, &status_key(device), status)?;
            }
            store::set_place(transaction, Place::Status(&device), &position.to_bytes())
        })?)
    }

    /// What a device last said about its health.
    pub(crate) fn status(&self, device: DeviceId) -> Result<Option<DeviceStatus>, StoreError> {
        let bytes = self.store.meta(&status_key(device))?;
        Ok(bytes.and_then(|bytes| minicbor::decode(&bytes).ok()))
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
        let entry = match log.read(writer, number, body) {
            Ok(Some(envelope)) => Some(JournalEntry::Observed {
                consent,
                writer,
                number,
                hash: ContentHash::of(body),
                message: envelope.message,
            }),
            Ok(None) => return Ok(true),
            Err(LogError::Forked { writer, number, .. }) => {
                return self.note_fork(consent, writer, number, now);
            }
            Err(error) => {
                tracing::warn!("a message on consent {consent} cannot be read: {error}");
                return Ok(false);
            }
        };
        let is_keys = |entry: &JournalEntry| {
            matches!(
                entry,
                JournalEntry::Observed {
                    message: ConsentMessage::Regrant { .. },
                    ..
                }
            )
        };
        let known = self.observed.contains(&(consent, writer, number));
        let drafts: Vec<_> = entry
            .into_iter()
            .filter(|entry| !known && !is_keys(entry))
            .map(store::Draft::Journal)
            .collect();
        self.store.atomically(|transaction| {
            for draft in &drafts {
                store::add_letter(transaction, now, draft)?;
            }
            store::set_place(transaction, Place::Log(&consent), &log.to_bytes())
        })?;
        Ok(true)
    }

    fn note_fork(
        &mut self,
        consent: ConsentId,
        writer: Writer,
        number: u32,
        now: u64,
    ) -> Result<bool, WalletError> {
        if self
            .view
            .consent(consent)
            .is_some_and(|known| !known.forked)
        {
            self.decide(
                now,
                JournalEntry::LogForked {
                    consent,
                    writer,
                    number,
                },
            )?;
        }
        Ok(false)
    }
}

fn status_key(device: DeviceId) -> String {
    format!("status/{device}")
}

fn new_readers(lanes: &[OwnerLane]) -> Vec<(readings::Lane, Reader)> {
    let reader = |owned: &OwnerLane| {
        let keys = LaneKeys::from_bytes(&owned.keys).ok()?;
        let reader = Reader::new(keys, &Pairwise::new(*owned.pairwise.expose())).ok()?;
        Some((owned.lane, reader))
    };
    lanes.iter().filter_map(reader).collect()
}
