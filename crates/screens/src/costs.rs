//! What energy cost, at the prices that the person has said. Without prices there are no costs, and the screen says so.

mod hourly;

use prices::{Cost, UnitPrice};
use serde::Serialize;
use specta::Type;
use wallet::FixedPrices;

pub(crate) use hourly::Hourly;

use crate::usage::{Span, Totals};

/// What a period cost, in ten-thousandths of a euro; absent where there is no price, or nothing was measured.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct Costs {
    /// Electricity from the grid; below zero where its price was.
    pub import: Option<i32>,
    /// What was paid for electricity to the grid; below zero where that cost something.
    pub export: Option<i32>,
    /// Gas.
    pub gas: Option<i32>,
    /// What is paid less what is earned.
    pub total: i32,
    /// The same total, span by span.
    pub spans: Vec<CostSpan>,
    /// How much of the electricity the hours' prices tell; absent with other prices.
    pub told: Option<Told>,
}

/// What a stretch of time cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
pub struct CostSpan {
    /// Its begin, in unix seconds.
    pub from: u32,
    /// Its end, in unix seconds.
    pub to: u32,
    /// What is paid less what is earned, in ten-thousandths of a euro.
    pub total: i32,
    /// Whether all of it was measured, and has a price.
    pub whole: bool,
}

/// How much of what was measured the prices of each hour tell, in quarters of an hour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Type)]
pub struct Told {
    /// In which electricity was measured.
    pub measured: u32,
    /// Those of them that have a price; what the others cost is in no sum.
    pub priced: u32,
    /// Those beside of which only a day's total is known, which hours' prices cannot tell.
    pub unsplit: u32,
    /// Days of which a part was measured and only its total is known: of how many hours, nobody knows.
    pub parts: u32,
}

impl Told {
    fn is_all(self) -> bool {
        self.priced == self.measured && self.unsplit == 0 && self.parts == 0
    }
}

impl Costs {
    /// At the same price at every time, or by the meter's tariffs. Nothing if nothing was measured that has a price.
    pub(crate) fn fixed(spans: &[Span], prices: &FixedPrices) -> Option<Self> {
        let parts = spans.iter().map(|span| (span, Parts::fixed(span, prices)));
        Self::of(parts.map(|(span, parts)| (span, parts, None)), None)
    }

    fn of<'a>(
        spans: impl Iterator<Item = (&'a Span, Parts, Option<Told>)>,
        told: Option<Told>,
    ) -> Option<Self> {
        // Sums are exact, and rounded once.
        let mut sum = Parts::default();
        let mut priced = Vec::new();
        for (span, parts, told) in spans.filter(|(_, parts, _)| *parts != Parts::default()) {
            sum.take(&parts);
            priced.push(CostSpan {
                from: span.from,
                to: span.to,
                total: parts.total().ten_thousandths(),
                whole: span.whole && told.is_none_or(Told::is_all),
            });
        }
        let untold = told.is_some_and(|told| !told.is_all());
        (untold || !priced.is_empty()).then(|| Self {
            import: sum.import.map(Cost::ten_thousandths),
            export: sum.export.map(Cost::ten_thousandths),
            gas: sum.gas.map(Cost::ten_thousandths),
            total: sum.total().ten_thousandths(),
            spans: priced,
            told,
        })
    }
}

/// What is paid and earned in a span.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Parts {
    import: Option<Cost>,
    export: Option<Cost>,
    gas: Option<Cost>,
}

impl Parts {
    fn fixed(span: &Span, prices: &FixedPrices) -> Self {
        let Totals {
            import_wh,
            import_low_wh,
            export_wh,
            ..
        } = span.totals();
        // What no tariff is known of costs the usual price.
        let low = import_low_wh.unwrap_or(0);
        let import = import_wh.map(|all| {
            let usual = price(prices.import).times(all.saturating_sub(low));
            usual + price(prices.import_low.unwrap_or(prices.import)).times(low)
        });
        Self {
            import,
            export: part(export_wh, prices.export),
            gas: part(span.gas_l, prices.gas),
        }
    }

