//! Drawing one picture on any surface that plotters knows.

use jiff::fmt::strtime;
use plotters::coord::Shift;
use plotters::prelude::{
    Circle, DrawingArea, DrawingBackend, PathElement, Polygon, Rectangle, Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont as _, RGBColor, ShapeStyle, TextStyle};

use super::hatch::{Columns, hatch};
use super::{ChartError, Picture, SIZE, Series};
use crate::insights::{Stretch, day_of, zoned};
use crate::words::say;

const SURFACE: RGBColor = RGBColor(255, 255, 255);
const TEXT: RGBColor = RGBColor(23, 32, 49);
const MUTED: RGBColor = RGBColor(81, 91, 107);
const LINE: RGBColor = RGBColor(217, 223, 229);
const CONTROL: RGBColor = RGBColor(120, 129, 142);
const SUNKEN: RGBColor = RGBColor(235, 239, 245);
const USE: RGBColor = RGBColor(33, 78, 158);
const SUN: RGBColor = RGBColor(239, 178, 41);
const SUN_EDGE: RGBColor = RGBColor(185, 117, 21);

/// Where the data lie, in pixels.
const LEFT: i32 = 76;
const RIGHT: i32 = SIZE.0 as i32 - 36;
const TOP: i32 = 104;
const BOTTOM: i32 = SIZE.1 as i32 - 84;
/// Values beyond this are not drawn to scale: no household reaches a megawatt or a megawatt hour a day.
const LIMIT: f64 = 1e6;
/// A line is broken where half a minute is missing.
const LINE_BREAK: i64 = 30;

type Area<DB> = DrawingArea<DB, Shift>;
type Drawn = Result<(), ChartError>;

/// A stretch of the time axis with its values in kW or kWh, both positive.
#[derive(Clone, Copy)]
struct Piece {
    start: i64,
    end: i64,
    used: f64,
    fed: f64,
}

/// From data to pixels.
struct Scale {
    from: i64,
    seconds: f64,
    high: f64,
    low: f64,
}

pub(super) fn picture<DB: DrawingBackend>(picture: &Picture, area: &Area<DB>) -> Drawn {
    area.fill(&SURFACE).map_err(failed)?;
    let pieces = pieces(&picture.series);
    let scale = Scale::of(picture, &pieces);
    headings(picture, area)?;
    nights(picture, &scale, area)?;
    horizontal_lines(&scale, area)?;
    match picture.series {
        Series::Line(_) => line(&pieces, &scale, area)?,
        Series::Quarters(_) => steps(&pieces, &scale, area)?,
        Series::Days(_) => bars(&pieces, &scale, area)?,
    }
    path(
        area,
        vec![(LEFT, scale.y(0.0)), (RIGHT, scale.y(0.0))],
        CONTROL.stroke_width(2),
    )?;
    times(picture, &scale, area)?;
    if pieces.is_empty() {
        let words = say("chart.empty", picture.language);
        text(
            area,
            words,
            ((LEFT + RIGHT) / 2, scale.y(0.0) - 16),
            &style(18, MUTED, HPos::Center, false),
        )?;
    }
    legend(picture, area)?;
    area.present().map_err(failed)
}

fn pieces(series: &Series) -> Vec<Piece> {
    let kilo = |value: Option<i64>| (value.unwrap_or(0) as f64 / 1000.0).clamp(0.0, LIMIT);
    match series {
        Series::Line(moments) => moments
            .iter()
            .map(|moment| Piece {
                start: moment.at,
                end: moment.at,
                used: kilo(Some(moment.w)),
                fed: kilo(moment.w.checked_neg()),
            })
            .collect(),
        Series::Quarters(quarters) => quarters
            .iter()
            .filter(|quarter| quarter.import_w().or(quarter.export_w()).is_some())
            .map(|quarter| Piece {
                start: quarter.start,
                end: quarter.end,
                used: kilo(quarter.import_w()),
                fed: kilo(quarter.export_w()),
            })
            .collect(),
        Series::Days(days) => days
            .iter()
            .map(|day| Piece {
                start: day.start,
                end: day.end,
                used: kilo(day.import_wh),
                fed: kilo(day.export_wh),
            })
            .collect(),
    }
}

