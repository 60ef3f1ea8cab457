//! Every key of the wallet, derived from the seed by a label (`docs/protocol.md` section 2).

use channel::{IdentityKey, Numbered};
use consent::{ConsentId, ConsentSecret};

use crate::seed::Seed;

/// Derives the wallet's keys.
#[derive(Clone, Debug)]
pub(crate) struct Keys(Seed);

impl Keys {
    pub(crate) fn new(seed: Seed) -> Self {
        Self(seed)
    }

    /// Where the journal's entries lie, and what opens them.
    pub(crate) fn journal(&self) -> Numbered {
        Numbered::new(*self.0.derive("wallet/journal", &[]))
    }

    /// Signs the journal's entries.
    pub(crate) fn journal_signer(&self) -> IdentityKey {
        IdentityKey::from_seed(&self.0.derive("wallet/journal-key", &[]))
    }

    /// The key by which one device knows this wallet. The index is drawn at random at pairing and kept in the journal.
    pub(crate) fn device_signer(&self, index: u32) -> IdentityKey {
        IdentityKey::from_seed(&self.0.derive("wallet/device-key", &[&index.to_le_bytes()]))
    }

    /// Signs the receipt and all messages of one consent, so that no two providers can compare keys.
    pub(crate) fn consent_signer(&self, consent: ConsentId) -> IdentityKey {
        IdentityKey::from_seed(&self.0.derive("wallet/consent-key", &[consent.as_bytes()]))
    }

    /// `S_c` of one consent.
    pub(crate) fn consent_secret(&self, consent: ConsentId) -> ConsentSecret {
        ConsentSecret(
            *self
                .0
                .derive("wallet/consent-secret", &[consent.as_bytes()]),
        )
    }

    /// Names the wallet in its own database: a database of another wallet is noticed before it is believed.
    pub(crate) fn fingerprint(&self) -> [u8; 16] {
        let derived = self.0.derive("wallet/fingerprint", &[]);
        derived.first_chunk().copied().unwrap_or_default()
    }

    pub(crate) fn seed(&self) -> &Seed {
        &self.0
    }
}
