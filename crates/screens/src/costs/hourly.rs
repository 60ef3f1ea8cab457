//! What energy cost at a price for each hour.

use prices::{PriceSeries, QUARTER_SECONDS, UnitPrice};
use wallet::HourlyPrices;

use super::{Costs, Parts, Told, part};
use crate::usage::Span;

/// What was measured of electricity, and the prices of each hour.
pub(crate) struct Hourly<'a> {
    /// By the quarter of an hour, oldest first, from a day before the period to a day after.
    pub(crate) quarters: &'a [Span],
    /// By the day (in UTC), oldest first, from the one in which the period begins: what of them is in no quarter has no hour.
    pub(crate) days: &'a [Span],
    /// The prices of each hour.
    pub(crate) series: &'a PriceSeries,
    /// What goes with them.
    pub(crate) prices: &'a HourlyPrices,
}

impl Hourly<'_> {
    /// What these spans cost. Nothing if nothing was measured that could have a price.
    pub(crate) fn costs(&self, spans: &[Span], from: u32, to: u32) -> Option<Costs> {
        let spans = spans.iter().map(|span| {
            let mut parts = self.electricity(span.from, span.to);
            parts.gas = part(span.gas_l, self.prices.gas);
            (span, parts, Some(self.told(span.from, span.to)))
        });
        Costs::of(spans, Some(self.told(from, to)))
    }

    fn electricity(&self, from: u32, to: u32) -> Parts {
        let mut sum = Parts::default();
        for quarter in within(self.quarters, from, to) {
            if let Some(price) = self.series.at(quarter.from) {
                sum.take(&self.quarter(quarter, price));
            }
        }
        sum
    }

    fn quarter(&self, quarter: &Span, price: UnitPrice) -> Parts {
        let HourlyPrices {
            on_top,
            tax,
            feed_in,
            ..
        } = *self.prices;
        let beside = |amount: i32| UnitPrice::from_ten_thousandths(amount.into());
        let bought = |used| price.times_with_tax(used, tax) + beside(on_top).times(used);
        let sold = |given| price.times(given) + beside(feed_in).times(given);
        Parts {
            import: quarter.import_wh.map(bought),
            export: quarter.export_wh.map(sold),
            gas: None,
        }
    }

    fn told(&self, from: u32, to: u32) -> Told {
        let mut told = Told::default();
        for quarter in within(self.quarters, from, to).filter(|span| has_electricity(span)) {
            told.measured += 1;
            told.priced += u32::from(self.series.at(quarter.from).is_some());
        }
        for day in self.days.iter().filter(|day| has_electricity(day)) {
            if day.whole {
                // It lies partly in the span before or after.
                let (from, to) = (day.from.max(from), day.to.min(to));
                let all = to.saturating_sub(from) / QUARTER_SECONDS;
                told.unsplit += all.saturating_sub(self.measured(from, to));
            } else if self.measured(day.from, day.to) == 0 {
                // Of how many hours its total is, nobody knows; it belongs to the span in which most of it lies.
                let middle = day.from.midpoint(day.to);
                told.parts += u32::from((from..to).contains(&middle));
            }
        }
        told
    }

    /// Of how many quarters between two unix seconds electricity was measured.
    fn measured(&self, from: u32, to: u32) -> u32 {
        let there = within(self.quarters, from, to).filter(|span| has_electricity(span));
        u32::try_from(there.count()).unwrap_or(u32::MAX)
    }
}

fn has_electricity(span: &Span) -> bool {
    span.import_wh.or(span.export_wh).is_some()
}

