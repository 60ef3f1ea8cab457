//! Readings and intervals as CSV (RFC 4180), with a header that names units.
//!
//! Columns are the same for every file of the same kinds: `at_unix_s,at_utc` (or `start_unix_s,start_utc`), then the
//! names of the JSON form in the order of their numbers. A field that is not known is empty. Lists such as
//! `implausible` are names with spaces between. No field can hold a comma, a quote or a line end.

use std::fmt::Write as _;

use crate::{
    Interval, Kind, MeterSet, MeterTime, QuantitySet, Reading,
    table::{Column, Form, Row},
};

/// A file of readings: the header and a line each, with the columns of these kinds.
pub fn write_readings<'a>(
    kinds: &[Kind],
    readings: impl IntoIterator<Item = &'a Reading>,
) -> String {
    write(kinds, readings)
}

/// A file of intervals: the header and a line each, with the columns of these kinds.
pub fn write_intervals<'a>(
    kinds: &[Kind],
    intervals: impl IntoIterator<Item = &'a Interval>,
) -> String {
    write(kinds, intervals)
}

/// The header of [`write_readings`], with its line end: for writing line by line.
pub fn readings_header(kinds: &[Kind]) -> String {
    header::<Reading>(kinds)
}

/// One line of [`write_readings`], with its line end.
pub fn reading_line(kinds: &[Kind], reading: &Reading) -> String {
    line(kinds, reading)
}

/// The header of [`write_intervals`], with its line end: for writing line by line.
pub fn intervals_header(kinds: &[Kind]) -> String {
    header::<Interval>(kinds)
}

/// One line of [`write_intervals`], with its line end.
pub fn interval_line(kinds: &[Kind], interval: &Interval) -> String {
    line(kinds, interval)
}

fn write<'a, R: Row>(kinds: &[Kind], rows: impl IntoIterator<Item = &'a R>) -> String {
    let mut file = header::<R>(kinds);
    for row in rows {
        file.push_str(&line(kinds, row));
    }
    file
}

fn header<R: Row>(kinds: &[Kind]) -> String {
    let mut header = format!("{0}_unix_s,{0}_utc", R::AT);
    for column in columns::<R>(kinds) {
        header.push(',');
        header.push_str(column.name());
        if column.form() == Form::Instant {
            header.push_str("_unix_s");
        }
    }
    if R::starting(Default::default()).complete().is_some() {
        header.push_str(",complete");
    }
    header.push_str("\r\n");
    header
}

fn line<R: Row>(kinds: &[Kind], row: &R) -> String {
    let mut line = format!("{},{}", row.at().0, row.at().to_rfc3339());
    for column in columns::<R>(kinds) {
        line.push(',');
        if let Some(number) = column.of(row) {
            push_field(&mut line, column.form(), number);
        }
    }
    if let Some(complete) = row.complete() {
        line.push_str(if complete { ",true" } else { ",false" });
    }
    line.push_str("\r\n");
    line
}

fn columns<R: Row>(kinds: &[Kind]) -> impl Iterator<Item = R::Column> {
    R::Column::all().filter(|column| kinds.iter().any(|kind| column.belongs_to(*kind)))
}

fn push_field(line: &mut String, form: Form, number: i64) {
    match form {
        Form::Instant => line.push_str(&number.to_string()),
        Form::Decimal(decimals) => push_decimal(line, number, decimals),
        Form::MeterTime => line.extend(MeterTime::from_number(number).map(|time| time.to_string())),
        Form::Quantities => push_names(
            line,
            QuantitySet::from_number(number)
                .iter()
                .map(|member| member.name()),
        ),
        Form::Meters => push_names(
            line,
            MeterSet::from_number(number)
                .iter()
                .map(|member| member.name()),
        ),
    }
}

fn push_decimal(line: &mut String, number: i64, decimals: u8) {
    let step = 10_u64.pow(u32::from(decimals));
    let size = number.unsigned_abs();
    let sign = if number < 0 { "-" } else { "" };
    let whole = size / step;
    // Writing to a String can not fail.
    let _ = match usize::from(decimals) {
        0 => write!(line, "{sign}{whole}"),
        width => write!(line, "{sign}{whole}.{:0width$}", size % step),
    };
}

fn push_names(line: &mut String, names: impl Iterator<Item = &'static str>) {
    line.push_str(&names.collect::<Vec<_>>().join(" "));
}
