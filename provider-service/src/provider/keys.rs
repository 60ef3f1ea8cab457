//! The secrets of one consent, in the parts in which they are stored.

use channel::{VerifyingIdentity, prf};
use consent::{ConsentLog, ProviderConsent};
use minicbor::{Decode, Encode};
use zeroize::{Zeroize as _, Zeroizing};

use super::ProviderError;
use crate::store::{Part, Secrets, StoreError};

/// Where the consent stands, with `req_secret` and `S_c` until they are forgotten; afterwards the evidence that remains.
pub(super) const CONSENT: Part = 0;
/// What the conversation needs.
pub(super) const CONVERSATION: Part = 1;
/// Readers of lanes: this and the lane's code.
pub(super) const LANES: Part = 16;
/// The reader of the history.
pub(super) const HISTORY: Part = 64;

/// The key that a consent's grants are sealed to: a pair from the seed PRF(root, "provider-kem", salt). Only the salt is stored with
/// the consent, so erasing the salt erases the key, while the root alone opens nothing.
pub(super) fn grant_key(root: &[u8; 32], salt: &[u8; 32]) -> kem::SecretKey {
    kem::SecretKey::from_seed(&Zeroizing::new(prf(root, "provider-kem", &[salt])))
}

/// What the conversation with wallet and device needs.
#[derive(Clone)]
pub(super) struct Conversation {
    /// The salt of the key that grants are sealed to.
    pub(super) salt: Zeroizing<[u8; 32]>,
    /// The key of the receipt: it signs everything the wallet says.
    pub(super) wallet: Option<VerifyingIdentity>,
    /// The identity of the device that the receipt names.
    pub(super) device: Option<VerifyingIdentity>,
    /// The log that the three share.
    pub(super) log: ConsentLog,
    /// Since when keys turned without us although the consent runs.
    pub(super) left_out_since: Option<u64>,
    /// When we asked for new keys last.
    pub(super) resync_at: Option<u64>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct StoredConversation {
    #[cbor(n(0), with = "minicbor::bytes")]
    salt: Vec<u8>,
    #[cbor(n(1), with = "minicbor::bytes")]
    wallet: Vec<u8>,
    #[cbor(n(2), with = "minicbor::bytes")]
    device: Vec<u8>,
    #[cbor(n(3), with = "minicbor::bytes")]
    log: Vec<u8>,
    #[n(4)]
    left_out_since: Option<u64>,
    #[n(5)]
    resync_at: Option<u64>,
}

impl Conversation {
    pub(super) fn new(salt: Zeroizing<[u8; 32]>) -> Self {
        Self {
            salt,
            wallet: None,
            device: None,
            log: ConsentLog::new(),
            left_out_since: None,
            resync_at: None,
        }
    }

    pub(super) fn to_secrets(&self) -> Result<Secrets, ProviderError> {
        let key = |key: &Option<VerifyingIdentity>| {
            key.as_ref()
                .map(VerifyingIdentity::to_bytes)
                .unwrap_or_default()
        };
        let mut stored = StoredConversation {
            salt: self.salt.to_vec(),
            wallet: key(&self.wallet),
            device: key(&self.device),
            log: self.log.to_bytes(),
            left_out_since: self.left_out_since,
            resync_at: self.resync_at,
        };
        let bytes = minicbor::to_vec(&stored);
        stored.salt.zeroize();
        bytes
            .map(|bytes| Secrets(Zeroizing::new(bytes)))
            .map_err(|error| ProviderError::Protocol(error.to_string()))
    }

    pub(super) fn from_secrets(secrets: &Secrets) -> Result<Self, ProviderError> {
        let damaged = |what: String| ProviderError::Store(StoreError::Damaged(what));
        let mut stored: StoredConversation =
            minicbor::decode(&secrets.0).map_err(|error| damaged(error.to_string()))?;
        let salt = <[u8; 32]>::try_from(stored.salt.as_slice())
            .map_err(|_| damaged("a salt of the wrong length".to_owned()))?;
        stored.salt.zeroize();
        let key = |bytes: &[u8]| match bytes {
            [] => Ok(None),
            bytes => VerifyingIdentity::from_bytes(bytes).map(Some),
        };
        Ok(Self {
            salt: Zeroizing::new(salt),
            wallet: key(&stored.wallet)?,
            device: key(&stored.device)?,
            log: ConsentLog::from_bytes(&stored.log)?,
            left_out_since: stored.left_out_since,
            resync_at: stored.resync_at,
        })
    }
}

/// The consent among stored parts.
pub(super) fn stored_consent(
    parts: &[(Part, Secrets)],
) -> Result<Option<ProviderConsent>, ProviderError> {
    let part = parts.iter().find(|(part, _)| *part == CONSENT);
    Ok(part
        .map(|(_, secrets)| ProviderConsent::from_bytes(&secrets.0))
        .transpose()?)
}
