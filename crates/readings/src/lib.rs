//! What is measured: readings, units, lanes, intervals, the batch codec and exports.

mod batch;
pub mod codec;
pub mod csv;
mod error;
mod interval;
mod json;
mod judge;
mod lane;
mod quantity;
mod reading;
mod rollup;
mod table;
#[cfg(feature = "p1")]
mod telegram;
mod time;
mod unit;

pub use batch::Batch;
pub use error::{LaneError, QuantityError, TimeError};
pub use interval::{Interval, PhaseSummaries, PhaseSummary, Usage};
pub use judge::{Judge, MeterEvent, Serials};
pub use lane::{Granularity, Kind, Lane};
pub use quantity::{Meter, MeterSet, Quantity, QuantitySet};
pub use reading::{Electricity, GasWaterHeat, Metered, Phase, Phases, Reading, Registers};
pub use rollup::IntervalBuilder;
pub use time::{Mark, MeterTime, UnixSeconds};
pub use unit::{CentiAmpere, Count, DeciVolt, Kilojoule, Litre, Tariff, Watt, WattHour};
