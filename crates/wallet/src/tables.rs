//! Own readings as files: CSV, Parquet, Green Button.

use std::collections::BTreeMap;

use consent::{DeviceId, DeviceView};
use readings::green_button::{self, Feed};
use readings::{Batch, Granularity, Interval, Kind, Lane, Reading, csv, parquet};

use crate::error::WalletError;
use crate::wallet::Wallet;

/// The readings and intervals of one lane, oldest first.
#[derive(Clone, PartialEq, Debug)]
pub struct Rows {
    kind: Kind,
    readings: Vec<Reading>,
    intervals: Vec<Interval>,
}

impl Rows {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.readings.is_empty() && self.intervals.is_empty()
    }

    /// As CSV ([`readings::csv`]).
    pub fn to_csv(&self) -> String {
        match self.intervals.as_slice() {
            [] => csv::write_readings(&[self.kind], &self.readings),
            intervals => csv::write_intervals(&[self.kind], intervals),
        }
    }

    /// As Parquet ([`readings::parquet`]).
    ///
    /// # Errors
    /// [`WalletError::Table`].
    pub fn to_parquet(&self) -> Result<Vec<u8>, WalletError> {
        let file = match self.intervals.as_slice() {
            [] => parquet::write_readings(&[self.kind], &self.readings),
            intervals => parquet::write_intervals(&[self.kind], intervals),
        };
        file.map_err(|error| WalletError::Table(error.to_string()))
    }
}

impl Wallet {
    /// What was measured in a lane from one time until before another, in unix seconds, as far as it was read.
    ///
    /// # Errors
    /// [`WalletError::Store`].
    pub fn rows(
        &self,
        device: DeviceId,
        lane: Lane,
        from: u64,
        to: u64,
    ) -> Result<Rows, WalletError> {
        let mut rows = Rows {
            kind: lane.kind,
            readings: Vec::new(),
            intervals: Vec::new(),
        };
        let inside = |at: i64| u64::try_from(at).is_ok_and(|at| (from..to).contains(&at));
        // A batch may hold intervals that lie before its slot, so look a little further.
        let margin = u64::from(lane.default_slot_seconds());
        let begin = from.saturating_sub(margin);
        for own in self.own_data(device, lane, begin, to.saturating_add(margin))? {
            match own.batch {
                Batch::Readings(more) => rows.readings.extend(more),
                Batch::Intervals(more) => rows.intervals.extend(more),
            }
        }
        rows.readings.retain(|reading| inside(reading.at.0));
        rows.readings.sort_by_key(|reading| reading.at);
        rows.intervals.retain(|interval| inside(interval.start.0));
        rows.intervals.sort_by_key(|interval| interval.start);
        Ok(rows)
    }

    /// Energy and volumes of a meter as Green Button ([`readings::green_button`]); nothing if nothing was measured.
    ///
    /// # Errors
    /// [`WalletError::Store`].
    pub fn green_button(
        &self,
        device: &DeviceView,
        granularity: Granularity,
        from: u64,
        to: u64,
    ) -> Result<Option<Vec<u8>>, WalletError> {
        let mut joined: BTreeMap<i64, Interval> = BTreeMap::new();
        for kind in [Kind::Electricity, Kind::GasWaterHeat] {
            let lane = Lane::new(granularity, kind);
            for interval in self.rows(device.id, lane, from, to)?.intervals {
                let whole = joined
                    .entry(interval.start.0)
                    .or_insert(Interval::between(interval.start, interval.end));
                whole.partial = whole.partial.union(interval.partial);
                let used = &mut whole.used;
                if kind == Kind::Electricity {
                    (used.import, used.export) = (interval.used.import, interval.used.export);
                } else {
                    used.gas = interval.used.gas;
                    used.water = interval.used.water;
                    used.heat = interval.used.heat;
                }
            }
        }
        if joined.is_empty() {
            return Ok(None);
        }
        let mut id = [0; 16];
        rand_core::Rng::fill_bytes(&mut crate::random(), &mut id);
        let feed = Feed {
            title: &device.name,
            id,
            made_at: i64::try_from(self.now()).unwrap_or(i64::MAX),
            interval_seconds: granularity_seconds(granularity),
        };
        let intervals: Vec<Interval> = joined.into_values().collect();
        let file = green_button::write(&feed, &intervals);
        Ok(Some(
            file.map_err(|error| WalletError::Table(error.to_string()))?,
        ))
    }
}

fn granularity_seconds(granularity: Granularity) -> u32 {
    match granularity {
        Granularity::Live => 1,
        Granularity::QuarterHour => 900,
        Granularity::Day => 86_400,
    }
}
