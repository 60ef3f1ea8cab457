//! Prices and amounts of money: whole numbers, rounded once, where they are shown.

use std::iter::Sum;
use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// What a kilowatt hour or a cubic metre costs, in nanoeuros (10⁻⁹ euro): market prices have up to five digits behind the
/// point for a megawatt hour, which are eight for a kilowatt hour. Below zero who uses is paid.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnitPrice(pub i64);

impl UnitPrice {
    /// From ten-thousandths of a euro, in which people type prices.
    #[must_use]
    pub fn from_ten_thousandths(amount: i64) -> Self {
        Self(amount.saturating_mul(100_000))
    }

    /// What so many watt hours or litres cost at this price: a thousand of them make one.
    #[must_use]
    pub fn times(self, thousandths: u32) -> Cost {
        Cost(i128::from(self.0) * i128::from(thousandths) * 1_000)
    }

    /// The same with a tax of so many tenths of a percent over it.
    #[must_use]
    pub fn times_with_tax(self, thousandths: u32, tenths_of_percent: u16) -> Cost {
        let factor = 1_000 + i128::from(tenths_of_percent);
        Cost(i128::from(self.0) * i128::from(thousandths) * factor)
    }
}

/// An amount of money, exact, in femtoeuros (10⁻¹⁵ euro): nanoeuros for a thousand, times single ones, times thousandths
/// of tax. Below zero it is earned.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Cost(i128);

impl Cost {
    /// In ten-thousandths of a euro, rounded half away from zero; the utmost number where it does not fit.
    #[must_use]
    pub fn ten_thousandths(self) -> i32 {
        const ONE: i128 = 100_000_000_000;
        let half = if self.0 < 0 { -ONE / 2 } else { ONE / 2 };
        let rounded = self.0.saturating_add(half) / ONE;
        let utmost = if rounded < 0 { i32::MIN } else { i32::MAX };
        i32::try_from(rounded).unwrap_or(utmost)
    }
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Cost {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        costs.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_rounded_once_and_half_away_from_zero() {
        // A third of a ten-thousandth, three times.
        let third = UnitPrice(33_333_334).times(1);
        assert_eq!(third.ten_thousandths(), 0);
        assert_eq!((third + third + third).ten_thousandths(), 1);
        let half = UnitPrice::from_ten_thousandths(1).times(500);
        assert_eq!(half.ten_thousandths(), 1);
        assert_eq!((Cost::default() - half).ten_thousandths(), -1);
    }

    #[test]
    fn tax_goes_over_the_price_and_lowers_what_is_below_zero_further() {
        let price = UnitPrice::from_ten_thousandths(1_000);
        assert_eq!(price.times_with_tax(1_000, 210).ten_thousandths(), 1_210);
        let below = UnitPrice::from_ten_thousandths(-1_000);
        assert_eq!(below.times_with_tax(1_000, 210).ten_thousandths(), -1_210);
        assert_eq!(price.times_with_tax(7, 0), price.times(7));
    }

    #[test]
    fn great_numbers_stay_in_bounds() {
        let most = UnitPrice(i64::MAX).times_with_tax(u32::MAX, u16::MAX);
        assert_eq!((most + most).ten_thousandths(), i32::MAX);
        let least = UnitPrice(i64::MIN).times_with_tax(u32::MAX, u16::MAX);
        assert_eq!((least + least).ten_thousandths(), i32::MIN);
    }
}
