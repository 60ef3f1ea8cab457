//! Handing the keys of lanes to a reader: the MAM_DATA message (`docs/protocol.md` section 6, step 4).
//!
//! `u8 version ‖ u8 suite ‖ enc[1280] ‖ ciphertext` of HPKE with a pre-shared key. The bytes are the body of a message
//! that the device signs with its identity key, see [`crate::seal_message`].

use crate::{ChannelError, LaneKeys, Pairwise, prf, state};
use kem::{PublicKey, SUITE, Sealed, SecretKey};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const WHAT: &str = "a grant";
const INFO: &[u8] = b"mk1/grant";
const PAIRWISE: &[u8] = b"mk1/pairwise";

/// What a provider, or the owner, gets to read: the lanes of one consent, each as of one slot. Secret.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Grant {
    /// The consent it belongs to.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub consent: [u8; 16],
    /// Lane code and keys, in ascending order of the code.
    #[n(1)]
    pub lanes: Vec<(u8, LaneKeys)>,
    /// The channel with what was measured before, where the consent names it.
    #[n(2)]
    pub history: Option<LaneKeys>,
}

/// Seals `grant` to the key that its consent request named.
///
/// `secret` is what device and reader share beside that key: the secret of the request, or of the consent for a grant
/// that is renewed. The returned key takes part in rotations, see [`Pairwise::lane`].
///
/// # Errors
/// [`ChannelError::Kem`] for a public key whose X25519 half is of small order.
pub fn seal_grant(
    grant: &Grant,
    to: &PublicKey,
    secret: &[u8; 32],
    rng: &mut impl CryptoRng,
) -> Result<(Vec<u8>, Pairwise), ChannelError> {
    let plaintext = state::encode(VERSION, grant);
    let (psk, head) = (Zeroizing::new(prf(secret, "psk", &[])), [VERSION, SUITE]);
    let (sealed, exporter) = kem::seal(to, &psk, &grant.consent, INFO, &head, &plaintext, rng)?;
    let bytes = [head.as_slice(), &sealed.enc, &sealed.ciphertext].concat();
    Ok((bytes, Pairwise::new(*exporter.export(PAIRWISE))))
}

/// Opens a grant for `consent` that was sealed to `key`.
///
/// Every public key in it is checked against its root. Whose grant it is, the signature of the message around it says.
///
/// # Errors
/// A newer version or suite, another key, secret or consent, altered bytes, or keys that do not belong to their root.
pub fn open_grant(
    bytes: &[u8],
    key: &SecretKey,
    secret: &[u8; 32],
    consent: &[u8; 16],
) -> Result<(Grant, Pairwise), ChannelError> {
    let (head, sealed) = bytes
        .split_first_chunk::<2>()
        .ok_or_else(|| ChannelError::malformed(WHAT, "it is empty"))?;
    let [version, suite] = *head;
    if version < VERSION {
        return Err(ChannelError::malformed(WHAT, "its version byte is unknown"));
    }
    if version > VERSION {
        return Err(ChannelError::Version {
            what: WHAT,
            version,
            known: VERSION,
        });
    }
    if suite != SUITE {
        return Err(ChannelError::Version {
            what: "the key exchange of a grant",
            version: suite,
            known: SUITE,
        });
    }
    let psk = Zeroizing::new(prf(secret, "psk", &[]));
    let (plaintext, exporter) =
        kem::open(key, &psk, consent, INFO, head, &Sealed::from_bytes(sealed)?)?;
    let grant: Grant = state::decode(WHAT, VERSION, &plaintext)?;
    if grant.consent != *consent {
        return Err(ChannelError::OtherConsent);
    }
    Ok((grant.checked()?, Pairwise::new(*exporter.export(PAIRWISE))))
}

impl Grant {
    fn checked(self) -> Result<Self, ChannelError> {
        let check = |(code, keys): (u8, LaneKeys)| keys.checked().map(|keys| (code, keys));
        Ok(Self {
            consent: self.consent,
            lanes: self
                .lanes
                .into_iter()
                .map(check)
                .collect::<Result<_, _>>()?,
            history: self.history.map(LaneKeys::checked).transpose()?,
        })
    }
}
