//! What the colours mean.

use plotters::prelude::{DrawingBackend, Rectangle};
use plotters::style::Color as _;
use plotters::style::text_anchor::HPos;

use super::failed;
use super::pen::{self, Area, Drawn, MUTED, SUN, SUN_EDGE, fill, style, text};
use super::scale::LEFT;
use crate::hatch::{Columns, hatch};
use crate::{Chart, Measured, SIZE, Shape};

pub(super) fn legend<DB: DrawingBackend>(chart: &Chart, area: &Area<DB>) -> Drawn {
    let y = SIZE.1 as i32 - 30;
    let label = style(15, MUTED, HPos::Left, false);
    let (left, right) = (LEFT - 44, LEFT + 130);
    let incoming = pen::incoming(chart.measured);
    let solid = if chart.shape == Shape::Bars {
        incoming.filled()
    } else {
        incoming.mix(0.16).filled()
    };
    fill(area, [(left, y - 8), (left + 16, y + 8)], solid)?;
    area.draw(&Rectangle::new(
        [(left, y - 8), (left + 16, y + 8)],
        incoming.stroke_width(2),
    ))
    .map_err(failed)?;
    text(area, &chart.words.up, (left + 26, y), &label)?;
    if chart.measured != Measured::Electricity {
        return Ok(());
    }
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
    text(area, &chart.words.down, (right + 26, y), &label)
}