impl Scale {
    fn of(picture: &Picture, pieces: &[Piece]) -> Self {
        let most = |value: fn(&Piece) -> f64| pieces.iter().map(value).fold(0.0, f64::max);
        let (used, fed) = (most(|piece| piece.used), most(|piece| piece.fed));
        let high = (used * 1.12).max(if fed > 0.0 { fed * 0.12 } else { 0.4 });
        Self {
            from: picture.span.from,
            seconds: picture.span.to.saturating_sub(picture.span.from).max(1) as f64,
            high,
            low: if fed > 0.0 {
                (fed * 1.12).max(high * 0.12)
            } else {
                0.0
            },
        }
    }

    fn x(&self, at: i64) -> i32 {
        let part = at.saturating_sub(self.from) as f64 / self.seconds;
        LEFT + (part.clamp(0.0, 1.0) * f64::from(RIGHT - LEFT)).round() as i32
    }

    fn y(&self, value: f64) -> i32 {
        let part = (self.high - value) / (self.high + self.low);
        TOP + (part * f64::from(BOTTOM - TOP)).round() as i32
    }

    /// A round step so that at most four lines fit.
    fn step(&self) -> f64 {
        let rough = (self.high + self.low) / 4.0;
        let size = 10_f64.powf(rough.log10().floor());
        [1.0, 2.0, 2.5, 5.0, 10.0]
            .into_iter()
            .map(|factor| factor * size)
            .find(|step| *step >= rough)
            .unwrap_or(rough)
    }
}

fn headings<DB: DrawingBackend>(picture: &Picture, area: &Area<DB>) -> Drawn {
    let detail = match picture.series {
        Series::Line(_) => "chart.live",
        Series::Quarters(_) => "chart.quarters",
        Series::Days(_) => "chart.days",
    };
    let period = format!("{}, {}", period(picture), say(detail, picture.language));
    text(
        area,
        &picture.title,
        (LEFT - 44, 24),
        &style(26, TEXT, HPos::Left, true),
    )?;
    text(
        area,
        &period,
        (LEFT - 44, 56),
        &style(16, MUTED, HPos::Left, false),
    )?;
    text(
        area,
        picture.unit(),
        (LEFT - 44, TOP - 22),
        &style(14, MUTED, HPos::Left, false),
    )
}

/// The period in words: one day, a part of one, or from day to day.
fn period(picture: &Picture) -> String {
    let from = zoned(&picture.zone, picture.span.from);
    let to = zoned(&picture.zone, picture.span.to);
    let last = zoned(&picture.zone, picture.span.to.saturating_sub(1));
    let day = |time: &jiff::Zoned| strtime::format("%Y-%m-%d", time).unwrap_or_default();
    let clock = |time: &jiff::Zoned| strtime::format("%H:%M", time).unwrap_or_default();
    let whole_days = clock(&from) == "00:00" && clock(&to) == "00:00";
    let zone = strtime::format("%Z", &from).unwrap_or_default();
    match (from.date() == last.date(), whole_days) {
        (true, true) => day(&from),
        (true, false) => format!("{} {}–{} {zone}", day(&from), clock(&from), clock(&to)),
        (false, true) => format!("{} – {}", day(&from), day(&last)),
        (false, false) => format!(
            "{} {} – {} {} {zone}",
            day(&from),
            clock(&from),
            day(&to),
            clock(&to)
        ),
    }
}

