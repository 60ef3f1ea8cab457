//! Prices by the quarter of an hour, as far as they are known.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::money::UnitPrice;

/// A quarter of an hour, in seconds: how long a price of the European market holds since October 2025; an hour is four.
pub const QUARTER_SECONDS: u32 = 900;

/// Prices are kept for four years back and one ahead, at most.
pub const KEPT_SECONDS: (u32, u32) = (4 * YEAR, YEAR);
const YEAR: u32 = 366 * 86_400;

/// Prices of quarters of an hour, by the unix second in which each begins. What is not there is not known.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Run>", into = "Vec<Run>")]
pub struct PriceSeries(BTreeMap<u32, UnitPrice>);

/// Quarters one after the other, as they are kept.
#[derive(Serialize, Deserialize)]
struct Run {
    /// When the first begins, in unix seconds.
    begin: u32,
    /// The price of each, in nanoeuros for a kilowatt hour.
    prices: Vec<UnitPrice>,
}

impl PriceSeries {
    /// The price of the quarter that begins in this unix second.
    #[must_use]
    pub fn at(&self, begin: u32) -> Option<UnitPrice> {
        self.0.get(&begin).copied()
    }

    /// Takes in other prices, which hold instead of those that were known.
    pub fn take(&mut self, newer: &Self) {
        self.0.extend(&newer.0);
    }

    /// Forgets what is further from this unix second than [`KEPT_SECONDS`]. Gives how many quarters are left.
    pub fn keep_around(&mut self, now: u32) -> usize {
        let (back, ahead) = KEPT_SECONDS;
        let kept = now.saturating_sub(back)..now.saturating_add(ahead);
        self.0.retain(|begin, _| kept.contains(begin));
        self.0.len()
    }

    /// From when until when prices are known, in unix seconds; between them some may be missing.
    #[must_use]
    pub fn reach(&self) -> Option<(u32, u32)> {
        let (first, last) = (self.0.keys().next()?, self.0.keys().next_back()?);
        Some((*first, last.saturating_add(QUARTER_SECONDS)))
    }

    /// How many quarters of an hour have a price.
    #[must_use]
    pub fn quarters(&self) -> usize {
        self.0.len()
    }

    /// Says what a stretch of whole quarters costs.
    pub(crate) fn set(&mut self, begin: u32, seconds: u32, price: UnitPrice) {
        let quarters = (0..seconds / QUARTER_SECONDS).map(|n| n * QUARTER_SECONDS);
        self.0
            .extend(quarters.map(|after| (begin.saturating_add(after), price)));
    }
}

impl From<Vec<Run>> for PriceSeries {
    fn from(runs: Vec<Run>) -> Self {
        let prices = runs.into_iter().flat_map(|run| {
            let begins = (run.begin..=u32::MAX).step_by(QUARTER_SECONDS as usize);
            begins.zip(run.prices)
        });
        Self(prices.collect())
    }
}

impl From<PriceSeries> for Vec<Run> {
    fn from(series: PriceSeries) -> Self {
        let mut runs: Self = Self::new();
        let mut next = None;
        for (begin, price) in series.0 {
            match runs.last_mut() {
                Some(run) if next == Some(begin) => run.prices.push(price),
                _ => runs.push(Run {
                    begin,
                    prices: vec![price],
                }),
            }
            next = begin.checked_add(QUARTER_SECONDS);
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_is_newer_wins_and_what_is_far_away_is_forgotten() {
        let mut series = PriceSeries::default();
        series.set(3_600, 3_600, UnitPrice(1));
        let mut newer = PriceSeries::default();
        newer.set(4_500, 900, UnitPrice(-2));
        series.take(&newer);
        let prices = [3_600, 4_500, 5_400, 6_300, 7_200].map(|begin| series.at(begin));
        assert_eq!(
            prices.map(|price| price.map(|price| price.0)),
            [Some(1), Some(-2), Some(1), Some(1), None]
        );
        assert_eq!(series.reach(), Some((3_600, 7_200)));
        assert_eq!(series.keep_around(KEPT_SECONDS.0 + 5_000), 2);
        assert_eq!(series.reach(), Some((5_400, 7_200)));
        assert_eq!(series.keep_around(u32::MAX), 0);
        assert_eq!(series.reach(), None);
    }

    #[test]
    fn prices_come_back_from_where_they_were_kept_with_their_holes() {
        let mut series = PriceSeries::default();
        for (begin, price) in [(0, 5), (900, -5), (3_600, 7), (u32::MAX - 100, 9)] {
            series.set(begin, 900, UnitPrice(price));
        }
        let kept = serde_json::to_string(&series).unwrap();
        assert!(kept.starts_with(r#"[{"begin":0,"prices":[5,-5]},{"begin":3600"#));
        assert_eq!(serde_json::from_str::<PriceSeries>(&kept).unwrap(), series);
        // What somebody wrote there by hand makes no more than it says.
        let beyond = r#"[{"begin":4294967000,"prices":[1,2,3]}]"#;
        let read = serde_json::from_str::<PriceSeries>(beyond).unwrap();
        assert_eq!(read.quarters(), 1);
    }
}
