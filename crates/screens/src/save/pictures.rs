//! A meter's period as pictures: one for each panel that the screen has, and of these, those of which anything is known.

use chart::{Chart, Measured, Piece, Shape, Words};
use consent::Language;
use jiff::tz::TimeZone;

use super::{File, FileForm, words};
use crate::meter::{MeterScreen, Period};
use crate::phases::PhasePeak;
use crate::problem::Problem;
use crate::usage::{Point, Span};

/// A picture of electricity, of gas, water and heat, and of each phase.
pub(super) fn of(
    screen: &MeterScreen,
    language: Language,
    zone: &TimeZone,
    form: FileForm,
) -> Result<Vec<File>, Problem> {
    let known = panels(screen, language)
        .into_iter()
        .filter(|panel| !panel.pieces.is_empty());
    let drawn = known.map(|panel| {
        let chart = Chart {
            from: screen.from.into(),
            to: screen.to.into(),
            pieces: panel.pieces,
            shape: shape(screen.period),
            measured: panel.measured,
            zone: zone.clone(),
            words: panel.words,
        };
        let bytes = picture(&chart, form)?;
        let part = panel.part;
        Ok(File { part, bytes })
    });
    drawn.collect()
}

/// What becomes one picture.
pub(super) struct Panel {
    /// What the name of its file has more than the others.
    pub(super) part: String,
    pub(super) pieces: Vec<Piece>,
    pub(super) measured: Measured,
    pub(super) words: Words,
}

pub(super) fn panels(screen: &MeterScreen, language: Language) -> Vec<Panel> {
    let electricity = Panel {
        part: String::new(),
        pieces: electricity(screen),
        measured: Measured::Electricity,
        words: words::of(screen, language),
    };
    let others = Other::ALL.iter().map(|other| Panel {
        part: format!(" {}", other.name()),
        pieces: other.pieces(screen),
        measured: Measured::GasWaterHeat,
        words: words::of_other(*other, screen, language),
    });
    let now = screen.phases.iter().map(|phase| Panel {
        part: format!(" phase {}", phase.phase),
        pieces: moments(&phase.points),
        measured: Measured::Electricity,
        words: words::of_phase(phase.phase, screen, language),
    });
    let peaks = screen.phase_peaks.iter().map(|line| Panel {
        part: format!(" phase {}", line.phase),
        pieces: line.peaks.iter().map(peak).collect(),
        measured: Measured::Current,
        words: words::of_peaks(line.phase, screen, language),
    });
    let all = std::iter::once(electricity).chain(others);
    all.chain(now).chain(peaks).collect()
}

fn shape(period: Period) -> Shape {
    match period {
        Period::Live => Shape::Line,
        Period::Day => Shape::Steps,
        Period::Week | Period::Month | Period::Year => Shape::Bars,
    }
}

fn picture(chart: &Chart, form: FileForm) -> Result<Vec<u8>, Problem> {
    let drawn = match form {
        FileForm::Svg => chart.to_svg().map(String::into_bytes),
        _ => chart.to_png(),
    };
    drawn.map_err(|error| Problem::Export {
        why: error.to_string(),
    })
}

/// In kilowatts, or in kilowatt hours of each day or month.
pub(super) fn electricity(screen: &MeterScreen) -> Vec<Piece> {
    if screen.period == Period::Live {
        return moments(&screen.points);
    }
    let known = screen
        .spans
        .iter()
        .filter(|span| span.import_wh.or(span.export_wh).is_some());
    let pieces = known.map(|span| {
        let hours = match screen.period {
            Period::Day => f64::from(span.to.saturating_sub(span.from).max(1)) / 3600.0,
            _ => 1.0,
        };
        let kilo = |wh: Option<u32>| f64::from(wh.unwrap_or(0)) / 1000.0 / hours;
        Piece {
            start: span.from.into(),
            end: span.to.into(),
            up: kilo(span.import_wh),
            down: kilo(span.export_wh),
        }
    });
    pieces.collect()
}

/// Readings, in kilowatts.
fn moments(points: &[Point]) -> Vec<Piece> {
    let moments = points.iter().map(|point| {
        let kilowatts = f64::from(point.net_w) / 1000.0;
        Piece {
            start: point.at.into(),
            end: point.at.into(),
            up: kilowatts.max(0.0),
            down: (-kilowatts).max(0.0),
        }
    });
    moments.collect()
}

/// In amperes.
fn peak(peak: &PhasePeak) -> Piece {
    Piece {
        start: peak.from.into(),
        end: peak.to.into(),
        up: f64::from(peak.centiamperes) / 100.0,
        down: 0.0,
    }
}

/// What has a panel of its own below electricity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Other {
    Gas,
    Water,
    Heat,
}

impl Other {
    const ALL: [Self; 3] = [Self::Gas, Self::Water, Self::Heat];

    /// In the name of its file.
    fn name(self) -> &'static str {
        match self {
            Self::Gas => "gas",
            Self::Water => "water",
            Self::Heat => "heat",
        }
    }

    /// Cubic metres, and gigajoules of heat.
    fn amount(self, span: &Span) -> Option<f64> {
        let (value, per) = match self {
            Self::Gas => (span.gas_l, 1e3),
            Self::Water => (span.water_l, 1e3),
            Self::Heat => (span.heat_kj, 1e6),
        };
        value.map(|value| f64::from(value) / per)
    }

    pub(super) fn pieces(self, screen: &MeterScreen) -> Vec<Piece> {
        let pieces = screen.spans.iter().filter_map(|span| {
            Some(Piece {
                start: span.from.into(),
                end: span.to.into(),
                up: self.amount(span)?,
                down: 0.0,
            })
        });
        pieces.collect()
    }
}
