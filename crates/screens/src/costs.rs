//! What energy cost, at the prices that the person has said. Without prices there are no costs, and the screen says so.

use serde::{Deserialize, Serialize};
use specta::Type;
use wallet::Prices;

use crate::app::App;
use crate::problem::Problem;
use crate::usage::{Span, Totals};

/// What a person pays for energy, everything included that goes with the amount: in ten-thousandths of a euro.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
pub struct PriceList {
    /// A kilowatt hour from the grid.
    pub import: u32,
    /// The same while the low tariff is in force; as otherwise if it makes no difference.
    pub import_low: Option<u32>,
    /// What is paid for a kilowatt hour to the grid.
    pub export: Option<u32>,
    /// A cubic metre of gas.
    pub gas: Option<u32>,
}

/// What a period cost, in ten-thousandths of a euro; absent where there is no price, or nothing was measured.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct Costs {
    /// Electricity from the grid.
    pub import: Option<u32>,
    /// What was paid for electricity to the grid.
    pub export: Option<u32>,
    /// Gas.
    pub gas: Option<u32>,
    /// What is paid less what is earned.
    pub total: i32,
    /// The same total, span by span.
    pub spans: Vec<CostSpan>,
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
    /// Whether all of it was measured.
    pub whole: bool,
}

impl From<Prices> for PriceList {
    fn from(prices: Prices) -> Self {
        let Prices {
            import,
            import_low,
            export,
            gas,
        } = prices;
        Self {
            import,
            import_low,
            export,
            gas,
        }
    }
}

impl From<PriceList> for Prices {
    fn from(prices: PriceList) -> Self {
        let PriceList {
            import,
            import_low,
            export,
            gas,
        } = prices;
        Self {
            import,
            import_low,
            export,
            gas,
        }
    }
}

impl App {
    /// Says what energy costs, or that it is not known any more.
    ///
    /// # Errors
    /// [`Problem`] if the settings cannot be written.
    pub fn choose_prices(&self, prices: Option<PriceList>) -> Result<(), Problem> {
        let wallet = self.wallet()?;
        let mut settings = wallet.settings()?;
        settings.prices = prices.map(Prices::from);
        wallet.keep_settings(&settings)?;
        Ok(())
    }
}

impl Costs {
    /// Nothing if nothing was measured that has a price.
    pub(crate) fn of(spans: &[Span], prices: &Prices) -> Option<Self> {
        let priced: Vec<(&Span, Parts)> = spans
            .iter()
            .map(|span| (span, Parts::of(&span.totals(), prices)))
            .filter(|(_, parts)| *parts != Parts::default())
            .collect();
        if priced.is_empty() {
            return None;
        }
        // The whole is not the sum of rounded parts.
        let parts = Parts::of(&Totals::of(spans), prices);
        Some(Self {
            import: parts.import,
            export: parts.export,
            gas: parts.gas,
            total: parts.total(),
            spans: priced
                .into_iter()
                .map(|(span, parts)| CostSpan {
                    from: span.from,
                    to: span.to,
                    total: parts.total(),
                    whole: span.whole,
                })
                .collect(),
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Parts {
    import: Option<u32>,
    export: Option<u32>,
    gas: Option<u32>,
}

impl Parts {
    fn of(totals: &Totals, prices: &Prices) -> Self {
        // What no tariff is known of costs the usual price.
        let low = totals.import_low_wh.unwrap_or(0);
        let import = totals.import_wh.map(|all| {
            let usual = amount(all.saturating_sub(low), prices.import);
            let low = amount(low, prices.import_low.unwrap_or(prices.import));
            thousandth(usual.saturating_add(low))
        });
        let part = |used: Option<u32>, price: Option<u32>| {
            used.zip(price)
                .map(|(used, price)| thousandth(amount(used, price)))
        };
        Self {
            import,
            export: part(totals.export_wh, prices.export),
            gas: part(totals.gas_l, prices.gas),
        }
    }

    fn total(self) -> i32 {
        let paid = [self.import, self.gas].into_iter().flatten().map(i64::from);
        let total = paid.sum::<i64>() - self.export.map_or(0, i64::from);
        i32::try_from(total).unwrap_or(if total < 0 { i32::MIN } else { i32::MAX })
    }
}

/// Watt hours or litres times a price for a thousand of them.
fn amount(used: u32, price: u32) -> u64 {
    u64::from(used).saturating_mul(u64::from(price))
}

fn thousandth(amount: u64) -> u32 {
    u32::try_from(amount.saturating_add(500) / 1000).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const PRICES: Prices = Prices {
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
        let costs = Costs::of(&[quarter(0), quarter(900)], &PRICES).unwrap();
        // 0.4 kWh at 0.28, 0.6 kWh at 0.24; 0.2 kWh at 0.10; 0.08 m³ at 1.25.
        assert_eq!(costs.import, Some(1_120 + 1_440));
        assert_eq!(costs.export, Some(200));
        assert_eq!(costs.gas, Some(1_000));
        assert_eq!(costs.total, 2_560 + 1_000 - 200);
        assert_eq!(costs.spans.len(), 2);
        assert_eq!(
            costs.spans.iter().map(|span| span.total).sum::<i32>(),
            costs.total
        );
    }

    #[test]
    fn one_price_is_enough_and_what_has_none_costs_nothing() {
        let only = Prices {
            import: 2_800,
            import_low: None,
            export: None,
            gas: None,
        };
        let costs = Costs::of(&[quarter(0)], &only).unwrap();
        assert_eq!(
            (costs.import, costs.export, costs.gas),
            (Some(1_400), None, None)
        );
        let gas_only = Span {
            gas_l: Some(40),
            ..Span::default()
        };
        assert_eq!(Costs::of(&[gas_only], &only), None);
        assert_eq!(Costs::of(&[], &PRICES), None);
    }

    #[test]
    fn great_numbers_stay_in_bounds() {
        let most = Span {
            import_wh: Some(u32::MAX),
            gas_l: Some(u32::MAX),
            ..Span::default()
        };
        let dear = Prices {
            import: u32::MAX,
            gas: Some(u32::MAX),
            ..PRICES
        };
        assert_eq!(Costs::of(&[most], &dear).unwrap().total, i32::MAX);
    }
}
