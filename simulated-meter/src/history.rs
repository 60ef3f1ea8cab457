//! The registers of a meter: what has flowed since it was installed.

use crate::Equipment;
use crate::day::{MINUTES, Minute, minutes_of};

/// What has flowed since the meter was installed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Drawn from the grid at the low tariff (1) and the normal tariff (2), in watt-seconds.
    pub import: [u64; 2],
    /// Fed into the grid at the low tariff (1) and the normal tariff (2), in watt-seconds.
    pub export: [u64; 2],
    /// Gas, in millilitres.
    pub gas: u64,
}

impl Totals {
    /// Adds `seconds` at a power of `watts`, drawn if positive.
    pub(crate) fn add_energy(&mut self, low_tariff: bool, watts: i32, seconds: u64) {
        let registers = if watts >= 0 {
            &mut self.import
        } else {
            &mut self.export
        };
        let [low, normal] = registers;
        *(if low_tariff { low } else { normal }) += u64::from(watts.unsigned_abs()) * seconds;
    }

    fn add_minute(&mut self, minute: &Minute) {
        self.add_energy(minute.low_tariff, minute.net(), 60);
        self.gas += u64::from(minute.gas.unsigned_abs());
    }
}

/// The past of a household, computed once as far as it is asked for.
#[derive(Clone, Debug)]
pub(crate) struct History {
    first_day: i64,
    /// The totals at the start of each day since the first.
    starts: Vec<Totals>,
    today: Option<Today>,
}

#[derive(Clone, Debug)]
struct Today {
    day: i64,
    minutes: Vec<Minute>,
    /// The totals at the start of each minute.
    starts: Vec<Totals>,
}

impl History {
    /// A meter that shows `start` on its first day.
    pub(crate) fn new(first_day: i64, start: Totals) -> Self {
        Self {
            first_day,
            starts: vec![start],
            today: None,
        }
    }

    /// The minute that holds `unix_seconds`, and the totals at its start.
    pub(crate) fn minute_at(
        &mut self,
        seed: u64,
        equipment: &Equipment,
        unix_seconds: i64,
    ) -> (Minute, Totals) {
        let day = unix_seconds.div_euclid(86_400);
        if self.today.as_ref().is_none_or(|today| today.day != day) {
            self.open(seed, equipment, day);
        }
        let index = usize::try_from(unix_seconds.div_euclid(60).rem_euclid(MINUTES)).unwrap_or(0);
        let today = self.today.as_ref();
        let minute = today.and_then(|today| today.minutes.get(index)).copied();
        let start = today.and_then(|today| today.starts.get(index)).copied();
        (minute.unwrap_or_default(), start.unwrap_or_default())
    }

    fn open(&mut self, seed: u64, equipment: &Equipment, day: i64) {
        let mut totals = self.at_start_of(seed, equipment, day);
        let minutes = minutes_of(seed, equipment, day);
        let starts = minutes.iter().map(|minute| {
            let start = totals;
            totals.add_minute(minute);
            start
        });
        self.today = Some(Today {
            day,
            starts: starts.collect(),
            minutes,
        });
    }

    fn at_start_of(&mut self, seed: u64, equipment: &Equipment, day: i64) -> Totals {
        let index = usize::try_from(day - self.first_day).unwrap_or(0);
        let mut totals = self.starts.last().copied().unwrap_or_default();
        while self.starts.len() <= index {
            let yesterday = self.first_day + self.starts.len() as i64 - 1;
            minutes_of(seed, equipment, yesterday)
                .iter()
                .for_each(|minute| totals.add_minute(minute));
            self.starts.push(totals);
        }
        self.starts.get(index).copied().unwrap_or_default()
    }
}
