//! What one block's body carries.

use crate::{Interval, Reading};

/// The rows of one slot of a lane, or of a stretch of history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Batch {
    /// Rows of a live lane.
    Readings(Vec<Reading>),
    /// Rows of a quarter-hour or day lane.
    Intervals(Vec<Interval>),
}

impl Batch {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Readings(rows) => rows.len(),
            Self::Intervals(rows) => rows.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
