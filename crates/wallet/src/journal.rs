//! The journal on the Tangle: reading on from where this copy ends, and finding all of it again from the seed alone.

use channel::MessageAssembler;
use consent::{JournalError, JournalHead, JournalRecord};
use tangle::Tag;

use crate::error::WalletError;
use crate::letters::{self, context};
use crate::store;
use crate::wallet::Wallet;

/// Entries fetched with one question at most.
const BATCH: u32 = 64;

/// An entry as it was found: body and signature.
pub(crate) struct Found {
    pub(crate) record: JournalRecord,
    pub(crate) body: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    /// SHA-256 of both.
    pub(crate) hash: [u8; 32],
}

impl Wallet {
    /// Reads on in the journal: what a second wallet of the same words wrote, or all of it after a loss. Returns how
    /// many entries are new here.
    pub(crate) async fn read_journal(&self) -> Result<u32, WalletError> {
        let (mut batch, mut new) = (2, 0);
        loop {
            let start = self.inner().head.next;
            let keys = self.keys.journal();
            let numbers = start..start.saturating_add(batch);
            let assemblers = letters::fetch(self.tangle()?, numbers.map(|n| keys.at(n))).await?;
            let taken = self.take_entries(&assemblers)?;
            new += taken;
            if taken < batch {
                return Ok(new);
            }
            batch = (batch * 4).min(BATCH);
        }
    }

    /// Takes entries as long as they follow; a hole before a later entry means that the node withholds one.
    fn take_entries(&self, assemblers: &[MessageAssembler]) -> Result<u32, WalletError> {
        let mut inner = self.inner();
        let mut taken = 0;
        for (i, assembler) in assemblers.iter().enumerate() {
            let mut head = inner.head;
            match self.first_entry(&mut head, assembler)? {
                Some(found) => {
                    inner.take_entry(&found, &self.keys)?;
                    taken += 1;
                }
                None if assemblers
                    .iter()
                    .skip(i + 1)
                    .any(|later| !later.joined().is_empty()) =>
                {
                    return Err(WalletError::JournalGap { number: head.next });
                }
                None => break,
            }
        }
        Ok(taken)
    }

    /// The first entry under a number that this wallet signed and that follows from the one before.
    pub(crate) fn first_entry(
        &self,
        head: &mut JournalHead,
        assembler: &MessageAssembler,
    ) -> Result<Option<Found>, WalletError> {
        let signer = self.keys.journal_signer().verifying();
        let mut fault: Option<JournalError> = None;
        for joined in assembler.joined() {
            let Ok(opened) = joined.verify(&signer, context::JOURNAL) else {
                continue;
            };
            match head.read(&opened.body) {
                Ok(record) => {
                    let signature = joined
                        .bytes()
                        .get(opened.body.len()..)
                        .unwrap_or_default()
                        .to_vec();
                    return Ok(Some(Found {
                        record,
                        body: opened.body.to_vec(),
                        signature,
                        hash: opened.hash.into(),
                    }));
                }
                Err(error) => fault = fault.or(Some(error)),
            }
        }
        fault.map_or(Ok(None), |fault| Err(fault.into()))
    }

    /// How many entries the journal has on the Tangle, by doubling and bisection: a handful of questions for any
    /// length, asked before a whole journal is fetched.
    pub(crate) async fn journal_length(&self) -> Result<u32, WalletError> {
        let doubling: Vec<u32> = (0..31).map(|power| (1u32 << power) - 1).collect();
        let there = self.have_entries(&doubling).await?;
        let known = doubling
            .iter()
            .zip(&there)
            .take_while(|(_, there)| **there)
            .count();
        let Some(last_known) = known.checked_sub(1) else {
            return Ok(0);
        };
        let mut low = (1u32 << last_known) - 1;
        let mut high = (1u32 << known) - 1;
        while high - low > 1 {
            let step = (high - low).div_ceil(BATCH).max(1);
            let probes: Vec<u32> = (low + 1..high).step_by(step as usize).collect();
            let there = self.have_entries(&probes).await?;
            let found = probes
                .iter()
                .zip(&there)
                .take_while(|(_, there)| **there)
                .map(|(n, _)| *n);
            let missing = probes
                .iter()
                .zip(&there)
                .find(|(_, there)| !**there)
                .map(|(n, _)| *n);
            low = found.last().unwrap_or(low);
            high = missing.unwrap_or(high);
        }
        Ok(low + 1)
    }

    async fn have_entries(&self, numbers: &[u32]) -> Result<Vec<bool>, WalletError> {
        let keys = self.keys.journal();
        let tags: Vec<Tag> = numbers
            .iter()
            .map(|n| Tag(keys.at(*n).tag(0).into()))
            .collect();
        let found = self.tangle()?.by_tags(&tags).await?;
        Ok(tags
            .iter()
            .map(|tag| found.iter().any(|stored| stored.tag == *tag))
            .collect())
    }
}

impl crate::wallet::Inner {
    /// Enters an entry that stands on the Tangle. With it, in one transaction: the letter that it was leaves the
    /// outbox, and what follows from it goes in. What follows from another wallet's entry is that wallet's to say.
    pub(crate) fn take_entry(
        &mut self,
        found: &Found,
        keys: &crate::keys::Keys,
    ) -> Result<(), WalletError> {
        let own_letter = self.store.letter_with(&found.hash)?;
        let mut head = self.head;
        head.read(&found.body)?;
        if let Err(fault) = self.view.apply(&found.record) {
            tracing::warn!(
                "entry {} of the journal does not fit: {fault}",
                found.record.number
            );
        }
        let drafts = match own_letter {
            Some(_) => crate::consequences::of(&found.record, &self.view, keys),
            None => Vec::new(),
        };
        let stored = self.store.atomically(|transaction| {
            store::add_entry(
                transaction,
                found.record.number,
                &found.body,
                &found.signature,
            )?;
            for draft in &drafts {
                store::add_letter(transaction, found.record.at, draft)?;
            }
            if let Some(id) = own_letter {
                store::remove_letter(transaction, id)?;
            }
            store::start_places(transaction, &found.record)
        });
        if let Err(error) = stored {
            self.refold()?;
            return Err(error.into());
        }
        self.head = head;
        self.note(&found.record);
        Ok(())
    }
}
