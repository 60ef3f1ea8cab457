//! What a household is charged by in Belgium: the average power of a quarter of an hour, and the highest of each month.

use std::collections::BTreeMap;

use p1::Timestamp;

use crate::Equipment;
use crate::day::minutes_of;
use crate::household::INSTALLED;

/// How many months of the past a meter keeps.
const MONTHS: usize = 13;
const QUARTER: i64 = 900;
const DAY: i64 = 86_400;

/// What the meter says about quarters of an hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// The energy drawn in the running one so far, as the average power that it makes in the whole of it, in watts.
    pub average: u64,
    /// The highest of this month; none in its first quarter of an hour.
    pub peak: Option<Peak>,
    /// Those of past months with the end of the month, the oldest first.
    pub past: Vec<(Timestamp, Peak)>,
}

/// The highest average of a quarter of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peak {
    /// When that quarter ended.
    pub ended: Timestamp,
    /// The average power drawn, in watts.
    pub watts: u64,
}

/// The averages of every quarter of an hour, computed as far as they are asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Quarters {
    /// Watts of the 96 of each UTC day.
    days: BTreeMap<i64, Vec<u64>>,
    /// The months before the one that begins there.
    past: Option<(i64, Vec<(Timestamp, Peak)>)>,
}

impl Quarters {
    /// The highest of the month at this time, up to it.
    pub(crate) fn peak(&mut self, seed: u64, equipment: &Equipment, at: i64) -> Option<Peak> {
        let begins = month_of(at);
        self.highest(seed, equipment, begins, at - at.rem_euclid(QUARTER))
    }

    /// The highest of the months before.
    pub(crate) fn past(
        &mut self,
        seed: u64,
        equipment: &Equipment,
        at: i64,
    ) -> Vec<(Timestamp, Peak)> {
        let begins = month_of(at);
        match &self.past {
            Some((known, past)) if *known == begins => past.clone(),
            _ => {
                let past = self.months_before(seed, equipment, begins);
                self.past = Some((begins, past.clone()));
                past
            }
        }
    }

    fn months_before(
        &mut self,
        seed: u64,
        equipment: &Equipment,
        mut ends: i64,
    ) -> Vec<(Timestamp, Peak)> {
        let mut months = Vec::new();
        while ends > INSTALLED && months.len() < MONTHS {
            let begins = month_of(ends - 1);
            let peak = self.highest(seed, equipment, begins, ends);
            months.extend(Timestamp::from_unix(ends).zip(peak));
            ends = begins;
        }
        months.reverse();
        months
    }

    /// The first of the highest between two times that are multiples of a quarter of an hour.
    fn highest(&mut self, seed: u64, equipment: &Equipment, from: i64, to: i64) -> Option<Peak> {
        let mut highest: Option<(i64, u64)> = None;
        for start in (from.max(INSTALLED)..to).step_by(QUARTER as usize) {
            let watts = self.of_quarter(seed, equipment, start);
            if highest.is_none_or(|(_, most)| watts > most) {
                highest = Some((start, watts));
            }
        }
        let (start, watts) = highest?;
        let ended = Timestamp::from_unix(start + QUARTER)?;
        Some(Peak { ended, watts })
    }

    fn of_quarter(&mut self, seed: u64, equipment: &Equipment, start: i64) -> u64 {
        let day = start.div_euclid(DAY);
        let averages = || -> Vec<u64> {
            let minutes = minutes_of(seed, equipment, day);
            let drawn = |watts: i32| u64::from(watts.max(0).unsigned_abs());
            let quarters = minutes.chunks(15);
            quarters
                .map(|quarter| {
                    quarter
                        .iter()
                        .map(|minute| drawn(minute.net()))
                        .sum::<u64>()
                        / 15
                })
                .collect()
        };
        let quarters = self.days.entry(day).or_insert_with(averages);
        let index = usize::try_from(start.rem_euclid(DAY) / QUARTER).unwrap_or(0);
        quarters.get(index).copied().unwrap_or_default()
    }
}

/// When the month of this time began, on the clock on the wall.
pub(crate) fn month_of(at: i64) -> i64 {
    let first = Timestamp::from_unix(at).map(|clock| Timestamp {
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
        season: None,
        ..clock
    });
    first.map_or(at, |first| first.unix_seconds())
}
