//! What is measured: readings, units, lanes, intervals, the batch codec and exports.
//!
//! A [`Reading`] is what one telegram of a meter says, in units; an [`Interval`] is what was used in a quarter of an
//! hour or a day, from differences of registers. A [`Judge`] withholds what can not be, an [`IntervalBuilder`] rolls
//! up, [`codec`] packs the rows of a slot into the body of a block, [`csv`] and serde write them for people and
//! programs. What is not known is `None`, never zero. Nothing here reads a clock or does input or output.
//!
//! ```
//! use readings::{Batch, Electricity, Interval, IntervalBuilder, Judge, Kind, Reading, Registers, Serials, UnixSeconds, Watt, WattHour, codec};
//!
//! // 1 kW for an hour and a bit, a reading every ten seconds.
//! let readings = (0..370).map(|n| Reading {
//!     electricity: Electricity {
//!         power_import: Some(Watt(1_000)),
//!         import: Registers { t1: Some(WattHour(3_432_827 + n * 10 / 36 * 10)), ..Registers::default() },
//!         ..Electricity::default()
//!     },
//!     ..Reading::at(UnixSeconds(1_553_436_000 + n * 10))
//! });
//!
//! let mut judge = Judge::new();
//! let mut quarters = IntervalBuilder::quarter_hours();
//! let closed: Vec<Interval> = readings
//!     .map(|reading| judge.judge(reading, &Serials::default()).0)
//!     .filter_map(|reading| quarters.push(&reading))
//!     .collect();
//! assert_eq!(closed.len(), 4);
//! assert_eq!(closed[0].used.import.t1, Some(WattHour(250)));
//! assert!(closed[0].complete());
//!
//! let body = codec::encode(Kind::Electricity, &Batch::Intervals(closed.clone()))?;
//! assert_eq!(codec::decode(&body)?, (Kind::Electricity, Batch::Intervals(closed)));
//! # Ok::<(), codec::CodecError>(())
//! ```

#![forbid(unsafe_code)]

mod batch;
pub mod codec;
pub mod csv;
mod error;
#[cfg(feature = "green-button")]
pub mod green_button;
mod interval;
mod json;
mod judge;
mod lane;
#[cfg(feature = "parquet")]
pub mod parquet;
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