/// The spans that begin between two unix seconds.
fn within(spans: &[Span], from: u32, to: u32) -> impl Iterator<Item = &Span> {
    let first = spans.partition_point(|span| span.from < from);
    let rest = spans.get(first..).unwrap_or_default();
    rest.iter().take_while(move |span| span.from < to)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use prices::{FileUnit, read_file};

    use super::*;
    use crate::costs::CostSpan;

    const DAY: u32 = 1_781_827_200;
    const PRICES: HourlyPrices = HourlyPrices {
        on_top: 1_000,
        tax: 210,
        feed_in: -100,
        gas: Some(10_000),
    };

    /// So many hours from midnight (UTC), at 0.10 euro, 0.20 and so on, and -0.10 where it says so.
    fn series(hours: u32, below: Option<u32>) -> PriceSeries {
        let row = |hour: u32| {
            let price = if below == Some(hour) {
                -1
            } else {
                i64::from(hour) + 1
            };
            format!("2026-06-19T{hour:02}:00Z,{price}e-1\n")
        };
        let file: String = (0..hours).map(row).collect();
        read_file(&file, Some(FileUnit::EuroPerKwh)).unwrap().prices
    }

    fn quarters(count: u32) -> Vec<Span> {
        let quarter = |n: u32| Span {
            from: DAY + n * 900,
            to: DAY + (n + 1) * 900,
            import_wh: Some(250),
            export_wh: Some(100),
            gas_l: Some(10),
            whole: true,
            ..Span::default()
        };
        (0..count).map(quarter).collect()
    }

    fn cost_of(
        quarters: &[Span],
        days: &[Span],
        series: &PriceSeries,
        spans: &[Span],
    ) -> Option<Costs> {
        let hourly = Hourly {
            quarters,
            days,
            series,
            prices: &PRICES,
        };
        hourly.costs(spans, DAY, DAY + 86_400)
    }

    #[test]
    fn each_hour_has_its_price_with_tax_and_what_comes_on_top() {
        let quarters = quarters(8);
        let costs = cost_of(&quarters, &[], &series(2, None), &quarters).unwrap();
        // A kilowatt hour at 0.10 and one at 0.20, 21 % over both, 0.10 on top of each.
        assert_eq!(costs.import, Some(1_210 + 2_420 + 2_000));
        // 0.4 kWh at 0.09, 0.4 kWh at 0.19.
        assert_eq!(costs.export, Some(360 + 760));
        assert_eq!(costs.gas, Some(800));
        assert_eq!(costs.total, 5_630 + 800 - 1_120);
        assert!(costs.spans.iter().all(|span| span.whole));
        let told = costs.told.unwrap();
        assert_eq!((told.measured, told.priced, told.unsplit), (8, 8, 0));
    }

    #[test]
    fn below_zero_who_uses_is_paid_and_who_feeds_in_pays() {
        let quarters = quarters(8);
        let costs = cost_of(
            &quarters,
            &[],
            &series(2, Some(0)),
            quarters.get(..4).unwrap(),
        )
        .unwrap();
        // A kilowatt hour at -0.10 with 21 % over it, 0.10 on top; 0.4 kWh at -0.11.
        assert_eq!(costs.import, Some(-210));
        assert_eq!(costs.export, Some(-440));
        assert_eq!(costs.total, -210 + 440 + 400);
    }

    #[test]
    fn what_has_no_price_is_said_and_in_no_sum() {
        let quarters = quarters(96);
        let day = Span {
            from: DAY,
            to: DAY + 86_400,
            whole: true,
            ..Span::default()
        };
        let costs = cost_of(&quarters, &[], &series(20, None), &[day]).unwrap();
        let told = costs.told.unwrap();
        assert_eq!((told.measured, told.priced, told.unsplit), (96, 80, 0));
        assert!(!costs.spans.iter().any(|span| span.whole));
        // Without any price there is no sum, and it is said all the same.
        let without = cost_of(&quarters, &[], &PriceSeries::default(), &[day]).unwrap();
        assert_eq!((without.import, without.spans.len()), (None, 0));
        assert_eq!(without.told.unwrap().priced, 0);
    }

    #[test]
    fn a_day_that_began_before_the_period_counts_as_far_as_it_lies_in_it() {
        // Midnight in Amsterdam, two hours before that in UTC, to the next one.
        let (from, to) = (DAY - 7_200, DAY - 7_200 + 86_400);
        let day = |begin: u32, whole| Span {
            from: begin,
            to: begin + 86_400,
            import_wh: Some(24_000),
            whole,
            ..Span::default()
        };
        let told = |quarters: &[Span], days: &[Span]| {
            let hourly = Hourly {
                quarters,
                days,
                series: &PriceSeries::default(),
                prices: &PRICES,
            };
            hourly.told(from, to)
        };
        let both = [day(DAY - 86_400, true), day(DAY, true)];
        assert_eq!(told(&[], &both).unsplit, 96);
        // A day of which not all is known counts where its middle lies, if no quarter of it is known.
        let both = [day(DAY - 86_400, false), day(DAY, false)];
        assert_eq!((told(&[], &both).unsplit, told(&[], &both).parts), (0, 1));
        let quarters = quarters(96);
        let later = quarters.get(90..).unwrap();
        assert_eq!(told(later, &both).parts, 0);
    }

    #[test]
    fn a_day_of_which_a_part_is_known_by_its_total_alone_makes_no_whole_total() {
        let part = Span {
            from: DAY,
            to: DAY + 86_400,
            import_wh: Some(9_000),
            ..Span::default()
        };
        let costs = cost_of(&[], &[part], &series(24, None), &[part]).unwrap();
        assert_eq!((costs.import, costs.spans.len()), (None, 0));
        let told = costs.told.unwrap();
        assert_eq!((told.measured, told.unsplit, told.parts), (0, 0, 1));
        assert!(!told.is_all());
    }

    #[test]
    fn days_without_quarters_are_not_told_by_hours() {
        let day = |n: u32| Span {
            from: DAY + n * 86_400,
            to: DAY + (n + 1) * 86_400,
            import_wh: Some(24_000),
            gas_l: Some(1_000),
            whole: true,
            ..Span::default()
        };
        let (quarters, series) = (quarters(48), series(24, None));
        let only_gas = cost_of(&[], &[day(0)], &series, &[day(0)]).unwrap();
        assert_eq!((only_gas.import, only_gas.gas), (None, Some(10_000)));
        assert_eq!(only_gas.told.unwrap().unsplit, 96);
        let half = cost_of(&quarters, &[day(0)], &series, &[day(0)]).unwrap();
        let told = half.told.unwrap();
        assert_eq!((told.measured, told.priced, told.unsplit), (48, 48, 48));
        assert!(matches!(half.spans[..], [CostSpan { whole: false, .. }]));
        // What was measured, if nothing was, has no costs to tell.
        assert_eq!(cost_of(&[], &[], &series, &[]), None);
    }
}
