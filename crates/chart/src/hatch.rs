//! 45° hatching of an area that lies between a straight line and an outline.

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingBackend, PathElement};
use plotters::style::ShapeStyle;

use super::ChartError;
use super::draw::failed;

/// Pixels between two lines.
const PITCH: i32 = 7;

/// An area by columns of pixels: `depths[x]` is how far it reaches below `top` at column `left + x`.
pub(super) struct Columns<'a> {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) depths: &'a [i32],
}

/// Draws rising lines, clipped to the area. Their places depend on the picture alone, so neighbouring areas match.
pub(super) fn hatch<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    columns: &Columns<'_>,
    style: ShapeStyle,
) -> Result<(), ChartError> {
    let deepest = columns.depths.iter().copied().max().unwrap_or(0);
    let width = i32::try_from(columns.depths.len()).unwrap_or(i32::MAX);
    let (first, last) = (
        columns.left.saturating_add(columns.top),
        columns
            .left
            .saturating_add(columns.top)
            .saturating_add(width)
            .saturating_add(deepest),
    );
    let mut sum = first.div_euclid(PITCH).saturating_mul(PITCH);
    while sum <= last {
        for (start, end) in runs(columns, sum) {
            let path = vec![
                (start, sum.saturating_sub(start)),
                (end, sum.saturating_sub(end)),
            ];
            area.draw(&PathElement::new(path, style)).map_err(failed)?;
        }
        sum = sum.saturating_add(PITCH);
    }
    Ok(())
}

/// The stretches of columns in which the line `x + y = sum` lies inside the area.
fn runs(columns: &Columns<'_>, sum: i32) -> Vec<(i32, i32)> {
    let mut runs: Vec<(i32, i32)> = Vec::new();
    for (x, depth) in (columns.left..).zip(columns.depths) {
        let below = sum.saturating_sub(x).saturating_sub(columns.top);
        if below <= 0 || below >= *depth {
            continue;
        }
        match runs.last_mut() {
            Some((_, end)) if *end == x.saturating_sub(1) => *end = x,
            _ => runs.push((x, x)),
        }
    }
    runs
}
