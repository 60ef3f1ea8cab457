//! Every key of the wallet, derived from the seed by a label (`docs/protocol.md` section 4.5).

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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;
    use serde_json::Value;

    /// What the test vectors say of this label, for a seed of ones.
    fn vector(label: &str) -> [u8; 32] {
        let text = include_str!("../../../docs/vectors/prf.json");
        let file: Value = serde_json::from_str(text).unwrap();
        let cases = file.get("cases").and_then(Value::as_array).unwrap();
        let of = |case: &&Value| case.get("label").unwrap() == &format!("mk1/{label}");
        let output = cases
            .iter()
            .find(of)
            .and_then(|case| case.get("output"))
            .unwrap();
        let bytes = HEXLOWER
            .decode(output.as_str().unwrap().as_bytes())
            .unwrap();
        bytes.try_into().unwrap()
    }

    #[test]
    fn keys_are_those_of_the_test_vectors() {
        let (keys, consent) = (Keys::new(Seed::from_bytes([1; 32])), ConsentId([9; 16]));
        let signer = |label| *IdentityKey::from_seed(&vector(label)).seed();
        let journal = Numbered::new(vector("wallet/journal"));
        assert_eq!(keys.journal().at(0).tag(0), journal.at(0).tag(0));
        assert_eq!(*keys.journal_signer().seed(), signer("wallet/journal-key"));
        assert_eq!(*keys.device_signer(3).seed(), signer("wallet/device-key"));
        assert_eq!(
            *keys.consent_signer(consent).seed(),
            signer("wallet/consent-key")
        );
        assert_eq!(
            *keys.consent_secret(consent).expose(),
            vector("wallet/consent-secret")
        );
        assert_eq!(
            vector("wallet/fingerprint").first_chunk(),
            Some(&keys.fingerprint())
        );
    }
}
