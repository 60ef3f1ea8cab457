//! What graphs are drawn from: quarter hours and days of electricity, kept beside the readings so that a week is a few hundred rows.
//!
//! Two sources feed it. Where a consent includes the quarter-hour or day lane, the device's own intervals are stored as they are.
//! Where it includes the live lane, each quarter hour remembers the first and the last register value and the mean power; the energy of
//! a quarter hour is then the difference to the first value of the next, so that nothing falls between two of them.

use std::collections::BTreeMap;

/// Length of a quarter hour in seconds.
pub const QUARTER: i64 = 900;
/// A household connection cannot exceed this mean power; a larger register difference is a replaced meter or a broken value.
const IMPOSSIBLE_WATTS: i64 = 100_000;
/// Two neighbouring quarter hours belong together when no more than this many seconds are missing between their readings.
const BRIDGED_SECONDS: i64 = 120;

/// What a bucket was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resolution {
    /// Quarter hours made here from every-reading data.
    Derived,
    /// Quarter hours from the device.
    Quarter,
    /// Days from the device.
    Day,
}

impl Resolution {
    /// As stored.
    #[must_use]
    pub fn code(self) -> i64 {
        match self {
            Self::Derived => 0,
            Self::Quarter => 1,
            Self::Day => 2,
        }
    }
}

/// Registers at the two ends of a stretch of time, in watt hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Register {
    /// Lowest value seen.
    pub first: Option<i64>,
    /// Highest value seen.
    pub last: Option<i64>,
}

/// A mean in the making.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mean {
    /// Sum of the samples.
    pub sum: i64,
    /// Number of samples.
    pub samples: i64,
}

/// One stretch of time of one consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Where it came from.
    pub resolution: Resolution,
    /// First second.
    pub start: i64,
    /// First second after it.
    pub end: i64,
    /// First and last moment that readings cover.
    pub first_at: i64,
    /// See `first_at`.
    pub last_at: i64,
    /// Energy registers from the grid; derived buckets only.
    pub import: Register,
    /// Energy registers to the grid; derived buckets only.
    pub export: Register,
    /// Power from the grid in watts; derived buckets only.
    pub power_import: Mean,
    /// Power to the grid in watts; derived buckets only.
    pub power_export: Mean,
    /// Energy from the grid in watt hours, where the device said it.
    pub import_wh: Option<i64>,
    /// Energy to the grid in watt hours, where the device said it.
    pub export_wh: Option<i64>,
}

/// A moment of every-reading data, as far as graphs need it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Unix seconds.
    pub at: i64,
    /// Register from the grid, all tariffs together, watt hours.
    pub import_wh: Option<i64>,
    /// Register to the grid.
    pub export_wh: Option<i64>,
    /// Power drawn now, watts.
    pub import_w: Option<i64>,
    /// Power given back now, watts.
    pub export_w: Option<i64>,
}

impl Bucket {
    /// An empty quarter hour around `at`.
    #[must_use]
    fn quarter_of(at: i64) -> Self {
        let start = at.div_euclid(QUARTER).saturating_mul(QUARTER);
        Self {
            resolution: Resolution::Derived,
            start,
            end: start.saturating_add(QUARTER),
            first_at: at,
            last_at: at,
            import: Register::default(),
            export: Register::default(),
            power_import: Mean::default(),
            power_export: Mean::default(),
            import_wh: None,
            export_wh: None,
        }
    }

    /// A stretch of time whose energy the device stated itself.
    #[must_use]
    pub fn stated(
        resolution: Resolution,
        start: i64,
        end: i64,
        import_wh: Option<i64>,
        export_wh: Option<i64>,
    ) -> Self {
        Self {
            resolution,
            start,
            end,
            first_at: start,
            last_at: end,
            import_wh,
            export_wh,
            ..Self::quarter_of(start)
        }
    }

    fn add(&mut self, sample: &Sample) {
        self.first_at = self.first_at.min(sample.at);
        self.last_at = self.last_at.max(sample.at);
        widen(&mut self.import, sample.import_wh);
        widen(&mut self.export, sample.export_wh);
        count(&mut self.power_import, sample.import_w);
        count(&mut self.power_export, sample.export_w);
    }
}

fn widen(register: &mut Register, value: Option<i64>) {
    let Some(value) = value else { return };
    register.first = Some(register.first.map_or(value, |first| first.min(value)));
    register.last = Some(register.last.map_or(value, |last| last.max(value)));
}

fn count(mean: &mut Mean, value: Option<i64>) {
    let Some(value) = value else { return };
    mean.sum = mean.sum.saturating_add(value);
    mean.samples = mean.samples.saturating_add(1);
}

/// The derived quarter hours that these samples touch; the store merges them with what it has.
#[must_use]
pub fn quarters_of(samples: &[Sample]) -> Vec<Bucket> {
    let mut quarters = BTreeMap::<i64, Bucket>::new();
    for sample in samples {
        let empty = Bucket::quarter_of(sample.at);
        quarters.entry(empty.start).or_insert(empty).add(sample);
    }
    quarters.into_values().collect()
}

/// What one stretch of time used and gave back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Used {
    /// First second.
    pub start: i64,
    /// First second after it.
    pub end: i64,
    /// Energy from the grid, watt hours; `None` when unknown.
    pub import_wh: Option<i64>,
    /// Energy to the grid, watt hours; `None` when unknown.
    pub export_wh: Option<i64>,
    /// Seconds of it that data cover.
    pub covered: i64,
}

