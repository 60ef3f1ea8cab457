//! Households that speak P1: seeded, reproducible, at any speed.
//!
//! A [`Household`] is a pure function of its seed and the time: asked twice for the same second it
//! gives the same telegram, and whoever stops it and starts it again finds its registers where they
//! must be. Its energy registers are the integral of the power that it prints, second by second.
//!
//! ```
//! use simulated_meter::{Dialect, Household};
//!
//! let mut household = Household::new(7).with_dialect(Dialect::Dsmr42);
//! let bytes = household.telegram_at(1_760_000_000);
//! let telegram = p1::Telegram::parse(&bytes)?;
//! assert_eq!(telegram.crc(), p1::Crc::Ok);
//! # Ok::<(), p1::TelegramError>(())
//! ```

#![forbid(unsafe_code)]

mod abroad;
mod day;
mod demand;
mod dialect;
mod dice;
mod equipment;
mod fault;
mod habits;
mod history;
mod household;
mod print;
mod seal;
mod weather;

pub use demand::{Demand, Peak};
pub use dialect::{Dialect, DialectError};
pub use equipment::Equipment;
pub use fault::{Fault, FaultError};
pub use history::Totals;
pub use household::{Household, INSTALLED, Now};
pub use seal::Sealer;
