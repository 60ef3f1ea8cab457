//! Encrypted telegrams: what they look like from outside.
//!
//! Smart meters in Luxembourg and Austria send each telegram as one general-glo-ciphering frame
//! (DLMS/COSEM, IEC 62056-5-3): `DB`, the length of the system title and the title itself, the
//! length of the rest, the security byte, the frame counter, the ciphertext and a tag.

use crate::MAX_TELEGRAM;

/// The byte that begins a frame.
pub(crate) const MARK: u8 = 0xDB;
/// Security suite 0, authenticated and encrypted.
const AUTHENTICATED_AND_ENCRYPTED: u8 = 0x30;
const TITLE: usize = 8;
#[cfg(feature = "decrypt")]
const TAG: usize = 12;
/// The security byte, the counter and the tag.
const AROUND_THE_TEXT: usize = 1 + 4 + 12;

/// How long the frame is that some bytes begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// So many bytes.
    Known(usize),
    /// There are too few bytes to tell.
    Unsure,
    /// They begin with no frame.
    None,
}

/// A frame, taken apart.
#[cfg(feature = "decrypt")]
pub(crate) struct Sealed<'a> {
    /// System title and frame counter, which no other frame of the meter has.
    pub(crate) nonce: [u8; TITLE + 4],
    pub(crate) text: &'a [u8],
    pub(crate) tag: &'a [u8; TAG],
}

/// The length of the frame that `bytes` begin with.
pub(crate) fn length(bytes: &[u8]) -> Length {
    match header(bytes) {
        Some(Some((before, content))) => Length::Known(before + content),
        Some(None) => Length::None,
        None => Length::Unsure,
    }
}

/// How many bytes stand before the security byte, and from it on; `None` within for no frame, and
/// without for too few bytes.
fn header(bytes: &[u8]) -> Option<Option<(usize, usize)>> {
    let (mark, rest) = bytes.split_first()?;
    let (title, rest) = rest.split_first()?;
    if *mark != MARK || usize::from(*title) != TITLE {
        return Some(None);
    }
    let rest = rest.get(TITLE..)?;
    let (width, content, security) = match rest {
        [0x82, high, low, security, ..] => (3, u16::from_be_bytes([*high, *low]), security),
        [0x81, low, security, ..] => (2, u16::from(*low), security),
        [low @ ..=0x7F, security, ..] => (1, u16::from(*low), security),
        [] | [0x82] | [0x82, _] | [0x82, _, _] | [0x81] | [0x81, _] | [..=0x7F] => return None,
        _ => return Some(None),
    };
    let content = usize::from(content);
    let fits = *security == AUTHENTICATED_AND_ENCRYPTED
        && (AROUND_THE_TEXT..=MAX_TELEGRAM).contains(&content);
    Some(fits.then_some((2 + TITLE + width, content)))
}

#[cfg(feature = "decrypt")]
impl<'a> Sealed<'a> {
    /// The frame that `bytes` begin with; `None` if they do not hold all of it.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (before, content) = header(bytes)??;
        let title = bytes.get(2..2 + TITLE)?;
        let content = bytes.get(before..before + content)?;
        let (counter, rest) = content.get(1..)?.split_first_chunk::<4>()?;
        let (text, tag) = rest.split_last_chunk()?;
        let mut nonce = [0; TITLE + 4];
        for (to, from) in nonce.iter_mut().zip(title.iter().chain(counter)) {
            *to = *from;
        }
        Some(Self { nonce, text, tag })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn frame(length: &[u8], security: u8) -> Vec<u8> {
        let title = &b"\xDB\x08MKS12345"[..];
        [title, length, &[security, 0, 0, 0, 1]].concat()
    }

    #[test]
    fn lengths_of_one_two_and_three_bytes() {
        assert_eq!(length(&frame(&[0x7f], 0x30)), Length::Known(11 + 127));
        assert_eq!(length(&frame(&[0x81, 0xff], 0x30)), Length::Known(12 + 255));
        assert_eq!(
            length(&frame(&[0x82, 0x05, 0xde], 0x30)),
            Length::Known(13 + 1502)
        );
    }

    #[test]
    fn what_is_no_frame() {
        assert_eq!(length(&frame(&[0x82, 0x05, 0xde], 0x00)), Length::None);
        assert_eq!(length(&frame(&[0x82, 0xff, 0xff], 0x30)), Length::None);
        assert_eq!(length(&frame(&[0x05], 0x30)), Length::None);
        assert_eq!(length(&frame(&[0x83], 0x30)), Length::None);
        assert_eq!(length(b"\xDB\x07"), Length::None);
    }

    #[test]
    fn a_beginning_is_not_enough_to_tell() {
        let whole = frame(&[0x82, 0x05, 0xde], 0x30);
        for end in 0..=13 {
            assert_eq!(
                length(whole.get(..end).unwrap_or_default()),
                Length::Unsure,
                "{end}"
            );
        }
    }
}
