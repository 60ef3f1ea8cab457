//! From data to pixels.

use crate::{Chart, Measured, Piece, SIZE};

/// Where the data lie, in pixels.
pub(super) const LEFT: i32 = 76;
pub(super) const RIGHT: i32 = SIZE.0 as i32 - 36;
pub(super) const TOP: i32 = 104;
pub(super) const BOTTOM: i32 = SIZE.1 as i32 - 84;
/// Values beyond this are not drawn to scale: no household reaches a megawatt or a megawatt hour a day.
const LIMIT: f64 = 1e6;

/// From data to pixels.
pub(super) struct Scale {
    from: i64,
    seconds: f64,
    pub(super) high: f64,
    pub(super) low: f64,
}

/// Pieces of a size that can be drawn.
pub(super) fn drawable(pieces: &[Piece]) -> Vec<Piece> {
    let drawable = |value: f64| {
        if value.is_nan() {
            0.0
        } else {
            value.clamp(0.0, LIMIT)
        }
    };
    let pieces = pieces.iter().map(|piece| Piece {
        up: drawable(piece.up),
        down: drawable(piece.down),
        ..*piece
    });
    pieces.collect()
}

impl Scale {
    pub(super) fn of(chart: &Chart, pieces: &[Piece]) -> Self {
        let most = |value: fn(&Piece) -> f64| pieces.iter().map(value).fold(0.0, f64::max);
        let (used, fed) = (most(|piece| piece.up), most(|piece| piece.down));
        let least = match chart.measured {
            Measured::Electricity if fed > 0.0 => fed * 0.12,
            Measured::Electricity | Measured::Current => 0.4,
            // A litre of gas in a quarter of an hour is little, and seen.
            Measured::GasWaterHeat => 0.05,
        };
        let high = (used * 1.12).max(least);
        Self {
            from: chart.from,
            seconds: chart.to.saturating_sub(chart.from).max(1) as f64,
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
