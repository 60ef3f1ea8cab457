//! The dialects that a simulated meter can speak.

use std::fmt;
use std::str::FromStr;

/// What the telegrams look like, and how often they come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// DSMR 2.2: every ten seconds, no clock, no checksum, the gas value on a line of its own.
    Dsmr22,
    /// DSMR 4.2: every ten seconds, with clock and checksum.
    Dsmr42,
    /// DSMR 5.0: every second, with voltages and currents, gas every five minutes.
    #[default]
    Dsmr50,
}

impl Dialect {
    /// Seconds from one telegram to the next.
    pub fn interval(self) -> i64 {
        match self {
            Self::Dsmr22 | Self::Dsmr42 => 10,
            Self::Dsmr50 => 1,
        }
    }

    /// Seconds from one gas reading to the next.
    pub(crate) fn gas_interval(self) -> i64 {
        match self {
            Self::Dsmr22 | Self::Dsmr42 => 3_600,
            Self::Dsmr50 => 300,
        }
    }
}

/// There is no such dialect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no dialect {0:?}: a simulated meter speaks 5.0, 4.2 or 2.2")]
pub struct DialectError(String);

impl FromStr for Dialect {
    type Err = DialectError;

    fn from_str(text: &str) -> Result<Self, DialectError> {
        match text {
            "2.2" => Ok(Self::Dsmr22),
            "4.2" => Ok(Self::Dsmr42),
            "5.0" | "5" => Ok(Self::Dsmr50),
            _ => Err(DialectError(text.to_owned())),
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dsmr22 => "2.2",
            Self::Dsmr42 => "4.2",
            Self::Dsmr50 => "5.0",
        })
    }
}
