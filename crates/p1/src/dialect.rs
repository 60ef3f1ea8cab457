//! Which of the dialects a telegram speaks.

use core::fmt;

use crate::{Object, Value};

/// The dialect of a telegram, found from its objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// DSMR 2.2 or 3.0: no version, no clock, no checksum.
    Dsmr2,
    /// DSMR 4, with the version that the telegram states: 40, 42.
    Dsmr4(u8),
    /// DSMR 5 (ESMR), with the version that the telegram states: 50.
    Dsmr5(u8),
    /// e-MUCS of Belgium, with the version that the telegram states: 50217.
    EMucs(u32),
    /// A companion of DSMR 5 that states no version: Hungary, Sweden, Ireland, Lithuania.
    Companion,
    /// The older D0 interface of German meters (IEC 62056-21): no clock, no checksum.
    D0,
}

impl Dialect {
    /// Whether telegrams of this dialect end in a checksum. One that does not is then damaged.
    pub fn has_crc(self) -> bool {
        !matches!(self, Self::Dsmr2 | Self::D0)
    }

    pub(crate) fn detect<'a>(objects: impl Iterator<Item = Object<'a>> + Clone) -> Self {
        stated_version(objects.clone()).unwrap_or_else(|| unversioned(objects))
    }
}

fn stated_version<'a>(mut objects: impl Iterator<Item = Object<'a>>) -> Option<Dialect> {
    objects.find_map(|object| match (object.obis.groups(), object.value()) {
        ((1, 3, 0, 2, 8), Value::Measure(version)) => match u8::try_from(version.count()?).ok()? {
            version @ (4 | 40..=49) => Some(Dialect::Dsmr4(version)),
            version @ (5 | 50..=59) => Some(Dialect::Dsmr5(version)),
            _ => None,
        },
        ((0, 0, 96, 1, 4), Value::Text(version)) => Some(Dialect::EMucs(version.raw.parse().ok()?)),
        _ => None,
    })
}

fn unversioned<'a>(mut objects: impl Iterator<Item = Object<'a>> + Clone) -> Dialect {
    let of_dsmr_2 = |object: Object<'_>| {
        matches!(
            object.obis.groups(),
            (0, 0, 96, 14, 0) | (0, _, 24, 3, _) | (7, 0, 23, _, _)
        )
    };
    if objects
        .clone()
        .any(|object| matches!(object.value(), Value::Time(clock) if clock.season.is_some()))
    {
        Dialect::Companion
    } else if objects.clone().any(of_dsmr_2) || objects.all(|object| object.obis.f.is_none()) {
        Dialect::Dsmr2
    } else {
        Dialect::D0
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dsmr2 => f.write_str("DSMR 2.2/3.0"),
            Self::Dsmr4(version) | Self::Dsmr5(version) if *version < 10 => {
                write!(f, "DSMR {version}.0")
            }
            Self::Dsmr4(version) | Self::Dsmr5(version) => {
                write!(f, "DSMR {}.{}", version / 10, version % 10)
            }
            Self::EMucs(version) => write!(f, "e-MUCS {version}"),
            Self::Companion => f.write_str("DSMR 5 companion"),
            Self::D0 => f.write_str("D0"),
        }
    }
}
