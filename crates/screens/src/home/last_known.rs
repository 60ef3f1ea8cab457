//! The last power that is known of a meter: it stays on its card, with its time, while none is measured now.

use consent::DeviceId;
use readings::{Batch, Granularity, Interval, Kind, Lane, Reading};
use serde::Serialize;
use specta::Type;
use wallet::{Wallet, WalletError};

use crate::usage;

/// The last power that is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
pub struct LastKnown {
    /// Until when it was so.
    pub at: u32,
    /// Watts from the grid; below zero to it.
    pub net_w: i32,
    /// It is the mean of a quarter of an hour, not a single reading.
    pub mean: bool,
}

impl LastKnown {
    /// The newest that any reading or quarter hour told, however long ago. Single readings are heard only while a screen
    /// shows them, so a quarter hour is often newer.
    pub(crate) fn of(wallet: &Wallet, device: DeviceId) -> Result<Option<Self>, WalletError> {
        let mut known = Vec::new();
        for granularity in [Granularity::Live, Granularity::QuarterHour] {
            let lane = Lane::new(granularity, Kind::Electricity);
            let batches = wallet.last_data(device, lane)?;
            known.extend(batches.iter().filter_map(|own| Self::last_in(&own.batch)));
        }
        Ok(known.into_iter().max_by_key(|last| last.at))
    }

    fn last_in(batch: &Batch) -> Option<Self> {
        match batch {
            Batch::Readings(readings) => readings
                .iter()
                .filter_map(Self::of_reading)
                .max_by_key(|last| last.at),
            Batch::Intervals(intervals) => intervals
                .iter()
                .filter_map(Self::of_interval)
                .max_by_key(|last| last.at),
        }
    }

    fn of_reading(reading: &Reading) -> Option<Self> {
        let point = usage::point(reading)?;
        Some(Self {
            at: point.at,
            net_w: point.net_w,
            mean: false,
        })
    }

    /// The mean power of an interval; absent unless all of it was measured.
    fn of_interval(interval: &Interval) -> Option<Self> {
        let used = &interval.used;
        let (drawn, given) = (used.import.sum(), used.export.sum());
        if !interval.complete() || (drawn.is_none() && given.is_none()) {
            return None;
        }
        let given = given.map_or(0, |sum| sum.0);
        let watt_hours = drawn.map_or(0, |sum| sum.0).saturating_sub(given);
        let seconds = interval.end.0.checked_sub(interval.start.0)?;
        let watts = watt_hours.checked_mul(3600)?.checked_div(seconds)?;
        Some(Self {
            at: u32::try_from(interval.end.0).ok()?,
            net_w: i32::try_from(watts).ok()?,
            mean: true,
        })
    }
}

#[cfg(test)]
mod tests {
    use readings::{UnixSeconds, Watt, WattHour};

    use super::*;

    fn reading(at: i64, drawn: u32) -> Reading {
        let mut reading = Reading::at(UnixSeconds(at));
        reading.electricity.power_import = Some(Watt(drawn.into()));
        reading
    }

    fn quarter(begin: i64, drawn: Option<i64>, given: Option<i64>) -> Interval {
        let mut quarter = Interval::between(UnixSeconds(begin), UnixSeconds(begin + 900));
        quarter.used.import.t1 = drawn.map(WattHour);
        quarter.used.export.t1 = given.map(WattHour);
        quarter
    }

    #[test]
    fn the_newest_reading_of_a_batch_is_what_is_known() {
        let batch = Batch::Readings(vec![reading(20, 300), reading(10, 500)]);
        let known = LastKnown::last_in(&batch);
        let expected = LastKnown {
            at: 20,
            net_w: 300,
            mean: false,
        };
        assert_eq!(known, Some(expected));
    }

    #[test]
    fn a_quarter_hour_is_known_by_its_mean_and_what_was_not_measured_is_no_zero() {
        let batch = Batch::Intervals(vec![
            quarter(0, Some(100), None),
            quarter(900, Some(10), Some(60)),
            quarter(1800, None, None),
        ]);
        let expected = LastKnown {
            at: 1800,
            net_w: -200,
            mean: true,
        };
        assert_eq!(LastKnown::last_in(&batch), Some(expected));
        assert_eq!(LastKnown::last_in(&Batch::Intervals(Vec::new())), None);
    }
}
