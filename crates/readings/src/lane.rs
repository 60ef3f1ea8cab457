//! Lanes: the unit that a consent names.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::LaneError;

/// How fine the data of a lane are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Granularity {
    /// Every telegram, as it came.
    Live,
    /// One interval for each quarter of an hour.
    QuarterHour,
    /// One interval for each day, which is a slot of 86,400 s in UTC: see [`IntervalBuilder`](crate::IntervalBuilder).
    Day,
}

/// What the data of a lane are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Power and energy drawn from and given to the grid.
    Electricity,
    /// The meters behind the electricity meter.
    GasWaterHeat,
    /// Voltage, current and power of each phase, and the quality of supply.
    Phases,
}

/// A granularity and a kind of data: what one channel of a device carries.
///
/// Its text form, also in JSON, is `live/electricity`, `quarter-hour/gas-water-heat`, `day/phases` and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lane {
    /// How fine.
    pub granularity: Granularity,
    /// About what.
    pub kind: Kind,
}

impl Granularity {
    /// Every granularity, finest first.
    pub const ALL: [Self; 3] = [Self::Live, Self::QuarterHour, Self::Day];

    /// The name in a lane's text form.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::QuarterHour => "quarter-hour",
            Self::Day => "day",
        }
    }
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Electricity, Self::GasWaterHeat, Self::Phases];

    /// The name in a lane's text form.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Electricity => "electricity",
            Self::GasWaterHeat => "gas-water-heat",
            Self::Phases => "phases",
        }
    }

    /// The number that stands for it in a batch.
    pub const fn code(self) -> u8 {
        match self {
            Self::Electricity => 0,
            Self::GasWaterHeat => 1,
            Self::Phases => 2,
        }
    }

    /// The kind with this number.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Electricity),
            1 => Some(Self::GasWaterHeat),
            2 => Some(Self::Phases),
            _ => None,
        }
    }
}

impl Lane {
    /// Every lane, finest first.
    pub const ALL: [Self; 9] = [
        Self::new(Granularity::Live, Kind::Electricity),
        Self::new(Granularity::Live, Kind::GasWaterHeat),
        Self::new(Granularity::Live, Kind::Phases),
        Self::new(Granularity::QuarterHour, Kind::Electricity),
        Self::new(Granularity::QuarterHour, Kind::GasWaterHeat),
        Self::new(Granularity::QuarterHour, Kind::Phases),
        Self::new(Granularity::Day, Kind::Electricity),
        Self::new(Granularity::Day, Kind::GasWaterHeat),
        Self::new(Granularity::Day, Kind::Phases),
    ];

    /// The lane of this granularity and kind.
    pub const fn new(granularity: Granularity, kind: Kind) -> Self {
        Self { granularity, kind }
    }

    /// The number that stands for the lane in messages: granularity × 3 + kind, 0 to 8.
    pub const fn code(self) -> u8 {
        let granularity = match self.granularity {
            Granularity::Live => 0,
            Granularity::QuarterHour => 1,
            Granularity::Day => 2,
        };
        granularity * 3 + self.kind.code()
    }

    /// The lane with this number.
    ///
    /// # Errors
    /// [`LaneError::UnknownCode`] from 9 on.
    pub fn from_code(code: u8) -> Result<Self, LaneError> {
        Self::ALL
            .into_iter()
            .find(|lane| lane.code() == code)
            .ok_or(LaneError::UnknownCode(code))
    }

    /// The length of a slot unless the device chose another: 10 s, 900 s or 86,400 s (`docs/protocol.md` section 3).
    pub const fn default_slot_seconds(self) -> u32 {
        match self.granularity {
            Granularity::Live => 10,
            Granularity::QuarterHour => 900,
            Granularity::Day => 86_400,
        }
    }
}

impl fmt::Display for Granularity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.granularity, self.kind)
    }
}

impl FromStr for Lane {
    type Err = LaneError;

    fn from_str(text: &str) -> Result<Self, LaneError> {
        Self::ALL
            .into_iter()
            .find(|lane| lane.to_string() == text)
            .ok_or_else(|| LaneError::UnknownName(text.chars().take(64).collect()))
    }
}

impl From<Lane> for String {
    fn from(lane: Lane) -> Self {
        lane.to_string()
    }
}

impl TryFrom<String> for Lane {
    type Error = LaneError;

    fn try_from(text: String) -> Result<Self, LaneError> {
        text.parse()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_lead_back_to_the_lane() {
        for (code, lane) in (0..).zip(Lane::ALL) {
            assert_eq!(lane.code(), code);
            assert_eq!(Lane::from_code(code).unwrap(), lane);
            assert_eq!(lane.to_string().parse::<Lane>().unwrap(), lane);
            let json = serde_json::to_string(&lane).unwrap();
            assert_eq!(serde_json::from_str::<Lane>(&json).unwrap(), lane);
        }
        assert_eq!(
            Lane::new(Granularity::QuarterHour, Kind::GasWaterHeat).to_string(),
            "quarter-hour/gas-water-heat"
        );
    }

    #[test]
    fn what_is_no_lane_is_named_in_the_error() {
        assert_eq!(Lane::from_code(9), Err(LaneError::UnknownCode(9)));
        assert_eq!(
            "live/Electricity".parse::<Lane>(),
            Err(LaneError::UnknownName("live/Electricity".into()))
        );
        assert!(serde_json::from_str::<Lane>("\"hourly/gas\"").is_err());
    }
}
