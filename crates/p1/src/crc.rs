//! The checksum at the end of a telegram.

use crate::value::hexadecimal_digit;

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
    match folded(bytes) {
        Some((all_before, rest)) => by_table(by_table(0, all_before.as_flattened()), rest),
        None => by_table(0, bytes),
    }
}

fn by_table(crc: u16, bytes: &[u8]) -> u16 {
    let (blocks, rest) = bytes.as_chunks();
    one_by_one(blocks.iter().fold(crc, after_block), rest.iter().copied())
}

/// Sixteen words of eight bytes.
type Words = [u64; 16];

/// The beginning of `bytes` as 128 others with the same remainder, and what follows it.
///
/// A polynomial over two elements is squared by doubling its exponents. So the sixty-fourth power of
/// x¹⁶ + x¹⁵ + x² + 1, of which everything may be taken away, is x¹⁰²⁴ + x⁹⁶⁰ + x¹²⁸ + 1, and a word can
/// be added to those 1, 14 and 16 words later instead. That is a few operations for eight bytes,
/// where tables need one or more for each.
fn folded(bytes: &[u8]) -> Option<([[u8; 8]; 16], &[u8])> {
    let (blocks, rest) = bytes.as_chunks::<128>();
    let (first, others) = blocks.split_first()?;
    let folded = others
        .iter()
        .fold(words(first), |before, block| fold(before, words(block)));
    Some((folded.map(u64::to_le_bytes), rest))
}

fn words(block: &[u8; 128]) -> Words {
    let mut words = [0; 16];
    let (chunks, _) = block.as_chunks();
    for (word, chunk) in words.iter_mut().zip(chunks) {
        *word = u64::from_le_bytes(*chunk);
    }
    words
}

/// These sixteen words without the ones before.
#[inline(always)]
fn fold(before: Words, mut words: Words) -> Words {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = before;
    let mut sum = 0;
    let mut summed = [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o ^ a, p ^ a ^ b];
    for word in &mut summed {
        sum ^= *word;
        *word = sum;
    }
    let later = summed.iter().skip(2).chain([&0, &0]);
    for ((word, same), later) in words.iter_mut().zip(&summed).zip(later) {
        *word ^= same ^ later;
    }
    let [first, ..] = &mut words;
    *first ^= sum;
    words
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
    if given == computed || given == one_by_one(0, with_crlf(covered)) {
        return Crc::Ok;
    }
    Crc::Bad { given, computed }
}

/// Some meters print the number without its leading zeros: `B9F` for 0B9F.
fn hexadecimal(digits: &[u8]) -> Option<u16> {
    if digits.len() > 4 {
        return None;
    }
    digits.iter().try_fold(0, |number, digit| {
        Some(number << 4 | u16::from(hexadecimal_digit(*digit)?))
    })
}

fn with_crlf(bytes: &[u8]) -> impl Iterator<Item = u8> {
    let mut previous = 0;
    bytes.iter().flat_map(move |&byte| {
        let missing = byte == b'\n' && previous != b'\r';
        previous = byte;
        missing.then_some(b'\r').into_iter().chain([byte])
    })
}

fn one_by_one(crc: u16, bytes: impl Iterator<Item = u8>) -> u16 {
    let [at_the_end, ..] = &REMAINDERS;
    bytes.fold(crc, |crc, byte| {
        let [low, high] = crc.to_le_bytes();
        remainder(at_the_end, low ^ byte) ^ u16::from(high)
    })
}

/// Sixteen bytes in one step: what each of them leaves behind does not depend on the others. The
/// two that wait for the step before come last.
#[inline]
fn after_block(crc: u16, block: &[u8; 16]) -> u16 {
    let [low, high] = crc.to_le_bytes();
    let [first, second, others @ ..] = block;
    let [tables @ .., of_second, of_first] = &REMAINDERS;
    let of_others = tables
        .iter()
        .rev()
        .zip(others)
        .fold(0, |sum, (table, byte)| sum ^ remainder(table, *byte));
    of_others ^ remainder(of_first, first ^ low) ^ remainder(of_second, second ^ high)
}

#[inline]
fn remainder(table: &[u16; 256], byte: u8) -> u16 {
    table.get(usize::from(byte)).copied().unwrap_or_default()
}

/// What each byte leaves behind when so many bytes follow it.
static REMAINDERS: [[u16; 256]; 16] = {
    let mut tables = [[0; 256]; 16];
    let mut left = tables.as_mut_slice();
    let mut following = 0;
    while let [table, rest @ ..] = left {
        fill(table, following);
        following += 1;
        left = rest;
    }
    tables
};

const fn fill(table: &mut [u16; 256], following: u32) {
    let mut left = table.as_mut_slice();
    let mut byte = 0;
    while let [remainder, rest @ ..] = left {
        *remainder = remainder_of(byte, 8 + 8 * following);
        byte += 1;
        left = rest;
    }
}

const fn remainder_of(byte: u16, steps: u32) -> u16 {
    let mut crc = byte;
    let mut step = 0;
    while step < steps {
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
    fn many_at_once_are_the_same_as_one_by_one() {
        let bytes: alloc::vec::Vec<u8> = (0..=255).cycle().take(1_000).collect();
        for length in 0..bytes.len() {
            let bytes = bytes.get(..length).unwrap_or_default();
            assert_eq!(crc16(bytes), one_by_one(0, bytes.iter().copied()));
        }
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
