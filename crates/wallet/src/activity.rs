//! Everything that happened, and the proof that nothing of it is missing or changed.

use consent::{Activity, ConsentId, DeviceId, JournalError, JournalHead};

use crate::error::WalletError;
use crate::letters::context;
use crate::store::StoredEntry;
use crate::wallet::Wallet;

/// What a check of the journal found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Checked {
    /// How many entries were checked: number, link to the one before, signature.
    pub entries: u32,
    /// How many the node has; absent if it did not answer.
    pub on_tangle: Option<u32>,
}

impl Checked {
    /// Nothing is missing here, and nothing was kept from this copy.
    pub fn is_whole(&self) -> bool {
        self.on_tangle.is_none_or(|there| there == self.entries)
    }
}

impl Wallet {
    /// Everything that happened, oldest first.
    pub fn activity(&self) -> Vec<Activity> {
        self.inner().view.activity().to_vec()
    }

    /// Looks at everything that happened, oldest first, without a copy of it. The wallet waits meanwhile, so `look` must not
    /// call it.
    pub fn with_activity<T>(&self, look: impl FnOnce(&[Activity]) -> T) -> T {
        look(self.inner().view.activity())
    }

    /// Checks the whole journal on this disk, and counts it on the Tangle.
    ///
    /// # Errors
    /// [`WalletError::Journal`] names the first entry that does not follow or was not written by this wallet.
    pub async fn check_journal(&self) -> Result<Checked, WalletError> {
        let entries = self.check_stored_journal()?;
        let on_tangle = match self.journal_length().await {
            Ok(length) => Some(length),
            Err(error) if error.is_temporary() || matches!(error, WalletError::NoTangle) => None,
            Err(error) => return Err(error),
        };
        Ok(Checked { entries, on_tangle })
    }

    pub(crate) fn check_stored_journal(&self) -> Result<u32, WalletError> {
        let signer = self.keys.journal_signer().verifying();
        let keys = self.keys.journal();
        let mut head = JournalHead::START;
        loop {
            // Part by part: whoever wants to read a long journal meanwhile does not wait for all of it.
            let part = self.inner().store.journal_from(head.next)?;
            if part.is_empty() {
                return Ok(head.next);
            }
            for StoredEntry {
                body, signature, ..
            } in part
            {
                let number = head.next;
                head.read(&body)?;
                let tag = keys.at(number).tag(0);
                let signed = zeroize::Zeroizing::new([tag.as_bytes().as_slice(), &body].concat());
                signer
                    .verify(context::JOURNAL, &signed, &signature)
                    .map_err(|_| JournalError::BrokenChain { number })?;
            }
        }
    }

    /// The consent or request that this beginning of an identifier means; four characters suffice if they are
    /// unmistakable.
    ///
    /// # Errors
    /// [`WalletError::UnknownConsent`] or [`WalletError::Ambiguous`].
    pub fn find_consent(&self, text: &str) -> Result<ConsentId, WalletError> {
        let inner = self.inner();
        let all = inner.view.requests().map(|request| request.consent);
        let named = |consent: &ConsentId| begins_with(&consent.to_string(), text);
        only(
            all.filter(named),
            || WalletError::UnknownConsent(short(text)),
            text,
        )
    }

    /// The device with this name or beginning of an identifier; without one, the only one there is.
    ///
    /// # Errors
    /// [`WalletError::NoDevice`], [`WalletError::WhichDevice`], [`WalletError::UnknownDevice`] or
    /// [`WalletError::Ambiguous`].
    pub fn find_device(&self, text: Option<&str>) -> Result<DeviceId, WalletError> {
        let inner = self.inner();
        let devices: Vec<_> = inner
            .view
            .devices()
            .filter(|device| device.removed_at.is_none())
            .collect();
        let Some(text) = text else {
            return match devices.as_slice() {
                [] => Err(WalletError::NoDevice),
                [only] => Ok(only.id),
                several => Err(WalletError::WhichDevice(several.len())),
            };
        };
        let named = |device: &&&consent::DeviceView| {
            device.name.eq_ignore_ascii_case(text) || begins_with(&device.id.to_string(), text)
        };
        let found = devices.iter().filter(named).map(|device| device.id);
        only(found, || WalletError::UnknownDevice(short(text)), text)
    }
}

fn begins_with(id: &str, text: &str) -> bool {
    text.len() >= 4 && id.starts_with(&text.to_ascii_lowercase())
}

fn only<T>(
    mut found: impl Iterator<Item = T>,
    unknown: impl FnOnce() -> WalletError,
    text: &str,
) -> Result<T, WalletError> {
    let first = found.next().ok_or_else(unknown)?;
    if found.next().is_some() {
        Err(WalletError::Ambiguous(short(text)))
    } else {
        Ok(first)
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}
