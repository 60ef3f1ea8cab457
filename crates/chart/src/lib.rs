//! Charts as pictures, SVG and PNG: up is from the grid, down is to the grid, hatched, a zero line between them.
//!
//! A picture carries title, period, units and legend, always in the light theme, with the meanings of blue and yellow
//! that the screens have. What is drawn and all its words come from whoever asks; the fonts travel along.

#![forbid(unsafe_code)]

pub mod calendar;
mod draw;
mod hatch;

use std::sync::Once;

use jiff::tz::TimeZone;
use plotters::backend::{BitMapBackend, SVGBackend};
use plotters::prelude::IntoDrawingArea as _;
use plotters::style::{FontStyle, register_font};

/// How large a picture is, in pixels.
pub const SIZE: (u32, u32) = (1200, 520);

/// A stretch of time with what flowed both ways in it, in the unit of the chart, neither below zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// First unix second.
    pub start: i64,
    /// First unix second after it; a moment has none.
    pub end: i64,
    /// From the grid.
    pub up: f64,
    /// To the grid.
    pub down: f64,
}

/// What is drawn: it has a colour of its own, and gas never shares a chart with electricity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Measured {
    /// Electricity, from the grid and to it.
    #[default]
    Electricity,
    /// The current of a phase, which a meter tells without its direction.
    Current,
    /// Gas, water or heat, which flow one way.
    GasWaterHeat,
}

/// How pieces are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Moments, as a line.
    Line,
    /// Stretches that follow each other, as steps; a gap stays a gap.
    Steps,
    /// Stretches that stand apart, as bars.
    Bars,
}

/// The words on a picture.
#[derive(Clone, Debug)]
pub struct Words {
    /// On top.
    pub title: String,
    /// After the period: how fine it is.
    pub fineness: String,
    /// What the vertical axis says.
    pub unit: String,
    /// What is up.
    pub up: String,
    /// What is down; unused where things flow one way.
    pub down: String,
    /// What stands where nothing is.
    pub nothing: String,
}

/// One picture.
#[derive(Clone, Debug)]
pub struct Chart {
    /// First unix second of the period.
    pub from: i64,
    /// First unix second after it.
    pub to: i64,
    /// The data, in order.
    pub pieces: Vec<Piece>,
    /// How they are drawn.
    pub shape: Shape,
    /// What they are.
    pub measured: Measured,
    /// Wall clock of the labels.
    pub zone: TimeZone,
    /// The words.
    pub words: Words,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the sentences say it")]
pub enum ChartError {
    #[error("the picture could not be drawn: {0}")]
    Drawing(String),
    #[error("the picture could not be packed: {0}")]
    Packing(#[from] png::EncodingError),
}

impl Chart {
    /// As SVG.
    ///
    /// # Errors
    /// When drawing fails.
    pub fn to_svg(&self) -> Result<String, ChartError> {
        register_fonts();
        let mut svg = String::new();
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        draw::chart(self, &area)?;
        drop(area);
        Ok(svg)
    }

    /// As PNG.
    ///
    /// # Errors
    /// When drawing or packing fails.
    pub fn to_png(&self) -> Result<Vec<u8>, ChartError> {
        register_fonts();
        let (width, height) = SIZE;
        let mut pixels = vec![
            255;
            (width as usize)
                .saturating_mul(height as usize)
                .saturating_mul(3)
        ];
        let area = BitMapBackend::with_buffer(&mut pixels, SIZE).into_drawing_area();
        draw::chart(self, &area)?;
        drop(area);
        let mut packed = Vec::new();
        let mut encoder = png::Encoder::new(&mut packed, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header()?.write_image_data(&pixels)?;
        Ok(packed)
    }
}

/// The fonts travel inside the program, so a picture looks the same on a server without any.
fn register_fonts() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let regular = register_font(
            "Inter",
            FontStyle::Normal,
            include_bytes!("../fonts/Inter-Regular.ttf"),
        );
        let strong = register_font(
            "Inter",
            FontStyle::Bold,
            include_bytes!("../fonts/Inter-SemiBold.ttf"),
        );
        if regular.is_err() || strong.is_err() {
            tracing::error!(
                "the fonts inside this program cannot be read: pictures stay without words"
            );
        }
    });
}

#[cfg(test)]
mod tests;
