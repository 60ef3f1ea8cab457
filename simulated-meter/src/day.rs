//! One day of a household, minute by minute.

use p1::{Season, Timestamp};

use crate::Equipment;
use crate::habits::{Load, Run, runs};
use crate::weather::Weather;

/// What flows in one minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Minute {
    /// Watts on each phase, drawn from the grid if positive, fed into it if negative.
    pub(crate) phases: [i32; 3],
    /// Millilitres of gas.
    pub(crate) gas: i32,
    /// Whether the low tariff applies.
    pub(crate) low_tariff: bool,
}

impl Minute {
    /// Watts on all phases together.
    pub(crate) fn net(&self) -> i32 {
        self.phases.iter().sum()
    }
}

pub(crate) const MINUTES: i64 = 1440;

/// The minutes of a UTC day, counted since 1970.
pub(crate) fn minutes_of(seed: u64, equipment: &Equipment, day: i64) -> Vec<Minute> {
    let weather = Weather::on(seed, day);
    let mut minutes = Vec::with_capacity(MINUTES as usize);
    for minute in (0..MINUTES).step_by(5) {
        let outside = Outside {
            temperature: weather.temperature_at(minute),
            sun: weather.sun_at(minute),
        };
        let five = day * MINUTES + minute..day * MINUTES + minute + 5;
        minutes.extend(five.map(|minute| steady(equipment, &outside, minute)));
    }
    for run in runs(seed, equipment, day - 1)
        .into_iter()
        .chain(runs(seed, equipment, day))
    {
        add(&mut minutes, equipment, run, day * MINUTES);
    }
    mark_low_tariff(&mut minutes, day);
    minutes
}

/// What changes little within five minutes.
struct Outside {
    temperature: f64,
    sun: f64,
}

/// What runs by itself: base load, fridge, heating, sun.
fn steady(equipment: &Equipment, outside: &Outside, minute: i64) -> Minute {
    let heating = Heating::at(equipment, outside.temperature, minute);
    let sun = equipment
        .solar_watts
        .map_or(0, |watts| (f64::from(watts) * outside.sun) as i32);
    let mut flows = Minute {
        gas: heating.gas,
        ..Minute::default()
    };
    flows.draw(
        equipment,
        0,
        equipment.base_watts * 3 / 5 + fridge(equipment, minute),
    );
    flows.draw(equipment, 1, equipment.base_watts * 2 / 5 - sun);
    flows.draw(equipment, 2, heating.watts);
    flows
}

impl Minute {
    fn draw(&mut self, equipment: &Equipment, phase: usize, watts: i32) {
        if let Some(total) = self.phases.get_mut(phase % usize::from(equipment.phases)) {
            *total += watts;
        }
    }
}

/// A third of its time, 95 watts.
fn fridge(equipment: &Equipment, minute: i64) -> i32 {
    let running = minute.rem_euclid(equipment.fridge_period) < equipment.fridge_period / 3;
    if running { 95 } else { 3 }
}

struct Heating {
    watts: i32,
    gas: i32,
}

impl Heating {
    const WARM_ENOUGH: f64 = 16.0;
    const BOILER_WATTS: f64 = 20_000.0;
    /// The heat in a litre of Dutch gas, used by a condensing boiler, in watts over one minute.
    const WATTS_A_LITRE: f64 = 560.0;

    /// What is switched on against the cold, in cycles of half an hour.
    fn at(equipment: &Equipment, temperature: f64, minute: i64) -> Self {
        let wanted =
            (Self::WARM_ENOUGH - temperature).max(0.0) * f64::from(equipment.loss_watts_per_degree);
        let pump = f64::from(equipment.heat_pump_watts.unwrap_or(0));
        let yields = pump * (2.6 + 0.09 * temperature.clamp(-10.0, 15.0));
        let by_pump = if equipment.gas {
            wanted.min(yields)
        } else {
            wanted
        };
        let by_boiler = wanted - by_pump;
        let running = |share: f64| (minute.rem_euclid(30) as f64) < share * 30.0;
        let pump_runs = yields > 0.0 && running(by_pump / yields);
        let boiler_runs = by_boiler > 0.0 && running(by_boiler / Self::BOILER_WATTS);
        Self {
            watts: if pump_runs { pump as i32 } else { 0 },
            gas: if boiler_runs {
                (Self::BOILER_WATTS / Self::WATTS_A_LITRE * 1000.0) as i32
            } else {
                0
            },
        }
    }
}

fn add(minutes: &mut [Minute], equipment: &Equipment, run: Run, first_minute: i64) {
    let place = |minute: i64| usize::try_from(minute.clamp(0, MINUTES)).unwrap_or(0);
    let (start, end) = (
        run.start - first_minute,
        run.start + run.minutes - first_minute,
    );
    for minute in minutes
        .get_mut(place(start)..place(end))
        .unwrap_or_default()
    {
        match run.load {
            Load::Watts { watts, phase } => minute.draw(equipment, phase, watts),
            Load::Gas(millilitres) => minute.gas += millilitres,
        }
    }
}

/// The low tariff: from 23 to 7 o'clock on the clock on the wall, and at weekends.
fn mark_low_tariff(minutes: &mut [Minute], day: i64) {
    for (hour, minutes) in minutes.chunks_mut(60).enumerate() {
        let unix_seconds = day * 86_400 + hour as i64 * 3_600;
        let low =
            Timestamp::from_unix(unix_seconds).is_some_and(|clock| is_low(clock, unix_seconds));
        for minute in minutes {
            minute.low_tariff = low;
        }
    }
}

fn is_low(clock: Timestamp, unix_seconds: i64) -> bool {
    let offset = if clock.season == Some(Season::Summer) {
        7_200
    } else {
        3_600
    };
    // The first of January 1970 was a Thursday.
    let weekday = ((unix_seconds + offset).div_euclid(86_400) + 3).rem_euclid(7);
    weekday >= 5 || !(7..23).contains(&clock.hour)
}
