//! What the board shows: the day, the week, standby use and peaks, computed from the store.

use chart::calendar::{Stretch, day_of, nights, stretch_of, zoned};
use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use readings::{Batch as Rows, Granularity, Kind, Lane, Reading, WattHour};
use serde::Serialize;

use crate::consents::Id;
use crate::moments::{Moment, moments_in};
use crate::store::{Span, Store, StoreError};
use crate::usage::{Bucket, Resolution, Sample, Used, as_stated, quarters, quarters_of, sum};

/// How many seconds of every-reading data the board shows as a line.
pub const RECENT_SECONDS: i64 = 900;
/// Most points of that line.
const MOST_RECENT: usize = 900;
/// Days on the board, today included.
const WEEK: i64 = 7;

/// Everything on the board.
#[derive(Debug, Serialize)]
pub struct Insights {
    /// The day that is shown.
    pub day: Day,
    /// Seven days, the shown one last.
    pub week: Vec<DayUse>,
    /// The sum of those days.
    pub week_total: Total,
    /// The sum of the day.
    pub today: Total,
    /// What runs at night, watts.
    pub standby_w: Option<i64>,
    /// The highest quarter hour of the week.
    pub peak: Option<Peak>,
    /// The last quarter of an hour of every-reading data.
    pub recent: Vec<Moment>,
    /// Until when there are data.
    pub data_until: Option<i64>,
    /// The scale of the balance bar, watts.
    pub connection_w: i64,
}

/// A day by quarter hour.
#[derive(Debug, Serialize)]
pub struct Day {
    /// Midnight.
    pub start: i64,
    /// The next midnight; 23 or 25 hours later when the clock changes.
    pub end: i64,
    /// When people sleep.
    pub night: Vec<Stretch>,
    /// What is known.
    pub quarters: Vec<QuarterUse>,
}

/// A quarter hour as it is drawn.
#[derive(Debug, Serialize)]
pub struct QuarterUse {
    #[serde(flatten)]
    used: Used,
    import_w: Option<i64>,
    export_w: Option<i64>,
}

/// A day as a bar.
#[derive(Debug, Serialize)]
pub struct DayUse {
    /// Midnight.
    pub start: i64,
    /// Energy from the grid, watt hours.
    pub import_wh: Option<i64>,
    /// Energy to the grid, watt hours.
    pub export_wh: Option<i64>,
    /// Data cover all of it.
    pub complete: bool,
}

/// A sum of energy.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Total {
    /// From the grid, watt hours.
    pub import_wh: Option<i64>,
    /// To the grid, watt hours.
    pub export_wh: Option<i64>,
}

/// The highest quarter hour.
#[derive(Debug, Serialize)]
pub struct Peak {
    /// When it began.
    pub start: i64,
    /// Mean power in watts.
    pub w: i64,
}

/// Computes the board as of `now`.
///
/// # Errors
/// When the store refuses.
pub fn compute(
    store: &dyn Store,
    id: &Id,
    zone: &TimeZone,
    now: i64,
) -> Result<Insights, StoreError> {
    let days = local_days(zone, now);
    let week_span = Span {
        from: days.first().map_or(now, |day| day.start),
        to: days.last().map_or(now, |day| day.end),
    };
    let known = quarters_in(store, id, week_span)?;
    let stated_days = store.buckets(id, Resolution::Day, week_span)?;
    let today = days.last().copied().unwrap_or(Stretch {
        start: now,
        end: now,
    });
    let week: Vec<_> = days
        .iter()
        .map(|day| use_of_day(*day, &known, &stated_days))
        .collect();
    let recent = recent(store, id, now)?;
    let highest = recent.iter().map(|moment| moment.w.abs());
    let highest = highest.chain(
        known
            .iter()
            .flat_map(|quarter| [quarter.import_w(), quarter.export_w()])
            .flatten(),
    );
    Ok(Insights {
        today: week.last().map_or(
            Total {
                import_wh: None,
                export_wh: None,
            },
            |day| Total {
                import_wh: day.import_wh,
                export_wh: day.export_wh,
            },
        ),
        week_total: total(&week),
        standby_w: standby(&known, zone),
        peak: peak(&known),
        data_until: store.consent(id)?.and_then(|record| record.last_reading_at),
        connection_w: scale(highest.max().unwrap_or(0)),
        day: Day {
            start: today.start,
            end: today.end,
            night: nights(zone, today),
            quarters: known
                .iter()
                .filter(|quarter| quarter.start >= today.start && quarter.start < today.end)
                .map(|quarter| QuarterUse {
                    used: *quarter,
                    import_w: quarter.import_w(),
                    export_w: quarter.export_w(),
                })
                .collect(),
        },
        recent,
        week,
    })
}

