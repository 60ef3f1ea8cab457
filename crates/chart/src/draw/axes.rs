//! Title, nights, lines and the labels of both axes.

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::fmt::strtime;
use plotters::prelude::DrawingBackend;
use plotters::style::Color as _;
use plotters::style::text_anchor::HPos;

use super::pen::{Area, Drawn, LINE, MUTED, SUNKEN, TEXT, fill, path, style, text};
use super::scale::{BOTTOM, LEFT, RIGHT, Scale, TOP};
use crate::calendar::{Stretch, day_of, zoned};
use crate::{Chart, Shape};

pub(super) fn headings<DB: DrawingBackend>(chart: &Chart, area: &Area<DB>) -> Drawn {
    let period = format!("{}, {}", period(chart), chart.words.fineness);
    text(
        area,
        &chart.words.title,
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
        &chart.words.unit,
        (LEFT - 44, TOP - 22),
        &style(14, MUTED, HPos::Left, false),
    )
}

/// The period in words: one day, a part of one, or from day to day.
fn period(chart: &Chart) -> String {
    let from = zoned(&chart.zone, chart.from);
    let to = zoned(&chart.zone, chart.to);
    let last = zoned(&chart.zone, chart.to.saturating_sub(1));
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

pub(super) fn nights<DB: DrawingBackend>(chart: &Chart, scale: &Scale, area: &Area<DB>) -> Drawn {
    if chart.shape == Shape::Bars {
        return Ok(());
    }
    let mut day = day_of(&chart.zone, chart.from);
    while day.start < chart.to && day.end > day.start {
        for night in crate::calendar::nights(&chart.zone, day) {
            let (left, right) = (scale.x(night.start), scale.x(night.end));
            if right > left {
                fill(
                    area,
                    [(left, TOP), (right, BOTTOM)],
                    SUNKEN.mix(0.55).filled(),
                )?;
            }
        }
        day = day_of(&chart.zone, day.end);
    }
    Ok(())
}

pub(super) fn horizontal_lines<DB: DrawingBackend>(scale: &Scale, area: &Area<DB>) -> Drawn {
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

pub(super) fn times<DB: DrawingBackend>(chart: &Chart, scale: &Scale, area: &Area<DB>) -> Drawn {
    let label = style(14, MUTED, HPos::Center, false);
    for (at, words) in ticks(chart) {
        text(area, &words, (scale.x(at), BOTTOM + 20), &label)?;
    }
    Ok(())
}

/// Round moments of the wall clock, at most nine, each with its label.
fn ticks(chart: &Chart) -> Vec<(i64, String)> {
    let length = chart.to.saturating_sub(chart.from).max(1);
    let days = chart.shape == Shape::Bars;
    let say = |format: &str, at: i64| {
        strtime::format(format, &zoned(&chart.zone, at)).unwrap_or_default()
    };
    if length <= 2 * 86_400 && !days {
        let steps = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600];
        let step = steps
            .into_iter()
            .find(|step| length / step <= 8)
            .unwrap_or(21_600);
        let day = day_of(&chart.zone, chart.from);
        let first = chart
            .from
            .saturating_sub(day.start)
            .div_euclid(step)
            .saturating_mul(step)
            .saturating_add(day.start);
        return (0..40)
            .map(|n| first.saturating_add(step.saturating_mul(n)))
            .filter(|at| (chart.from..=chart.to).contains(at))
            .map(|at| (at, say("%H:%M", at)))
            .collect();
    }
    if days && length > 100 * 86_400 {
        return months(chart);
    }
    let every = (length / 86_400 / 8).saturating_add(1);
    let mut ticks = Vec::new();
    let mut day = day_of(&chart.zone, chart.from);
    let mut count = 0_i64;
    while day.start < chart.to && day.end > day.start {
        if count % every == 0 && day.start >= chart.from {
            let Stretch { start, end } = day;
            ticks.push((
                if days { start.midpoint(end) } else { start },
                say("%d-%m", start),
            ));
        }
        count = count.saturating_add(1);
        day = day_of(&chart.zone, day.end);
    }
    ticks
}

/// The middle of each month that begins in the period, with its name: for a year's bars.
fn months(chart: &Chart) -> Vec<(i64, String)> {
    let begin = |first: Date| {
        let begin = first.to_zoned(chart.zone.clone()).ok()?;
        Some(begin.timestamp().as_second())
    };
    let firsts = zoned(&chart.zone, chart.from).date().first_of_month();
    let ticks = firsts.series(1.month()).map_while(|first| {
        let (from, to) = (
            begin(first)?,
            begin(first.last_of_month().tomorrow().ok()?)?,
        );
        (from < chart.to).then(|| (from.midpoint(to), first.strftime("%Y-%m").to_string()))
    });
    ticks.filter(|(middle, _)| *middle >= chart.from).collect()
}
