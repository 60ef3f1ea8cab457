//! Whole numbers in as few bytes as they need: LEB128, and zigzag for signed ones.

use super::CodecError;

pub(super) fn push(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

pub(super) fn push_signed(bytes: &mut Vec<u8>, number: i64) {
    push(bytes, zigzag(number));
}

/// Takes a number off the front.
pub(super) fn take(bytes: &mut &[u8]) -> Result<u64, CodecError> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or(CodecError::Cut)?;
        *bytes = rest;
        let digit = u64::from(byte & 0x7f);
        if digit << shift >> shift != digit {
            return Err(CodecError::NumberTooLong);
        }
        number |= digit << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(CodecError::NumberTooLong)
}

pub(super) fn take_signed(bytes: &mut &[u8]) -> Result<i64, CodecError> {
    Ok(unzigzag(take(bytes)?))
}

fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_small_ones_take_one_byte() {
        for number in [0, 1, -1, 63, -64, 64, i64::MAX, i64::MIN] {
            let mut bytes = Vec::new();
            push_signed(&mut bytes, number);
            assert_eq!(bytes.len() == 1, (-64..64).contains(&number));
            let mut rest = bytes.as_slice();
            assert_eq!(take_signed(&mut rest).unwrap(), number);
            assert!(rest.is_empty());
        }
    }

    #[test]
    fn cut_and_overlong_numbers_are_refused() {
        assert_eq!(take(&mut [].as_slice()), Err(CodecError::Cut));
        assert_eq!(take(&mut [0x80].as_slice()), Err(CodecError::Cut));
        assert_eq!(
            take(&mut [0xff; 11].as_slice()),
            Err(CodecError::NumberTooLong)
        );
        let mut too_large = [0xff; 10];
        too_large[9] = 0x02;
        assert_eq!(
            take(&mut too_large.as_slice()),
            Err(CodecError::NumberTooLong)
        );
    }
}