fn nights<DB: DrawingBackend>(picture: &Picture, scale: &Scale, area: &Area<DB>) -> Drawn {
    if matches!(picture.series, Series::Days(_)) {
        return Ok(());
    }
    let mut day = day_of(&picture.zone, picture.span.from);
    while day.start < picture.span.to && day.end > day.start {
        for night in crate::insights::nights(&picture.zone, day) {
            let (left, right) = (scale.x(night.start), scale.x(night.end));
            if right > left {
                fill(
                    area,
                    [(left, TOP), (right, BOTTOM)],
                    SUNKEN.mix(0.55).filled(),
                )?;
            }
        }
        day = day_of(&picture.zone, day.end);
    }
    Ok(())
}

fn horizontal_lines<DB: DrawingBackend>(scale: &Scale, area: &Area<DB>) -> Drawn {
    let step = scale.step();
    let digits = if step >= 1.0 {
        usize::from(step.fract() != 0.0)
    } else {
        2
    };
    let label = style(14, MUTED, HPos::Right, false);
    for number in -8..=8 {
        let value = f64::from(number) * step;
        if value > scale.high || value < -scale.low {
            continue;
        }
        let y = scale.y(value);
        if number != 0 {
            path(area, vec![(LEFT, y), (RIGHT, y)], LINE.stroke_width(1))?;
        }
        let words = if number == 0 {
            "0".to_owned()
        } else {
            format!("{:.digits$}", value.abs())
        };
        text(area, &words, (LEFT - 12, y), &label)?;
    }
    Ok(())
}

fn line<DB: DrawingBackend>(pieces: &[Piece], scale: &Scale, area: &Area<DB>) -> Drawn {
    for run in pieces.chunk_by(|one, next| next.start.saturating_sub(one.start) <= LINE_BREAK) {
        let curve = |value: fn(&Piece) -> f64| {
            run.iter()
                .map(|piece| (scale.x(piece.start), scale.y(value(piece))))
                .collect::<Vec<_>>()
        };
        shade(area, scale, &curve(|piece| piece.used), true)?;
        shade(area, scale, &curve(|piece| -piece.fed), false)?;
    }
    let Some(last) = pieces.last() else {
        return Ok(());
    };
    let color = if last.fed > 0.0 { SUN_EDGE } else { USE };
    let place = (scale.x(last.start), scale.y(last.used - last.fed));
    area.draw(&Circle::new(place, 5, SURFACE.filled()))
        .map_err(failed)?;
    area.draw(&Circle::new(place, 5, color.stroke_width(3)))
        .map_err(failed)
}

fn steps<DB: DrawingBackend>(pieces: &[Piece], scale: &Scale, area: &Area<DB>) -> Drawn {
    for pair in pieces.windows(2) {
        if let [one, next] = pair
            && next.start > one.end
        {
            gap(area, scale.x(one.end), scale.x(next.start))?;
        }
    }
    for run in pieces.chunk_by(|one, next| next.start <= one.end) {
        let curve = |value: fn(&Piece) -> f64| {
            run.iter()
                .flat_map(|piece| {
                    [
                        (scale.x(piece.start), scale.y(value(piece))),
                        (scale.x(piece.end), scale.y(value(piece))),
                    ]
                })
                .collect::<Vec<_>>()
        };
        shade(area, scale, &curve(|piece| piece.used), true)?;
        shade(area, scale, &curve(|piece| -piece.fed), false)?;
    }
    Ok(())
}

