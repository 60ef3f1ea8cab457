//! A consent's electricity as a picture, as fine as the period allows and the data are.

use chart::{Chart, Measured, Piece, Shape, Words};
use consent::Language;
use jiff::tz::TimeZone;

use crate::consents::Id;
use crate::insights;
use crate::moments::{self, Moment};
use crate::store::{Span, Store, StoreError};
use crate::usage::Used;
use crate::words::say;

/// The longest period of one picture: a year and a day.
pub const LONGEST: i64 = 366 * 86_400;
/// Up to this period every reading is drawn.
const LINE_UP_TO: i64 = 2 * 3600;
/// Up to this period quarter hours are drawn.
const QUARTERS_UP_TO: i64 = 8 * 86_400;
const MOST_MOMENTS: usize = 1200;

/// What is drawn.
#[derive(Debug)]
pub enum Series {
    /// Every reading, as a line.
    Line(Vec<Moment>),
    /// Mean power a quarter hour, as steps.
    Quarters(Vec<Used>),
    /// Energy a day, as bars.
    Days(Vec<Used>),
}

/// A picture of a consent's electricity in this span.
///
/// # Errors
/// When the store refuses.
pub fn of(
    store: &dyn Store,
    id: &Id,
    span: Span,
    title: String,
    zone: &TimeZone,
    language: Language,
) -> Result<Chart, StoreError> {
    let series = series(store, id, span, zone)?;
    Ok(picture(&series, span, title, zone, language))
}

fn picture(
    series: &Series,
    span: Span,
    title: String,
    zone: &TimeZone,
    language: Language,
) -> Chart {
    let (shape, unit, fineness) = match series {
        Series::Line(_) => (Shape::Line, "chart.power", "chart.live"),
        Series::Quarters(_) => (Shape::Steps, "chart.power", "chart.quarters"),
        Series::Days(_) => (Shape::Bars, "chart.energy", "chart.days"),
    };
    let say = |key: &str| say(key, language).to_owned();
    Chart {
        from: span.from,
        to: span.to,
        pieces: pieces(series),
        shape,
        measured: Measured::Electricity,
        zone: zone.clone(),
        words: Words {
            title,
            fineness: say(fineness),
            unit: say(unit),
            up: say("key.in"),
            down: say("key.out"),
            nothing: say("chart.empty"),
        },
    }
}

fn pieces(series: &Series) -> Vec<Piece> {
    let kilo = |value: Option<i64>| value.unwrap_or(0) as f64 / 1000.0;
    match series {
        Series::Line(moments) => moments
            .iter()
            .map(|moment| Piece {
                start: moment.at,
                end: moment.at,
                up: kilo(Some(moment.w)).max(0.0),
                down: kilo(moment.w.checked_neg()).max(0.0),
            })
            .collect(),
        Series::Quarters(quarters) => quarters
            .iter()
            .filter(|quarter| quarter.import_w().or(quarter.export_w()).is_some())
            .map(|quarter| Piece {
                start: quarter.start,
                end: quarter.end,
                up: kilo(quarter.import_w()),
                down: kilo(quarter.export_w()),
            })
            .collect(),
        Series::Days(days) => days
            .iter()
            .map(|day| Piece {
                start: day.start,
                end: day.end,
                up: kilo(day.import_wh),
                down: kilo(day.export_wh),
            })
            .collect(),
    }
}

fn series(store: &dyn Store, id: &Id, span: Span, zone: &TimeZone) -> Result<Series, StoreError> {
    let length = span.to.saturating_sub(span.from);
    if length <= LINE_UP_TO {
        let moments = moments::moments_in(store, id, span, MOST_MOMENTS)?;
        if !moments.is_empty() {
            return Ok(Series::Line(moments));
        }
    }
    if length <= QUARTERS_UP_TO {
        let quarters = insights::quarters_in(store, id, span)?;
        if !quarters.is_empty() {
            return Ok(Series::Quarters(quarters));
        }
    }
    Ok(Series::Days(insights::days_in(store, id, zone, span)?))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_series_has_its_shape_and_unit() {
        let span = Span {
            from: 1_781_820_000,
            to: 1_781_820_900,
        };
        let used = Used {
            start: span.from,
            end: span.to,
            import_wh: Some(250),
            export_wh: None,
            covered: 900,
        };
        let moment = Moment {
            at: span.from,
            w: -300,
        };
        let series = [
            (
                Series::Line(vec![moment]),
                Shape::Line,
                "Power (kW)",
                0.0,
                0.3,
            ),
            (
                Series::Quarters(vec![used]),
                Shape::Steps,
                "Power (kW)",
                1.0,
                0.0,
            ),
            (
                Series::Days(vec![used]),
                Shape::Bars,
                "Energy (kWh a day)",
                0.25,
                0.0,
            ),
        ];
        for (series, shape, unit, up, down) in series {
            let chart = picture(&series, span, "Wattt".into(), &TimeZone::UTC, Language::En);
            assert_eq!((chart.shape, chart.words.unit.as_str()), (shape, unit));
            assert_eq!((chart.pieces[0].up, chart.pieces[0].down), (up, down));
            assert!(chart.to_svg().unwrap().contains("from the grid"));
        }
    }

    #[test]
    fn strange_numbers_do_not_break_a_picture() {
        let span = Span { from: 0, to: 900 };
        for wh in [0, i64::MAX, i64::MIN] {
            let used = Used {
                start: 0,
                end: 900,
                import_wh: Some(wh),
                export_wh: Some(wh),
                covered: 0,
            };
            for series in [Series::Quarters(vec![used]), Series::Days(vec![used])] {
                let title = String::new();
                let chart = picture(&series, span, title, &TimeZone::UTC, Language::Nl);
                chart.to_png().unwrap();
            }
        }
    }
}