/// The quarter hours of a span, from the device or made here.
///
/// # Errors
/// When the store refuses.
pub fn quarters_in(store: &dyn Store, id: &Id, span: Span) -> Result<Vec<Used>, StoreError> {
    let stated = store.buckets(id, Resolution::Quarter, span)?;
    let derived = store.buckets(id, Resolution::Derived, span)?;
    Ok(quarters(&stated, &derived))
}

/// Energy of each local day that touches the span.
///
/// # Errors
/// When the store refuses.
pub fn days_in(
    store: &dyn Store,
    id: &Id,
    zone: &TimeZone,
    span: Span,
) -> Result<Vec<Used>, StoreError> {
    let known = quarters_in(store, id, span)?;
    let stated = store.buckets(id, Resolution::Day, span)?;
    let mut days = Vec::new();
    let mut day = day_of(zone, span.from);
    while day.start < span.to && day.end > day.start {
        let day_use = use_of_day(day, &known, &stated);
        if day_use.import_wh.is_some() || day_use.export_wh.is_some() {
            days.push(Used {
                start: day.start,
                end: day.end,
                import_wh: day_use.import_wh,
                export_wh: day_use.export_wh,
                covered: day.end.saturating_sub(day.start),
            });
        }
        day = day_of(zone, day.end);
    }
    Ok(days)
}

/// What the graphs keep of a batch, whatever lane it is of.
#[must_use]
pub fn buckets_of(lane: Lane, rows: &Rows) -> Vec<Bucket> {
    match rows {
        Rows::Readings(rows) if lane.kind == Kind::Electricity => {
            quarters_of(&rows.iter().map(sample).collect::<Vec<_>>())
        }
        Rows::Intervals(rows) if lane.kind == Kind::Electricity => {
            let resolution = if lane.granularity == Granularity::Day {
                Resolution::Day
            } else {
                Resolution::Quarter
            };
            let energy = |used: Option<WattHour>, unplaced: Option<WattHour>| {
                let total = used.map(|wh| wh.0.saturating_add(unplaced.map_or(0, |wh| wh.0)));
                total.or(unplaced.map(|wh| wh.0))
            };
            rows.iter()
                .map(|row| {
                    let import = energy(row.used.import.sum(), row.unplaced.import.sum());
                    let export = energy(row.used.export.sum(), row.unplaced.export.sum());
                    Bucket::stated(resolution, row.start.0, row.end.0, import, export)
                })
                // A row without energy states a gap.
                .filter(|bucket| bucket.import_wh.is_some() || bucket.export_wh.is_some())
                .collect()
        }
        _ => Vec::new(),
    }
}

pub(crate) fn sample(reading: &Reading) -> Sample {
    Sample {
        at: reading.at.0,
        import_wh: reading.electricity.import.sum().map(|energy| energy.0),
        export_wh: reading.electricity.export.sum().map(|energy| energy.0),
        import_w: reading.electricity.power_import.map(|power| power.0),
        export_w: reading.electricity.power_export.map(|power| power.0),
    }
}

fn recent(store: &dyn Store, id: &Id, now: i64) -> Result<Vec<Moment>, StoreError> {
    let Some(last) = store.consent(id)?.and_then(|record| record.last_reading_at) else {
        return Ok(Vec::new());
    };
    let last = last.min(now.saturating_add(60));
    let span = Span {
        from: last.saturating_sub(RECENT_SECONDS),
        to: last.saturating_add(1),
    };
    moments_in(store, id, span, MOST_RECENT)
}

