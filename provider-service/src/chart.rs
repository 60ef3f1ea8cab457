//! Charts as pictures, SVG and PNG: up is from the grid, down is to the grid, hatched, a zero line between them.
//!
//! Exported pictures carry title, period, units and legend, always in the light theme, with the same meanings of blue and yellow as
//! the page.

mod draw;
mod hatch;

use std::sync::Once;

use consent::Language;
use jiff::tz::TimeZone;
use plotters::backend::{BitMapBackend, SVGBackend};
use plotters::prelude::IntoDrawingArea as _;
use plotters::style::{FontStyle, register_font};

use crate::insights::{self, Moment};
use crate::store::{Span, Store, StoreError};
use crate::usage::Used;
use crate::words::say;

/// How large a picture is, in pixels.
pub const SIZE: (u32, u32) = (1200, 520);
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

/// One picture.
#[derive(Debug)]
pub struct Picture {
    /// On top.
    pub title: String,
    /// The period.
    pub span: Span,
    /// The data.
    pub series: Series,
    /// Wall clock of the labels.
    pub zone: TimeZone,
    /// Language of the labels.
    pub language: Language,
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

impl Picture {
    /// A picture of a consent's electricity in this span, as fine as the span allows and the data are.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn of(
        store: &dyn Store,
        id: &crate::consents::Id,
        span: Span,
        title: String,
        zone: &TimeZone,
        language: Language,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            title,
            span,
            series: series(store, id, span, zone)?,
            zone: zone.clone(),
            language,
        })
    }

    /// As SVG.
    ///
    /// # Errors
    /// When drawing fails.
    pub fn to_svg(&self) -> Result<String, ChartError> {
        register_fonts();
        let mut svg = String::new();
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        draw::picture(self, &area)?;
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
        draw::picture(self, &area)?;
        drop(area);
        let mut packed = Vec::new();
        let mut encoder = png::Encoder::new(&mut packed, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header()?.write_image_data(&pixels)?;
        Ok(packed)
    }

    /// What the vertical axis says.
    fn unit(&self) -> &str {
        match self.series {
            Series::Days(_) => say("chart.energy", self.language),
            Series::Line(_) | Series::Quarters(_) => say("chart.power", self.language),
        }
    }
}

fn series(
    store: &dyn Store,
    id: &crate::consents::Id,
    span: Span,
    zone: &TimeZone,
) -> Result<Series, StoreError> {
    let length = span.to.saturating_sub(span.from);
    if length <= LINE_UP_TO {
        let moments = insights::moments_in(store, id, span, MOST_MOMENTS)?;
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
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn picture(series: Series, seconds: i64) -> Picture {
        let from = 1_781_820_000;
        Picture {
            title: "Wattt Insights".to_owned(),
            span: Span {
                from,
                to: from + seconds,
            },
            series,
            zone: TimeZone::get("Europe/Amsterdam").unwrap(),
            language: Language::En,
        }
    }

    fn day() -> Vec<Used> {
        let from = 1_781_820_000;
        (0..56)
            .filter(|n| !(20..24).contains(n))
            .map(|n| Used {
                start: from + n * 900,
                end: from + n * 900 + 900,
                import_wh: Some(if n < 34 { 50 + (n % 5) * 60 } else { 0 }),
                export_wh: Some(if n < 34 { 0 } else { n * 10 }),
                covered: 900,
            })
            .collect()
    }

    #[test]
    fn every_kind_of_chart_is_drawn_and_says_what_it_shows() {
        let moments = (0..600)
            .map(|n| Moment {
                at: 1_781_820_000 + n,
                w: 300 - n * 2,
            })
            .collect();
        let charts = [
            (picture(Series::Line(moments), 900), "Power (kW)"),
            (picture(Series::Quarters(day()), 86_400), "Power (kW)"),
            (
                picture(
                    Series::Days(
                        day()
                            .into_iter()
                            .step_by(8)
                            .enumerate()
                            .map(|(n, used)| Used {
                                start: used.start + n as i64 * 86_400,
                                end: used.start + (n as i64 + 1) * 86_400,
                                ..used
                            })
                            .collect(),
                    ),
                    7 * 86_400,
                ),
                "Energy (kWh a day)",
            ),
        ];
        for (picture, unit) in charts {
            let svg = picture.to_svg().unwrap();
            for words in ["Wattt Insights", unit, "from the grid", "to the grid"] {
                assert!(svg.contains(words), "{words}");
            }
            let png = picture.to_png().unwrap();
            assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
            if let Ok(directory) = std::env::var("CHART_OUTPUT") {
                std::fs::write(
                    format!(
                        "{directory}/chart-{}.png",
                        unit.len() + picture.span.to as usize
                    ),
                    png,
                )
                .unwrap();
            }
        }
    }

    #[test]
    fn an_empty_period_says_so() {
        let svg = picture(Series::Quarters(Vec::new()), 86_400)
            .to_svg()
            .unwrap();
        assert!(svg.contains("No readings in this period"));
        picture(Series::Days(Vec::new()), 86_400 * 30)
            .to_png()
            .unwrap();
    }

    #[test]
    fn strange_numbers_do_not_break_a_picture() {
        let used = |wh: i64| Used {
            start: 1_781_820_000,
            end: 1_781_820_900,
            import_wh: Some(wh),
            export_wh: Some(wh),
            covered: 0,
        };
        for wh in [0, i64::MAX, i64::MIN] {
            picture(Series::Quarters(vec![used(wh)]), 86_400)
                .to_svg()
                .unwrap();
            picture(Series::Days(vec![used(wh)]), 1).to_png().unwrap();
        }
    }
}
