//! The deep link of a request, and the checks between scanning a code and showing a screen.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use crate::id::{ConsentId, RequestHash, RequestSecret};
use crate::request::{RequestError, SignedRequest};

/// The scheme of the wallet's links.
pub const SCHEME: &str = "meterkast";
/// How far a provider's clock may be ahead of the wallet's, in seconds.
pub const CLOCK_TOLERANCE: u64 = 300;
const LONGEST_LINK: usize = 2_048;
const LONGEST_NETWORK: usize = 64;

/// What a link or QR code carries: the network, the secret under which the request lies, and its hash.
///
/// It prints as `meterkast://consent?n=<network>&r=<base64url(secret[32] ‖ hash[32])>`. For a phone without the app
/// there is an https form with the same two parameters in the fragment ([`ConsentLink::to_https`]), which no server
/// gets to see. Both are read by [`FromStr`]; unknown parameters are passed over.
#[derive(Clone, PartialEq, Eq)]
pub struct ConsentLink {
    /// The Tangle where the request lies.
    pub network: String,
    /// Whoever knows this finds the request and may answer it.
    pub secret: RequestSecret,
    /// What the request must hash to.
    pub hash: RequestHash,
}

/// A text that is not a link to a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Something else altogether.
    #[error("this is not a link to a request: it must begin with meterkast://consent")]
    NotALink,
    /// Longer than any link.
    #[error("this link has {0} characters; at most {LONGEST_LINK} are allowed")]
    TooLong(usize),
    /// A part is missing: the link was cut off or copied in part.
    #[error("this link is incomplete: its part “{0}” is missing; copy it whole")]
    Incomplete(&'static str),
    /// A part is there twice.
    #[error("this link has its part “{0}” twice")]
    Repeated(&'static str),
    /// A part is damaged.
    #[error("this link is damaged: its part “{0}” cannot be read; copy it again")]
    Damaged(&'static str),
}

/// What was found under a link cannot be shown as a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The link is for another Tangle than the wallet's.
    #[error("this request is for the network “{theirs}”, and this wallet is on “{ours}”")]
    OtherNetwork {
        /// Where the request wants to be.
        theirs: String,
        /// Where this wallet is.
        ours: String,
    },
    /// What was found is not what the link was made for.
    #[error("this request was changed after the link was made")]
    Altered,
    /// Too late.
    #[error("this request could be answered until {expired_at} (unix time), and it is {now}")]
    Expired {
        /// Until when it could be answered.
        expired_at: u64,
        /// The wallet's time.
        now: u64,
    },
    /// Written later than now.
    #[error(
        "this request was written at {issued_at} (unix time), which is after now, {now}: one of two clocks is wrong"
    )]
    FromTheFuture {
        /// When it says that it was written.
        issued_at: u64,
        /// The wallet's time.
        now: u64,
    },
    /// Not a request, or one that no wallet shows.
    #[error(transparent)]
    Request(#[from] RequestError),
}

impl ConsentLink {
    /// The link to a request.
    #[must_use]
    pub fn to(request: &SignedRequest, secret: RequestSecret) -> Self {
        Self {
            network: request.request().network.clone(),
            secret,
            hash: request.hash(),
        }
    }

    /// The consent that the request leads to.
    #[must_use]
    pub fn consent(&self) -> ConsentId {
        ConsentId::of(&self.secret, &self.hash)
    }

    /// The form for phones without the app: `page` is an https address that explains and opens the app.
    #[must_use]
    pub fn to_https(&self, page: &str) -> String {
        let page = page.split('#').next().unwrap_or_default();
        format!("{page}#{}", self.parameters().as_str())
    }

    /// Checks what was found on the Tangle under this link, in the order in which a person is best told.
    ///
    /// # Errors
    /// Why it cannot be shown.
    pub fn open(&self, found: &[u8], network: &str, now: u64) -> Result<SignedRequest, OpenError> {
        self.check_network(network)?;
        if RequestHash::of(found) != self.hash {
            return Err(OpenError::Altered);
        }
        let signed = SignedRequest::open(found)?;
        other_network(&signed.request().network, network)?;
        check_time(&signed, now)?;
        Ok(signed)
    }

