//! One consent in memory: what is known, what changed since it was stored, and what is awaited.

use std::collections::BTreeMap;

use channel::{MessageAssembler, Reader, SealedFragment};
use consent::{ConsentState, InboxSlot, ProviderConsent, Writer};
use readings::Lane;
use zeroize::Zeroizing;

use super::keys::{self, CONSENT, CONVERSATION, Conversation, HISTORY, LANES};
use super::{Arrived, ProviderError, seconds};
use crate::consents::{ConsentRecord, Id};
use crate::store::{Arrival, Change, Outgoing, Part, Secrets, Store};

/// The longest remark about a consent, in characters.
const LONGEST_REMARK: usize = 300;

/// What the listeners are told about: a change in any of these is news.
type Headline = (ConsentState, Option<i64>, Option<i64>);

pub(super) struct Session {
    pub(super) record: ConsentRecord,
    pub(super) consent: ProviderConsent,
    pub(super) conversation: Conversation,
    pub(super) readers: BTreeMap<Part, Reader>,
    pub(super) awaited: Awaited,
    /// What the store knew last.
    pub(super) stored_state: Option<Headline>,
    /// Parts of the secrets that changed since.
    dirty: Vec<Part>,
    changed: bool,
    erase: bool,
    arrivals: Vec<Arrival>,
    arrived: Vec<Arrived>,
    outgoing: Vec<Outgoing>,
}

/// Messages that are being put together. They are looked up again after a restart.
#[derive(Default)]
pub(super) struct Awaited {
    pub(super) inbox: BTreeMap<u16, MessageAssembler>,
    pub(super) said: BTreeMap<Writer, (u32, MessageAssembler)>,
}

impl Session {
    pub(super) fn new(
        record: ConsentRecord,
        consent: ProviderConsent,
        salt: Zeroizing<[u8; 32]>,
    ) -> Self {
        let mut session = Self {
            stored_state: None,
            record,
            consent,
            conversation: Conversation::new(salt),
            readers: BTreeMap::new(),
            awaited: Awaited::default(),
            dirty: Vec::new(),
            changed: false,
            erase: false,
            arrivals: Vec::new(),
            arrived: Vec::new(),
            outgoing: Vec::new(),
        };
        session.touch(CONSENT);
        session.touch(CONVERSATION);
        session.await_messages();
        session
    }

    /// A consent as it was stored; `None` when nothing of it is left to do.
    pub(super) fn load(
        store: &dyn Store,
        record: ConsentRecord,
    ) -> Result<Option<Self>, ProviderError> {
        let parts = store.secrets(&record.id)?;
        let find = |wanted: Part| {
            parts
                .iter()
                .find(|(part, _)| *part == wanted)
                .map(|(_, secrets)| secrets)
        };
        let (Some(consent), Some(conversation)) =
            (keys::stored_consent(&parts)?, find(CONVERSATION))
        else {
            return Ok(None);
        };
        let conversation = Conversation::from_secrets(conversation)?;
        let mut readers = BTreeMap::new();
        for (part, secrets) in parts.iter().filter(|(part, _)| *part >= LANES) {
            readers.insert(*part, Reader::from_state(&secrets.0)?);
        }
        let mut session = Self::new(record, consent, conversation.salt.clone());
        session.conversation = conversation;
        session.readers = readers;
        session.stored_state = Some(session.headline());
        session.dirty.clear();
        session.changed = false;
        session.await_messages();
        Ok((!session.is_over()).then_some(session))
    }

    pub(super) fn id(&self) -> &Id {
        &self.record.id
    }

    /// Nothing is left to do: it never began, or everything is gone.
    pub(super) fn is_over(&self) -> bool {
        matches!(
            self.record.state,
            ConsentState::Declined
                | ConsentState::Lapsed
                | ConsentState::Malformed
                | ConsentState::Erased
        )
    }

    fn headline(&self) -> Headline {
        (
            self.record.state,
            self.record.end_confirmed_at,
            self.record.granted_at,
        )
    }

    /// A part of the secrets changed.
    pub(super) fn touch(&mut self, part: Part) {
        self.changed = true;
        if !self.dirty.contains(&part) {
            self.dirty.push(part);
        }
    }

    /// The record changed.
    pub(super) fn note(&mut self) {
        self.changed = true;
    }

    pub(super) fn remark(&mut self, now: u64, what: impl Into<String>) {
        // What is wrong with a stranger's message may quote it.
        let what = plain_text::one_line(&what.into(), LONGEST_REMARK);
        if self.record.remark(seconds(now), what.clone()) {
            tracing::warn!("consent {}: {what}", self.record.id);
            self.changed = true;
        }
    }

    pub(super) fn arrive(&mut self, arrival: Arrival, arrived: Arrived) {
        self.changed = true;
        self.arrivals.push(arrival);
        self.arrived.push(arrived);
    }

    pub(super) fn take_arrived(&mut self) -> Vec<Arrived> {
        std::mem::take(&mut self.arrived)
    }

