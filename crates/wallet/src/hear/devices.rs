//! What devices tell their owner.

use channel::{LaneKeys, Pairwise, Reader, VerifyingIdentity};
use consent::{DeviceId, DeviceStatus, Fact, JournalEntry, OwnerLane, StatusMessage};

use super::allowance::{MOST_ROUNDS, one_more};
use super::missing::{Speaker, is_missing};
use crate::error::WalletError;
use crate::letters::{self, AHEAD, context};
use crate::store::{self, Place, StoreError};
use crate::wallet::{Inner, Wallet};

/// After this many messages the journal notes where the chains are.
const CHECKPOINT_EVERY: u32 = 64;
/// If a device has sent no keys for the owner's own lanes for so long, it is asked again.
const ASK_FOR_KEYS_AGAIN: u64 = 600;

impl Wallet {
    pub(super) async fn hear_devices(&self) -> Result<u32, WalletError> {
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
        for _ in 0..MOST_ROUNDS {
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
            let rest = assemblers.get(said.len()..).unwrap_or_default();
            let is_missing = is_missing(rest, &speaker, context::STATUS);
            let now = self.now();
            self.inner()
                .missing
                .note(Speaker::Device(device), is_missing, now);
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
                break;
            }
        }
        Ok(heard)
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
}

impl Inner {
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
        let entry = match entry {
            Some(entry) if self.may_report(device, now)? => Some(entry),
            _ => None,
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

    fn may_report(&self, device: DeviceId, now: u64) -> Result<bool, StoreError> {
        let told = |fact: &Fact| matches!(fact, Fact::DeviceReported { device: by, .. } | Fact::DeviceRefused { device: by, .. } if *by == device);
        let waits = |letter: &store::Letter| matches!(&letter.draft, store::Draft::Journal(JournalEntry::DeviceReported { device: by, .. } | JournalEntry::DeviceRefused { device: by, .. }) if *by == device);
        let written = self
            .view
            .activity()
            .iter()
            .filter(|line| told(&line.fact))
            .count();
        let waiting = self
            .store
            .letters()?
            .iter()
            .filter(|letter| waits(letter))
            .count();
        let since = self.view.device(device).map(|device| device.added_at);
        let may = one_more(written + waiting, since.unwrap_or(now), now);
        if !may {
            tracing::warn!("a report of device {device} is not written down: there are too many");
        }
        Ok(may)
    }

    /// What a device last said about its health.
    pub(crate) fn status(&self, device: DeviceId) -> Result<Option<DeviceStatus>, StoreError> {
        let bytes = self.store.meta(&status_key(device))?;
        Ok(bytes.and_then(|bytes| minicbor::decode(&bytes).ok()))
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
