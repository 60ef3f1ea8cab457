//! Object identification codes.

use core::fmt;
use core::str::FromStr;

/// An OBIS code (IEC 62056-61): what an object measures, as `A-B:C.D.E` with sometimes `*F`.
///
/// In P1 telegrams `A` is the medium (0 abstract, 1 electricity, 7 gas in old dialects), `B` the
/// M-Bus channel, and `C.D.E` the quantity, the way it is processed, and the tariff.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Obis {
    /// The groups from `A` on, highest first, a byte each; the lowest sixteen bits are zero without
    /// an `F` and one more than it with one. One number, because it is copied more than anything
    /// else, and compared.
    code: u64,
}

impl Obis {
    /// A code without an F group, as P1 telegrams print it.
    #[inline]
    pub const fn new(a: u8, b: u8, c: u8, d: u8, e: u8) -> Self {
        Self {
            code: u64::from_be_bytes([0, a, b, c, d, e, 0, 0]),
        }
    }

    /// The same code with an F group, which tells apart billing periods.
    #[must_use]
    pub const fn with_period(self, f: u8) -> Self {
        Self {
            code: (self.code & !0xFFFF) | (f as u64 + 1),
        }
    }

    /// The five groups that say what is measured, `A` to `E`.
    #[inline]
    pub const fn groups(self) -> (u8, u8, u8, u8, u8) {
        let [_, a, b, c, d, e, _, _] = self.code.to_be_bytes();
        (a, b, c, d, e)
    }

    /// The medium, group `A`.
    pub const fn medium(self) -> u8 {
        self.groups().0
    }

    /// The channel, group `B`: for meters on the M-Bus, which of them.
    pub const fn channel(self) -> u8 {
        self.groups().1
    }

    /// The billing period, group `F`: 255 there (printed by some meters as `*255`) means the current
    /// one, as does leaving it out.
    pub const fn period(self) -> Option<u8> {
        match self.code & 0xFFFF {
            0 => None,
            more => Some((more - 1) as u8),
        }
    }

    /// Whether it is about now, not about a billing period of the past.
    #[inline]
    pub const fn is_current(self) -> bool {
        matches!(self.code & 0xFFFF, 0 | 256)
    }

    /// The code at the beginning of `bytes`, and what follows it.
    pub(crate) fn take(bytes: &[u8]) -> Option<(Self, &[u8])> {
        take_long(bytes).or_else(|| take_short(bytes))
    }

    /// The same if it is one of DSMR 4 and 5: `A-B:` with one digit each, `C.D.E` with one or two, and a parenthesis.
    #[inline(always)]
    pub(crate) fn take_usual(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let chunk: &[u8; 12] = bytes.first_chunk()?;
        let [a, b'-', b, b':', numbers @ ..] = *chunk else {
            return None;
        };
        let (a, b) = (one(a)?, one(b)?);
        let (c, d, e, length) = match numbers {
            [c, b'.', d, b'.', e, b'(', ..] => (one(c)?, one(d)?, one(e)?, 9),
            [c, k, b'.', d, b'.', e, b'(', _] => (two(c, k)?, one(d)?, one(e)?, 10),
            [c, k, b'.', d, l, b'.', e, b'('] => (two(c, k)?, two(d, l)?, one(e)?, 11),
            [c, k, b'.', d, b'.', e, m, b'('] => (two(c, k)?, one(d)?, two(e, m)?, 11),
            [c, b'.', d, l, b'.', e, b'(', _] => (one(c)?, two(d, l)?, one(e)?, 10),
            _ => return None,
        };
        Some((Self::new(a, b, c, d, e), bytes.get(length..)?))
    }
}

#[inline(always)]
fn one(digit: u8) -> Option<u8> {
    let value = digit.wrapping_sub(b'0');
    (value < 10).then_some(value)
}

#[inline(always)]
fn two(tens: u8, ones: u8) -> Option<u8> {
    Some(one(tens)? * 10 + one(ones)?)
}

fn take_long(bytes: &[u8]) -> Option<(Obis, &[u8])> {
    let (a, rest) = number(bytes)?;
    let (b, rest) = number(after(rest, b'-')?)?;
    let (c, rest) = number(after(rest, b':')?)?;
    let (d, rest) = number(after(rest, b'.')?)?;
    let (e, rest) = number(after(rest, b'.')?)?;
    with_billing_period(Obis::new(a, b, c, d, e), rest)
}

/// Meters with a D0 interface may leave out the groups that go without saying: `1.8.0`, `21.7`, and
/// write groups of their own with letters: `F.F`, `C.1.0` (IEC 62056-61, section 6).
fn take_short(bytes: &[u8]) -> Option<(Obis, &[u8])> {
    let (c, rest) = number_or_letter(bytes)?;
    let (d, rest) = number_or_letter(after(rest, b'.')?)?;
    let (e, rest) = match after(rest, b'.') {
        Some(rest) => number(rest)?,
        None => (0, rest),
    };
    with_billing_period(Obis::new(u8::from(c < 96), 0, c, d, e), rest)
}

