//! Which of the dialects a telegram speaks.

use core::fmt;

use crate::{Object, Objects, Unit, Value};

/// The dialect of a telegram, found from its objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// DSMR 2.2 or 3.0, which look alike: no version, no clock, no checksum.
    Dsmr2,
    /// The Itron ACE4000, which speaks DSMR 2 with codes and times of its own.
    Itron,
    /// DSMR 4, with the version that the telegram states: 40, 42.
    Dsmr4(u8),
    /// DSMR 5 (ESMR), with the version that the telegram states: 50.
    Dsmr5(u8),
    /// e-MUCS of Belgium, with the version that the telegram states: 50217.
    EMucs(u32),
    /// Smarty of Luxembourg, with the version of DSMR that the telegram states: 42.
    Smarty(u8),
    /// Austria: registers in whole watt-hours.
    Austria,
    /// Sweden and Denmark: registers over all tariffs, reactive energy and power.
    Nordic,
    /// Hungary: a record of the last month.
    Hungary,
    /// Lithuania: four tariffs, kilovolts and kiloamperes, averages.
    Lithuania,
    /// Ireland.
    Ireland,
    /// Another companion of DSMR 5 that states no version.
    Companion,
    /// The older D0 interface of German meters (IEC 62056-21): no clock, no checksum.
    D0,
}

impl Dialect {
    /// Whether telegrams of this dialect end in a checksum. One that does not is then damaged.
    pub fn has_crc(self) -> bool {
        !matches!(self, Self::Dsmr2 | Self::Itron | Self::D0)
    }

    pub(crate) fn detect(objects: Objects<'_>) -> Self {
        let stated = objects.clone().find_map(stated_version);
        stated.map_or_else(
            || Marks::of(objects.clone()).unversioned(),
            |stated| match stated {
                Stated::Belgian(version) => Self::EMucs(version),
                Stated::Dsmr(version) => Marks::of(objects.clone()).versioned(version),
            },
        )
    }
}

enum Stated {
    Dsmr(u8),
    Belgian(u32),
}

fn stated_version(object: Object<'_>) -> Option<Stated> {
    match (object.obis.groups(), object.value()) {
        ((1, 3, 0, 2, 8), Value::Measure(version)) => {
            let version = u8::try_from(version.count()?).ok()?;
            matches!(version, 4 | 5 | 40..=59).then_some(Stated::Dsmr(version))
        }
        // Of what meters elsewhere give under this code, only Belgian versions begin with 50.
        ((0, 0, 96, 1, 4), Value::Text(version)) => {
            let digits = core::str::from_utf8(version.raw.bytes()).ok()?;
            let version = digits.parse().ok()?;
            matches!(version, 50_000..=50_999).then_some(Stated::Belgian(version))
        }
        _ => None,
    }
}

/// What tells dialects apart.
#[derive(Default)]
struct Marks {
    /// Codes that end in `*255`.
    billing_periods: bool,
    /// Objects that DSMR has and D0 has not.
    dsmr: bool,
    /// Codes of meters with a D0 interface.
    d0: bool,
    /// A clock that knows summer from winter, whatever it shows.
    clock: bool,
    /// The name of the meter as a device, and its number.
    logical_name: bool,
    serial: bool,
    tariffs: bool,
    reactive: bool,
    whole_watt_hours: bool,
    month: bool,
    averages: bool,
    irish: bool,
}

impl Marks {
    fn of(objects: Objects<'_>) -> Self {
        let mut marks = Self::default();
        for object in objects {
            marks.note(&object);
        }
        marks
    }

    fn note(&mut self, object: &Object<'_>) {
        self.billing_periods |= object.obis.period() == Some(255);
        match object.obis.groups() {
            (0, 0, 1, 0, 0) => {
                self.clock |= matches!(
                    object.groups().next(),
                    Some([.., b'W' | b'S' | b'w' | b's'])
                );
            }
            (0, 0, 42, 0, 0) => self.logical_name = true,
            (0, 0, 96, 1, 1) => (self.serial, self.dsmr) = (true, true),
            (0, 0, 96, 14, 0) | (0, 0, 17, 0, 0) | (0, 1.., 24, ..) | (7, ..) => self.dsmr = true,
            (0, 0, 97, 97, 0) | (1, 0, 0, 0, 0) | (1, 0, 96, ..) => self.d0 = true,
            (0, 0, 98, 1, 0) => self.month = matches!(object.value(), Value::Month(_)),
            (0, 0, 96, 1, 0) => self.irish = true,
            (1, 0, 1, 8, 0) => self.whole_watt_hours = in_whole_watt_hours(object),
            (1, 0, 1, 8, _) => self.tariffs = true,
            (1, 0, 3 | 4, 8, _) => self.reactive = true,
            (1, 0, _, 24, _) => self.averages = true,
            _ => {}
        }
    }

    fn versioned(&self, version: u8) -> Dialect {
        if self.logical_name && !self.serial {
            Dialect::Smarty(version)
        } else if self.whole_watt_hours {
            Dialect::Austria
        } else if matches!(version, 4 | 40..=49) {
            Dialect::Dsmr4(version)
        } else {
            Dialect::Dsmr5(version)
        }
    }

    fn unversioned(&self) -> Dialect {
        if !self.clock {
            self.without_clock()
        } else if self.month {
            Dialect::Hungary
        } else if self.averages {
            Dialect::Lithuania
        } else if self.reactive && !self.tariffs {
            Dialect::Nordic
        } else if self.irish && self.d0 {
            Dialect::Ireland
        } else {
            Dialect::Companion
        }
    }

    fn without_clock(&self) -> Dialect {
        if self.billing_periods && self.dsmr {
            Dialect::Itron
        } else if (self.billing_periods || self.d0) && !self.dsmr {
            Dialect::D0
        } else {
            Dialect::Dsmr2
        }
    }
}

fn in_whole_watt_hours(object: &Object<'_>) -> bool {
    matches!(object.value(), Value::Measure(measure) if measure.unit == Some(Unit::WattHour))
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dsmr2 => f.write_str("DSMR 2.2/3.0"),
            Self::Itron => f.write_str("DSMR 2, Itron"),
            Self::Dsmr4(version) | Self::Dsmr5(version) if *version < 10 => {
                write!(f, "DSMR {version}.0")
            }
            Self::Dsmr4(version) | Self::Dsmr5(version) => {
                write!(f, "DSMR {}.{}", version / 10, version % 10)
            }
            Self::EMucs(version) => write!(f, "e-MUCS {version}"),
            Self::Smarty(version) => write!(f, "Smarty (DSMR {}.{})", version / 10, version % 10),
            Self::Austria => f.write_str("DSMR 5 companion, Austria"),
            Self::Nordic => f.write_str("DSMR 5 companion, Sweden and Denmark"),
            Self::Hungary => f.write_str("DSMR 5 companion, Hungary"),
            Self::Lithuania => f.write_str("DSMR 5 companion, Lithuania"),
            Self::Ireland => f.write_str("DSMR 5 companion, Ireland"),
            Self::Companion => f.write_str("DSMR 5 companion"),
            Self::D0 => f.write_str("D0"),
        }
    }
}
