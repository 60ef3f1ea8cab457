//! Numbers as files write them, as whole nanoeuros for a kilowatt hour.

use super::{FileUnit, RowError};
use crate::money::UnitPrice;

/// Nothing costs more than this or less than minus this: ten euros for a kilowatt hour. The European market's own bounds
/// are 5 and minus 0.6 (harmonised maximum and minimum clearing prices); what is beyond is in another unit.
const FARTHEST: i64 = 10_000_000_000;
/// No number is longer.
const LONGEST: usize = 40;

/// A number with a decimal comma or point in this unit; digits beyond a nanoeuro are rounded, half away from zero.
pub(super) fn price(text: &str, unit: FileUnit) -> Result<UnitPrice, RowError> {
    let (negative, digits, exponent) = parts(text).ok_or(RowError::Price)?;
    let size = scaled(digits, exponent.saturating_add(unit.exponent()))
        .and_then(|size| i64::try_from(size).ok())
        .filter(|size| *size <= FARTHEST)
        .ok_or(RowError::FarOff)?;
    Ok(UnitPrice(if negative { -size } else { size }))
}

/// Whether it is below zero, its digits, and the power of ten that they are times.
fn parts(text: &str) -> Option<(bool, u128, i32)> {
    let text = text.trim_start_matches('€').trim();
    let (negative, text) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest.trim_start_matches('€').trim()),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if text.len() > LONGEST {
        return None;
    }
    // Programs write small numbers as 8.5e-05.
    let (number, power) = match text.split_once(['e', 'E']) {
        Some((number, power)) => (number, power.parse::<i8>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = halves(number)?;
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    // Seventeen digits are what a double has, and what lies behind more is nothing.
    let digits: String = whole.chars().chain(fraction.chars()).collect();
    let digits = digits.bytes().try_fold(0_u128, |sum, byte| {
        let digit = byte.is_ascii_digit().then(|| u128::from(byte - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })?;
    let behind = i32::try_from(fraction.len()).ok()?;
    Some((negative, digits, i32::from(power) - behind))
}

/// What stands before and behind the decimal sign. Where both signs are there the last one is it, and the other separates
/// thousands: `1.234,56`.
fn halves(number: &str) -> Option<(String, String)> {
    let Some(at) = number.rfind([',', '.']) else {
        return Some((number.to_owned(), String::new()));
    };
    let (whole, rest) = number.split_at_checked(at)?;
    let fraction = rest.get(1..)?;
    let sign = rest.get(..1)?;
    if whole.contains(sign) {
        return None;
    }
    let mut groups = whole.split([',', '.']);
    let first = groups.next()?;
    let grouped: Vec<&str> = groups.collect();
    let thousands = !grouped.is_empty();
    if thousands && (first.is_empty() || first.len() > 3 || grouped.iter().any(|g| g.len() != 3)) {
        return None;
    }
    Some((format!("{first}{}", grouped.concat()), fraction.to_owned()))
}

/// Times a power of ten, rounded; `None` if it does not fit.
fn scaled(digits: u128, exponent: i32) -> Option<u128> {
    if digits == 0 {
        return Some(0);
    }
    let factor = 10_u128.checked_pow(exponent.unsigned_abs());
    if exponent >= 0 {
        return digits.checked_mul(factor?);
    }
    // By so much that nothing is left.
    let Some(factor) = factor else {
        return Some(0);
    };
    Some(digits.checked_add(factor / 2)? / factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_to_the_last_digit() {
        use FileUnit::{CentPerKwh, EuroPerKwh, EuroPerMwh};
        for (text, unit, nano) in [
            ("0,28451", EuroPerKwh, 284_510_000),
            ("81.2", EuroPerMwh, 81_200_000),
            ("-4,5", EuroPerMwh, -4_500_000),
            ("\u{2212}0.01", EuroPerKwh, -10_000_000),
            ("€ 0,12", EuroPerKwh, 120_000_000),
            ("-€0,12", EuroPerKwh, -120_000_000),
            ("1.234,56", EuroPerMwh, 1_234_560_000),
            ("1,234.56", EuroPerMwh, 1_234_560_000),
            ("12,34", CentPerKwh, 123_400_000),
            ("8.5e-05", EuroPerKwh, 85_000),
            ("0.15000000000000002", EuroPerKwh, 150_000_000),
            ("0.0000000005", EuroPerKwh, 1),
            ("+7", EuroPerMwh, 7_000_000),
            (".5", EuroPerKwh, 500_000_000),
            ("1e-99", EuroPerKwh, 0),
            ("0", EuroPerKwh, 0),
        ] {
            assert_eq!(price(text, unit), Ok(UnitPrice(nano)), "{text}");
        }
    }

    #[test]
    fn what_is_no_price_is_refused() {
        for text in [
            "", "-", ",", "abc", "1,2,3", "1.2.3", "12.34,5", "1 2", "0x1", "1e", "--1", "1e999",
            "٣",
        ] {
            assert_eq!(
                price(text, FileUnit::EuroPerKwh),
                Err(RowError::Price),
                "{text}"
            );
        }
        for (text, unit) in [
            ("85.2", FileUnit::EuroPerKwh),
            ("-10.000000001", FileUnit::EuroPerKwh),
            ("1e99", FileUnit::EuroPerMwh),
            (
                "9999999999999999999999999999999999999",
                FileUnit::EuroPerMwh,
            ),
        ] {
            assert_eq!(price(text, unit), Err(RowError::FarOff), "{text}");
        }
    }
}
