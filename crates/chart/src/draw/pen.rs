//! Colours, text and simple shapes.

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingBackend, PathElement, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, IntoFont as _, RGBColor, ShapeStyle, TextStyle};

use super::failed;
use crate::{ChartError, Measured};

pub(super) const SURFACE: RGBColor = RGBColor(255, 255, 255);
pub(super) const TEXT: RGBColor = RGBColor(23, 32, 49);
pub(super) const MUTED: RGBColor = RGBColor(81, 91, 107);
pub(super) const LINE: RGBColor = RGBColor(217, 223, 229);
pub(super) const CONTROL: RGBColor = RGBColor(120, 129, 142);
pub(super) const SUNKEN: RGBColor = RGBColor(235, 239, 245);
pub(super) const USE: RGBColor = RGBColor(33, 78, 158);
pub(super) const GAS: RGBColor = RGBColor(136, 60, 122);
pub(super) const SUN: RGBColor = RGBColor(239, 178, 41);
pub(super) const SUN_EDGE: RGBColor = RGBColor(185, 117, 21);

/// The colour of what comes in.
pub(super) fn incoming(measured: Measured) -> RGBColor {
    match measured {
        Measured::Electricity | Measured::Current => USE,
        Measured::GasWaterHeat => GAS,
    }
}

pub(super) type Area<DB> = DrawingArea<DB, Shift>;
pub(super) type Drawn = Result<(), ChartError>;

pub(super) fn style(
    size: i32,
    color: RGBColor,
    horizontal: HPos,
    strong: bool,
) -> TextStyle<'static> {
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

pub(super) fn text<DB: DrawingBackend>(
    area: &Area<DB>,
    words: &str,
    place: (i32, i32),
    style: &TextStyle<'_>,
) -> Drawn {
    area.draw(&Text::new(words.to_owned(), place, style.clone()))
        .map_err(failed)
}

pub(super) fn path<DB: DrawingBackend>(
    area: &Area<DB>,
    points: Vec<(i32, i32)>,
    style: ShapeStyle,
) -> Drawn {
    area.draw(&PathElement::new(points, style)).map_err(failed)
}

pub(super) fn fill<DB: DrawingBackend>(
    area: &Area<DB>,
    corners: [(i32, i32); 2],
    style: ShapeStyle,
) -> Drawn {
    area.draw(&Rectangle::new(corners, style)).map_err(failed)
}
