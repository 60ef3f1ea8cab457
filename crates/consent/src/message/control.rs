//! The control channel: what the owner's wallet tells the device.

use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

use super::{MessageError, from_bytes, to_bytes};
use crate::id::{ConsentId, ConsentSecret, ContentHash, RequestSecret};
use crate::lanes::Lanes;

/// A message of the wallet to its device (`docs/protocol.md` section 4.3).
///
/// The chain of the control channel gives the order; each message is applied once, and a repeated one changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub enum ControlMessage {
    /// `DEVICE_ADDED`: the pairing holds; everything an earlier owner granted is dropped.
    #[n(0)]
    DeviceAdded {
        /// When, in unix seconds by the wallet's clock.
        #[n(0)]
        at: u64,
        /// The Tangle on which both will meet.
        #[n(1)]
        network: String,
        /// The lanes the owner reads from the start.
        #[n(2)]
        owner_lanes: Lanes,
    },
    /// `DEVICE_DELETED`: rotate to nobody, acknowledge, stop, erase.
    #[n(1)]
    DeviceDeleted {
        /// When, in unix seconds.
        #[n(0)]
        at: u64,
    },
    /// `AUTHORIZED`: somebody may read.
    #[n(2)]
    Authorized(#[n(0)] Box<Authorized>),
    /// `AUTHORIZATION_REVOKED`: that somebody may not read any more.
    #[n(3)]
    AuthorizationRevoked {
        /// Which consent.
        #[n(0)]
        consent: ConsentId,
        /// When the person said so, in unix seconds.
        #[n(1)]
        at: u64,
    },
    /// `PAUSED`: keep the consent, leave its provider out for now.
    #[n(4)]
    Paused {
        /// Which consent.
        #[n(0)]
        consent: ConsentId,
        /// When, in unix seconds.
        #[n(1)]
        at: u64,
    },
    /// `RESUMED`: hand out keys again.
    #[n(5)]
    Resumed {
        /// Which consent.
        #[n(0)]
        consent: ConsentId,
        /// When, in unix seconds.
        #[n(1)]
        at: u64,
    },
    /// `WATCH`: a screen of the owner shows these lanes until then; renewed while it does.
    #[n(6)]
    Watch {
        /// Which lanes.
        #[n(0)]
        lanes: Lanes,
        /// Until when, in unix seconds. Ten minutes ahead at most; a later time is cut.
        #[n(1)]
        until: u64,
        /// The wallet holds no keys for these lanes (any more).
        #[n(2)]
        need_keys: bool,
    },
    /// The lanes the owner reads for good. Always answered with fresh keys.
    #[n(7)]
    OwnerLanes {
        /// Which lanes; none switches this off.
        #[n(0)]
        lanes: Lanes,
    },
}

/// Everything the device needs to let one provider read, and nothing about who that is or why.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Authorized {
    /// Which consent.
    #[n(0)]
    pub consent: ConsentId,
    /// When the person said yes, in unix seconds.
    #[n(1)]
    pub at: u64,
    /// The lanes agreed on.
    #[n(2)]
    pub lanes: Lanes,
    /// Not before, in unix seconds.
    #[n(3)]
    pub from: u64,
    /// Not at or after, in unix seconds.
    #[n(4)]
    pub until: u64,
    /// How many days before `at` may be sent as history, if any.
    #[n(5)]
    pub history_days: Option<u16>,
    /// The provider's HPKE key for this consent alone (`kem::PublicKey`).
    #[cbor(n(6), with = "minicbor::bytes")]
    pub hpke_key: Vec<u8>,
    /// The key that the provider signs with (ML-DSA-65), so that its `RESYNC` can be checked.
    #[cbor(n(7), with = "minicbor::bytes")]
    pub provider_key: Vec<u8>,
    /// The key that the wallet signs this consent's messages with (ML-DSA-65), derived for this consent alone.
    #[cbor(n(8), with = "minicbor::bytes")]
    pub consent_key: Vec<u8>,
    /// SHA-256 of the signed receipt: the grant says which agreement it follows from.
    #[n(9)]
    pub receipt: ContentHash,
    /// The secret of the request's link: pre-shared key of the grant, and where it is posted.
    #[n(10)]
    pub request_secret: RequestSecret,
    /// `S_c`: where the three parties talk.
    #[n(11)]
    pub consent_secret: ConsentSecret,
}

const WHAT: &str = "message on the control channel";

impl ControlMessage {
    /// The body to sign and send.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        to_bytes(self)
    }

    /// Reads a body.
    ///
    /// # Errors
    /// What is wrong with the bytes, or with an authorisation that no wallet would write.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MessageError> {
        let message: Self = from_bytes(WHAT, bytes)?;
        if let Self::Authorized(authorized) = &message {
            authorized.check()?;
        }
        Ok(message)
    }
}

impl Authorized {
    fn check(&self) -> Result<(), MessageError> {
        let refuse = |detail| Err(MessageError::Impossible { what: WHAT, detail });
        if self.lanes.is_empty() {
            refuse("an authorisation without lanes")
        } else if self.from >= self.until {
            refuse("an authorisation that ends before it begins")
        } else if self.hpke_key.len() != kem::PUBLIC_KEY_LEN {
            refuse("a key for the grant of the wrong length")
        } else if [&self.provider_key, &self.consent_key]
            .iter()
            .any(|key| key.len() != crate::IDENTITY_KEY_LEN)
        {
            refuse("a signing key of the wrong length")
        } else {
            Ok(())
        }
    }
}
