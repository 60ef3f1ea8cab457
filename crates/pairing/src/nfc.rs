//! The code on an NFC tag: an NDEF message of one URI record (NFC Forum, *NFC Data Exchange Format* 1.0 section 3 and *URI
//! Record Type Definition* 1.0 section 3.2).

use zeroize::Zeroizing;

use crate::code::{PairingCode, URI_PREFIX};

/// Message begin, message end, short record, well-known type.
const HEADER: u8 = 0xd1;
const TYPE: u8 = b'U';
/// The abbreviation of `https://`; 0 abbreviates nothing.
const HTTPS: u8 = 0x04;

/// Why a code does not fit on a tag.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NfcError {
    /// A typed code.
    #[error("only the whole code of a device fits on a tag, not one that was typed")]
    Typed,
    /// A page that no phone would open by itself.
    #[error(
        "the page for phones has to be an address such as https://example.org/pair: it ends with /pair and has no ? or #"
    )]
    Page,
    /// More than a short record holds.
    #[error("the page's address is too long for a tag")]
    TooLong,
}

impl PairingCode {
    /// What is written on an NFC tag: the address of this code, or the same behind a `page` of somebody's, such as
    /// `https://example.org/pair`, which phones open although no app is running. The page's server never sees the secret.
    ///
    /// # Errors
    /// [`NfcError`].
    pub fn to_ndef(&self, page: Option<&str>) -> Result<Zeroizing<Vec<u8>>, NfcError> {
        let uri = self.to_uri().ok_or(NfcError::Typed)?;
        let (abbreviation, place) = match page {
            None => (0, URI_PREFIX),
            Some(page) => (HTTPS, page_of_phones(page)?),
        };
        let fragment = uri.strip_prefix(URI_PREFIX).ok_or(NfcError::Typed)?;
        let hash = if page.is_some() { "#" } else { "" };
        let length = 1 + place.len() + hash.len() + fragment.len();
        let length = u8::try_from(length).map_err(|_| NfcError::TooLong)?;
        let mut message = Zeroizing::new(vec![HEADER, 1, length, TYPE, abbreviation]);
        for part in [place, hash, fragment] {
            message.extend_from_slice(part.as_bytes());
        }
        Ok(message)
    }
}

/// The address in a record of a tag, if it is one that codes are written as: ours, or a page's behind `https://`.
pub fn uri_of_record(kind: &[u8], payload: &[u8]) -> Option<Zeroizing<String>> {
    let (abbreviation, rest) = payload.split_first().filter(|_| kind == [TYPE])?;
    let scheme = match *abbreviation {
        0 => "",
        HTTPS => "https://",
        _ => return None,
    };
    let rest = std::str::from_utf8(rest).ok()?;
    Some(Zeroizing::new(format!("{scheme}{rest}")))
}

/// The page without its scheme.
fn page_of_phones(page: &str) -> Result<&str, NfcError> {
    let place = page.strip_prefix("https://").ok_or(NfcError::Page)?;
    let is_plain = place.chars().all(|c| c.is_ascii_graphic()) && !place.contains(['?', '#']);
    match place.split_once('/') {
        Some((host, _)) if is_plain && !host.is_empty() && place.ends_with("/pair") => Ok(place),
        _ => Err(NfcError::Page),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::code::{IdentityHash, PairingSecret, Serial};

    fn code() -> PairingCode {
        let secret = PairingSecret([7; 20]);
        PairingCode::new(secret, IdentityHash([8; 20]), Serial([0, 0, 0, 42]))
    }

    #[test]
    fn a_tag_holds_the_code_and_fits_on_the_smallest_of_them() {
        let message = code().to_ndef(None).unwrap();
        assert_eq!(message[..5], [0xd1, 1, 78, b'U', 0]);
        let uri = std::str::from_utf8(&message[5..]).unwrap();
        assert_eq!(uri.parse(), Ok(code()));
        // An NTAG213 has 144 bytes, of which a message takes three more.
        assert!(message.len() + 3 <= 144);
    }

    #[test]
    fn a_page_for_phones_carries_the_same_code() {
        let message = code().to_ndef(Some("https://example.org/pair")).unwrap();
        assert_eq!(message[4], 4);
        let place = std::str::from_utf8(&message[5..]).unwrap();
        assert_eq!(format!("https://{place}").parse(), Ok(code()));
        let length = usize::from(message[2]);
        assert_eq!(message.len(), 4 + length);
    }

    #[test]
    fn what_is_written_on_a_tag_is_read_from_it() {
        for page in [None, Some("https://example.org/pair")] {
            let message = code().to_ndef(page).unwrap();
            let uri = uri_of_record(&message[3..4], &message[4..]).unwrap();
            assert_eq!(uri.parse(), Ok(code()));
        }
        for (kind, payload) in [
            (b"T".as_slice(), b"\x02enhello".as_slice()),
            (b"U", b""),
            (b"U", b"\x05+31201234567"),
            (b"U", b"\x00\xff\xfe"),
        ] {
            assert_eq!(uri_of_record(kind, payload), None, "{payload:?}");
        }
    }

    #[test]
    fn a_typed_code_or_a_page_that_would_not_open_is_refused() {
        let typed: PairingCode = code().to_typed().parse().unwrap();
        assert_eq!(typed.to_ndef(None), Err(NfcError::Typed));
        for page in [
            "http://example.org/pair",
            "https://example.org",
            "https:///pair",
            "https://example.org/pair?a=b",
            "https://example.org/?to=/pair",
            "https://example.org/our meter/pair",
            "https://example.org/other",
        ] {
            assert_eq!(code().to_ndef(Some(page)), Err(NfcError::Page), "{page}");
        }
        let long = format!("https://{}/pair", "a".repeat(250));
        assert_eq!(code().to_ndef(Some(&long)), Err(NfcError::TooLong));
    }
}
