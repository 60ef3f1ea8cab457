//! Sending: every letter is durable before it leaves, leaves with the same bytes however often it is tried, and counts
//! as sent once it is found on the Tangle under its number.
//!
//! Two wallets of the same words may write at once. The first message under a number counts; the other wallet reads
//! it, and writes its own further on.

use std::collections::BTreeSet;
use std::time::Duration;

use channel::{IdentityKey, MessageAssembler, MessageKey, Numbered, Opened, consent_writer_secret};
use consent::{ConsentId, ConsentLog, DeviceId, InboxSlot, Writer};

use crate::error::WalletError;
use crate::letters::{self, context};
use crate::position::Position;
use crate::store::{self, Draft, Letter, Place, Sealed, StoreError};
use crate::wallet::{Inner, Wallet};

/// How often and how long a message is looked for after it was published.
const LOOKS: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_millis(20);

/// Whether what was decided stands on the Tangle.
#[derive(Debug)]
pub enum Delivery {
    /// It does.
    Sent,
    /// It is durable on this disk and goes out as soon as the node answers.
    Waiting(WalletError),
}

/// A letter with everything that its bytes depend on.
struct Envelope {
    key: MessageKey,
    number: u32,
    signer: IdentityKey,
    context: &'static str,
    body: Vec<u8>,
}

/// How an attempt to post a letter ended.
enum Attempt {
    Done,
    /// The number was taken by another wallet of these words.
    Again,
}

impl Wallet {
    /// Sends everything that waits, in order.
    ///
    /// A service can fill the place of this wallet's next message on the channel of its own consent, so that nobody finds it
    /// there. Then that message waits, and nothing else does.
    pub(crate) async fn flush(&self) -> Result<(), WalletError> {
        let mut silenced = BTreeSet::new();
        while let Some(letter) = self.next_letter(&silenced)? {
            let consent = conversation(&letter);
            match (self.post(letter).await, consent) {
                (Err(WalletError::NotSeenYet), Some(consent)) => {
                    tracing::warn!(
                        "what is to be said on consent {consent} is not found where it was put; it waits"
                    );
                    silenced.insert(consent);
                }
                (posted, _) => posted?,
            }
        }
        Ok(())
    }

    /// As [`Wallet::flush`], but a node that is away is no failure: everything is durable.
    pub(crate) async fn deliver(&self) -> Result<Delivery, WalletError> {
        match self.flush().await {
            Ok(()) if self.inner().store.letters()?.is_empty() => Ok(Delivery::Sent),
            Ok(()) => Ok(Delivery::Waiting(WalletError::NotSeenYet)),
            Err(error) if error.is_temporary() || matches!(error, WalletError::NoTangle) => {
                Ok(Delivery::Waiting(error))
            }
            Err(error) => Err(error),
        }
    }

    /// What follows from an entry goes before the next entry, so that a checkpoint knows what was said before it.
    fn next_letter(&self, silenced: &BTreeSet<ConsentId>) -> Result<Option<Letter>, WalletError> {
        let letters = self.inner().store.letters()?;
        let may_go =
            |letter: &Letter| !conversation(letter).is_some_and(|on| silenced.contains(&on));
        Ok(letters
            .into_iter()
            .filter(may_go)
            .min_by_key(|letter| (matches!(letter.draft, Draft::Journal(_)), letter.id)))
    }

    async fn post(&self, mut letter: Letter) -> Result<(), WalletError> {
        while let Attempt::Again = self.try_to_post(&mut letter).await? {}
        Ok(())
    }

