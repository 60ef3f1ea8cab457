//! Cutting a message into blocks, and reading one block.

use super::MessageKey;
use crate::prf::hash;
use crate::sealing::{self, BLOCK_LEN, PLAINTEXT_LEN};
use crate::{ChannelError, Hash, IDENTITY_SIGNATURE_LEN, IdentityKey, Tag};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// A message has at most this many blocks.
pub const MAX_FRAGMENTS: usize = 16;
const VERSION: u8 = 1;
const HEADER_LEN: usize = 40;
pub(super) const PAYLOAD_LEN: usize = PLAINTEXT_LEN - HEADER_LEN;
/// The longest message without a signature.
pub const MAX_UNSIGNED_LEN: usize = MAX_FRAGMENTS * PAYLOAD_LEN;
/// The longest message with a signature.
pub const MAX_MESSAGE_LEN: usize = MAX_UNSIGNED_LEN - IDENTITY_SIGNATURE_LEN;

/// One block of a message, ready for the Tangle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedFragment {
    /// Where it goes.
    pub tag: Tag,
    /// What goes there.
    pub data: Box<[u8; BLOCK_LEN]>,
}

/// Signs `body` for this place (context and tag of the first fragment) and seals it.
///
/// `context` says what kind of message it is, for instance "control"; it is part of the signature, not of the bytes.
/// Publish the fragments in any order. The same key must never seal two different messages.
///
/// # Errors
/// [`ChannelError::MessageTooLong`] beyond [`MAX_MESSAGE_LEN`], [`ChannelError::CannotSign`] for a context over 251 bytes.
pub fn seal_message(
    key: &MessageKey,
    signer: &IdentityKey,
    context: &str,
    body: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<SealedFragment>, ChannelError> {
    if body.len() > MAX_MESSAGE_LEN {
        return Err(ChannelError::MessageTooLong {
            len: body.len(),
            max: MAX_MESSAGE_LEN,
        });
    }
    let signature = signer.sign(context, &signed_bytes(key, body), rng)?;
    seal_unsigned(key, &Zeroizing::new([body, &signature].concat()), rng)
}

/// Seals `body` without a signature: for the messages of a handshake that authenticates itself.
///
/// # Errors
/// [`ChannelError::MessageTooLong`] beyond [`MAX_UNSIGNED_LEN`].
pub fn seal_unsigned(
    key: &MessageKey,
    body: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<SealedFragment>, ChannelError> {
    let too_long = ChannelError::MessageTooLong {
        len: body.len(),
        max: MAX_UNSIGNED_LEN,
    };
    let last = body.len().saturating_sub(1) / PAYLOAD_LEN;
    let last = u8::try_from(last)
        .ok()
        .filter(|last| usize::from(*last) < MAX_FRAGMENTS)
        .ok_or(too_long)?;

    let message = hash(&[body]);
    let mut pieces = body.chunks(PAYLOAD_LEN);
    (0..=last)
        .map(|index| {
            let piece = Fragment {
                index,
                last,
                message,
                bytes: pieces.next().unwrap_or_default().to_vec().into(),
            };
            let tag = key.tag(index);
            let data = sealing::seal(&key.key(index), tag.as_bytes(), &piece.to_plaintext(), rng)?;
            Ok(SealedFragment { tag, data })
        })
        .collect()
}

/// What the signature of a message covers beside its context.
pub(super) fn signed_bytes(key: &MessageKey, body: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([key.tag(0).as_bytes().as_slice(), body].concat())
}

/// The plaintext of one block of a message:
/// `u8 version ‖ u8 index ‖ u8 last ‖ u8 0 ‖ u32 length ‖ SHA-256 of the whole message ‖ bytes ‖ zeros`.
pub(super) struct Fragment {
    pub(super) index: u8,
    pub(super) last: u8,
    /// Fragments of different messages under one tag never mix, whoever put them there.
    pub(super) message: Hash,
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

impl Fragment {
    /// Opens what lies at `key.tag(index)`; nothing when it is junk, or not what belongs there.
    pub(super) fn open(key: &MessageKey, index: u8, data: &[u8]) -> Option<Self> {
        let text = sealing::open(&key.key(index), key.tag(index).as_bytes(), data)?;
        let fragment = Self::parse(text.as_slice())?;
        (fragment.index == index).then_some(fragment)
    }

    fn parse(text: &[u8]) -> Option<Self> {
        let ([version, index, last, zero], text) = text.split_first_chunk()?;
        let (length, text) = text.split_first_chunk()?;
        let (message, text) = text.split_first_chunk::<32>()?;
        let (bytes, padding) =
            text.split_at_checked(u32::from_le_bytes(*length).try_into().ok()?)?;

        let full = bytes.len() == PAYLOAD_LEN || index == last;
        let valid = (*version, *zero) == (VERSION, 0)
            && index <= last
            && usize::from(*last) < MAX_FRAGMENTS
            && full
            && padding.iter().all(|byte| *byte == 0);
        valid.then(|| Self {
            index: *index,
            last: *last,
            message: Hash::from(*message),
            bytes: bytes.to_vec().into(),
        })
    }

    fn to_plaintext(&self) -> Zeroizing<[u8; PLAINTEXT_LEN]> {
        let length = u32::try_from(self.bytes.len())
            .unwrap_or(u32::MAX)
            .to_le_bytes();
        let mut text = Zeroizing::new([0; PLAINTEXT_LEN]);
        [VERSION, self.index, self.last, 0]
            .iter()
            .chain(&length)
            .chain(self.message.as_bytes())
            .chain(self.bytes.iter())
            .zip(text.iter_mut())
            .for_each(|(from, to)| *to = *from);
        text
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn fragment(index: u8, last: u8, length: usize) -> Fragment {
        Fragment {
            index,
            last,
            message: Hash::from([3; 32]),
            bytes: vec![7; length].into(),
        }
    }

    fn is_read(fragment: &Fragment) -> bool {
        let read = Fragment::parse(fragment.to_plaintext().as_slice());
        read.is_some_and(|read| {
            (read.index, read.last, read.message, read.bytes.len())
                == (
                    fragment.index,
                    fragment.last,
                    fragment.message,
                    fragment.bytes.len(),
                )
        })
    }

    #[test]
    fn only_the_last_fragment_may_be_short_and_none_lies_behind_it() {
        let most = u8::try_from(MAX_FRAGMENTS).unwrap() - 1;
        assert!(is_read(&fragment(0, 0, 0)));
        assert!(is_read(&fragment(1, 2, PAYLOAD_LEN)));
        assert!(is_read(&fragment(most, most, 5)));
        assert!(!is_read(&fragment(1, 2, PAYLOAD_LEN - 1)), "short");
        assert!(!is_read(&fragment(2, 1, PAYLOAD_LEN)), "behind the last");
        assert!(!is_read(&fragment(0, most + 1, PAYLOAD_LEN)), "too many");
    }

    #[test]
    fn what_no_version_uses_is_nothing_else() {
        let text = fragment(0, 0, 5).to_plaintext();
        for (at, value) in [(0, VERSION + 1), (3, 1), (PLAINTEXT_LEN - 1, 1)] {
            let mut other = text.clone();
            other[at] = value;
            assert!(Fragment::parse(other.as_slice()).is_none(), "byte {at}");
        }
    }
}
