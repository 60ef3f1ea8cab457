//! The form of the secret that people type: Crockford's Base32 with a check character.
//!
//! Alphabet and the letters that may be confused are those of <https://www.crockford.com/base32.html>.
//! The check character is the sum of `c_i · α^i` over GF(32), which finds every single wrong character
//! and every two neighbours swapped; unlike Crockford's own check symbols it stays within the alphabet.

use zeroize::Zeroizing;

use crate::code::CodeError;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SECRET_LEN: usize = 20;
const SYMBOLS: usize = 32;
const GROUP: usize = 4;

/// `XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-C`.
pub(crate) fn print(secret: &[u8; SECRET_LEN]) -> Zeroizing<String> {
    let symbols = to_symbols(secret);
    let mut text = Zeroizing::new(String::with_capacity(48));
    for (i, symbol) in symbols
        .iter()
        .chain([&check(symbols.as_slice())])
        .enumerate()
    {
        if i > 0 && i % GROUP == 0 {
            text.push('-');
        }
        text.push(
            ALPHABET
                .get(usize::from(*symbol))
                .map_or('0', |&c| char::from(c)),
        );
    }
    text
}

/// Reads a code as people type it: any case, with or without dashes and spaces, `O` for `0`, `I` and `L` for `1`.
pub(crate) fn parse(text: &str) -> Result<Zeroizing<[u8; SECRET_LEN]>, CodeError> {
    let mut symbols = Zeroizing::new(Vec::with_capacity(SYMBOLS + 1));
    for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let bad = CodeError::BadCharacter {
            position: symbols.len() + 1,
            found: crate::code::shown(c),
        };
        symbols.push(symbol_of(c).ok_or(bad)?);
    }
    let length = CodeError::TypedLength {
        found: symbols.len(),
        expected: SYMBOLS + 1,
    };
    match symbols.split_last() {
        Some((&given, secret)) if secret.len() == SYMBOLS => {
            if check(secret) == given {
                Ok(from_symbols(secret))
            } else {
                Err(CodeError::Typo)
            }
        }
        _ => Err(length),
    }
}

fn symbol_of(c: char) -> Option<u8> {
    let canonical = match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let at = ALPHABET.iter().position(|&a| char::from(a) == canonical)?;
    u8::try_from(at).ok()
}

fn to_symbols(secret: &[u8; SECRET_LEN]) -> Zeroizing<Vec<u8>> {
    let mut symbols = Zeroizing::new(Vec::with_capacity(SYMBOLS));
    for bytes in secret.chunks(5) {
        let group = bytes
            .iter()
            .fold(0u64, |all, &byte| all << 8 | u64::from(byte));
        for i in (0..8).rev() {
            symbols.push((group >> (5 * i) & 31) as u8);
        }
    }
    symbols
}

fn from_symbols(symbols: &[u8]) -> Zeroizing<[u8; SECRET_LEN]> {
    let mut secret = Zeroizing::new([0; SECRET_LEN]);
    for (bytes, group) in secret.chunks_mut(5).zip(symbols.chunks(8)) {
        let group = group
            .iter()
            .fold(0u64, |all, &symbol| all << 5 | u64::from(symbol));
        for (byte, shift) in bytes.iter_mut().zip([32, 24, 16, 8, 0]) {
            *byte = (group >> shift) as u8;
        }
    }
    secret
}

/// Horner's rule from the last symbol on, so that symbol `i` is weighted with `α^(i+1)`.
fn check(symbols: &[u8]) -> u8 {
    symbols
        .iter()
        .rev()
        .fold(0, |sum, &symbol| times_alpha(sum ^ symbol))
}

/// Multiplication by `α` in GF(32) with the polynomial `x^5 + x^2 + 1`.
fn times_alpha(x: u8) -> u8 {
    let doubled = x << 1;
    if doubled & 0x20 == 0 {
        doubled
    } else {
        (doubled ^ 0x25) & 0x1f
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_printed_is_read(secret: [u8; 20]) {
            let text = print(&secret);
            prop_assert_eq!(text.len(), 41);
            prop_assert_eq!(*parse(&text).unwrap(), secret);
            prop_assert_eq!(*parse(&text.to_lowercase().replace('-', " ")).unwrap(), secret);
        }

        #[test]
        fn every_single_wrong_character_is_found(secret: [u8; 20], at in 0usize..33, other in 0usize..32) {
            let mut text: Vec<u8> = print(&secret).bytes().filter(|b| *b != b'-').collect();
            prop_assume!(text[at] != ALPHABET[other]);
            text[at] = ALPHABET[other];
            let text = String::from_utf8(text).unwrap();
            prop_assert_eq!(parse(&text).unwrap_err(), CodeError::Typo);
        }

        #[test]
        fn every_swap_of_neighbours_is_found(secret: [u8; 20], at in 0usize..32) {
            let mut text: Vec<u8> = print(&secret).bytes().filter(|b| *b != b'-').collect();
            prop_assume!(text[at] != text[at + 1]);
            text.swap(at, at + 1);
            let text = String::from_utf8(text).unwrap();
            prop_assert_eq!(parse(&text).unwrap_err(), CodeError::Typo);
        }

        #[test]
        fn any_text_is_answered(text in ".*") {
            let _ = parse(&text);
        }
    }

    #[test]
    fn letters_that_look_alike_are_the_same() {
        let text = print(&[0; 20]);
        assert_eq!(*parse(&text.replace('0', "o")).unwrap(), [0; 20]);
        assert_eq!(
            parse("UUUU").unwrap_err(),
            CodeError::BadCharacter {
                position: 1,
                found: 'U'
            }
        );
        assert_eq!(
            parse("ABCD-12").unwrap_err(),
            CodeError::TypedLength {
                found: 6,
                expected: 33
            }
        );
    }
}
