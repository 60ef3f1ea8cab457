//! Reads the P1 port of a smart meter: bytes become telegrams, telegrams become typed objects.
//!
//! The P1 port is the socket through which a Dutch smart meter, and many of its neighbours, tells
//! its household what it measures. The crate reads every dialect of it with nothing configured:
//! DSMR 2.2 to 5.0, Belgium, Luxembourg, Austria, Sweden, Denmark, Hungary, Lithuania, Ireland,
//! Germany (D0) and meters for heat alone. It does no input or output, needs no `std` and not even
//! an allocator, never panics, keeps no more than one telegram in memory, and hands on every object
//! that it does not understand.
//!
//! ```
//! use p1::{Dimension, Stream, Value};
//!
//! // What a serial port gives: the end of one telegram, a whole one, the beginning of the next.
//! let bytes = b"*kW)\r\n!\r\n/ISk5\\2MT382-1004\r\n\r\n1-0:1.7.0(0001.01*kW)\r\n!\r\n/ISk5";
//!
//! let mut stream = Stream::new();
//! stream.push(bytes);
//! let telegram = stream.next_telegram().expect("one whole telegram")?;
//!
//! let object = telegram.objects().next().expect("one object");
//! assert_eq!(object.obis.to_string(), "1-0:1.7.0");
//! let Value::Measure(power) = object.value() else { panic!("a power") };
//! assert_eq!(power.scaled(Dimension::Power, 0), Some(1010)); // watts
//! # Ok::<(), p1::Refusal>(())
//! ```
//!
//! # The rules it keeps
//!
//! - A telegram with a wrong checksum is refused; a dialect that has none is accepted.
//! - One bad object never costs the telegram: it becomes [`Value::Unreadable`], the rest stays.
//! - Never a zero for "unknown", and nothing of a cut telegram in the next.
//! - Memory is bounded by [`MAX_TELEGRAM`] and by what was pushed and not yet taken.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(feature = "alloc", test))]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod catalogue;
mod crc;
mod decimal;
mod dialect;
mod frame;
#[cfg(feature = "decrypt")]
mod keys;
mod lists;
mod names;
mod obis;
mod object;
mod raw;
#[cfg(feature = "std")]
mod reader;
mod refusal;
mod scan;
mod sealed;
#[cfg(feature = "alloc")]
mod stream;
mod swar;
mod telegram;
mod timestamp;
mod unit;
mod value;

pub use crc::{Crc, crc16};
pub use decimal::Decimal;
pub use dialect::Dialect;
#[cfg(feature = "decrypt")]
pub use keys::{KeyError, Keys};
pub use lists::{Failure, FailureLog, MonthRecord, Peak, PeakLog};
pub use names::{Meaning, Name};
pub use obis::{Obis, ObisError};
pub use object::{Groups, Object};
pub use raw::Raw;
#[cfg(feature = "std")]
pub use reader::Telegrams;
pub use refusal::{Counters, Refusal};
pub use scan::Scan;
#[cfg(feature = "alloc")]
pub use stream::{Event, Stream};
pub use telegram::{Objects, Telegram, TelegramError};
pub use timestamp::{Moment, Season, Timestamp};
pub use unit::{Dimension, Measure, Unit};
pub use value::{Decoded, Measures, Text, Timed, Value};

/// The longest telegram that is kept, in bytes; the longest in the field have about 4,000.
pub const MAX_TELEGRAM: usize = 16 * 1024;

/// The examples of the README, compiled with the other ones.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
