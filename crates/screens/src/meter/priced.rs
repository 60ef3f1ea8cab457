//! What was measured in a period, at the prices that the person chose.

use std::sync::Arc;

use consent::DeviceId;
use prices::PriceSeries;
use readings::{Granularity, Kind};
use wallet::{HourlyPrices, Prices, Wallet, WalletError};

use super::Period;
use crate::costs::{Costs, Hourly};
use crate::price_file::PriceReach;
use crate::problem::Problem;
use crate::terms::seconds;
use crate::usage::{self, Span};

const DAY: u64 = 86_400;

/// What is shown of a period, and what it is priced by.
pub(super) struct Measured<'a> {
    pub(super) device: DeviceId,
    pub(super) period: Period,
    /// Its first unix second, and the one after its last.
    pub(super) frame: (u64, u64),
    /// As the graph shows them.
    pub(super) spans: &'a [Span],
    /// Of everything but a year, which is read when it is needed.
    pub(super) quarters: &'a [Span],
}

/// What it cost, and what is known of prices of each hour.
pub(super) struct Priced {
    pub(super) costs: Option<Costs>,
    pub(super) reach: Option<PriceReach>,
    pub(super) problem: Option<Problem>,
}

impl Measured<'_> {
    pub(super) fn priced(
        &self,
        wallet: &Wallet,
        prices: Option<Prices>,
    ) -> Result<Priced, Problem> {
        // A file that is damaged hides nothing but the costs of electricity.
        let (series, damaged) = match wallet.hourly_prices() {
            Ok(series) => (series, None),
            Err(error) => (Arc::default(), Some(Problem::from(error))),
        };
        let reach = series.reach().map(|(from, to)| PriceReach { from, to });
        let (costs, problem) = match prices {
            Some(Prices::Hourly(hourly)) => (self.by_hours(wallet, &series, &hourly)?, damaged),
            Some(Prices::Fixed(fixed)) => (Costs::fixed(self.spans, &fixed), None),
            None => (None, None),
        };
        Ok(Priced {
            costs,
            reach,
            problem,
        })
    }

    fn by_hours(
        &self,
        wallet: &Wallet,
        series: &PriceSeries,
        prices: &HourlyPrices,
    ) -> Result<Option<Costs>, WalletError> {
        if self.period == Period::Live {
            return Ok(None);
        }
        let (from, to) = self.frame;
        let electricity = |granularity, from, to| {
            let kinds = [Kind::Electricity];
            usage::intervals_of(&kinds, wallet, self.device, granularity, from, to)
        };
        // Days are counted in UTC: one may have begun before, and another end after.
        let (before, after) = (from.saturating_sub(DAY), to.saturating_add(DAY));
        let quarters = match self.period {
            Period::Year => electricity(Granularity::QuarterHour, before, after)?,
            _ => [
                electricity(Granularity::QuarterHour, before, from)?,
                self.quarters.to_vec(),
                electricity(Granularity::QuarterHour, to, after)?,
            ]
            .concat(),
        };
        let hourly = Hourly {
            quarters: &quarters,
            days: &electricity(Granularity::Day, before, to)?,
            series,
            prices,
        };
        Ok(hourly.costs(self.spans, seconds(from), seconds(to)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use readings::{Batch, Interval, Lane, UnixSeconds, WattHour, codec};
    use wallet::{Appearance, FileKeychain, Home, KeychainKind, Settings, Surroundings};

    use super::*;

    /// Midnight of 19 June 2026 in UTC; it is two o'clock in Amsterdam.
    const MIDNIGHT: u32 = 1_781_827_200;

    /// A wallet that read the totals of these days in UTC, and no quarters of an hour.
    fn with_days(folder: &tempfile::TempDir, device: DeviceId, days: &[u32]) -> Wallet {
        let home = Home::open(&folder.path().join("wallet")).unwrap();
        let database = home.database().unwrap();
        let settings = Settings {
            keychain: KeychainKind::File,
            wallet: "test".into(),
            tangle: None,
            language: None,
            window: Appearance::default(),
            prices: None,
        };
        let keychain =
            FileKeychain::new(home.seed_file(), "correct horse battery".to_owned().into());
        let surroundings = Surroundings {
            home,
            tangle: None,
            clock: Arc::new(|| MIDNIGHT.into()),
        };
        let (wallet, _) = Wallet::create(surroundings, &settings, &keychain).unwrap();
        let database = rusqlite::Connection::open(database).unwrap();
        for &day in days {
            let (from, to) = (i64::from(day), i64::from(day) + 86_400);
            let mut interval = Interval::between(UnixSeconds(from), UnixSeconds(to));
            interval.used.import.t1 = Some(WattHour(12_000));
            let body = codec::encode(Kind::Electricity, &Batch::Intervals(vec![interval])).unwrap();
            let lane = Lane::new(Granularity::Day, Kind::Electricity).code();
            database
                .execute(
                    "INSERT INTO own_data (device, lane, at, seq, codec, batch) VALUES (?, ?, ?, 0, ?, ?)",
                    rusqlite::params![device.0, lane, from, codec::CODEC, body],
                )
                .unwrap();
        }
        wallet
    }

    #[test]
    fn a_day_in_amsterdam_is_told_by_the_two_days_in_utc_that_it_lies_in() {
        let folder = tempfile::tempdir().unwrap();
        let device = DeviceId([7; 20]);
        let wallet = with_days(&folder, device, &[MIDNIGHT - 86_400, MIDNIGHT]);
        let from = u64::from(MIDNIGHT) - 7_200;
        let measured = Measured {
            device,
            period: Period::Day,
            frame: (from, from + DAY),
            spans: &[],
            quarters: &[],
        };
        let prices = Prices::Hourly(HourlyPrices {
            on_top: 0,
            tax: 0,
            feed_in: 0,
            gas: None,
        });
        let priced = measured.priced(&wallet, Some(prices)).unwrap();
        let told = priced.costs.unwrap().told.unwrap();
        assert_eq!((told.measured, told.unsplit, told.parts), (0, 96, 0));
    }
}
