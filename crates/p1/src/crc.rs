//! The checksum at the end of a telegram.

/// What the checksum of a telegram says.
///
/// DSMR 4.0 and later print CRC-16/ARC over everything from `/` up to and including `!`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crc {
    /// It was given and it holds.
    Ok,
    /// Nothing follows the `!`, as in DSMR 2.2 and 3.0.
    Absent,
    /// It was given and it does not hold.
    Bad {
        /// The number that the telegram gives.
        given: u16,
        /// The number that its bytes give.
        computed: u16,
    },
    /// Something follows the `!` that is not a hexadecimal number of one to four digits.
    Unreadable,
}

/// CRC-16/ARC: polynomial 0x8005 reflected (0xA001), initial value 0, no final XOR.
pub fn crc16(bytes: &[u8]) -> u16 {
    checksum(bytes.iter().copied())
}

/// Judges `tail`, the text behind the `!`, against `covered`, the bytes from `/` to `!`.
///
/// A gateway or an editor may have turned the meter's CRLF line ends into LF; the checksum is then
/// that of the telegram as the meter sent it.
pub(crate) fn judge(covered: &[u8], tail: &[u8]) -> Crc {
    let digits = tail.trim_ascii();
    if digits.is_empty() {
        return Crc::Absent;
    }
    let Some(given) = hexadecimal(digits) else {
        return Crc::Unreadable;
    };
    let computed = crc16(covered);
    if given == computed || given == checksum(with_crlf(covered)) {
        return Crc::Ok;
    }
    Crc::Bad { given, computed }
}

/// Some meters print the number without its leading zeros: `B9F` for 0B9F.
fn hexadecimal(digits: &[u8]) -> Option<u16> {
    if digits.len() > 4 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()
}

fn with_crlf(bytes: &[u8]) -> impl Iterator<Item = u8> {
    let mut previous = 0;
    bytes.iter().flat_map(move |&byte| {
        let missing = byte == b'\n' && previous != b'\r';
        previous = byte;
        missing.then_some(b'\r').into_iter().chain([byte])
    })
}

fn checksum(bytes: impl Iterator<Item = u8>) -> u16 {
    bytes.fold(0, |crc, byte| {
        let [low, high] = u16::to_le_bytes(crc);
        let index = usize::from(low ^ byte);
        REMAINDERS
            .get(index)
            .map_or(0, |remainder| remainder ^ u16::from(high))
    })
}

/// What each byte leaves behind, so that eight steps become one.
static REMAINDERS: [u16; 256] = {
    let mut remainders = [0; 256];
    let mut left = remainders.as_mut_slice();
    let mut byte = 0;
    while let [remainder, rest @ ..] = left {
        *remainder = remainder_of(byte);
        byte += 1;
        left = rest;
    }
    remainders
};

const fn remainder_of(byte: u16) -> u16 {
    let mut crc = byte;
    let mut step = 0;
    while step < 8 {
        crc = if crc & 1 == 0 {
            crc >> 1
        } else {
            (crc >> 1) ^ 0xA001
        };
        step += 1;
    }
    crc
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check value that every catalogue of checksums gives for CRC-16/ARC.
    #[test]
    fn check_value_of_the_standard() {
        assert_eq!(crc16(b"123456789"), 0xBB3D);
    }

    #[test]
    fn given_without_its_leading_zeros() {
        let covered = b"/abc!";
        let crc = crc16(covered);
        for text in [alloc::format!("{crc:04X}"), alloc::format!("{crc:x}")] {
            assert_eq!(judge(covered, text.as_bytes()), Crc::Ok);
        }
        assert_eq!(
            judge(b"/q!", b"0000").clone(),
            Crc::Bad {
                given: 0,
                computed: crc16(b"/q!")
            }
        );
    }

    #[test]
    fn holds_over_line_ends_that_lost_their_carriage_return() {
        let crc = crc16(b"/abc\r\n\r\n1-0:1.7.0(1*kW)\r\n!");
        let text = alloc::format!("{crc:04X}\n");
        assert_eq!(
            judge(b"/abc\n\n1-0:1.7.0(1*kW)\n!", text.as_bytes()),
            Crc::Ok
        );
    }

    #[test]
    fn what_is_no_number_is_unreadable() {
        for tail in [&b"12345"[..], b"xyz", b"\xff", b"+123"] {
            assert_eq!(judge(b"/abc!", tail), Crc::Unreadable);
        }
    }
}
