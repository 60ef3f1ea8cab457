//! Rows and their columns: the codec, JSON and CSV are written once, over these.

use crate::{Kind, UnixSeconds};

/// A row of a batch.
pub(crate) trait Row: Clone + Sized + 'static {
    type Column: Column<Row = Self>;

    /// The name of [`Row::at`] in JSON and CSV.
    const AT: &'static str;

    /// An empty row.
    fn starting(at: UnixSeconds) -> Self;

    /// The time on the device's clock that orders rows.
    fn at(&self) -> UnixSeconds;

    /// The part of the row that lanes of this kind carry.
    fn narrowed(&self, kind: Kind) -> Self;

    /// Whether everything was seen, for rows that can tell: written for programs, never read back.
    fn complete(&self) -> Option<bool>;
}

/// A column of a row; its values are whole numbers.
pub(crate) trait Column: Copy + Eq + 'static {
    type Row: Row<Column = Self>;

    /// In the order of their codes.
    fn all() -> impl Iterator<Item = Self>;

    fn code(self) -> u8;

    fn name(self) -> &'static str;

    fn belongs_to(self, kind: Kind) -> bool;

    fn form(self) -> Form;

    fn of(self, row: &Self::Row) -> Option<i64>;

    /// False, and nothing is put, when the column can not hold the number or must have one.
    fn put(self, row: &mut Self::Row, number: Option<i64>) -> bool;
}

/// How a column's numbers are written for people and programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A number with so many decimals.
    Decimal(u8),
    /// [`UnixSeconds`].
    Instant,
    /// A [`MeterTime`](crate::MeterTime).
    MeterTime,
    /// A [`QuantitySet`](crate::QuantitySet).
    Quantities,
    /// A [`MeterSet`](crate::MeterSet).
    Meters,
}

/// Declares an enum of columns with their codes, names, kinds, units and places in the row.
///
/// The places are paths of optional fields; sets are empty instead of absent.
macro_rules! table {
    (
        $(#[$doc:meta])*
        $vis:vis enum $name:ident of $row:ident {
            $($(#[$member_doc:meta])* $member:ident = $code:literal, $text:literal, $kind:ident $($every:ident)?, $form:ident($($path:tt)+);)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        $vis enum $name {
            $($(#[$member_doc])* $member = $code,)+
        }

        impl $name {
            /// Every column, in the order of their numbers.
            $vis const ALL: [Self; [$($code),+].len()] = [$(Self::$member),+];

            /// The name in JSON and CSV; it ends in the unit.
            $vis const fn name(self) -> &'static str {
                match self {
                    $(Self::$member => $text,)+
                }
            }

            /// Whether lanes of this kind carry it.
            $vis const fn belongs_to(self, kind: Kind) -> bool {
                match self {
                    $(Self::$member => $crate::table::belongs!(kind, $kind),)+
                }
            }

            /// The value in steps of its unit's type, such as tenths of a volt.
            $vis fn of(self, row: &$row) -> Option<i64> {
                match self {
                    $(Self::$member => $crate::table::number!($form, row.$($path)+),)+
                }
            }

            /// Sets the value in steps of its unit's type, or takes it away; false, and nothing is changed, when the
            /// type can not hold it.
            $vis fn put(self, row: &mut $row, number: Option<i64>) -> bool {
                match self {
                    $(Self::$member => $crate::table::put!($form, row.$($path)+, number),)+
                }
            }

            const fn code(self) -> u8 {
                self as u8
            }

            const fn form(self) -> $crate::table::Form {
                match self {
                    $(Self::$member => $crate::table::form!($form),)+
                }
            }
        }
    };
}

macro_rules! belongs {
    ($given:ident, every) => {
        true
    };
    ($given:ident, $kind:ident) => {
        matches!($given, Kind::$kind)
    };
}

macro_rules! form {
    (time) => {
        $crate::table::Form::MeterTime
    };
    (quantities) => {
        $crate::table::Form::Quantities
    };
    (meters) => {
        $crate::table::Form::Meters
    };
    (instant) => {
        $crate::table::Form::Instant
    };
    (plain) => {
        $crate::table::Form::Decimal(0)
    };
    ($unit:ident) => {
        $crate::table::Form::Decimal(<$crate::$unit as $crate::unit::Unit>::DECIMALS)
    };
}

macro_rules! number {
    (time, $place:expr) => {
        $place.map($crate::MeterTime::to_number)
    };
    (quantities, $place:expr) => {
        $place.to_number()
    };
    (meters, $place:expr) => {
        $place.to_number()
    };
    (instant, $place:expr) => {
        Some($place.0)
    };
    (plain, $place:expr) => {
        Some(i64::from($place))
    };
    ($unit:ident, $place:expr) => {
        $place.map($crate::unit::Unit::to_number)
    };
}

macro_rules! put {
    (time, $place:expr, $number:expr) => {
        $crate::table::put_optional(&mut $place, $number, $crate::MeterTime::from_number)
    };
    (quantities, $place:expr, $number:expr) => {{
        $place = $number.map_or($crate::QuantitySet::EMPTY, $crate::QuantitySet::from_number);
        true
    }};
    (meters, $place:expr, $number:expr) => {{
        $place = $number.map_or($crate::MeterSet::EMPTY, $crate::MeterSet::from_number);
        true
    }};
    (instant, $place:expr, $number:expr) => {
        $crate::table::put_always(&mut $place, $number.map($crate::UnixSeconds))
    };
    (plain, $place:expr, $number:expr) => {
        $crate::table::put_always(
            &mut $place,
            $number.and_then(|number| number.try_into().ok()),
        )
    };
    ($unit:ident, $place:expr, $number:expr) => {
        $crate::table::put_optional(
            &mut $place,
            $number,
            <$crate::$unit as $crate::unit::Unit>::from_number,
        )
    };
}

pub(crate) fn put_optional<T>(
    place: &mut Option<T>,
    number: Option<i64>,
    held: fn(i64) -> Option<T>,
) -> bool {
    let value = number.and_then(held);
    let fits = value.is_some() == number.is_some();
    if fits {
        *place = value;
    }
    fits
}

pub(crate) fn put_always<T>(place: &mut T, value: Option<T>) -> bool {
    let fits = value.is_some();
    if let Some(value) = value {
        *place = value;
    }
    fits
}

pub(crate) use {belongs, form, number, put, table};
