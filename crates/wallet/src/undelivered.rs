//! What was decided and waits for the node: it stands, and what comes next is judged by it.

use consent::{ConsentId, ConsentState, JournalEntry, Step};

use crate::error::WalletError;
use crate::store::Draft;
use crate::wallet::Wallet;

impl Wallet {
    /// What was decided and has not reached the Tangle yet, with the unix second of each: it stands, and follows as soon
    /// as the node answers.
    ///
    /// # Errors
    /// [`WalletError::Store`].
    pub fn undelivered(&self) -> Result<Vec<(u64, JournalEntry)>, WalletError> {
        let letters = self.inner().store.letters()?;
        let decided = letters.into_iter().filter_map(|letter| match letter.draft {
            Draft::Journal(entry) => Some((letter.at, entry)),
            _ => None,
        });
        Ok(decided.collect())
    }

    /// What was decided about this consent and has not reached the Tangle yet, oldest first: to pause, to resume, to stop, and
    /// to ask for erasure.
    ///
    /// # Errors
    /// [`WalletError::Store`].
    pub fn undelivered_on(&self, wanted: ConsentId) -> Result<Vec<(u64, Step)>, WalletError> {
        let waiting = self.undelivered()?.into_iter();
        let steps = waiting.filter_map(|(at, entry)| {
            let (consent, step) = step(&entry)?;
            (consent == wanted).then_some((at, step))
        });
        Ok(steps.collect())
    }

    /// The state of a consent once everything that was decided about it is out.
    ///
    /// # Errors
    /// [`WalletError::UnknownConsent`], [`WalletError::Store`].
    pub(crate) fn decided_state(&self, consent: ConsentId) -> Result<ConsentState, WalletError> {
        let known = self.consent(consent)?.state_at(self.now());
        let decided = self.undelivered_on(consent)?.into_iter();
        // Erasure is asked for here; done it is when the service says so.
        let steps = decided.filter(|(_, step)| *step != Step::Erase);
        Ok(steps.fold(known, |state, (_, step)| state.after(step).unwrap_or(state)))
    }
}

fn step(entry: &JournalEntry) -> Option<(ConsentId, Step)> {
    match entry {
        JournalEntry::Paused { consent } => Some((*consent, Step::Pause)),
        JournalEntry::Resumed { consent } => Some((*consent, Step::Resume)),
        JournalEntry::RevocationRequested { consent } => Some((*consent, Step::Revoke)),
        JournalEntry::ErasureRequested { consent } => Some((*consent, Step::Erase)),
        _ => None,
    }
}