impl Used {
    /// Mean power from the grid over what is covered, watts.
    #[must_use]
    pub fn import_w(&self) -> Option<i64> {
        self.mean(self.import_wh)
    }

    /// Mean power to the grid over what is covered, watts.
    #[must_use]
    pub fn export_w(&self) -> Option<i64> {
        self.mean(self.export_wh)
    }

    /// Covered from end to end but for a minute.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.covered >= self.end.saturating_sub(self.start).saturating_sub(60)
    }

    fn mean(&self, energy: Option<i64>) -> Option<i64> {
        energy?.checked_mul(3600)?.checked_div(self.covered)
    }
}

/// The quarter hours of a span: the device's own where there are any, else what every-reading data say. Both lists sorted by start.
#[must_use]
pub fn quarters(stated: &[Bucket], derived: &[Bucket]) -> Vec<Used> {
    let mut used = BTreeMap::new();
    for (place, bucket) in derived.iter().enumerate() {
        used.insert(
            bucket.start,
            energy_of(bucket, derived.get(place.saturating_add(1))),
        );
    }
    for bucket in stated {
        used.insert(bucket.start, as_stated(bucket));
    }
    used.into_values().collect()
}

/// A bucket with the energy that the device stated.
#[must_use]
pub fn as_stated(bucket: &Bucket) -> Used {
    Used {
        start: bucket.start,
        end: bucket.end,
        import_wh: bucket.import_wh,
        export_wh: bucket.export_wh,
        covered: bucket.end.saturating_sub(bucket.start),
    }
}

fn energy_of(bucket: &Bucket, next: Option<&Bucket>) -> Used {
    let next = next.filter(|next| {
        next.start == bucket.end && next.first_at.saturating_sub(bucket.last_at) <= BRIDGED_SECONDS
    });
    let until = next.map_or(bucket.last_at, |next| next.first_at);
    let covered = until.saturating_sub(bucket.first_at).max(0);
    let difference = |own: Register, following: Option<Register>, mean: Mean| {
        let last = following.and_then(|next| next.first).or(own.last);
        let by_register = last
            .zip(own.first)
            .map(|(last, first)| last.saturating_sub(first))
            .filter(|wh| (0..=IMPOSSIBLE_WATTS.saturating_mul(covered) / 3600).contains(wh));
        // A register has a resolution of one watt hour: over a few seconds only the mean power says anything.
        let by_mean = mean
            .sum
            .checked_div(mean.samples)
            .map(|watts| watts.saturating_mul(covered).saturating_add(1800) / 3600);
        if covered < 60 {
            by_mean.or(by_register)
        } else {
            by_register.or(by_mean)
        }
    };
    Used {
        start: bucket.start,
        end: bucket.end,
        import_wh: difference(
            bucket.import,
            next.map(|next| next.import),
            bucket.power_import,
        ),
        export_wh: difference(
            bucket.export,
            next.map(|next| next.export),
            bucket.power_export,
        ),
        covered,
    }
}

/// The sum of several stretches as one; unknown parts count as nothing, an entirely unknown sum stays unknown.
#[must_use]
pub fn sum(start: i64, end: i64, parts: &[Used]) -> Used {
    let total = |energy: fn(&Used) -> Option<i64>| {
        parts.iter().filter_map(energy).reduce(i64::saturating_add)
    };
    Used {
        start,
        end,
        import_wh: total(|used| used.import_wh),
        export_wh: total(|used| used.export_wh),
        covered: parts
            .iter()
            .map(|used| used.covered)
            .fold(0, i64::saturating_add),
    }
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn sample(at: i64, import_wh: i64) -> Sample {
        Sample {
            at,
            import_wh: Some(import_wh),
            import_w: Some(400),
            ..Sample::default()
        }
    }

    #[test]
    fn nothing_falls_between_two_quarter_hours() {
        let samples: Vec<_> = (0..=1_800)
            .map(|second| sample(second, 1_000 + second))
            .collect();
        let quarters = quarters(&[], &quarters_of(&samples));
        assert_eq!(quarters[0].import_wh, Some(900));
        assert_eq!(quarters[1].import_wh, Some(900));
        assert!(quarters[0].is_whole());
    }

    #[test]
    fn a_replaced_meter_does_not_become_a_spike() {
        let quarters = quarters(&[], &quarters_of(&[sample(0, 9_000_000), sample(800, 5)]));
        assert_eq!(quarters[0].import_wh, Some(89));
    }

    #[test]
    fn what_the_device_says_wins() {
        let derived = quarters_of(&[sample(0, 0), sample(890, 100)]);
        let stated = [Bucket::stated(Resolution::Quarter, 0, 900, Some(123), None)];
        let quarters = quarters(&stated, &derived);
        assert_eq!(quarters.len(), 1);
        assert_eq!(quarters[0].import_wh, Some(123));
        assert_eq!(quarters[0].export_wh, None);
        assert_eq!(quarters[0].import_w(), Some(492));
    }

    #[test]
    fn unknown_is_never_zero() {
        let quarters = quarters(
            &[],
            &quarters_of(&[Sample {
                at: 10,
                ..Sample::default()
            }]),
        );
        assert_eq!((quarters[0].import_wh, quarters[0].export_wh), (None, None));
        assert_eq!(sum(0, 900, &quarters).import_wh, None);
    }
}