fn use_of_day(day: Stretch, known: &[Used], stated_days: &[Bucket]) -> DayUse {
    let parts: Vec<_> = known
        .iter()
        .filter(|quarter| quarter.start >= day.start && quarter.start < day.end)
        .copied()
        .collect();
    // The device's days are days of UTC: each belongs to the local day in which its middle lies.
    let middle = |bucket: &Bucket| bucket.start.saturating_add(bucket.end) / 2;
    let stated = stated_days
        .iter()
        .find(|bucket| (day.start..day.end).contains(&middle(bucket)));
    let whole = match stated {
        Some(bucket) if parts.is_empty() => as_stated(bucket),
        _ => sum(day.start, day.end, &parts),
    };
    DayUse {
        start: day.start,
        import_wh: whole.import_wh,
        export_wh: whole.export_wh,
        complete: whole.covered
            >= day
                .end
                .saturating_sub(day.start)
                .saturating_sub(crate::usage::QUARTER),
    }
}

fn total(week: &[DayUse]) -> Total {
    let add = |energy: fn(&DayUse) -> Option<i64>| {
        week.iter().filter_map(energy).reduce(i64::saturating_add)
    };
    Total {
        import_wh: add(|day| day.import_wh),
        export_wh: add(|day| day.export_wh),
    }
}

/// The median of the quarter hours between two and five at night in which nothing was fed in.
fn standby(known: &[Used], zone: &TimeZone) -> Option<i64> {
    let mut nightly: Vec<i64> = known
        .iter()
        .filter(|quarter| quarter.is_whole() && quarter.export_wh.unwrap_or(0) == 0)
        .filter(|quarter| (2..5).contains(&zoned(zone, quarter.start).hour()))
        .filter_map(Used::import_w)
        .collect();
    nightly.sort_unstable();
    if nightly.len() < 4 {
        None
    } else {
        nightly.get(nightly.len() / 2).copied()
    }
}

fn peak(known: &[Used]) -> Option<Peak> {
    let whole = known.iter().filter(|quarter| quarter.is_whole());
    whole
        .filter_map(|quarter| {
            quarter.import_w().map(|w| Peak {
                start: quarter.start,
                w,
            })
        })
        .max_by_key(|peak| peak.w)
}

/// The smallest usual connection that the power fits: a socket's worth, one phase, three phases, and beyond.
fn scale(highest: i64) -> i64 {
    [4_000, 8_000, 17_000, 25_000, 55_000]
        .into_iter()
        .find(|limit| highest <= *limit)
        .unwrap_or(highest)
}

fn local_days(zone: &TimeZone, now: i64) -> Vec<Stretch> {
    let today = zoned(zone, now);
    (0..WEEK)
        .rev()
        .filter_map(|back| today.checked_sub(back.days()).ok())
        .map(|day| stretch_of(&day))
        .collect()
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use readings::{Interval, UnixSeconds};

    use super::*;

    #[test]
    fn a_gap_that_is_stated_covers_nothing() {
        let lane = Lane::new(Granularity::QuarterHour, Kind::Electricity);
        let row = |from: i64, to: i64| Interval::between(UnixSeconds(from), UnixSeconds(to));
        let mut used = row(0, 900);
        used.used.import.total = Some(WattHour(120));
        let rows = Rows::Intervals(vec![used, row(900, 11_700)]);
        let buckets = buckets_of(lane, &rows);
        assert_eq!(buckets.len(), 1);
        assert_eq!(buckets[0].import_wh, Some(120));
    }

    #[test]
    fn standby_is_the_middle_of_quiet_nights() {
        let zone = TimeZone::UTC;
        let quarter = |start: i64, wh: i64, export: i64| Used {
            start,
            end: start + 900,
            import_wh: Some(wh),
            export_wh: Some(export),
            covered: 900,
        };
        let night: Vec<_> = [40, 50, 60, 45, 900]
            .iter()
            .zip(0..)
            .map(|(wh, n)| quarter(2 * 3600 + n * 900, *wh, 0))
            .collect();
        assert_eq!(standby(&night, &zone), Some(200));
        assert_eq!(standby(&night[..3], &zone), None);
        let sunny: Vec<_> = (0..9).map(|n| quarter(2 * 3600 + n * 900, 10, 5)).collect();
        assert_eq!(standby(&sunny, &zone), None);
    }
}
