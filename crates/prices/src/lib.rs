//! What energy costs hour by hour: files of prices as suppliers and markets give them, a series of prices by the quarter
//! of an hour, and amounts times prices, in whole numbers from the first digit to the last.
//!
//! Nothing here reads a file or asks anybody: text comes in, prices or the row that is wrong come out.
//!
//! ```
//! use prices::{PriceSeries, UnitPrice, read_file};
//!
//! let file = "start;price (EUR/MWh)\n2026-10-25 02:00;81,2\n2026-10-25 02:00;-4,5\n2026-10-25 03:00;70\n";
//! let read = read_file(file, None)?;
//! assert_eq!(read.rows, 3); // the hour that the clock goes through twice is two hours
//!
//! let mut series = PriceSeries::default();
//! series.take(&read.prices);
//! // The first of them began at midnight UTC: 500 Wh at 0.0812 euro a kilowatt hour.
//! let price = series.at(1_792_886_400).unwrap();
//! assert_eq!(price, UnitPrice::from_ten_thousandths(812));
//! assert_eq!(price.times(500).ten_thousandths(), 406);
//! # Ok::<(), prices::FileError>(())
//! ```

mod file;
mod money;
mod series;

pub use file::{FileError, FileUnit, MOST_BYTES, MOST_ROWS, PriceFile, RowError, read_file};
pub use money::{Cost, UnitPrice};
pub use series::{KEPT_SECONDS, PriceSeries, QUARTER_SECONDS};
