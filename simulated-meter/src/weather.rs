//! Sun and temperature over a house in the middle of the Netherlands.
//!
//! Only additions, multiplications and divisions are used, so that every machine computes the same
//! household to the last digit; a library's sine may differ from the next one's.

use rand::RngExt;

use crate::dice::{Purpose, dice};

/// The weather of one day.
#[derive(Clone, Debug)]
pub(crate) struct Weather {
    sin_declination: f64,
    cos_declination: f64,
    temperature: f64,
    clouds: f64,
    /// How much of the sun comes through, for every half hour of the day.
    gaps: Vec<f64>,
}

const DAYS_A_YEAR: f64 = 365.2425;
const SIN_LATITUDE: f64 = 0.789;
const COS_LATITUDE: f64 = 0.614;
/// Solar noon at five degrees east comes twenty minutes before noon UTC.
const MINUTES_EAST: f64 = 20.0;

impl Weather {
    /// The weather on a day, counted since 1970.
    pub(crate) fn on(seed: u64, day: i64) -> Self {
        let mut dice = dice(seed, Purpose::Weather, day);
        let season = (day as f64 / DAYS_A_YEAR).fract();
        let clouds: f64 = dice.random_range(0.0..1.0);
        let declination = 23.44 / 360.0 * sine(season - 0.22);
        Self {
            sin_declination: sine(declination),
            cos_declination: sine(declination + 0.25),
            temperature: 10.5 - 7.5 * sine(season + 0.20) + dice.random_range(-4.0..4.0),
            clouds,
            gaps: (0..48)
                .map(|_| 1.0 - clouds * dice.random_range(0.3..0.9))
                .collect(),
        }
    }

    /// The temperature outside, in degrees Celsius.
    pub(crate) fn temperature_at(&self, minute_of_day: i64) -> f64 {
        let swing = 4.0 - 3.0 * self.clouds;
        self.temperature + swing * sine(minute_of_day as f64 / 1440.0 - 0.36)
    }

    /// The sun on a south-facing roof, from 0 to 1.
    pub(crate) fn sun_at(&self, minute_of_day: i64) -> f64 {
        let hour_angle = (minute_of_day as f64 + MINUTES_EAST) / 1440.0 - 0.5;
        let height = SIN_LATITUDE * self.sin_declination
            + COS_LATITUDE * self.cos_declination * sine(hour_angle + 0.25);
        let gap = usize::try_from(minute_of_day / 30)
            .ok()
            .and_then(|index| self.gaps.get(index));
        let height = height.max(0.0);
        (height * (0.7 + 0.5 * height) * gap.copied().unwrap_or(1.0)).min(1.0)
    }
}

/// The sine of a fraction of a full turn, by Bhaskara's formula: right to within 0.2 %.
fn sine(turns: f64) -> f64 {
    let turn = turns - turns.floor();
    let (half, sign) = if turn < 0.5 {
        (turn, 1.0)
    } else {
        (turn - 0.5, -1.0)
    };
    let product = half * 360.0 * (180.0 - half * 360.0);
    sign * 4.0 * product / (40_500.0 - product)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_is_a_sine() {
        for step in -1000..1000 {
            let turns = f64::from(step) / 400.0;
            assert!(
                (sine(turns) - (turns * core::f64::consts::TAU).sin()).abs() < 0.002,
                "{turns}"
            );
        }
    }

    /// 2025-06-21 and 2025-12-21.
    #[test]
    fn summer_is_bright_and_warm() {
        let (summer, winter) = (20_260, 20_443);
        let of_days = |first: i64, what: fn(&Weather) -> f64| -> f64 {
            (first - 10..first + 10)
                .map(|day| what(&Weather::on(1, day)))
                .sum()
        };
        let light = |weather: &Weather| (0..1440).map(|minute| weather.sun_at(minute)).sum();
        assert!(of_days(summer, light) > 4.0 * of_days(winter, light));
        assert!(
            of_days(summer, |w| w.temperature_at(720))
                > of_days(winter, |w| w.temperature_at(720)) + 150.0
        );
    }

    #[test]
    fn there_is_no_sun_at_night() {
        for day in 20_000..20_365 {
            assert!(Weather::on(3, day).sun_at(0) <= 0.0);
            assert!(Weather::on(3, day).sun_at(700) > 0.0);
        }
    }
}