    async fn try_to_post(&self, letter: &mut Letter) -> Result<Attempt, WalletError> {
        if matches!(letter.draft, Draft::Journal(_)) {
            self.read_journal().await?;
            // It may have been there already, from before this program was interrupted.
            if letter
                .sealed
                .as_ref()
                .is_some_and(|sealed| sealed.number < self.inner().head.next)
                && !self.inner().store.has_letter(letter.id)?
            {
                return Ok(Attempt::Done);
            }
        }
        let Some(envelope) = self.envelope(letter)? else {
            return self.drop_letter(letter.id);
        };
        let sealed = self.sealed(letter, &envelope)?;
        let mut wait = FIRST_WAIT;
        let mut assembler = self.look(&envelope.key).await?;
        for look in 0..LOOKS {
            if let Some(first) = assembler.verified(&envelope.signer.verifying(), envelope.context)
            {
                return self.settle_letter(letter, &envelope, &sealed, &first, &assembler);
            }
            if look == 0 {
                letters::publish(self.tangle()?, &envelope.key, &sealed).await?;
            } else {
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
            assembler = self.look(&envelope.key).await?;
        }
        Err(WalletError::NotSeenYet)
    }

    async fn look(&self, key: &MessageKey) -> Result<MessageAssembler, WalletError> {
        let mut found = letters::fetch(self.tangle()?, [key.clone()]).await?;
        found.pop().ok_or(WalletError::Sealing)
    }

    /// The bytes to publish: those of an earlier attempt, if it had the same number.
    fn sealed(&self, letter: &mut Letter, envelope: &Envelope) -> Result<Sealed, WalletError> {
        if let Some(sealed) = letter
            .sealed
            .as_ref()
            .filter(|sealed| sealed.number == envelope.number)
        {
            return Ok(sealed.clone());
        }
        let Envelope {
            key,
            number,
            signer,
            context,
            body,
        } = envelope;
        let sealed = letters::seal(key, *number, signer, context, body)?;
        self.inner().store.seal_letter(letter.id, &sealed)?;
        letter.sealed = Some(sealed.clone());
        Ok(sealed)
    }

    fn settle_letter(
        &self,
        letter: &Letter,
        envelope: &Envelope,
        sealed: &Sealed,
        first: &Opened,
        assembler: &MessageAssembler,
    ) -> Result<Attempt, WalletError> {
        let mut ours = *first.hash.as_bytes() == sealed.hash;
        let mut inner = self.inner();
        match &letter.draft {
            Draft::Journal(_) => {
                let mut head = inner.head;
                let found = self
                    .first_entry(&mut head, assembler)?
                    .ok_or(WalletError::NotSeenYet)?;
                ours = found.hash == sealed.hash;
                inner.take_entry(&found, &self.keys)?;
            }
            Draft::Control { device, .. } => inner.move_on(device, ours.then_some(letter.id))?,
            Draft::Consent { consent, .. } => {
                inner.enter_own(
                    *consent,
                    envelope.number,
                    &first.body,
                    ours.then_some(letter.id),
                )?;
            }
            // There is one answer to a request, whichever wallet of these words gave it.
            Draft::Inbox { .. } => {
                inner
                    .store
                    .atomically(|transaction| store::remove_letter(transaction, letter.id))?;
                return Ok(Attempt::Done);
            }
        }
        Ok(if ours { Attempt::Done } else { Attempt::Again })
    }

    /// What the letter says now, and where; `None` if it has become pointless.
    fn envelope(&self, letter: &Letter) -> Result<Option<Envelope>, WalletError> {
        let inner = self.inner();
        match &letter.draft {
            Draft::Journal(entry) => {
                let (record, body, _) = inner.head.write(entry.clone(), letter.at);
                if let Err(fault) = inner.view.clone().apply(&record) {
                    tracing::info!("an entry is not written any more: {fault}");
                    return Ok(None);
                }
                Ok(Some(Envelope {
                    key: self.keys.journal().at(record.number),
                    number: record.number,
                    signer: self.keys.journal_signer(),
                    context: context::JOURNAL,
                    body: body.to_vec(),
                }))
            }
            Draft::Control { device, message } => {
                let Some(known) = inner.view.device(*device) else {
                    return Ok(None);
                };
                let position = inner.position(Place::Control(device))?;
                Ok(Some(Envelope {
                    key: position.key(),
                    number: position.number(),
                    signer: self.keys.device_signer(known.key_index),
                    context: context::CONTROL,
                    body: message.to_bytes().to_vec(),
                }))
            }
            Draft::Consent { consent, message } => {
                let Some(known) = inner.view.consent(*consent) else {
                    return Ok(None);
                };
                let secret = consent_writer_secret(known.consent_secret.expose(), Writer::Wallet);
                let (number, body) = inner.log(*consent)?.write(message.clone(), letter.at);
                Ok(Some(Envelope {
                    key: Numbered::new(secret).at(number),
                    number,
                    signer: self.keys.consent_signer(*consent),
                    context: context::CONSENT,
                    body: body.to_vec(),
                }))
            }
            Draft::Inbox {
                consent,
                secret,
                message,
            } => Ok(Some(Envelope {
                key: secret.inbox_key(InboxSlot::Wallet),
                number: 0,
                signer: self.keys.consent_signer(*consent),
                context: context::INBOX,
                body: message.to_bytes().to_vec(),
            })),
        }
    }

    fn drop_letter(&self, id: i64) -> Result<Attempt, WalletError> {
        self.inner()
            .store
            .atomically(|transaction| store::remove_letter(transaction, id))?;
        Ok(Attempt::Done)
    }
}

/// The consent on whose channel a letter goes, if it goes on one.
fn conversation(letter: &Letter) -> Option<ConsentId> {
    match &letter.draft {
        Draft::Consent { consent, .. } => Some(*consent),
        _ => None,
    }
}

impl Inner {
    /// Where a chain stands.
    pub(crate) fn position(&self, place: Place<'_>) -> Result<Position, WalletError> {
        match self.store.place(place)? {
            Some(bytes) => Ok(Position::from_bytes(&bytes)?),
            None => Err(StoreError::Damaged {
                what: "the position in a conversation",
            }
            .into()),
        }
    }

    /// The shared log of a consent channel.
    pub(crate) fn log(&self, consent: ConsentId) -> Result<ConsentLog, WalletError> {
        match self.store.place(Place::Log(&consent))? {
            Some(bytes) => Ok(ConsentLog::from_bytes(&bytes).map_err(|_| DAMAGED_LOG)?),
            None => Ok(ConsentLog::new()),
        }
    }

    fn move_on(&mut self, device: &DeviceId, done: Option<i64>) -> Result<(), WalletError> {
        let place = Place::Control(device);
        let mut position = self.position(place)?;
        position.advance();
        Ok(self.store.atomically(|transaction| {
            done.map_or(Ok(()), |id| store::remove_letter(transaction, id))?;
            store::set_place(transaction, place, &position.to_bytes())
        })?)
    }

    fn enter_own(
        &mut self,
        consent: ConsentId,
        number: u32,
        body: &[u8],
        done: Option<i64>,
    ) -> Result<(), WalletError> {
        let mut log = self.log(consent)?;
        log.read(Writer::Wallet, number, body)
            .map_err(|_| DAMAGED_LOG)?;
        Ok(self.store.atomically(|transaction| {
            done.map_or(Ok(()), |id| store::remove_letter(transaction, id))?;
            store::set_place(transaction, Place::Log(&consent), &log.to_bytes())
        })?)
    }
}

const DAMAGED_LOG: StoreError = StoreError::Damaged {
    what: "the log of a consent",
};
