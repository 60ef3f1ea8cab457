//! Phases over a time: the highest current of each, as the Pi sums up quarter hours and days.

use std::collections::BTreeMap;

use consent::DeviceId;
use jiff::civil::Date;
use readings::{Batch, Granularity, Interval, Kind, Lane, PhaseSummary};
use serde::Serialize;
use specta::Type;
use wallet::{Wallet, WalletError};

use crate::terms::seconds;
use crate::usage::{Calendar, Point};

/// What is known of one phase over a time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct PhaseLine {
    /// 1, 2 or 3.
    pub phase: u8,
    /// Readings of its power.
    pub points: Vec<Point>,
    /// The highest current in each stretch of time.
    pub peaks: Vec<PhasePeak>,
}

/// The highest current in a stretch of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
pub struct PhasePeak {
    /// Its begin, in unix seconds.
    pub from: u32,
    /// Its end, in unix seconds.
    pub to: u32,
    /// In hundredths of amperes.
    pub centiamperes: u32,
}

impl PhaseLine {
    /// The highest of each day, month or other stretch that a person counts in, each of its true length. A peak belongs where
    /// its middle lies: days are counted in UTC, as for [`Calendar::by`].
    pub(crate) fn by(
        &self,
        calendar: &Calendar,
        first_of: impl Fn(Date) -> Date,
        next: impl Fn(Date) -> Date,
    ) -> Self {
        let mut highest: BTreeMap<Date, u32> = BTreeMap::new();
        for peak in &self.peaks {
            let middle = u64::from(peak.from / 2 + peak.to / 2);
            let known = highest.entry(first_of(calendar.day_of(middle)));
            let known = known.or_default();
            *known = peak.centiamperes.max(*known);
        }
        let peaks = highest.into_iter().map(|(first, centiamperes)| PhasePeak {
            from: seconds(calendar.begin(first)),
            to: seconds(calendar.begin(next(first))),
            centiamperes,
        });
        Self {
            phase: self.phase,
            points: Vec::new(),
            peaks: peaks.collect(),
        }
    }
}

/// The highest current of each phase, in quarter hours or days; nothing of what was not read.
pub(crate) fn peaks(
    wallet: &Wallet,
    device: DeviceId,
    granularity: Granularity,
    from: u64,
    to: u64,
) -> Result<Vec<PhaseLine>, WalletError> {
    let lane = Lane::new(granularity, Kind::Phases);
    let margin = u64::from(lane.default_slot_seconds());
    let mut intervals = Vec::new();
    // A batch may hold intervals that lie before its slot, so look a little further.
    for own in wallet.own_data(device, lane, from, to.saturating_add(margin))? {
        if let Batch::Intervals(more) = own.batch {
            intervals.extend(more);
        }
    }
    let within = |begin: i64| u64::try_from(begin).is_ok_and(|begin| (from..to).contains(&begin));
    intervals.retain(|interval| within(interval.start.0));
    intervals.sort_by_key(|interval| interval.start);
    Ok(lines(&intervals))
}

/// The phases of which any current is known.
fn lines(intervals: &[Interval]) -> Vec<PhaseLine> {
    let line = |phase: u8, of: fn(&Interval) -> &PhaseSummary| {
        let peaks = intervals.iter().filter_map(|interval| {
            Some(PhasePeak {
                from: u32::try_from(interval.start.0).ok()?,
                to: u32::try_from(interval.end.0).ok()?,
                centiamperes: of(interval).current_max?.0,
            })
        });
        PhaseLine {
            phase,
            points: Vec::new(),
            peaks: peaks.collect(),
        }
    };
    let lines = [
        line(1, |interval| &interval.phases.l1),
        line(2, |interval| &interval.phases.l2),
        line(3, |interval| &interval.phases.l3),
    ];
    let measured = lines.into_iter().filter(|line| !line.peaks.is_empty());
    measured.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use jiff::civil::date;
    use jiff::tz::TimeZone;
    use readings::{CentiAmpere, UnixSeconds};

    use super::*;

    #[test]
    fn a_phase_without_a_current_is_left_out_and_an_interval_without_one_is_a_gap() {
        let quarter = |begin: i64, current: Option<u32>| {
            let mut quarter = Interval::between(UnixSeconds(begin), UnixSeconds(begin + 900));
            quarter.phases.l2.current_max = current.map(CentiAmpere);
            quarter
        };
        let known = lines(&[
            quarter(0, Some(200)),
            quarter(900, None),
            quarter(1800, Some(1600)),
        ]);
        let peak = |from, centiamperes| PhasePeak {
            from,
            to: from + 900,
            centiamperes,
        };
        let expected = PhaseLine {
            phase: 2,
            points: Vec::new(),
            peaks: vec![peak(0, 200), peak(1800, 1600)],
        };
        assert_eq!(known, [expected]);
    }

    #[test]
    fn a_day_has_its_highest_and_a_day_of_which_nothing_is_known_is_a_gap() {
        let calendar = Calendar(TimeZone::get("Europe/Amsterdam").unwrap());
        let begin = |day| seconds(calendar.begin(date(2026, 10, day)));
        let peak = |day, hour: u32, centiamperes| PhasePeak {
            from: begin(day) + hour * 3600,
            to: begin(day) + hour * 3600 + 900,
            centiamperes,
        };
        let line = PhaseLine {
            phase: 1,
            points: Vec::new(),
            peaks: vec![
                peak(23, 7, 300),
                peak(23, 18, 1250),
                peak(23, 19, 900),
                // The day on which the clock goes back has 25 hours.
                peak(25, 24, 700),
            ],
        };
        let days = line.by(&calendar, |day| day, |day| Calendar::later(day, 1));
        let day = |day, centiamperes| PhasePeak {
            from: begin(day),
            to: begin(day + 1),
            centiamperes,
        };
        assert_eq!(days.peaks, [day(23, 1250), day(25, 700)]);
        assert_eq!(begin(26) - begin(25), 25 * 3600);
    }
}
