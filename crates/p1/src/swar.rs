//! Eight bytes at once, in one register: most of what a meter prints is a few digits and a
//! separator, and looking at them one by one costs more than everything else.
//!
//! Whoever has fewer than eight bytes takes the slow way; both find the same, which tests prove.

use memchr::{memchr, memchr2};

/// Eight bytes, the first of them lowest.
#[derive(Clone, Copy)]
pub(crate) struct Eight(u64);

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

impl Eight {
    /// The first eight of `bytes`.
    #[inline(always)]
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        bytes
            .first_chunk()
            .map(|chunk| Self(u64::from_le_bytes(*chunk)))
    }

    /// Marks where this byte stands; of several only the first is sure.
    #[inline(always)]
    fn marks(self, byte: u8) -> u64 {
        let others = self.0 ^ (ONES * u64::from(byte));
        others.wrapping_sub(ONES) & !others & HIGH
    }

    /// How many digits stand at the beginning: 8 for perhaps more.
    #[inline(always)]
    pub(crate) fn digits(self) -> usize {
        let values = self.0 ^ (ONES * 0x30);
        let others = (values.wrapping_add(ONES * 0x76) | values) & HIGH;
        first(others)
    }

    /// So many digits as their values, pushed to the end, so that zeros stand before them. There is
    /// at least one.
    #[inline(always)]
    pub(crate) fn aligned(self, digits: usize) -> Aligned {
        Aligned((self.0 ^ (ONES * 0x30)) << ((64 - 8 * digits) & 63))
    }
}

/// The values of up to eight digits, pushed to the end.
#[derive(Clone, Copy)]
pub(crate) struct Aligned(u64);

impl Aligned {
    /// These digits with `behind`, which are so many, behind them: eight together at most.
    #[inline(always)]
    pub(crate) fn followed_by(self, behind: Self, digits: usize) -> Self {
        Self((self.0 >> ((8 * digits) & 63)) | behind.0)
    }

    /// The number that they make: first pairs, then fours, then all eight.
    #[inline(always)]
    pub(crate) fn number(self) -> u64 {
        let pairs = self.0.wrapping_mul(10).wrapping_add(self.0 >> 8) & 0x00FF_00FF_00FF_00FF;
        let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_FFFF_0000_FFFF;
        fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xFFFF_FFFF
    }
}

/// The place of the first line feed.
#[inline(always)]
pub(crate) fn line_feed(bytes: &[u8]) -> Option<usize> {
    find(
        bytes,
        |eight| eight.marks(b'\n'),
        |rest| memchr(b'\n', rest),
    )
}

/// The place of the first parenthesis.
#[inline(always)]
pub(crate) fn parenthesis(bytes: &[u8]) -> Option<usize> {
    let marks = |eight: Eight| eight.marks(b')') | eight.marks(b'(');
    find(bytes, marks, |rest| memchr2(b')', b'(', rest))
}

/// Most lines and groups are short; for what is left of the others a search that is made for long
/// ones takes over.
#[inline(always)]
fn find(
    bytes: &[u8],
    marks: impl Fn(Eight) -> u64,
    in_long: impl Fn(&[u8]) -> Option<usize>,
) -> Option<usize> {
    const SHORT: usize = 6;
    let (eights, _) = bytes.as_chunks();
    for (n, chunk) in eights.iter().take(SHORT).enumerate() {
        let marks = marks(Eight(u64::from_le_bytes(*chunk)));
        if marks != 0 {
            return Some(8 * n + first(marks));
        }
    }
    let looked_at = 8 * eights.len().min(SHORT);
    Some(looked_at + in_long(bytes.get(looked_at..)?)?)
}

/// The place of the first mark, or 8.
#[inline(always)]
fn first(marks: u64) -> usize {
    (marks.trailing_zeros() / 8) as usize
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn number(text: &str) -> (u64, usize) {
        let eight = Eight::of(text.as_bytes()).unwrap();
        let digits = eight.digits();
        (eight.aligned(digits.max(1)).number(), digits)
    }

    #[test]
    fn numbers_and_their_lengths() {
        assert_eq!(number("000123.4"), (123, 6));
        assert_eq!(number("12345678"), (12_345_678, 8));
        assert_eq!(number("7*kWh)\r\n"), (7, 1));
        assert_eq!(number("99\u{e9}12345"), (99, 2));
        assert_eq!(number("1/234567"), (1, 1));
        assert_eq!(number("1:234567"), (1, 1));
        assert_eq!(number("*kWh)\r\n1").1, 0);
    }

    #[test]
    fn line_feeds_are_found_wherever_they_are() {
        for length in 0..130 {
            let mut line = alloc::vec![b'\x0b'; length];
            assert_eq!(line_feed(&line), None);
            line.extend_from_slice(b"\n\n\x8a and more");
            assert_eq!(line_feed(&line), Some(length));
            assert_eq!(parenthesis(&line), None);
            line.splice(length.., *b")(and more (");
            assert_eq!(parenthesis(&line), Some(length));
        }
    }

    #[test]
    fn digits_on_both_sides_of_a_point() {
        let whole = Eight::of(b"00123.04").unwrap().aligned(5);
        let fraction = Eight::of(b"045*kWh)").unwrap().aligned(3);
        assert_eq!(whole.followed_by(fraction, 3).number(), 123_045);
    }
}
