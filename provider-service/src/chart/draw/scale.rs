//! From data to pixels.

use crate::chart::{Picture, SIZE, Series};

/// Where the data lie, in pixels.
pub(super) const LEFT: i32 = 76;
pub(super) const RIGHT: i32 = SIZE.0 as i32 - 36;
pub(super) const TOP: i32 = 104;
pub(super) const BOTTOM: i32 = SIZE.1 as i32 - 84;
/// Values beyond this are not drawn to scale: no household reaches a megawatt or a megawatt hour a day.
const LIMIT: f64 = 1e6;
/// A stretch of the time axis with its values in kW or kWh, both positive.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) used: f64,
    pub(super) fed: f64,
}

/// From data to pixels.
pub(super) struct Scale {
    from: i64,
    seconds: f64,
    pub(super) high: f64,
    pub(super) low: f64,
}

pub(super) fn pieces(series: &Series) -> Vec<Piece> {
    let kilo = |value: Option<i64>| (value.unwrap_or(0) as f64 / 1000.0).clamp(0.0, LIMIT);
    match series {
        Series::Line(moments) => moments
            .iter()
            .map(|moment| Piece {
                start: moment.at,
                end: moment.at,
                used: kilo(Some(moment.w)),
                fed: kilo(moment.w.checked_neg()),
            })
            .collect(),
        Series::Quarters(quarters) => quarters
            .iter()
            .filter(|quarter| quarter.import_w().or(quarter.export_w()).is_some())
            .map(|quarter| Piece {
                start: quarter.start,
                end: quarter.end,
                used: kilo(quarter.import_w()),
                fed: kilo(quarter.export_w()),
            })
            .collect(),
        Series::Days(days) => days
            .iter()
            .map(|day| Piece {
                start: day.start,
                end: day.end,
                used: kilo(day.import_wh),
                fed: kilo(day.export_wh),
            })
            .collect(),
    }
}

impl Scale {
    pub(super) fn of(picture: &Picture, pieces: &[Piece]) -> Self {
        let most = |value: fn(&Piece) -> f64| pieces.iter().map(value).fold(0.0, f64::max);
        let (used, fed) = (most(|piece| piece.used), most(|piece| piece.fed));
        let high = (used * 1.12).max(if fed > 0.0 { fed * 0.12 } else { 0.4 });
        Self {
            from: picture.span.from,
            seconds: picture.span.to.saturating_sub(picture.span.from).max(1) as f64,
            high,
            low: if fed > 0.0 {
                (fed * 1.12).max(high * 0.12)
            } else {
                0.0
            },
        }
    }

    pub(super) fn x(&self, at: i64) -> i32 {
        let part = at.saturating_sub(self.from) as f64 / self.seconds;
        LEFT + (part.clamp(0.0, 1.0) * f64::from(RIGHT - LEFT)).round() as i32
    }

    pub(super) fn y(&self, value: f64) -> i32 {
        let part = (self.high - value) / (self.high + self.low);
        TOP + (part * f64::from(BOTTOM - TOP)).round() as i32
    }

    /// A round step so that at most six lines fit.
    pub(super) fn step(&self) -> f64 {
        let rough = (self.high + self.low) / 6.0;
        let size = 10_f64.powf(rough.log10().floor());
        [1.0, 2.0, 2.5, 5.0, 10.0]
            .into_iter()
            .map(|factor| factor * size)
            .find(|step| *step >= rough)
            .unwrap_or(rough)
    }
}
