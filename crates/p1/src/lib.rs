//! Reads the P1 port of a smart meter: bytes become telegrams, telegrams become typed objects.
//!
//! The P1 port is the socket through which a Dutch smart meter, and many of its neighbours, tells
//! its household what it measures. The crate understands DSMR 2.2, 3.0, 4.0, 4.2 and 5.0 completely
//! and reads their relatives with nothing configured. It does no input or output, needs no `std`,
//! never panics, keeps no more than one telegram in memory, and hands on every object that it does
//! not understand.
//!
//! ```
//! use p1::{Dimension, Event, Stream, Telegram, Value};
//!
//! // What a serial port gives: the end of one telegram, a whole one, the beginning of the next.
//! let bytes = b"*kW)\r\n!\r\n/ISk5\\2MT382-1004\r\n\r\n1-0:1.7.0(0001.01*kW)\r\n!\r\n/ISk5";
//!
//! let mut stream = Stream::new();
//! stream.push(bytes);
//! let Some(Event::Telegram(bytes, _)) = stream.next_event() else { panic!("one whole telegram") };
//!
//! let telegram = Telegram::parse(&bytes)?;
//! let object = telegram.objects().next().expect("one object");
//! assert_eq!(object.obis.to_string(), "1-0:1.7.0");
//! let Value::Measure(power) = object.value() else { panic!("a power") };
//! assert_eq!(power.scaled(Dimension::Power, 0), Some(1010)); // watts
//! # Ok::<(), p1::TelegramError>(())
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

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod catalogue;
mod crc;
mod decimal;
mod dialect;
mod lists;
mod obis;
mod object;
#[cfg(feature = "std")]
mod reader;
mod stream;
mod telegram;
mod timestamp;
mod unit;
mod value;

pub use crc::{Crc, crc16};
pub use decimal::Decimal;
pub use dialect::Dialect;
pub use lists::{Failure, FailureLog, Peak, PeakLog};
pub use obis::{Obis, ObisError};
pub use object::{Groups, Object};
#[cfg(feature = "std")]
pub use reader::Telegrams;
pub use stream::{Counters, Event, MAX_TELEGRAM, Refusal, Stream};
pub use telegram::{Objects, Telegram, TelegramError};
pub use timestamp::{Moment, Season, Timestamp};
pub use unit::{Dimension, Measure, Unit};
pub use value::{Text, Timed, Value};

/// The examples of the README, compiled with the other ones.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
