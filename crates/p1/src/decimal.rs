//! Numbers exactly as the meter prints them.

use core::fmt;

use crate::swar::Eight;

/// A decimal number: `mantissa` × 10^-`scale`, exact, without floating point.
///
/// `000123.456` is mantissa 123456 and scale 3: the number of digits behind the point is kept,
/// because it says how finely the meter measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// All digits, without the point.
    pub mantissa: i64,
    /// How many of them stand behind the point.
    pub scale: u8,
}

/// Of ten.
const POWERS: [u64; 8] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];
/// Seventeen digits: one more would still fit.
const MOST_DIGITS: u64 = 100_000_000_000_000_000;

impl Decimal {
    /// Reads digits with at most one point and an optional sign; `None` for anything else, and for
    /// numbers of more than seventeen digits.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, length) = Self::take(text.as_bytes())?;
        (length == text.len()).then_some(number)
    }

    /// The number at the beginning of `bytes`, and how many bytes it takes.
    pub(crate) fn take(bytes: &[u8]) -> Option<(Self, usize)> {
        let (negative, digits) = match bytes {
            [b'-', digits @ ..] => (true, digits),
            [b'+', digits @ ..] => (false, digits),
            digits => (false, digits),
        };
        let (whole, rest) = append_digits(0, digits)?;
        let (magnitude, scale, rest) = match rest {
            [b'.', fraction @ ..] => {
                let (number, rest) = append_digits(whole, fraction)?;
                (
                    number,
                    u8::try_from(fraction.len() - rest.len()).ok()?,
                    rest,
                )
            }
            rest => (whole, 0, rest),
        };
        let mantissa = i64::try_from(magnitude).ok()?;
        let number = Self {
            mantissa: if negative { -mantissa } else { mantissa },
            scale,
        };
        Some((number, bytes.len() - rest.len()))
    }

    /// The same for up to seven digits on either side of the point, without a sign.
    #[inline(always)]
    pub(crate) fn take_usual(bytes: &[u8]) -> Option<(Self, usize)> {
        let whole = Eight::of(bytes)?;
        let digits = whole.digits();
        if !(1..8).contains(&digits) {
            return None;
        }
        let whole = whole.aligned(digits);
        if bytes.get(digits) != Some(&b'.') {
            let number = Self {
                mantissa: whole.number().cast_signed(),
                scale: 0,
            };
            return Some((number, digits));
        }
        let fraction = Eight::of(bytes.get(digits + 1..)?)?;
        let scale = fraction.digits();
        if !(1..8).contains(&scale) {
            return None;
        }
        let fraction = fraction.aligned(scale);
        let mantissa = if digits + scale <= 8 {
            whole.followed_by(fraction, scale).number()
        } else {
            whole.number() * POWERS.get(scale)? + fraction.number()
        };
        let number = Self {
            mantissa: mantissa.cast_signed(),
            scale: scale as u8,
        };
        Some((number, digits + 1 + scale))
    }

    /// The number times 10^`exponent`, to the nearest integer, halves away from zero; `None` where
    /// that does not fit.
    pub fn times_ten_to(self, exponent: i32) -> Option<i64> {
        let shift = exponent.checked_sub(i32::from(self.scale))?;
        let power = 10_i128.checked_pow(shift.unsigned_abs())?;
        let mantissa = i128::from(self.mantissa);
        let shifted = if shift >= 0 {
            mantissa.checked_mul(power)?
        } else {
            (mantissa + mantissa.signum() * (power / 2)).checked_div(power)?
        };
        i64::try_from(shifted).ok()
    }
}

/// At least one digit; `None` without one, or where they are too many.
fn append_digits(start: u64, bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (mut number, mut rest) = (start, bytes);
    while let [digit @ b'0'..=b'9', following @ ..] = rest {
        number = number * 10 + u64::from(digit - b'0');
        if number >= MOST_DIGITS {
            return None;
        }
        rest = following;
    }
    (rest.len() < bytes.len()).then_some((number, rest))
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let divisor = 10_u64
            .checked_pow(u32::from(self.scale))
            .unwrap_or(u64::MAX);
        let magnitude = self.mantissa.unsigned_abs();
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let whole = magnitude.checked_div(divisor).unwrap_or_default();
        write!(f, "{sign}{whole}")?;
        match self.scale {
            0 => Ok(()),
            scale => write!(
                f,
                ".{:0width$}",
                magnitude.checked_rem(divisor).unwrap_or_default(),
                width = usize::from(scale)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn keeps_every_digit() {
        for (text, mantissa, scale, shown) in [
            ("001581.123", 1_581_123, 3, "1581.123"),
            ("0000", 0, 0, "0"),
            ("00032549.5061662", 325_495_061_662, 7, "32549.5061662"),
            ("-01.20", -120, 2, "-1.20"),
            ("-0.05", -5, 2, "-0.05"),
        ] {
            let number = Decimal::parse(text).unwrap();
            assert_eq!((number.mantissa, number.scale), (mantissa, scale), "{text}");
            assert_eq!(number.to_string(), shown);
        }
    }

    #[test]
    fn half_a_number_is_no_number() {
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "-",
            "1.2.3",
            "1,2",
            "12 ",
            "0x1",
            "1e3",
            "--1",
            "9".repeat(18).as_str(),
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_fast_way_and_the_slow_way_agree() {
        for number in [
            "0",
            "7",
            "0000001",
            "12345678",
            "000123.456",
            "1.",
            "1.x",
            ".5",
            "-1.5",
            "+1.5",
            "1234567.1234567",
            "12345678.1",
            "1.12345678",
            "00.000",
            "1.2.3",
            "",
        ] {
            for behind in ["", "*kWh", "*kWh)\r\n1-0:1.8.1(", "W", "99"] {
                let text = alloc::format!("{number}{behind}");
                let bytes = text.as_bytes();
                let usual = Decimal::take_usual(bytes);
                assert!(usual.is_none() || usual == Decimal::take(bytes), "{text}");
            }
        }
    }

    #[test]
    fn scales_exactly_or_to_the_nearest() {
        let scaled = |text, exponent| Decimal::parse(text).unwrap().times_ten_to(exponent);
        assert_eq!(scaled("01.193", 3), Some(1193));
        assert_eq!(scaled("0001.01", 3), Some(1010));
        assert_eq!(scaled("0.0005", 3), Some(1));
        assert_eq!(scaled("0.0004", 3), Some(0));
        assert_eq!(scaled("-0.0015", 3), Some(-2));
        assert_eq!(scaled("99999999999999999", 3), None);
        assert_eq!(scaled("1", i32::MAX), None);
        assert_eq!(scaled("1.5", i32::MIN), None);
    }
}
