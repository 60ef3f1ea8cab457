//! Object identification codes.

use core::fmt;
use core::str::FromStr;

/// An OBIS code (IEC 62056-61): what an object measures, as `A-B:C.D.E` with sometimes `*F`.
///
/// In P1 telegrams `A` is the medium (0 abstract, 1 electricity, 7 gas in old dialects), `B` the
/// M-Bus channel, and `C.D.E` the quantity, the way it is processed, and the tariff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "the standard names the six groups by letter only"
)]
pub struct Obis {
    pub a: u8,
    pub b: u8,
    pub c: u8,
    pub d: u8,
    pub e: u8,
    pub f: Option<u8>,
}

impl Obis {
    /// A code without an F group, as P1 telegrams print it.
    pub const fn new(a: u8, b: u8, c: u8, d: u8, e: u8) -> Self {
        Self {
            a,
            b,
            c,
            d,
            e,
            f: None,
        }
    }

    /// The five groups that say what is measured: `F` tells apart billing periods, and 255 there
    /// (printed by some meters as `*255`) means the current one, as does leaving it out.
    pub const fn groups(self) -> (u8, u8, u8, u8, u8) {
        (self.a, self.b, self.c, self.d, self.e)
    }

    /// Whether it is about now, not about a billing period of the past.
    pub const fn is_current(self) -> bool {
        matches!(self.f, None | Some(255))
    }

    /// The code at the beginning of `bytes`, and what follows it.
    pub(crate) fn take(bytes: &[u8]) -> Option<(Self, &[u8])> {
        take_long(bytes).or_else(|| take_short(bytes))
    }
}

fn take_long(bytes: &[u8]) -> Option<(Obis, &[u8])> {
    let (a, rest) = number(bytes)?;
    let (b, rest) = number(after(rest, b'-')?)?;
    let (c, rest) = number(after(rest, b':')?)?;
    let (d, rest) = number(after(rest, b'.')?)?;
    let (e, rest) = number(after(rest, b'.')?)?;
    let (f, rest) = billing_period(rest)?;
    Some((Obis { a, b, c, d, e, f }, rest))
}

/// Meters with a D0 interface may leave out the groups that go without saying: `1.8.0`, `21.7`, and
/// write groups of their own with letters: `F.F`, `C.1.0` (IEC 62056-61, section 6).
#[cold]
fn take_short(bytes: &[u8]) -> Option<(Obis, &[u8])> {
    let (c, rest) = number_or_letter(bytes)?;
    let (d, rest) = number_or_letter(after(rest, b'.')?)?;
    let (e, rest) = match after(rest, b'.') {
        Some(rest) => number(rest)?,
        None => (0, rest),
    };
    let (f, rest) = billing_period(rest)?;
    let a = u8::from(c < 96);
    Some((
        Obis {
            a,
            b: 0,
            c,
            d,
            e,
            f,
        },
        rest,
    ))
}

fn billing_period(rest: &[u8]) -> Option<(Option<u8>, &[u8])> {
    match rest {
        [b'*' | b'&', rest @ ..] => number(rest).map(|(f, rest)| (Some(f), rest)),
        _ => Some((None, rest)),
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
        write!(f, "{}-{}:{}.{}.{}", self.a, self.b, self.c, self.d, self.e)?;
        match self.f {
            None | Some(255) => Ok(()),
            Some(period) => write!(f, "*{period}"),
        }
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
