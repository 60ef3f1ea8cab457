//! The consent request: who asks, why, for what, how finely, for how long, and what happens to it.
//!
//! A request is JSON, signed as the exact bytes it is (`docs/protocol.md` section 6.1). Fields that this version does
//! not know are left in the signed bytes and otherwise passed over; a field that it does know is checked before
//! anything is shown, since all of it was written by a stranger.

mod check;

use std::fmt;

use channel::{IdentityKey, VerifyingIdentity};
use data_encoding::BASE64URL_NOPAD;
use rand_core::CryptoRng;
use readings::Lane;

pub use self::check::RequestFault;
use crate::id::RequestHash;
use crate::lanes::Lanes;
use crate::signed::{SignedDocument, SignedError};
use crate::text::Localised;

/// The version of the request format.
pub const REQUEST_VERSION: u8 = 1;
/// How long a request may wait for an answer if the provider does not say otherwise: ten minutes.
pub const DEFAULT_LIFETIME: u64 = 600;
/// How long a request may wait at most: a day.
pub const MAX_LIFETIME: u64 = 86_400;
/// The longest agreement that may be asked for: three years.
pub const MAX_DURATION: u64 = 3 * 366 * 86_400;
/// The longest history that may be asked for, in days.
pub const MAX_HISTORY_DAYS: u16 = 3_660;
/// The longest time that readings may be kept after the end, in days.
pub const MAX_RETENTION_DAYS: u16 = 3_660;
/// The largest signed request in bytes.
pub const MAX_REQUEST: usize = 40_960;

/// What a provider asks.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ConsentRequest {
    /// [`REQUEST_VERSION`].
    pub version: u8,
    /// The Tangle on which everything will happen.
    pub network: String,
    /// When the provider wrote this, in unix seconds.
    pub issued_at: u64,
    /// Until when it can be answered, in unix seconds.
    pub expires_at: u64,
    /// Who asks.
    pub provider: Provider,
    /// The one purpose.
    pub purpose: Purpose,
    /// What the service still does for somebody who says no (GDPR article 7(4)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<Localised>,
    /// What is asked for, lane by lane.
    pub lanes: Vec<LaneWish>,
    /// The past, if it is asked for. It is always optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<HistoryWish>,
    /// Not before, in unix seconds; nothing earlier than the person's yes is ever live data.
    pub from: u64,
    /// Not at or after, in unix seconds. There is no request without an end.
    pub until: u64,
    /// What happens to the data.
    pub handling: Handling,
    /// `kem::PublicKey` of this consent alone, base64url without padding: the grant is sealed to it.
    pub hpke_key: String,
    /// Where the person is taken back to, if they came from a page of the provider on the same device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<String>,
}

/// The controller (GDPR article 13(1)(a)).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Provider {
    /// The name people know.
    pub name: String,
    /// The site that vouches for the signing key, as an https origin: `https://wattt.example`.
    pub site: String,
    /// Where a person can ask: an e-mail address or telephone number.
    pub contact: String,
    /// Where it is established: two letters of ISO 3166-1.
    pub country: String,
    /// The privacy notice.
    pub privacy_notice: PrivacyNotice,
    /// With whom to complain.
    pub complaint_authority: Authority,
}

/// A privacy notice, pinned to what it said at the time.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PrivacyNotice {
    /// Where it can be read.
    pub url: String,
    /// SHA-256 of it, in hexadecimal.
    pub sha256: String,
}

/// The supervisory authority (GDPR article 13(2)(d)).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Authority {
    /// What it is called.
    pub name: Localised,
    /// Where a complaint can be made.
    pub url: String,
}

/// One purpose, in words and as a category.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Purpose {
    /// A purpose of the W3C Data Privacy Vocabulary, such as `dpv:ServicePersonalisation`.
    pub category: String,
    /// In words, such that "… asks to see your electricity, to" can precede: "show your peaks and costs".
    pub text: Localised,
}

/// One lane that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LaneWish {
    /// Which lane.
    pub lane: Lane,
    /// Whether the service cannot do without it.
    pub needed: bool,
    /// What it is for.
    pub why: Localised,
    /// Coarser lanes of the same data with which the service also works, and what it then loses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coarser: Vec<Coarser>,
}

/// A coarser choice that the provider offers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Coarser {
    /// Which lane instead: of the same kind, and coarser.
    pub lane: Lane,
    /// What does not work then.
    pub loses: Localised,
}

/// The past that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct HistoryWish {
    /// How many days back.
    pub days: u16,
    /// What it is for.
    pub why: Localised,
}