/// Fill, hatching and outline of one side of the zero line; the outline stays away where nothing flows that way.
fn shade<DB: DrawingBackend>(
    area: &Area<DB>,
    scale: &Scale,
    curve: &[(i32, i32)],
    from_grid: bool,
) -> Drawn {
    let zero = scale.y(0.0);
    if curve.iter().all(|(_, y)| *y == zero) {
        return Ok(());
    }
    let (Some(first), Some(last)) = (curve.first(), curve.last()) else {
        return Ok(());
    };
    let mut outline = vec![(first.0, zero)];
    outline.extend_from_slice(curve);
    outline.push((last.0, zero));
    let fill = if from_grid {
        USE.mix(0.16).filled()
    } else {
        SUN.mix(0.55).filled()
    };
    area.draw(&Polygon::new(outline, fill)).map_err(failed)?;
    if !from_grid {
        let depths = depths(curve, zero);
        let columns = Columns {
            left: first.0,
            top: zero,
            depths: &depths,
        };
        hatch(area, &columns, SUN_EDGE.mix(0.55).stroke_width(1))?;
    }
    let color = if from_grid { USE } else { SUN_EDGE };
    for stretch in curve.chunk_by(|one, next| one.1 != zero || next.1 != zero) {
        if stretch.len() > 1 && stretch.iter().any(|(_, y)| *y != zero) {
            path(area, stretch.to_vec(), color.stroke_width(2))?;
        }
    }
    Ok(())
}

/// How far a curve reaches below the zero line, for each column of pixels.
fn depths(curve: &[(i32, i32)], zero: i32) -> Vec<i32> {
    let mut depths = Vec::new();
    for pair in curve.windows(2) {
        let [(x, y), (to_x, to_y)] = pair else {
            continue;
        };
        let width = to_x.saturating_sub(*x);
        for step in 0..width {
            depths.push(
                y.saturating_add(to_y.saturating_sub(*y).saturating_mul(step) / width.max(1))
                    .saturating_sub(zero),
            );
        }
    }
    depths
}

fn bars<DB: DrawingBackend>(pieces: &[Piece], scale: &Scale, area: &Area<DB>) -> Drawn {
    let zero = scale.y(0.0);
    for piece in pieces {
        let (from, to) = (scale.x(piece.start), scale.x(piece.end));
        let inset = (to.saturating_sub(from) / 4).max(1);
        let (left, right) = (
            from.saturating_add(inset),
            to.saturating_sub(inset)
                .max(from.saturating_add(inset).saturating_add(1)),
        );
        fill(
            area,
            [(left, scale.y(piece.used)), (right, zero)],
            USE.filled(),
        )?;
        let bottom = scale.y(-piece.fed);
        if bottom > zero {
            fill(area, [(left, zero), (right, bottom)], SUN.filled())?;
            let depths = vec![
                bottom.saturating_sub(zero);
                usize::try_from(right.saturating_sub(left)).unwrap_or(0)
            ];
            hatch(
                area,
                &Columns {
                    left,
                    top: zero,
                    depths: &depths,
                },
                SUN_EDGE.mix(0.55).stroke_width(1),
            )?;
            area.draw(&Rectangle::new(
                [(left, zero), (right, bottom)],
                SUN_EDGE.stroke_width(1),
            ))
            .map_err(failed)?;
        }
    }
    Ok(())
}

fn gap<DB: DrawingBackend>(area: &Area<DB>, left: i32, right: i32) -> Drawn {
    fill(area, [(left, TOP), (right, BOTTOM)], SUNKEN.filled())?;
    let depths =
        vec![BOTTOM.saturating_sub(TOP); usize::try_from(right.saturating_sub(left)).unwrap_or(0)];
    hatch(
        area,
        &Columns {
            left,
            top: TOP,
            depths: &depths,
        },
        CONTROL.mix(0.45).stroke_width(1),
    )
}

fn times<DB: DrawingBackend>(picture: &Picture, scale: &Scale, area: &Area<DB>) -> Drawn {
    let label = style(14, MUTED, HPos::Center, false);
    for (at, words) in ticks(picture) {
        text(area, &words, (scale.x(at), BOTTOM + 20), &label)?;
    }
    Ok(())
}

