//! Drawing one chart on any surface that plotters knows.

mod axes;
mod curves;
mod legend;
mod pen;
mod scale;

use plotters::prelude::DrawingBackend;
use plotters::style::Color as _;
use plotters::style::text_anchor::HPos;

use self::pen::{Area, CONTROL, Drawn, MUTED, SURFACE, path, style, text};
use self::scale::{LEFT, RIGHT, Scale, drawable};
use super::{Chart, ChartError, Shape};

pub(super) fn chart<DB: DrawingBackend>(chart: &Chart, area: &Area<DB>) -> Drawn {
    area.fill(&SURFACE).map_err(failed)?;
    let pieces = drawable(&chart.pieces);
    let scale = Scale::of(chart, &pieces);
    let color = pen::incoming(chart.measured);
    axes::headings(chart, area)?;
    axes::nights(chart, &scale, area)?;
    axes::horizontal_lines(&scale, area)?;
    match chart.shape {
        Shape::Line => curves::line(&pieces, &scale, color, area)?,
        Shape::Steps => curves::steps(&pieces, &scale, color, area)?,
        Shape::Bars => curves::bars(&pieces, &scale, color, area)?,
    }
    path(
        area,
        vec![(LEFT, scale.y(0.0)), (RIGHT, scale.y(0.0))],
        CONTROL.stroke_width(2),
    )?;
    axes::times(chart, &scale, area)?;
    if pieces.is_empty() {
        text(
            area,
            &chart.words.nothing,
            ((LEFT + RIGHT) / 2, scale.y(0.0) - 16),
            &style(18, MUTED, HPos::Center, false),
        )?;
    }
    legend::legend(chart, area)?;
    area.present().map_err(failed)
}

pub(super) fn failed(error: impl std::fmt::Display) -> ChartError {
    ChartError::Drawing(error.to_string())
}