    /// Checks that the link is for this Tangle, before anything is fetched.
    ///
    /// # Errors
    /// [`OpenError::OtherNetwork`].
    pub fn check_network(&self, network: &str) -> Result<(), OpenError> {
        other_network(&self.network, network)
    }

    fn parameters(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0u8; 64]);
        bytes
            .iter_mut()
            .zip(self.secret.expose().iter().chain(&self.hash.0))
            .for_each(|(to, from)| *to = *from);
        Zeroizing::new(format!(
            "n={}&r={}",
            self.network,
            BASE64URL_NOPAD.encode(&*bytes)
        ))
    }
}

fn other_network(theirs: &str, ours: &str) -> Result<(), OpenError> {
    if theirs == ours {
        Ok(())
    } else {
        Err(OpenError::OtherNetwork {
            theirs: theirs.into(),
            ours: ours.into(),
        })
    }
}

/// Checks that a request can be answered now.
///
/// # Errors
/// [`OpenError::Expired`] or [`OpenError::FromTheFuture`].
pub fn check_time(signed: &SignedRequest, now: u64) -> Result<(), OpenError> {
    let request = signed.request();
    if request.expires_at <= now {
        Err(OpenError::Expired {
            expired_at: request.expires_at,
            now,
        })
    } else if request.issued_at > now.saturating_add(CLOCK_TOLERANCE) {
        Err(OpenError::FromTheFuture {
            issued_at: request.issued_at,
            now,
        })
    } else {
        Ok(())
    }
}

/// The name of a network: letters, digits, `.`, `_` and `-`, so that it needs no escaping anywhere.
pub(crate) fn check_network(name: &str) -> Result<(), LinkError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if (1..=LONGEST_NETWORK).contains(&name.len()) && name.bytes().all(allowed) {
        Ok(())
    } else {
        Err(LinkError::Damaged("n"))
    }
}

impl fmt::Display for ConsentLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}://consent?{}", self.parameters().as_str())
    }
}

impl fmt::Debug for ConsentLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentLink")
            .field("network", &self.network)
            .field("hash", &self.hash)
            .finish_non_exhaustive()
    }
}

impl FromStr for ConsentLink {
    type Err = LinkError;

    fn from_str(text: &str) -> Result<Self, LinkError> {
        let text = text.trim();
        if text.len() > LONGEST_LINK {
            return Err(LinkError::TooLong(text.len()));
        }
        let parameters = parameters_of(text).ok_or(LinkError::NotALink)?;
        let network = parameter(parameters, "n")?;
        check_network(network)?;
        let bytes = Zeroizing::new(
            BASE64URL_NOPAD
                .decode(parameter(parameters, "r")?.as_bytes())
                .map_err(|_| LinkError::Damaged("r"))?,
        );
        let (secret, hash) = bytes
            .split_first_chunk::<32>()
            .ok_or(LinkError::Damaged("r"))?;
        let hash = hash.try_into().map_err(|_| LinkError::Damaged("r"))?;
        Ok(Self {
            network: network.into(),
            secret: RequestSecret(*secret),
            hash: RequestHash(hash),
        })
    }
}

/// What follows `meterkast://consent?` (a slash before the question mark is what some systems add), or the fragment of
/// an https address.
fn parameters_of(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    if scheme.eq_ignore_ascii_case(SCHEME) {
        let rest = rest
            .get(..7)
            .filter(|word| word.eq_ignore_ascii_case("consent"))
            .and_then(|_| rest.get(7..))?;
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        if rest.is_empty() {
            Some(rest)
        } else {
            rest.strip_prefix('?')
        }
    } else if scheme.eq_ignore_ascii_case("https") {
        rest.split_once('#').map(|(_, fragment)| fragment)
    } else {
        None
    }
}

fn parameter<'a>(parameters: &'a str, name: &'static str) -> Result<&'a str, LinkError> {
    let mut found = parameters
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(key, _)| *key == name);
    let (_, value) = found.next().ok_or(LinkError::Incomplete(name))?;
    if found.next().is_some() {
        Err(LinkError::Repeated(name))
    } else {
        Ok(value)
    }
}