fn with_billing_period(obis: Obis, rest: &[u8]) -> Option<(Obis, &[u8])> {
    match rest {
        [b'*' | b'&', rest @ ..] => {
            let (period, rest) = number(rest)?;
            Some((obis.with_period(period), rest))
        }
        _ => Some((obis, rest)),
    }
}

fn after(bytes: &[u8], separator: u8) -> Option<&[u8]> {
    let (first, rest) = bytes.split_first()?;
    (*first == separator).then_some(rest)
}

/// One to three digits, up to 255.
fn number(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (first, rest) = digit(bytes)?;
    let Some((second, rest)) = digit(rest) else {
        return Some((first, rest));
    };
    let two = first * 10 + second;
    let Some((third, rest)) = digit(rest) else {
        return Some((two, rest));
    };
    let three = u16::from(two) * 10 + u16::from(third);
    (digit(rest).is_none()).then_some((u8::try_from(three).ok()?, rest))
}

fn digit(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (byte, rest) = bytes.split_first()?;
    let value = byte.wrapping_sub(b'0');
    (value < 10).then_some((value, rest))
}

fn number_or_letter(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let letter = match bytes.first()? {
        b'C' => 96,
        b'F' => 97,
        b'L' => 98,
        b'P' => 99,
        _ => return number(bytes),
    };
    bytes.get(1..).map(|rest| (letter, rest))
}

impl fmt::Display for Obis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (a, b, c, d, e) = self.groups();
        write!(f, "{a}-{b}:{c}.{d}.{e}")?;
        match self.period() {
            None | Some(255) => Ok(()),
            Some(period) => write!(f, "*{period}"),
        }
    }
}

impl fmt::Debug for Obis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text is no OBIS code: it must read `A-B:C.D.E` or `A-B:C.D.E*F`, with numbers up to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObisError;

impl fmt::Display for ObisError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is no OBIS code: it must read like 1-0:1.8.1, with numbers up to 255")
    }
}

impl core::error::Error for ObisError {}

impl FromStr for Obis {
    type Err = ObisError;

    fn from_str(text: &str) -> Result<Self, ObisError> {
        match take_long(text.as_bytes()) {
            Some((obis, [])) => Ok(obis),
            _ => Err(ObisError),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn prints_what_it_read() {
        for text in ["1-0:1.8.1", "0-4:24.2.1", "1-3:0.2.8", "1-0:1.8.0*101"] {
            assert_eq!(text.parse::<Obis>().unwrap().to_string(), text);
        }
        assert_eq!(
            "1-0:1.8.0*255".parse::<Obis>().unwrap().to_string(),
            "1-0:1.8.0"
        );
    }

    #[test]
    fn refuses_what_is_none() {
        for text in [
            "",
            "1-0:1.8",
            "1-0:1.8.256",
            "1-0:1.8.0001",
            "1-0:1.8.+1",
            "1-0:1.8.",
            "1.8.0",
            "1-0:1.8.0*",
            " 1-0:1.8.0",
        ] {
            assert_eq!(text.parse::<Obis>(), Err(ObisError), "{text}");
        }
    }

    #[test]
    fn the_fast_way_and_the_slow_way_agree() {
        for a in ["0", "1", "10"] {
            for c in ["0", "1", "9", "32", "96", "99", "100", "255"] {
                for e in ["0", "7", "21", "255"] {
                    let text = alloc::format!("{a}-0:{c}.8.{e}(0012345.678*kWh)");
                    let bytes = text.as_bytes();
                    let usual = Obis::take_usual(bytes);
                    assert!(usual.is_none() || usual == Obis::take(bytes), "{text}");
                }
            }
        }
    }

    #[test]
    fn short_codes_of_d0_meters() {
        for (text, code) in [
            ("1.8.0(", "1-0:1.8.0"),
            ("21.7(", "1-0:21.7.0"),
            ("1.8.0*04(", "1-0:1.8.0*4"),
            ("1.8.0&04(", "1-0:1.8.0*4"),
            ("F.F(", "0-0:97.97.0"),
            ("C.1.0(", "0-0:96.1.0"),
            ("0.0.0(", "1-0:0.0.0"),
        ] {
            let (obis, rest) = Obis::take(text.as_bytes()).unwrap();
            assert_eq!((obis.to_string().as_str(), rest), (code, &b"("[..]));
        }
        assert_eq!(Obis::take(b"1("), None);
        assert_eq!(Obis::take(b"A.B("), None);
    }
}
