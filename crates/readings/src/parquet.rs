//! Readings and intervals as Apache Parquet, with the columns and names of the CSV form.
//!
//! The first column is the time, a UTC timestamp in milliseconds. Numbers with decimals are `DECIMAL`s over 64-bit
//! integers, so that nothing is rounded; what is not known is null.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use crate::{
    Interval, Kind, MeterSet, MeterTime, QuantitySet, Reading,
    table::{Column, Form, Row},
};

/// So many digits fit a 64-bit integer in any case.
const DIGITS: i32 = 18;

/// A file could not be made: the numbers do not fit its schema.
#[derive(Debug, thiserror::Error)]
#[error("the Parquet file could not be made: {0}")]
pub struct WriteError(#[from] ParquetError);

/// A file of readings, with the columns of these kinds.
///
/// # Errors
/// [`WriteError`].
pub fn write_readings(kinds: &[Kind], readings: &[Reading]) -> Result<Vec<u8>, WriteError> {
    write(kinds, readings)
}

/// A file of intervals, with the columns of these kinds.
///
/// # Errors
/// [`WriteError`].
pub fn write_intervals(kinds: &[Kind], intervals: &[Interval]) -> Result<Vec<u8>, WriteError> {
    write(kinds, intervals)
}

fn write<R: Row>(kinds: &[Kind], rows: &[R]) -> Result<Vec<u8>, WriteError> {
    let columns: Vec<R::Column> = R::Column::all()
        .filter(|column| kinds.iter().any(|kind| column.belongs_to(*kind)))
        .collect();
    let mut file = SerializedFileWriter::new(Vec::new(), schema::<R>(&columns)?, Arc::default())?;
    let times = rows.iter().map(|row| Some(milliseconds(row.at().0)));
    let cells = std::iter::once(Cells::Numbers(times.collect()))
        .chain(columns.iter().map(|column| Cells::of(*column, rows)))
        .chain([Cells::Flags(rows.iter().map(Row::complete).collect())]);
    let mut group = file.next_row_group()?;
    // A reading has no column for being complete: its cells are left over.
    for cells in cells {
        let Some(mut writer) = group.next_column()? else {
            break;
        };
        cells.write(writer.untyped())?;
        writer.close()?;
    }
    group.close()?;
    Ok(file.into_inner()?)
}

fn schema<R: Row>(columns: &[R::Column]) -> Result<Arc<Type>, ParquetError> {
    let instant = |name: &str, repetition| {
        Type::primitive_type_builder(name, Physical::INT64)
            .with_logical_type(Some(LogicalType::timestamp(true, TimeUnit::MILLIS)))
            .with_repetition(repetition)
            .build()
    };
    let mut fields = vec![Arc::new(instant(R::AT, Repetition::REQUIRED)?)];
    for column in columns {
        let text = Type::primitive_type_builder(column.name(), Physical::BYTE_ARRAY)
            .with_logical_type(Some(LogicalType::String));
        let field = match column.form() {
            Form::Instant => instant(column.name(), Repetition::OPTIONAL)?,
            Form::Decimal(0) => {
                Type::primitive_type_builder(column.name(), Physical::INT64).build()?
            }
            Form::Decimal(decimals) => {
                let scale = i32::from(decimals);
                Type::primitive_type_builder(column.name(), Physical::INT64)
                    .with_logical_type(Some(LogicalType::decimal(scale, DIGITS)))
                    .with_precision(DIGITS)
                    .with_scale(scale)
                    .build()?
            }
            Form::MeterTime | Form::Quantities | Form::Meters => text.build()?,
        };
        fields.push(Arc::new(field));
    }
    if R::starting(Default::default()).complete().is_some() {
        let complete = Type::primitive_type_builder("complete", Physical::BOOLEAN).build()?;
        fields.push(Arc::new(complete));
    }
    Ok(Arc::new(
        Type::group_type_builder("rows")
            .with_fields(fields)
            .build()?,
    ))
}

/// The cells of one column, row by row.
enum Cells {
    Numbers(Vec<Option<i64>>),
    Texts(Vec<Option<String>>),
    Flags(Vec<Option<bool>>),
}

impl Cells {
    fn of<C: Column>(column: C, rows: &[C::Row]) -> Self {
        let numbers = rows.iter().map(|row| column.of(row));
        let texts = |text: fn(i64) -> Option<String>| {
            Self::Texts(
                rows.iter()
                    .map(|row| column.of(row).and_then(text))
                    .collect(),
            )
        };
        match column.form() {
            Form::Decimal(_) => Self::Numbers(numbers.collect()),
            Form::Instant => Self::Numbers(numbers.map(|at| at.map(milliseconds)).collect()),
            Form::MeterTime => {
                texts(|number| MeterTime::from_number(number).map(|time| time.to_string()))
            }
            Form::Quantities => texts(|number| {
                let set = QuantitySet::from_number(number);
                Some(joined(set.iter().map(|one| one.name())))
            }),
            Form::Meters => texts(|number| {
                let set = MeterSet::from_number(number);
                Some(joined(set.iter().map(|one| one.name())))
            }),
        }
    }

    fn write(self, writer: &mut ColumnWriter<'_>) -> Result<(), ParquetError> {
        match (self, writer) {
            (Self::Numbers(cells), ColumnWriter::Int64ColumnWriter(writer)) => {
                let values: Vec<i64> = cells.iter().flatten().copied().collect();
                let optional = writer.get_descriptor().max_def_level() > 0;
                let levels = optional.then(|| levels(&cells));
                writer.write_batch(&values, levels.as_deref(), None)?;
            }
            (Self::Texts(cells), ColumnWriter::ByteArrayColumnWriter(writer)) => {
                let levels = levels(&cells);
                let values: Vec<ByteArray> = cells
                    .into_iter()
                    .flatten()
                    .map(|text| ByteArray::from(text.into_bytes()))
                    .collect();
                writer.write_batch(&values, Some(&levels), None)?;
            }
            (Self::Flags(cells), ColumnWriter::BoolColumnWriter(writer)) => {
                let values: Vec<bool> = cells.iter().flatten().copied().collect();
                writer.write_batch(&values, Some(&levels(&cells)), None)?;
            }
            _ => return Err(ParquetError::General("a column of another type".into())),
        }
        Ok(())
    }
}

/// 1 where a cell is known, 0 where it is null.
fn levels<T>(cells: &[Option<T>]) -> Vec<i16> {
    cells.iter().map(|cell| i16::from(cell.is_some())).collect()
}

fn milliseconds(unix: i64) -> i64 {
    unix.saturating_mul(1000)
}

/// One cell of a table for several names.
fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(" ")
}
