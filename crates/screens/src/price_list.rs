//! What a person says that energy costs.

use serde::{Deserialize, Serialize};
use specta::Type;
use wallet::{FixedPrices, HourlyPrices, Prices};

use crate::app::App;
use crate::problem::Problem;

/// What a person pays for energy, in ten-thousandths of a euro for a kilowatt hour or a cubic metre of gas.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PriceList {
    /// One price at every time.
    Fixed {
        /// From the grid.
        import: u32,
        /// What is paid for what goes to the grid.
        export: Option<u32>,
        /// Gas.
        gas: Option<u32>,
    },
    /// A price for each tariff of the meter.
    TwoTariffs {
        /// From the grid.
        import: u32,
        /// The same while the low tariff is in force.
        import_low: u32,
        /// What is paid for what goes to the grid.
        export: Option<u32>,
        /// Gas.
        gas: Option<u32>,
    },
    /// A price for each hour, from files that the person chose.
    Hourly {
        /// What comes on top from the grid.
        on_top: i32,
        /// Tax over the hour's price from the grid, in tenths of a percent.
        tax: u16,
        /// What comes on top of what is paid for what goes to the grid.
        feed_in: i32,
        /// Gas.
        gas: Option<u32>,
    },
}

impl App {
    /// Says what energy costs, or that it is not known any more: then the prices of each hour are forgotten as well.
    ///
    /// # Errors
    /// [`Problem`] if the settings cannot be written.
    pub async fn choose_prices(&self, prices: Option<PriceList>) -> Result<(), Problem> {
        let wallet = self.wallet()?;
        let mut settings = wallet.settings()?;
        settings.prices = prices.map(Prices::from);
        wallet.keep_settings(&settings)?;
        if prices.is_none() {
            crate::app::blocking(move || wallet.forget_hourly_prices()).await?;
        }
        Ok(())
    }
}

impl From<Prices> for PriceList {
    fn from(prices: Prices) -> Self {
        match prices {
            Prices::Fixed(FixedPrices {
                import,
                import_low: None,
                export,
                gas,
            }) => Self::Fixed {
                import,
                export,
                gas,
            },
            Prices::Fixed(FixedPrices {
                import,
                import_low: Some(import_low),
                export,
                gas,
            }) => Self::TwoTariffs {
                import,
                import_low,
                export,
                gas,
            },
            Prices::Hourly(HourlyPrices {
                on_top,
                tax,
                feed_in,
                gas,
            }) => Self::Hourly {
                on_top,
                tax,
                feed_in,
                gas,
            },
        }
    }
}

impl From<PriceList> for Prices {
    fn from(prices: PriceList) -> Self {
        let fixed = |import, import_low, export, gas| {
            Self::Fixed(FixedPrices {
                import,
                import_low,
                export,
                gas,
            })
        };
        match prices {
            PriceList::Fixed {
                import,
                export,
                gas,
            } => fixed(import, None, export, gas),
            PriceList::TwoTariffs {
                import,
                import_low,
                export,
                gas,
            } => fixed(import, Some(import_low), export, gas),
            PriceList::Hourly {
                on_top,
                tax,
                feed_in,
                gas,
            } => Self::Hourly(HourlyPrices {
                on_top,
                tax,
                feed_in,
                gas,
            }),
        }
    }
}