/// Round moments of the wall clock, at most nine, each with its label.
fn ticks(picture: &Picture) -> Vec<(i64, String)> {
    let length = picture.span.to.saturating_sub(picture.span.from).max(1);
    let days = matches!(picture.series, Series::Days(_));
    let say = |format: &str, at: i64| {
        strtime::format(format, &zoned(&picture.zone, at)).unwrap_or_default()
    };
    if length <= 2 * 86_400 && !days {
        let steps = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600];
        let step = steps
            .into_iter()
            .find(|step| length / step <= 8)
            .unwrap_or(21_600);
        let day = day_of(&picture.zone, picture.span.from);
        let first = picture
            .span
            .from
            .saturating_sub(day.start)
            .div_euclid(step)
            .saturating_mul(step)
            .saturating_add(day.start);
        return (0..40)
            .map(|n| first.saturating_add(step.saturating_mul(n)))
            .filter(|at| (picture.span.from..=picture.span.to).contains(at))
            .map(|at| (at, say("%H:%M", at)))
            .collect();
    }
    let every = (length / 86_400 / 8).saturating_add(1);
    let mut ticks = Vec::new();
    let mut day = day_of(&picture.zone, picture.span.from);
    let mut count = 0_i64;
    while day.start < picture.span.to && day.end > day.start {
        if count % every == 0 && day.start >= picture.span.from {
            let Stretch { start, end } = day;
            ticks.push((
                if days { start.midpoint(end) } else { start },
                say("%d-%m", start),
            ));
        }
        count = count.saturating_add(1);
        day = day_of(&picture.zone, day.end);
    }
    ticks
}

fn legend<DB: DrawingBackend>(picture: &Picture, area: &Area<DB>) -> Drawn {
    let y = SIZE.1 as i32 - 30;
    let label = style(15, MUTED, HPos::Left, false);
    let (left, right) = (LEFT - 44, LEFT + 130);
    let solid = if matches!(picture.series, Series::Days(_)) {
        USE.filled()
    } else {
        USE.mix(0.16).filled()
    };
    fill(area, [(left, y - 8), (left + 16, y + 8)], solid)?;
    area.draw(&Rectangle::new(
        [(left, y - 8), (left + 16, y + 8)],
        USE.stroke_width(2),
    ))
    .map_err(failed)?;
    text(
        area,
        say("key.in", picture.language),
        (left + 26, y),
        &label,
    )?;
    fill(
        area,
        [(right, y - 8), (right + 16, y + 8)],
        SUN.mix(0.55).filled(),
    )?;
    hatch(
        area,
        &Columns {
            left: right,
            top: y - 8,
            depths: &[16; 16],
        },
        SUN_EDGE.mix(0.55).stroke_width(1),
    )?;
    area.draw(&Rectangle::new(
        [(right, y - 8), (right + 16, y + 8)],
        SUN_EDGE.stroke_width(2),
    ))
    .map_err(failed)?;
    text(
        area,
        say("key.out", picture.language),
        (right + 26, y),
        &label,
    )
}

fn style(size: i32, color: RGBColor, horizontal: HPos, strong: bool) -> TextStyle<'static> {
    let weight = if strong {
        FontStyle::Bold
    } else {
        FontStyle::Normal
    };
    ("Inter", size, weight)
        .into_font()
        .color(&color)
        .pos(Pos::new(horizontal, VPos::Center))
}

fn text<DB: DrawingBackend>(
    area: &Area<DB>,
    words: &str,
    place: (i32, i32),
    style: &TextStyle<'_>,
) -> Drawn {
    area.draw(&Text::new(words.to_owned(), place, style.clone()))
        .map_err(failed)
}

fn path<DB: DrawingBackend>(area: &Area<DB>, points: Vec<(i32, i32)>, style: ShapeStyle) -> Drawn {
    area.draw(&PathElement::new(points, style)).map_err(failed)
}

fn fill<DB: DrawingBackend>(area: &Area<DB>, corners: [(i32, i32); 2], style: ShapeStyle) -> Drawn {
    area.draw(&Rectangle::new(corners, style)).map_err(failed)
}

pub(super) fn failed(error: impl std::fmt::Display) -> ChartError {
    ChartError::Drawing(error.to_string())
}
