//! A day of a simulated household, for a home of which yesterday is not known. It is always labelled as such.

use crate::phases::{PhaseLine, PhasePeak};
use crate::terms::seconds;
use crate::usage::{Point, Span};

/// For the middle of each minute of a day: watts on each of the three phases, from the grid if positive, and the litres of
/// gas that had flowed since midnight when the gas meter last told.
const MINUTES: &str = include_str!("example/day.txt");

/// The volts that watts are made amperes with.
const VOLTS: u32 = 230;
/// The gas meter tells how far it is after so many minutes.
const GAS_MINUTES: u8 = 5;

struct Minute {
    watts: [i32; 3],
    gas: u32,
}

fn minutes() -> impl Iterator<Item = Minute> {
    MINUTES.lines().filter_map(|line| {
        let mut numbers = line.split_ascii_whitespace();
        let mut watts = || numbers.next()?.parse::<i32>().ok();
        Some(Minute {
            watts: [watts()?, watts()?, watts()?],
            gas: numbers.next()?.parse().ok()?,
        })
    })
}

/// The day that begins then, minute by minute.
pub(crate) fn points(midnight: u64) -> Vec<Point> {
    by_minute(midnight, |minute| minute.watts.iter().sum())
}

/// The day that begins then, in quarter hours.
pub(crate) fn quarters(midnight: u64) -> Vec<Span> {
    let day: Vec<Minute> = minutes().collect();
    let mut told = 0;
    let quarters = (0..).zip(day.chunks(15)).map(|(quarter, minutes)| {
        let from = midnight + quarter * 900;
        let sum = |part: fn(i32) -> i32| {
            let net = minutes
                .iter()
                .map(|minute| part(minute.watts.iter().sum()))
                .sum::<i32>();
            u32::try_from(net / 60).ok()
        };
        let gas = minutes.last().map_or(told, |minute| minute.gas);
        let flowed = gas.saturating_sub(told);
        told = gas;
        Span {
            from: seconds(from),
            to: seconds(from + 900),
            import_wh: sum(|watts| watts.max(0)),
            export_wh: sum(|watts| (-watts).max(0)),
            gas_l: Some(flowed),
            whole: true,
            ..Span::default()
        }
    });
    quarters.collect()
}

/// The gas of the day that begins then, from one reading of its meter to the next.
pub(crate) fn gas(midnight: u64) -> Vec<Span> {
    let day: Vec<Minute> = minutes().collect();
    let mut told = 0;
    let spans = (0..)
        .zip(day.chunks(GAS_MINUTES.into()))
        .map(|(number, minutes)| {
            let length = 60 * u64::from(GAS_MINUTES);
            let from = midnight + number * length;
            let gas = minutes.last().map_or(told, |minute| minute.gas);
            let flowed = gas.saturating_sub(told);
            told = gas;
            Span {
                from: seconds(from),
                to: seconds(from + length),
                gas_l: Some(flowed),
                whole: true,
                ..Span::default()
            }
        });
    spans.collect()
}

/// The phases of the day that begins then, minute by minute.
pub(crate) fn phases(midnight: u64) -> Vec<PhaseLine> {
    let line = |phase: u8, of: fn(&Minute) -> i32| PhaseLine {
        phase,
        points: by_minute(midnight, of),
        peaks: Vec::new(),
    };
    all_phases(line)
}

/// The highest current of each phase in each quarter hour of the day that begins then.
pub(crate) fn phase_peaks(midnight: u64) -> Vec<PhaseLine> {
    let day: Vec<Minute> = minutes().collect();
    let line = |phase: u8, of: fn(&Minute) -> i32| PhaseLine {
        phase,
        points: Vec::new(),
        peaks: (0..)
            .zip(day.chunks(15))
            .map(|(quarter, minutes)| {
                let from = midnight + quarter * 900;
                let watts = minutes.iter().map(|minute| of(minute).unsigned_abs()).max();
                PhasePeak {
                    from: seconds(from),
                    to: seconds(from + 900),
                    centiamperes: watts.unwrap_or(0) * 100 / VOLTS,
                }
            })
            .collect(),
    };
    all_phases(line)
}

fn all_phases(line: impl Fn(u8, fn(&Minute) -> i32) -> PhaseLine) -> Vec<PhaseLine> {
    vec![
        line(1, |minute| minute.watts[0]),
        line(2, |minute| minute.watts[1]),
        line(3, |minute| minute.watts[2]),
    ]
}

fn by_minute(midnight: u64, of: impl Fn(&Minute) -> i32) -> Vec<Point> {
    let points = (0..).zip(minutes()).map(|(number, minute)| Point {
        at: seconds(midnight + number * 60 + 30),
        net_w: of(&minute),
    });
    points.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use simulated_meter::Household;

    use super::*;

    /// A household with three phases, solar panels, a heat pump and gas, and no car to charge, on a day in July when it hardly heats: with a car
    /// that charges, every fineness would look the same.
    const SEED: u64 = 22;
    const MIDNIGHT: i64 = 1_594_245_600;

    /// `MY_HOME_EXAMPLE=write` writes the file anew.
    #[test]
    fn the_example_is_a_day_of_a_simulated_household() {
        let mut household = Household::new(SEED);
        let flowed = |gas: Option<(_, u64)>| gas.unwrap().1;
        let first = flowed(household.measure_at(MIDNIGHT).gas);
        let day: String = (0..1440)
            .map(|minute| {
                let now = household.measure_at(MIDNIGHT + minute * 60 + 30);
                let [one, two, three] = now.watts;
                let gas = flowed(now.gas) - first;
                format!("{one} {two} {three} {gas}\n")
            })
            .collect();
        if std::env::var("MY_HOME_EXAMPLE").as_deref() == Ok("write") {
            std::fs::write(
                concat!(env!("CARGO_MANIFEST_DIR"), "/src/example/day.txt"),
                &day,
            )
            .unwrap();
        }
        assert!(day == MINUTES, "write it anew with MY_HOME_EXAMPLE=write");
    }

    #[test]
    fn all_finenesses_tell_the_same_day() {
        let spans = quarters(0);
        assert_eq!((spans.len(), points(0).len()), (96, 1440));
        let sum = |of: fn(&Span) -> Option<u32>| spans.iter().filter_map(of).sum::<u32>();
        let (used, given) = (sum(|span| span.import_wh), sum(|span| span.export_wh));
        assert!(
            (2_000..40_000).contains(&used) && (2_000..40_000).contains(&given),
            "{used} {given}"
        );
        let fine: u32 = gas(0).iter().filter_map(|span| span.gas_l).sum();
        assert_eq!(sum(|span| span.gas_l), fine);
        assert!(fine > 200, "{fine}");
        let (lines, points) = (phases(0), points(0));
        for (number, point) in points.iter().enumerate() {
            let together: i32 = lines.iter().map(|line| line.points[number].net_w).sum();
            assert_eq!(together, point.net_w);
        }
        assert_eq!(phase_peaks(0).len(), 3);
    }

    /// What a person is to see: appliances come and go in single readings, and drown in quarter hours.
    #[test]
    fn every_reading_shows_what_a_quarter_hour_hides() {
        let highest = points(0).iter().map(|point| point.net_w).max().unwrap();
        let quarter = quarters(0).iter().filter_map(|span| span.import_wh).max();
        let mean = i32::try_from(quarter.unwrap() * 4).unwrap();
        assert!(
            highest > mean * 2,
            "{highest} W, and {mean} W in the quarter hour"
        );
        assert!(
            highest < 8_000,
            "{highest} W: nothing towers above the rest"
        );
    }
}
