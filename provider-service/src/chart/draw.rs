//! Drawing one picture on any surface that plotters knows.

mod axes;
mod curves;
mod legend;
mod pen;
mod scale;

use plotters::prelude::DrawingBackend;
use plotters::style::Color as _;
use plotters::style::text_anchor::HPos;

use self::pen::{Area, CONTROL, Drawn, MUTED, SURFACE, path, style, text};
use self::scale::{LEFT, RIGHT, Scale, pieces};
use super::{ChartError, Picture, Series};
use crate::words::say;

pub(super) fn picture<DB: DrawingBackend>(picture: &Picture, area: &Area<DB>) -> Drawn {
    area.fill(&SURFACE).map_err(failed)?;
    let pieces = pieces(&picture.series);
    let scale = Scale::of(picture, &pieces);
    axes::headings(picture, area)?;
    axes::nights(picture, &scale, area)?;
    axes::horizontal_lines(&scale, area)?;
    match picture.series {
        Series::Line(_) => curves::line(&pieces, &scale, area)?,
        Series::Quarters(_) => curves::steps(&pieces, &scale, area)?,
        Series::Days(_) => curves::bars(&pieces, &scale, area)?,
    }
    path(
        area,
        vec![(LEFT, scale.y(0.0)), (RIGHT, scale.y(0.0))],
        CONTROL.stroke_width(2),
    )?;
    axes::times(picture, &scale, area)?;
    if pieces.is_empty() {
        let words = say("chart.empty", picture.language);
        text(
            area,
            words,
            ((LEFT + RIGHT) / 2, scale.y(0.0) - 16),
            &style(18, MUTED, HPos::Center, false),
        )?;
    }
    legend::legend(picture, area)?;
    area.present().map_err(failed)
}

pub(super) fn failed(error: impl std::fmt::Display) -> ChartError {
    ChartError::Drawing(error.to_string())
}
