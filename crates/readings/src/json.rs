//! The JSON form of readings and intervals: one flat object, numbers in the unit that the name ends in.
//!
//! ```json
//! {"at":1553436320,"meter_time":"2019-03-24T15:05:20+01:00","power_import_w":377,"import_t1_wh":3432827}
//! {"start":1553436000,"end":1553436900,"readings":900,"import_t1_wh":94,"complete":true}
//! ```
//! `at`, `start` and `end` are unix seconds; a meter's times are RFC 3339 ([`MeterTime`]); volts and amperes have
//! decimals, everything else is whole; `implausible`, `partial` and `replaced` are lists of names, and missing when
//! empty. What is not known is missing, never zero. `complete` says whether `partial` is empty. Names that are not
//! known are passed over when reading, and so is `null`.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
    ser::SerializeMap,
};

use crate::{
    Interval, Meter, MeterSet, MeterTime, Quantity, QuantitySet, Reading, UnixSeconds,
    table::{Column, Form, Row},
};

impl Serialize for Reading {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Reading {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor(PhantomData))
    }
}

impl Serialize for Interval {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Interval {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor(PhantomData))
    }
}

fn serialize<R: Row, S: Serializer>(row: &R, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry(R::AT, &row.at())?;
    for column in R::Column::all() {
        if let Some(number) = column.of(row) {
            serialize_number(&mut map, column, number)?;
        }
    }
    if let Some(complete) = row.complete() {
        map.serialize_entry("complete", &complete)?;
    }
    map.end()
}

fn serialize_number<C: Column, M: SerializeMap>(
    map: &mut M,
    column: C,
    number: i64,
) -> Result<(), M::Error> {
    let name = column.name();
    match column.form() {
        Form::Instant | Form::Decimal(0) => map.serialize_entry(name, &number),
        Form::Decimal(decimals) => {
            map.serialize_entry(name, &(number as f64 / power_of_ten(decimals)))
        }
        Form::MeterTime => map.serialize_entry(name, &MeterTime::from_number(number)),
        Form::Quantities => {
            let names = QuantitySet::from_number(number).iter().map(Quantity::name);
            map.serialize_entry(name, &names.collect::<Vec<_>>())
        }
        Form::Meters => {
            let names = MeterSet::from_number(number).iter().map(Meter::name);
            map.serialize_entry(name, &names.collect::<Vec<_>>())
        }
    }
}

struct RowVisitor<R>(PhantomData<R>);

impl<'de, R: Row> Visitor<'de> for RowVisitor<R> {
    type Value = R;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "an object with \"{}\" in unix seconds and the quantities that are known",
            R::AT
        )
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<R, M::Error> {
        let mut at = None;
        let mut numbers = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == R::AT {
                at = Some(map.next_value::<UnixSeconds>()?);
            } else if let Some(column) = R::Column::all().find(|column| column.name() == name) {
                numbers
                    .extend(read_number(column.form(), &mut map)?.map(|number| (column, number)));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        let mut row = R::starting(at.ok_or_else(|| M::Error::missing_field(R::AT))?);
        for (column, number) in numbers {
            if !column.put(&mut row, Some(number)) {
                return Err(M::Error::custom(format_args!(
                    "{} can not be {number}",
                    column.name()
                )));
            }
        }
        Ok(row)
    }
}

fn read_number<'de, M: MapAccess<'de>>(form: Form, map: &mut M) -> Result<Option<i64>, M::Error> {
    match form {
        Form::Instant | Form::Decimal(0) => map.next_value(),
        Form::Decimal(decimals) => map
            .next_value::<Option<f64>>()?
            .map(|value| {
                whole_steps(value, decimals)
                    .ok_or_else(|| M::Error::custom("the number is too large"))
            })
            .transpose(),
        Form::MeterTime => Ok(map
            .next_value::<Option<MeterTime>>()?
            .map(MeterTime::to_number)),
        Form::Quantities => Ok(read_names(map, Quantity::from_name)?
            .and_then(|quantities| quantities.into_iter().collect::<QuantitySet>().to_number())),
        Form::Meters => {
            let by_name = |name: &str| Meter::ALL.into_iter().find(|meter| meter.name() == name);
            Ok(read_names(map, by_name)?
                .and_then(|meters| meters.into_iter().collect::<MeterSet>().to_number()))
        }
    }
}

fn read_names<'de, M: MapAccess<'de>, T>(
    map: &mut M,
    by_name: impl Fn(&str) -> Option<T>,
) -> Result<Option<Vec<T>>, M::Error> {
    let names = map.next_value::<Option<Vec<String>>>()?;
    Ok(names.map(|names| names.iter().filter_map(|name| by_name(name)).collect()))
}

fn whole_steps(value: f64, decimals: u8) -> Option<i64> {
    let steps = (value * power_of_ten(decimals)).round();
    (steps.abs() <= EXACT).then_some(steps as i64)
}

/// The largest whole number up to which a double holds every whole number: 2⁵³.
const EXACT: f64 = 9_007_199_254_740_992.0;

fn power_of_ten(decimals: u8) -> f64 {
    10_f64.powi(i32::from(decimals))
}
