//! Rows with a time and a price, and the series that they make.

use std::collections::BTreeMap;

use csv::StringRecord;
use jiff::Timestamp;

use super::time::{Clock, Meant};
use super::{Columns, FileError, FileUnit, Moment, RowError, decimal, line, wrong};
use crate::money::UnitPrice;
use crate::series::{PriceSeries, QUARTER_SECONDS};

const HOUR: u32 = 4 * QUARTER_SECONDS;
/// What stands where there is no price.
const NOTHING: [&str; 6] = ["", "-", "n/a", "n/e", "null", "nan"];

/// A row that was understood. One without a price still says which time comes next.
pub(super) struct Row {
    line: u32,
    /// What stands where the time is.
    said: String,
    moment: Moment,
    pub(super) price: Option<UnitPrice>,
}

impl Row {
    pub(super) fn read(
        record: &StringRecord,
        columns: &Columns,
        unit: FileUnit,
    ) -> Result<Self, FileError> {
        let fields = (record.get(columns.time), record.get(columns.price));
        let (Some(time), Some(said), true) = (fields.0, fields.1, record.len() == columns.count)
        else {
            // Such as a decimal comma in a file that is separated by commas.
            let all = record.iter().collect::<Vec<_>>().join(", ");
            return Err(wrong(record, RowError::Columns, &all));
        };
        let moment = Moment::read(time).ok_or_else(|| wrong(record, RowError::Time, time))?;
        let price = match said.to_lowercase().as_str() {
            nothing if NOTHING.contains(&nothing) => None,
            _ => Some(decimal::price(said, unit).map_err(|why| wrong(record, why, said))?),
        };
        Ok(Self {
            line: line(record),
            said: plain_text::one_line(time, 40),
            moment,
            price,
        })
    }

    fn refused(&self, why: RowError) -> FileError {
        FileError::Row {
            row: self.line,
            why,
            found: self.said.clone(),
        }
    }
}

/// The series that rows make. Each holds for an hour or a quarter of an hour, whichever its neighbours are away.
pub(super) fn series(mut rows: Vec<Row>, clock: Clock) -> Result<PriceSeries, FileError> {
    // The newest may be above; the hour that comes twice is in the order of time then as well.
    let (first, last) = (rows.first(), rows.last());
    if first.map(|row| row.moment) > last.map(|row| row.moment) {
        rows.reverse();
    }
    let begins = begins(&rows, clock)?;
    if begins.values().all(Option::is_none) {
        return Err(FileError::Empty);
    }
    let times: Vec<u32> = begins.keys().copied().collect();
    let mut series = PriceSeries::default();
    for ((begin, price), seconds) in begins.iter().zip(lengths(&times)?) {
        if let Some(price) = price {
            series.set(*begin, seconds, *price);
        }
    }
    Ok(series)
}

/// For how many seconds each of these times holds. A file may go from hours to quarters, as the market did, and may have
/// holes: among quarters an hour needs another one beside it, or it is a quarter with holes on both sides.
fn lengths(begins: &[u32]) -> Result<Vec<u32>, FileError> {
    let next = begins.iter().skip(1);
    let steps: Vec<u32> = begins
        .iter()
        .zip(next)
        .map(|(one, next)| next - one)
        .collect();
    let all_hours = match steps.iter().min() {
        Some(least) if *least == HOUR || *least == QUARTER_SECONDS => *least == HOUR,
        _ => return Err(FileError::Step),
    };
    let alone: Vec<bool> = beside(&steps, u32::MAX)
        .map(|(before, after)| before.min(after) == HOUR)
        .collect();
    let pairs = alone.iter().zip(alone.iter().skip(1));
    let hours: Vec<bool> = pairs
        .zip(&steps)
        .map(|((one, next), step)| *one && *next && *step == HOUR)
        .collect();
    let length = |hour: bool| if hour { HOUR } else { QUARTER_SECONDS };
    let hours = beside(&hours, false).map(|(before, after)| all_hours || before || after);
    Ok(hours.map(length).collect())
}

/// What lies before and behind each, given what lies between them; `none` before the first and behind the last.
fn beside<T: Copy>(between: &[T], none: T) -> impl Iterator<Item = (T, T)> {
    let before = std::iter::once(none).chain(between.iter().copied());
    before.zip(between.iter().copied().chain(std::iter::once(none)))
}

/// The prices by the unix second in which they begin.
fn begins(rows: &[Row], clock: Clock) -> Result<BTreeMap<u32, Option<UnitPrice>>, FileError> {
    let zone = clock.zone().ok_or(FileError::Empty)?;
    let mut begins = BTreeMap::new();
    for row in rows {
        let meant = row.moment.meant(&zone);
        let meant = meant.ok_or_else(|| row.refused(RowError::Time))?;
        let unix = |at: Timestamp| {
            let unix = u32::try_from(at.as_second()).ok();
            let unix = unix.ok_or_else(|| row.refused(RowError::Time))?;
            let begins = unix.is_multiple_of(QUARTER_SECONDS) && at.subsec_nanosecond() == 0;
            begins
                .then_some(unix)
                .ok_or_else(|| row.refused(RowError::NoQuarter))
        };
        let begin = match meant {
            Meant::Never if row.price.is_none() => continue,
            Meant::Never => return Err(row.refused(RowError::Skipped)),
            Meant::Once(at) => unix(at)?,
            Meant::Twice(first, second) => match unix(first)? {
                taken if begins.contains_key(&taken) => unix(second)?,
                free => free,
            },
        };
        if begins.insert(begin, row.price).is_some() {
            return Err(row.refused(RowError::Twice));
        }
    }
    Ok(begins)
}
