//! Whether a request really comes from the site that it names.

use channel::VerifyingIdentity;
use data_encoding::HEXLOWER;

/// What a provider's site says about its keys, at `<site>/.well-known/meterkast.json`: so the wallet can tell that a
/// request really comes from the site that it names.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SiteStatement {
    /// SHA-256 of each identity key that may sign requests in this site's name, in hexadecimal.
    pub keys: Vec<String>,
}

impl SiteStatement {
    /// Where a site says it.
    pub const PATH: &'static str = "/.well-known/meterkast.json";
    /// The longest statement that is read.
    pub const MAX_LEN: usize = 16_384;

    /// A statement for this one key.
    #[must_use]
    pub fn of(key: &VerifyingIdentity) -> Self {
        Self {
            keys: vec![HEXLOWER.encode(key.hash().as_bytes())],
        }
    }

    /// Reads the statement of a site; `None` if it is not one.
    #[must_use]
    pub fn from_json(bytes: &[u8]) -> Option<Self> {
        (bytes.len() <= Self::MAX_LEN)
            .then(|| serde_json::from_slice(bytes).ok())
            .flatten()
    }

    /// Whether the site stands in for this key.
    #[must_use]
    pub fn vouches_for(&self, key: &VerifyingIdentity) -> bool {
        let hash = HEXLOWER.encode(key.hash().as_bytes());
        self.keys
            .iter()
            .any(|named| named.eq_ignore_ascii_case(&hash))
    }
}
