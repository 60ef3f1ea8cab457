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
        parse(text).ok_or(ObisError)
    }
}

fn parse(text: &str) -> Option<Obis> {
    let (a, rest) = text.split_once('-')?;
    let (b, rest) = rest.split_once(':')?;
    let (c, rest) = rest.split_once('.')?;
    let (d, rest) = rest.split_once('.')?;
    let (e, f) = match rest.split_once('*') {
        Some((e, f)) => (e, Some(number(f)?)),
        None => (rest, None),
    };
    Some(Obis {
        a: number(a)?,
        b: number(b)?,
        c: number(c)?,
        d: number(d)?,
        e: number(e)?,
        f,
    })
}

/// `u8::from_str` would take a plus sign, and any number of leading zeros.
fn number(text: &str) -> Option<u8> {
    let plain = text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
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
            "1-0:1.8.+1",
            "1-0:1.8.",
            "1.8.0",
            "1-0:1.8.0*",
            " 1-0:1.8.0",
        ] {
            assert_eq!(text.parse::<Obis>(), Err(ObisError), "{text}");
        }
    }
}
