//! The receipt: what was agreed, in the form of ISO/IEC TS 27560 with the W3C DPV profile, signed by the person.
//!
//! It is JSON-LD, valid under `dpv-27560:receipt-eu-gdpr`. Its exact bytes are signed with a key derived for that
//! consent alone, so that two providers cannot tell from their receipts that they deal with one person
//! (`docs/protocol.md` section 6.4).

mod document;

use std::fmt;

use channel::{IdentityKey, VerifyingIdentity};
use rand_core::CryptoRng;

pub use self::document::Receipt;
use crate::agreement::{Agreement, ChoiceError};
use crate::id::{ConsentId, ContentHash, DeviceId, RequestHash};
use crate::request::SignedRequest;
use crate::signed::{SignedDocument, SignedError};
use crate::text::Language;

/// The largest signed receipt in bytes.
pub const MAX_RECEIPT: usize = 40_960;

/// How a yes was given, beside the request and the choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// When, in unix seconds.
    pub at: u64,
    /// In which language the request was shown.
    pub language: Language,
    /// Whose data: the device that will grant.
    pub device: DeviceId,
    /// By what act.
    pub by: Expression,
}

/// The act by which a person says yes.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    minicbor::Encode,
    minicbor::Decode,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum Expression {
    /// A button, and unlocking the device with a finger, a face, or its code.
    #[n(0)]
    DeviceUnlock,
    /// A command typed on a command line by whoever holds the wallet's passphrase or keychain.
    #[n(1)]
    CommandLine,
}

/// A receipt that cannot be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// The container or the signature.
    #[error(transparent)]
    Signed(#[from] SignedError),
    /// Longer than a receipt may be.
    #[error("the receipt has {0} bytes; at most {MAX_RECEIPT} are allowed")]
    TooLong(usize),
    /// Not the JSON-LD of a receipt.
    #[error("the receipt cannot be read: {0}")]
    Json(String),
    /// A receipt for something else.
    #[error("the receipt is for another {0}")]
    Other(&'static str),
    /// It grants what was never asked for.
    #[error("the receipt does not follow from the request: {0}")]
    Choice(#[from] ChoiceError),
}

/// A receipt as it was signed, with what it says.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedReceipt {
    bytes: Vec<u8>,
    receipt: Receipt,
    key: VerifyingIdentity,
}

const WHAT: &str = "receipt";
const CONTEXT: &str = "receipt";

impl SignedReceipt {
    /// Writes and signs the receipt of an agreement.
    ///
    /// `key` is the wallet's key for this consent alone.
    ///
    /// # Errors
    /// [`ReceiptError::TooLong`] if request and choices together make a receipt that nobody reads.
    pub fn sign(
        request: &SignedRequest,
        consent: ConsentId,
        agreement: &Agreement,
        given: Given,
        key: &IdentityKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, ReceiptError> {
        let receipt = Receipt::of(request, consent, agreement, given, &key.verifying());
        let json =
            serde_json::to_vec(&receipt).map_err(|error| ReceiptError::Json(error.to_string()))?;
        Self::open(&SignedDocument::sign(WHAT, CONTEXT, json, key, rng)?.to_bytes())
    }

    /// Reads a signed receipt: length, container, signature, JSON-LD, and that the key it names is the one that signed.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn open(bytes: &[u8]) -> Result<Self, ReceiptError> {
        if bytes.len() > MAX_RECEIPT {
            return Err(ReceiptError::TooLong(bytes.len()));
        }
        let (signed, key) = SignedDocument::open(WHAT, CONTEXT, bytes)?;
        let receipt: Receipt = serde_json::from_slice(&signed.document)
            .map_err(|error| ReceiptError::Json(error.to_string()))?;
        if receipt.signer() != key_name(&key) {
            return Err(ReceiptError::Other("signing key"));
        }
        Ok(Self {
            bytes: bytes.to_vec(),
            receipt,
            key,
        })
    }

    /// Reads a receipt and checks it against the request that it answers, as a provider does.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn open_for(
        bytes: &[u8],
        request: &SignedRequest,
        consent: ConsentId,
    ) -> Result<Self, ReceiptError> {
        let signed = Self::open(bytes)?;
        let receipt = &signed.receipt;
        if receipt.consent() != consent {
            return Err(ReceiptError::Other("consent"));
        }
        if receipt.request() != request.hash() {
            return Err(ReceiptError::Other("request"));
        }
        let agreement = receipt.agreement();
        if Agreement::reach(
            request.request(),
            &agreement.as_choices(),
            receipt.given_at(),
        )? != agreement
        {
            return Err(ReceiptError::Other("time"));
        }
        Ok(signed)
    }

    /// The exact bytes, for the Tangle, the journal, and the person's export.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it says.
    #[must_use]
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// The key that signed it: it signs everything the wallet says about this consent.
    #[must_use]
    pub fn key(&self) -> &VerifyingIdentity {
        &self.key
    }

    /// SHA-256 of [`SignedReceipt::as_bytes`].
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        ContentHash::of(&self.bytes)
    }

    /// The signed JSON-LD alone, for reading.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(&self.receipt).unwrap_or_default()
    }
}

impl fmt::Debug for SignedReceipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedReceipt({})", self.hash())
    }
}

/// How a receipt names a signing key.
fn key_name(key: &VerifyingIdentity) -> String {
    format!("urn:meterkast:key:{}", RequestHash(*key.hash().as_bytes()))
}
