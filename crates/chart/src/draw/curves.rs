//! The data themselves: lines, steps and bars, with gaps that stay gaps.

use plotters::prelude::{Circle, DrawingBackend, Polygon, Rectangle};
use plotters::style::{Color as _, RGBColor};

use super::failed;
use super::pen::{Area, CONTROL, Drawn, SUN, SUN_EDGE, SUNKEN, SURFACE, fill, path};
use super::scale::{BOTTOM, Scale, TOP};
use crate::Piece;
use crate::hatch::{Columns, hatch};

/// A line is broken where half a minute is missing.
const LINE_BREAK: i64 = 30;

pub(super) fn line<DB: DrawingBackend>(
    pieces: &[Piece],
    scale: &Scale,
    color: RGBColor,
    area: &Area<DB>,
) -> Drawn {
    for run in pieces.chunk_by(|one, next| next.start.saturating_sub(one.start) <= LINE_BREAK) {
        let curve = |value: fn(&Piece) -> f64| {
            run.iter()
                .map(|piece| (scale.x(piece.start), scale.y(value(piece))))
                .collect::<Vec<_>>()
        };
        shade(area, scale, &curve(|piece| piece.up), Some(color))?;
        shade(area, scale, &curve(|piece| -piece.down), None)?;
    }
    let Some(last) = pieces.last() else {
        return Ok(());
    };
    let color = if last.down > 0.0 { SUN_EDGE } else { color };
    let place = (scale.x(last.start), scale.y(last.up - last.down));
    area.draw(&Circle::new(place, 5, SURFACE.filled()))
        .map_err(failed)?;
    area.draw(&Circle::new(place, 5, color.stroke_width(3)))
        .map_err(failed)
}

pub(super) fn steps<DB: DrawingBackend>(
    pieces: &[Piece],
    scale: &Scale,
    color: RGBColor,
    area: &Area<DB>,
) -> Drawn {
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
        shade(area, scale, &curve(|piece| piece.up), Some(color))?;
        shade(area, scale, &curve(|piece| -piece.down), None)?;
    }
    Ok(())
}

/// Fill, hatching and outline of one side of the zero line; the outline stays away where nothing flows that way.
fn shade<DB: DrawingBackend>(
    area: &Area<DB>,
    scale: &Scale,
    curve: &[(i32, i32)],
    incoming: Option<RGBColor>,
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
    let fill = match incoming {
        Some(color) => color.mix(0.16).filled(),
        None => SUN.mix(0.55).filled(),
    };
    area.draw(&Polygon::new(outline, fill)).map_err(failed)?;
    if incoming.is_none() {
        let depths = depths(curve, zero);
        let columns = Columns {
            left: first.0,
            top: zero,
            depths: &depths,
        };
        hatch(area, &columns, SUN_EDGE.mix(0.55).stroke_width(1))?;
    }
    let color = incoming.unwrap_or(SUN_EDGE);
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

pub(super) fn bars<DB: DrawingBackend>(
    pieces: &[Piece],
    scale: &Scale,
    color: RGBColor,
    area: &Area<DB>,
) -> Drawn {
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
            [(left, scale.y(piece.up)), (right, zero)],
            color.filled(),
        )?;
        let bottom = scale.y(-piece.down);
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
