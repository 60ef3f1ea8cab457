//! Units as types: a watt can not be mistaken for a watt-hour.

use serde::{Deserialize, Serialize};

/// A whole number of some unit, as it travels through tables of columns.
pub(crate) trait Unit: Copy {
    /// How many decimals the number has when it is written in the unit of its column's name.
    const DECIMALS: u8;

    fn to_number(self) -> i64;

    /// `None` when the unit can not hold the number.
    fn from_number(number: i64) -> Option<Self>;
}

macro_rules! unit {
    ($(#[$doc:meta])* $name:ident($inner:ty), decimals $decimals:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl Unit for $name {
            const DECIMALS: u8 = $decimals;

            fn to_number(self) -> i64 {
                i64::from(self.0)
            }

            fn from_number(number: i64) -> Option<Self> {
                number.try_into().ok().map(Self)
            }
        }
    };
}

unit!(
    /// Power, in watts.
    Watt(i64), decimals 0
);
unit!(
    /// Energy, in watt-hours: the finest step of the registers of DSMR 5 (0.001 kWh).
    WattHour(i64), decimals 0
);
unit!(
    /// Voltage, in tenths of a volt: the finest step of every P1 dialect.
    DeciVolt(u32), decimals 1
);
unit!(
    /// Current, in hundredths of an ampere: ESMR 5 meters say 1 A or 0.1 A, Belgian ones 0.01 A.
    CentiAmpere(u32), decimals 2
);
unit!(
    /// Volume of gas or water, in litres: 0.001 m³.
    Litre(i64), decimals 0
);
unit!(
    /// Heat, in kilojoules: registers say 0.001 GJ.
    Kilojoule(i64), decimals 0
);
unit!(
    /// How often something happened.
    Count(u32), decimals 0
);
unit!(
    /// The number of the tariff that is in force, as the meter says it.
    Tariff(u16), decimals 0
);
