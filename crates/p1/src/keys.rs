//! The keys of a meter that encrypts.

use alloc::vec::Vec;
use core::fmt;

use aes_gcm::aead::{AeadInOut, KeyInit, consts::U12};
use aes_gcm::{AesGcm, aes::Aes128};
use zeroize::Zeroizing;

use crate::sealed::Sealed;

/// AES-128-GCM with a tag of twelve bytes (IEC 62056-5-3, security suite 0).
type Cipher = AesGcm<Aes128, U12, U12>;

/// The two keys with which a meter encrypts its telegrams, as its grid operator gives them to the
/// household. Never printed, and wiped from memory when they are dropped.
///
/// ```
/// let keys = p1::Keys::from_hex("000102030405060708090a0b0c0d0e0f", None)?;
/// let stream = p1::Stream::new().with_keys(keys);
/// # Ok::<(), p1::KeyError>(())
/// ```
#[derive(Clone)]
pub struct Keys {
    cipher: Cipher,
    /// What the tag covers beside the text: the security byte and the authentication key.
    associated: Zeroizing<[u8; 17]>,
}

/// A key is not 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyError {
    digits: usize,
}

impl Keys {
    /// The authentication key of Luxembourg, which is the same for everybody and public (Smarty P1
    /// 1.1.3, section 3.2.5). Other countries give each household its own.
    pub const LUXEMBOURG: [u8; 16] = [
        0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE,
        0xFF,
    ];

    /// The encryption key (GUEK) and the authentication key (GAK).
    pub fn new(encryption: &[u8; 16], authentication: &[u8; 16]) -> Self {
        let mut associated = Zeroizing::new([0x30; 17]);
        for (to, from) in associated.iter_mut().skip(1).zip(authentication) {
            *to = *from;
        }
        Self {
            cipher: Cipher::new(encryption.into()),
            associated,
        }
    }

    /// The keys as they are written down: 32 hexadecimal digits each, perhaps with spaces. Without
    /// an authentication key, that of Luxembourg.
    ///
    /// # Errors
    ///
    /// If one of them is no such number.
    pub fn from_hex(encryption: &str, authentication: Option<&str>) -> Result<Self, KeyError> {
        let encryption = read_key(encryption)?;
        let authentication = match authentication {
            Some(text) => read_key(text)?,
            None => Zeroizing::new(Self::LUXEMBOURG),
        };
        Ok(Self::new(&encryption, &authentication))
    }

    /// The text of the frame that `bytes` begin with, put into `text`; whether its tag holds. Where
    /// it does not, nothing is put there.
    pub(crate) fn open(&self, bytes: &[u8], text: &mut Vec<u8>) -> bool {
        text.clear();
        let Some(sealed) = Sealed::parse(bytes) else {
            return false;
        };
        text.extend_from_slice(sealed.text);
        let opened = self.cipher.decrypt_inout_detached(
            &sealed.nonce.into(),
            self.associated.as_slice(),
            text.as_mut_slice().into(),
            sealed.tag.into(),
        );
        if opened.is_err() {
            text.clear();
        }
        opened.is_ok()
    }
}

fn read_key(text: &str) -> Result<Zeroizing<[u8; 16]>, KeyError> {
    let mut key = Zeroizing::new([0; 16]);
    let digits = || text.chars().filter(|c| !c.is_whitespace());
    let error = KeyError {
        digits: digits().count(),
    };
    let mut values = digits().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()));
    for byte in key.iter_mut() {
        let (Some(Some(high)), Some(Some(low))) = (values.next(), values.next()) else {
            return Err(error);
        };
        *byte = high * 16 + low;
    }
    match values.next() {
        None => Ok(key),
        Some(_) => Err(error),
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.digits == 32 {
            f.write_str("a key has the digits 0 to 9 and a to f only")
        } else {
            write!(
                f,
                "a key has 32 hexadecimal digits, this one has {}",
                self.digits
            )
        }
    }
}

impl core::error::Error for KeyError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_written_down() {
        let key = "AEBD21B769A6D13C0DF064E383682EFF";
        assert!(Keys::from_hex(key, None).is_ok());
        assert!(Keys::from_hex(&key.to_lowercase(), Some(key)).is_ok());
        assert!(Keys::from_hex("AEBD21B7 69A6D13C 0DF064E3 83682EFF\n", None).is_ok());
    }

    #[test]
    fn what_is_no_key_is_explained() {
        let why = |key: &str| {
            Keys::from_hex(key, None)
                .map_err(|error| alloc::format!("{error}"))
                .err()
        };
        let short = why("AEBD21");
        assert_eq!(
            short.as_deref(),
            Some("a key has 32 hexadecimal digits, this one has 6")
        );
        let odd = why("AEBD21B769A6D13C0DF064E383682EFG");
        assert_eq!(
            odd.as_deref(),
            Some("a key has the digits 0 to 9 and a to f only")
        );
    }

    #[test]
    fn keys_never_print() {
        let keys = Keys::new(&[0x5a; 16], &[0xa5; 16]);
        assert_eq!(alloc::format!("{keys:?}"), "Keys");
    }
}
