//! Answers that are kept: given while the node was away, and taken back as long as none of their bytes can have left.

use consent::{ConsentId, ConsentState, JournalEntry};

use crate::error::WalletError;
use crate::store::{self, Draft, Letter};
use crate::wallet::{Inner, Wallet};

/// An answer to a request that is durable here and does not stand on the Tangle yet: neither device nor service was told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptAnswer {
    /// The consent that it is about.
    pub consent: ConsentId,
    /// Who asked.
    pub service: String,
    /// Whether it is a yes.
    pub yes: bool,
    /// When it was given, in unix seconds.
    pub at: u64,
    /// Whether it can still be taken back: none of its bytes was ever given to a node.
    pub may_take_back: bool,
}

impl Wallet {
    /// The answers that are kept until the node answers, oldest first.
    ///
    /// # Errors
    /// [`WalletError::Store`].
    pub fn kept_answers(&self) -> Result<Vec<KeptAnswer>, WalletError> {
        self.inner().kept_answers()
    }

    /// The answer to this request, if it is kept until the node answers.
    ///
    /// # Errors
    /// [`WalletError::Store`].
    pub fn kept_answer(&self, consent: ConsentId) -> Result<Option<KeptAnswer>, WalletError> {
        self.inner().kept_answer(consent)
    }

    /// Takes a kept answer back, as if it had never been given: the request waits again. Without an answer there is nothing
    /// to do.
    ///
    /// # Errors
    /// [`WalletError::AnswerOut`] if it went out, or may be on its way.
    pub async fn take_back_answer(&self, consent: ConsentId) -> Result<(), WalletError> {
        // Nothing is sent meanwhile: what has no bytes now has none when it is removed.
        let _busy = self.busy.lock().await;
        let mut inner = self.inner();
        let known = inner.view.request(consent);
        let known = known.ok_or_else(|| WalletError::UnknownConsent(consent.to_string()))?;
        if known.state != ConsentState::Requested {
            return Err(WalletError::AnswerOut);
        }
        let letters = inner.store.letters()?;
        let answers = letters.iter().filter(|letter| answers(letter, consent));
        let answers: Vec<&Letter> = answers.collect();
        if answers.iter().any(|letter| letter.sealed.is_some()) {
            return Err(WalletError::AnswerOut);
        }
        Ok(inner.store.atomically(|transaction| {
            let mut ids = answers.iter().map(|letter| letter.id);
            ids.try_for_each(|id| store::remove_letter(transaction, id))
        })?)
    }

    /// # Errors
    /// [`WalletError::AnswerKept`] if this request was answered, and the node does not know it yet.
    pub(crate) fn check_unanswered(&self, consent: ConsentId) -> Result<(), WalletError> {
        match self.kept_answer(consent)? {
            Some(_) => Err(WalletError::AnswerKept),
            None => Ok(()),
        }
    }
}

impl Inner {
    pub(crate) fn kept_answer(
        &self,
        consent: ConsentId,
    ) -> Result<Option<KeptAnswer>, WalletError> {
        let kept = self.kept_answers()?;
        Ok(kept.into_iter().find(|answer| answer.consent == consent))
    }

    fn kept_answers(&self) -> Result<Vec<KeptAnswer>, WalletError> {
        let letters = self.store.letters()?;
        Ok(letters
            .iter()
            .filter_map(|letter| self.kept(letter))
            .collect())
    }

    /// What another wallet of these words answered meanwhile counts, and this letter no longer.
    fn kept(&self, letter: &Letter) -> Option<KeptAnswer> {
        let (consent, yes) = answer(letter)?;
        let request = self.view.request(consent)?;
        (request.state == ConsentState::Requested).then(|| KeptAnswer {
            consent,
            service: request.signed.request().provider.name.clone(),
            yes,
            at: letter.at,
            may_take_back: letter.sealed.is_none(),
        })
    }
}

fn answers(letter: &Letter, wanted: ConsentId) -> bool {
    answer(letter).is_some_and(|(consent, _)| consent == wanted)
}

/// What a letter answers, and whether it says yes.
fn answer(letter: &Letter) -> Option<(ConsentId, bool)> {
    match &letter.draft {
        Draft::Journal(JournalEntry::Authorized(given)) => Some((given.consent, true)),
        Draft::Journal(JournalEntry::Declined { consent, .. }) => Some((*consent, false)),
        _ => None,
    }
}
