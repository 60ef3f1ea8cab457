//! The field's words as the screens know them.

use consent::Language;
use readings::{Granularity, Lane};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A language of the screens.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum Tongue {
    /// English.
    En,
    /// Dutch.
    Nl,
}

/// How finely something is seen, the coarsest last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Fineness {
    /// Every reading.
    Live,
    /// Every quarter of an hour.
    QuarterHour,
    /// Every day.
    Day,
}

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Electricity, in and out.
    Electricity,
    /// Gas, water and heat.
    GasWaterHeat,
    /// Voltage, current and power of each phase.
    Phases,
}

/// One thing at one fineness.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
pub struct LaneName {
    /// What.
    pub kind: Kind,
    /// How finely.
    pub fineness: Fineness,
}

impl From<Lane> for LaneName {
    fn from(lane: Lane) -> Self {
        Self {
            kind: lane.kind.into(),
            fineness: lane.granularity.into(),
        }
    }
}

impl From<LaneName> for Lane {
    fn from(name: LaneName) -> Self {
        Self::new(name.fineness.into(), name.kind.into())
    }
}

macro_rules! same_words {
    ($ours:ty, $theirs:ty: $($name:ident),+) => {
        impl From<$theirs> for $ours {
            fn from(word: $theirs) -> Self {
                match word { $(<$theirs>::$name => Self::$name),+ }
            }
        }
        impl From<$ours> for $theirs {
            fn from(word: $ours) -> Self {
                match word { $(<$ours>::$name => Self::$name),+ }
            }
        }
    };
}
same_words!(Tongue, Language: En, Nl);
same_words!(Fineness, Granularity: Live, QuarterHour, Day);
same_words!(Kind, readings::Kind: Electricity, GasWaterHeat, Phases);

/// Unix seconds as the screens carry them: good until 2106.
pub(crate) fn seconds(unix: u64) -> u32 {
    u32::try_from(unix).unwrap_or(u32::MAX)
}
