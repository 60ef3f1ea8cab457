//! A day of a simulated household, for a home where nothing was measured yesterday. It is always labelled as such.

use crate::terms::seconds;
use crate::usage::{Point, Span};

/// The power in watts in the middle of each minute of a day: from the grid if positive.
const MINUTES: &str = include_str!("example/day.txt");

fn watts() -> impl Iterator<Item = i32> {
    MINUTES.lines().filter_map(|line| line.parse().ok())
}

/// The day that begins then, minute by minute.
pub(crate) fn points(midnight: u64) -> Vec<Point> {
    let points = (0..).zip(watts()).map(|(minute, net_w)| Point {
        at: seconds(midnight + minute * 60 + 30),
        net_w,
    });
    points.collect()
}

/// The day that begins then, in quarter hours.
pub(crate) fn quarters(midnight: u64) -> Vec<Span> {
    let minutes: Vec<i32> = watts().collect();
    let quarters = (0..).zip(minutes.chunks(15)).map(|(quarter, minutes)| {
        let from = midnight + quarter * 900;
        let sum = |part: fn(i32) -> i32| {
            let watt_minutes: i32 = minutes.iter().map(|watts| part(*watts)).sum();
            u32::try_from(watt_minutes / 60).ok()
        };
        Span {
            from: seconds(from),
            to: seconds(from + 900),
            import_wh: sum(|watts| watts.max(0)),
            export_wh: sum(|watts| (-watts).max(0)),
            whole: true,
            ..Span::default()
        }
    });
    quarters.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use simulated_meter::Household;

    use super::*;

    /// The household that has everything, on a day in May.
    const SEED: u64 = 1;
    const MIDNIGHT: i64 = 1_589_839_200;

    /// `MY_HOME_EXAMPLE=write` writes the file anew.
    #[test]
    fn the_example_is_a_day_of_a_simulated_household() {
        let mut household = Household::new(SEED);
        let day: String = (0..1440)
            .map(|minute| {
                household
                    .measure_at(MIDNIGHT + minute * 60 + 30)
                    .net_watts()
                    .to_string()
                    + "\n"
            })
            .collect();
        if std::env::var("MY_HOME_EXAMPLE").as_deref() == Ok("write") {
            std::fs::write(
                concat!(env!("CARGO_MANIFEST_DIR"), "/src/example/day.txt"),
                &day,
            )
            .unwrap();
        }
        assert_eq!(day, MINUTES, "write it anew with MY_HOME_EXAMPLE=write");
    }

    #[test]
    fn both_finenesses_tell_the_same_day() {
        let spans = quarters(0);
        assert_eq!((spans.len(), points(0).len()), (96, 1440));
        let used: u32 = spans.iter().filter_map(|span| span.import_wh).sum();
        let given: u32 = spans.iter().filter_map(|span| span.export_wh).sum();
        assert!(
            (2_000..40_000).contains(&used) && (2_000..40_000).contains(&given),
            "{used} {given}"
        );
    }
}