/// What happens to the data (GDPR articles 13(1)(e), (f) and 13(2)(a), (f)).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Handling {
    /// How many days after the end the data is kept.
    pub retention_days: u16,
    /// Who else gets it; nobody if empty.
    #[serde(default)]
    pub recipients: Vec<Recipient>,
    /// Countries outside the European Economic Area that it goes to, two letters each; none if empty.
    #[serde(default)]
    pub transfers: Vec<String>,
    /// What is decided about the person by a computer alone, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automated_decisions: Option<Localised>,
}

/// Somebody else who gets the data.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Recipient {
    /// Its name.
    pub name: String,
    /// What it does with the data.
    pub why: Localised,
}

impl LaneWish {
    /// The lanes that satisfy this wish: the one asked for first, then the coarser ones on offer.
    pub fn ways(&self) -> impl Iterator<Item = Lane> + '_ {
        std::iter::once(self.lane).chain(self.coarser.iter().map(|coarser| coarser.lane))
    }
}

impl ConsentRequest {
    /// The lanes asked for, needed and optional.
    #[must_use]
    pub fn asked(&self) -> Lanes {
        self.lanes.iter().map(|wish| wish.lane).collect()
    }

    /// The key that the grant is sealed to.
    #[must_use]
    pub fn hpke_key(&self) -> Option<kem::PublicKey> {
        let bytes = BASE64URL_NOPAD.decode(self.hpke_key.as_bytes()).ok()?;
        kem::PublicKey::from_bytes(&bytes).ok()
    }

    /// Sets the key that the grant is sealed to.
    pub fn set_hpke_key(&mut self, key: &kem::PublicKey) {
        self.hpke_key = BASE64URL_NOPAD.encode(&key.to_bytes());
    }

    /// Checks every field as a wallet does before it shows anything.
    ///
    /// # Errors
    /// The first fault, with the field it is in.
    pub fn check(&self) -> Result<(), RequestFault> {
        check::request(self)
    }
}

/// A request that cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The container or the signature.
    #[error(transparent)]
    Signed(#[from] SignedError),
    /// Longer than a request may be.
    #[error("the request has {0} bytes; at most {MAX_REQUEST} are allowed")]
    TooLong(usize),
    /// Not the JSON of a request.
    #[error("the request cannot be read: {0}")]
    Json(String),
    /// A field is missing its point.
    #[error(transparent)]
    Fault(#[from] RequestFault),
}

/// A request as it was signed, with what it says.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedRequest {
    bytes: Vec<u8>,
    request: ConsentRequest,
    key: VerifyingIdentity,
}

const WHAT: &str = "request";
const CONTEXT: &str = "request";

impl SignedRequest {
    /// Writes and signs a request.
    ///
    /// # Errors
    /// What a wallet would refuse about it: a provider hears of its mistake before anybody sees it.
    pub fn sign(
        request: &ConsentRequest,
        key: &IdentityKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, RequestError> {
        let json =
            serde_json::to_vec(request).map_err(|error| RequestError::Json(error.to_string()))?;
        Self::open(&SignedDocument::sign(WHAT, CONTEXT, json, key, rng)?.to_bytes())
    }

    /// Reads a signed request: length, container, signature, JSON, then every field.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn open(bytes: &[u8]) -> Result<Self, RequestError> {
        if bytes.len() > MAX_REQUEST {
            return Err(RequestError::TooLong(bytes.len()));
        }
        let (signed, key) = SignedDocument::open(WHAT, CONTEXT, bytes)?;
        let request: ConsentRequest = serde_json::from_slice(&signed.document)
            // The error quotes what a stranger wrote.
            .map_err(|error| RequestError::Json(plain_text::one_line(&error.to_string(), 200)))?;
        request.check()?;
        Ok(Self {
            bytes: bytes.to_vec(),
            request,
            key,
        })
    }

    /// The exact bytes, for the Tangle and for the journal.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it says.
    #[must_use]
    pub fn request(&self) -> &ConsentRequest {
        &self.request
    }

    /// The key that signed it: the provider's identity.
    #[must_use]
    pub fn provider_key(&self) -> &VerifyingIdentity {
        &self.key
    }

    /// SHA-256 of [`SignedRequest::as_bytes`], which the link carries and the receipt names.
    #[must_use]
    pub fn hash(&self) -> RequestHash {
        RequestHash::of(&self.bytes)
    }
}

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedRequest({})", self.hash())
    }
}