    /// Puts sealed blocks in the queue, the first one last: who sees it can have the whole.
    pub(super) fn put_out(&mut self, fragments: &[SealedFragment]) {
        self.changed = true;
        self.outgoing
            .extend(fragments.iter().rev().map(|fragment| Outgoing {
                place: 0,
                tag: fragment.tag.into(),
                data: fragment.data.to_vec(),
            }));
    }

    pub(super) fn has_changed(&self) -> bool {
        self.changed
    }

    /// What is to be stored; afterwards nothing is left over.
    pub(super) fn take_change(&mut self) -> Change {
        let over = self.is_over();
        let dirty = std::mem::take(&mut self.dirty);
        let secrets = if self.erase || over {
            // What remains is the evidence: the request, the receipt, and how it ended.
            self.consent.forget();
            vec![(CONSENT, Some(Secrets(self.consent.to_bytes())))]
        } else {
            dirty
                .into_iter()
                .map(|part| (part, self.part(part)))
                .collect()
        };
        self.changed = false;
        Change {
            record: self.record.clone(),
            secrets,
            arrivals: std::mem::take(&mut self.arrivals),
            outgoing: std::mem::take(&mut self.outgoing),
            erase: std::mem::take(&mut self.erase) || over,
        }
    }

    fn part(&self, part: Part) -> Option<Secrets> {
        match part {
            CONSENT => Some(Secrets(self.consent.to_bytes())),
            CONVERSATION => self.conversation.to_secrets().ok(),
            part => self
                .readers
                .get(&part)
                .map(|reader| Secrets(reader.to_state())),
        }
    }

    /// Ends it from this side.
    pub(super) fn terminate(&mut self, now: u64) -> Result<(), ProviderError> {
        self.consent.terminate(now)?;
        self.follow_state(now);
        Ok(())
    }

    /// Erases everything but the evidence. What is still to be said must be said before the change is taken.
    pub(super) fn erase(&mut self, now: u64) -> Result<(), ProviderError> {
        self.consent.erase(self.record.readings)?;
        self.erase = true;
        self.arrivals.clear();
        self.arrived.clear();
        self.record.erased_at = Some(seconds(now));
        self.record.remarks.clear();
        self.follow_state(now);
        tracing::info!(
            "consent {}: {} readings and all keys are erased",
            self.record.id,
            self.record.readings
        );
        Ok(())
    }

    /// Lets record and readers follow where the consent stands.
    pub(super) fn follow_state(&mut self, now: u64) {
        let state = self.consent.state();
        if state != self.record.state {
            tracing::info!("consent {} is {state}", self.record.id);
            self.record.stands(state, seconds(now));
        }
        self.touch(CONSENT);
        if state != ConsentState::Active {
            self.drop_readers();
        }
        self.await_messages();
    }

    /// Without a running consent there are no keys to readings.
    fn drop_readers(&mut self) {
        let parts: Vec<_> = std::mem::take(&mut self.readers).into_keys().collect();
        parts.into_iter().for_each(|part| self.touch(part));
        self.record
            .lanes
            .iter_mut()
            .for_each(|lane| lane.following = false);
    }

    /// Takes over the readers of a grant in place of those before.
    pub(super) fn set_readers(&mut self, readers: BTreeMap<Part, Reader>) {
        let parts: Vec<_> = self.readers.keys().chain(readers.keys()).copied().collect();
        // A history that is still being sent goes on beside new keys for the lanes.
        let history = self.readers.remove(&HISTORY);
        self.readers = readers;
        if let Some(history) = history {
            self.readers.entry(HISTORY).or_insert(history);
        }
        parts.into_iter().for_each(|part| self.touch(part));
    }

    /// Makes sure that the messages which may come are waited for, and no others.
    pub(super) fn await_messages(&mut self) {
        let secret = self
            .consent
            .request_secret()
            .filter(|_| self.record.awaits_inbox());
        match secret {
            Some(secret) => {
                for slot in [InboxSlot::Wallet, InboxSlot::Device] {
                    let inbox = &mut self.awaited.inbox;
                    inbox
                        .entry(slot.number())
                        .or_insert_with(|| MessageAssembler::new(secret.inbox_key(slot)));
                }
            }
            None => self.awaited.inbox.clear(),
        }
        let Some(secret) = self.consent.consent_secret() else {
            self.awaited.said.clear();
            return;
        };
        for writer in [Writer::Wallet, Writer::Device] {
            let next = self.conversation.log.next(writer);
            if self
                .awaited
                .said
                .get(&writer)
                .is_none_or(|(number, _)| *number != next)
            {
                let key = super::conversation::writer_keys(secret, writer).at(next);
                self.awaited
                    .said
                    .insert(writer, (next, MessageAssembler::new(key)));
            }
        }
    }
}

/// The lane that a part of the secrets reads.
pub(super) fn lane_of(part: Part) -> Option<Lane> {
    Lane::from_code(part.checked_sub(LANES)?).ok()
}