    fn take(&mut self, other: &Self) {
        add(&mut self.import, other.import);
        add(&mut self.export, other.export);
        add(&mut self.gas, other.gas);
    }

    fn total(&self) -> Cost {
        let paid: Cost = [self.import, self.gas].into_iter().flatten().sum();
        paid - self.export.unwrap_or_default()
    }
}

fn part(used: Option<u32>, of: Option<u32>) -> Option<Cost> {
    used.zip(of).map(|(used, of)| price(of).times(used))
}

fn price(ten_thousandths: u32) -> UnitPrice {
    UnitPrice::from_ten_thousandths(ten_thousandths.into())
}

fn add(sum: &mut Option<Cost>, more: Option<Cost>) {
    if let Some(more) = more {
        *sum = Some(sum.unwrap_or_default() + more);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const PRICES: FixedPrices = FixedPrices {
        import: 2_800,
        import_low: Some(2_400),
        export: Some(1_000),
        gas: Some(12_500),
    };

    fn quarter(from: u32) -> Span {
        Span {
            from,
            to: from + 900,
            import_wh: Some(500),
            import_low_wh: Some(300),
            export_wh: Some(100),
            gas_l: Some(40),
            whole: true,
            ..Span::default()
        }
    }

    #[test]
    fn each_tariff_has_its_price_and_what_is_given_back_is_earned() {
        let costs = Costs::fixed(&[quarter(0), quarter(900)], &PRICES).unwrap();
        // 0.4 kWh at 0.28, 0.6 kWh at 0.24; 0.2 kWh at 0.10; 0.08 m³ at 1.25.
        assert_eq!(costs.import, Some(1_120 + 1_440));
        assert_eq!(costs.export, Some(200));
        assert_eq!(costs.gas, Some(1_000));
        assert_eq!(costs.total, 2_560 + 1_000 - 200);
        assert_eq!(costs.spans.len(), 2);
        assert_eq!(costs.told, None);
        assert_eq!(
            costs.spans.iter().map(|span| span.total).sum::<i32>(),
            costs.total
        );
    }

    #[test]
    fn one_price_is_enough_and_what_has_none_costs_nothing() {
        let only = FixedPrices {
            import: 2_800,
            import_low: None,
            export: None,
            gas: None,
        };
        let costs = Costs::fixed(&[quarter(0)], &only).unwrap();
        assert_eq!(
            (costs.import, costs.export, costs.gas),
            (Some(1_400), None, None)
        );
        let gas_only = Span {
            gas_l: Some(40),
            ..Span::default()
        };
        assert_eq!(Costs::fixed(&[gas_only], &only), None);
        assert_eq!(Costs::fixed(&[], &PRICES), None);
    }

    #[test]
    fn many_small_costs_are_rounded_once() {
        let little = |from| Span {
            import_wh: Some(1),
            ..Span::between(from, from + 900)
        };
        // A watt hour at 0.0004 is nothing that can be said; a thousand of them are.
        let prices = FixedPrices {
            import: 4,
            ..PRICES
        };
        let spans: Vec<Span> = (0..1_000).map(|n| little(n * 900)).collect();
        let costs = Costs::fixed(&spans, &prices).unwrap();
        assert!(costs.spans.iter().all(|span| span.total == 0));
        assert_eq!(costs.total, 4);
    }

    #[test]
    fn great_numbers_stay_in_bounds() {
        let most = Span {
            import_wh: Some(u32::MAX),
            gas_l: Some(u32::MAX),
            ..Span::default()
        };
        let dear = FixedPrices {
            import: u32::MAX,
            gas: Some(u32::MAX),
            ..PRICES
        };
        assert_eq!(Costs::fixed(&[most], &dear).unwrap().total, i32::MAX);
    }
}
