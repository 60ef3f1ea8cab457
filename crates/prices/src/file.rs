//! Files of prices: text with a row for each hour or quarter of an hour, as suppliers and markets give them.

mod columns;
mod decimal;
mod name;
mod rows;
mod time;

use csv::{Position, ReaderBuilder, StringRecord, Trim};

use crate::series::PriceSeries;
use columns::Columns;
use rows::Row;
use time::Moment;

/// No file of prices is larger than this, in bytes: three years of quarters of an hour have some five million.
pub const MOST_BYTES: usize = 8 << 20;
/// Nor has it more rows: three years of quarters of an hour, and a little.
pub const MOST_ROWS: u32 = 110_000;

/// What a number in a file of prices is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileUnit {
    /// Euros for a kilowatt hour.
    EuroPerKwh,
    /// Euros for a megawatt hour, as markets say it.
    EuroPerMwh,
    /// Cents for a kilowatt hour.
    CentPerKwh,
}

impl FileUnit {
    /// By how many powers of ten a number in this unit is away from nanoeuros for a kilowatt hour.
    fn exponent(self) -> i32 {
        match self {
            Self::EuroPerKwh => 9,
            Self::EuroPerMwh => 6,
            Self::CentPerKwh => 7,
        }
    }
}

/// What was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PriceFile {
    /// The prices.
    pub prices: PriceSeries,
    /// How many rows have one.
    pub rows: u32,
    /// How many rows say a time and no price; of those times no price is known.
    pub without_price: u32,
}

/// What is wrong with a file of prices. Nothing of such a file is taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FileError {
    /// Larger than [`MOST_BYTES`], or more rows than [`MOST_ROWS`].
    #[error(
        "the file is larger than {} MB or has more than {MOST_ROWS} rows; take a shorter time",
        MOST_BYTES >> 20
    )]
    TooLarge,
    /// Nothing in it, or no row with a price.
    #[error("the file has no row with a price")]
    Empty,
    /// No first row that says what is in the columns, and more than two of them or no time in either.
    #[error("the first row does not say which column holds the times and which the prices")]
    NoHeader,
    /// No column of times.
    #[error("no column is called start, time or date; the columns are {found}")]
    NoTimeColumn {
        /// The names of the columns.
        found: String,
    },
    /// Several columns of times of which none says that it is the begin, or a clock that is not known here.
    #[error(
        "it is not clear which column says when a price begins, or by which clock ({found}); leave one, called start or start (UTC)"
    )]
    UnclearTimes {
        /// Their names.
        found: String,
    },
    /// No column of prices.
    #[error("no column is called price; the columns are {found}")]
    NoPriceColumn {
        /// The names of the columns.
        found: String,
    },
    /// Several columns of prices.
    #[error("several columns hold prices ({found}); leave one of them in the file")]
    SeveralPriceColumns {
        /// Their names.
        found: String,
    },
    /// The prices are not in euros.
    #[error("the prices are in {found}, and costs here are in euros")]
    OtherCurrency {
        /// The currency.
        found: String,
    },
    /// Nothing says whether prices are for a kilowatt hour or a megawatt hour.
    #[error("the file does not say whether its prices are for a kilowatt hour or a megawatt hour")]
    NoUnit,
    /// The rows are neither hours nor quarters of an hour apart.
    #[error("the rows are neither an hour nor a quarter of an hour apart")]
    Step,
    /// Something is wrong in one row.
    #[error("row {row}: {why}: “{found}”")]
    Row {
        /// Which, as an editor counts lines, from 1.
        row: u32,
        /// What.
        why: RowError,
        /// What stands there, cut to a line.
        found: String,
    },
}

/// What is wrong in one row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RowError {
    /// More or fewer columns than the first row.
    #[error("it has more or fewer columns than the first row")]
    Columns,
    /// Not a time.
    #[error("this is not a time")]
    Time,
    /// A time of the hour that the clock skips in March.
    #[error("the clock skips this time in spring, so the times are not those of a clock here")]
    Skipped,
    /// A time that does not begin a quarter of an hour.
    #[error("no quarter of an hour begins then")]
    NoQuarter,
    /// A time that came before.
    #[error("this time came before")]
    Twice,
    /// Not a number.
    #[error("this is not a price")]
    Price,
    /// More than ten euros for a kilowatt hour, or less than minus ten.
    #[error("this price is too far from what electricity costs")]
    FarOff,
}

/// Reads a file of prices: a row for each hour or quarter of an hour, separated by commas, semicolons or tabs, each
/// with the time at which it begins and a price. A time has its offset (ISO 8601), or is UTC where its column is called so,
/// or is that of a clock in central Europe; `19-06-2026 14:00` is read as well. A number may have a decimal comma or point.
/// The unit is taken from the first row where that says one, and otherwise from `unit`.
///
/// # Errors
/// [`FileError`]: nothing is guessed that would make a price wrong. [`FileError::NoUnit`] if neither says the unit.
pub fn read_file(text: &str, unit: Option<FileUnit>) -> Result<PriceFile, FileError> {
    if text.len() > MOST_BYTES {
        return Err(FileError::TooLarge);
    }
    let records = records(text.trim_start_matches('\u{feff}'))?;
    let (columns, records) = Columns::find(&records)?;
    let unit = columns.unit.or(unit).ok_or(FileError::NoUnit)?;
    let read = |record| Row::read(record, &columns, unit);
    let rows = records.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let count = |rows: usize| u32::try_from(rows).unwrap_or(u32::MAX);
    let priced = rows.iter().filter(|row| row.price.is_some()).count();
    Ok(PriceFile {
        rows: count(priced),
        without_price: count(rows.len() - priced),
        prices: rows::series(rows, columns.clock)?,
    })
}

/// The rows of the file; those without anything in them are left out.
fn records(text: &str) -> Result<Vec<StringRecord>, FileError> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        // Also keeps a short row from carrying the bounds of a long one before it.
        .trim(Trim::All)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut records = Vec::new();
    for record in reader.records() {
        // Text in memory is neither unreadable nor another encoding.
        let mut record = record.map_err(|_| FileError::Empty)?;
        if record.iter().any(|field| !field.is_empty()) {
            let begin = record.position().map(|position| first_line(text, position));
            record.set_position(begin);
            records.push(record);
        }
        // The first row may be no price.
        if records.len() > MOST_ROWS as usize + 1 {
            return Err(FileError::TooLarge);
        }
    }
    Ok(records)
}

/// Where a row begins: the reader counts the empty lines before it in.
fn first_line(text: &str, position: &Position) -> Position {
    let at = usize::try_from(position.byte()).ok();
    let rest = at.and_then(|at| text.get(at..)).unwrap_or_default();
    let empty = rest.bytes().take_while(|byte| b"\r\n".contains(byte));
    let lines = empty.filter(|byte| *byte == b'\n').count();
    let mut begin = position.clone();
    begin.set_line(position.line() + u64::try_from(lines).unwrap_or_default());
    begin
}

/// What separates the columns of the first row that is not empty.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty());
    let first = first.unwrap_or_default();
    match (first.contains(';'), first.contains('\t')) {
        (true, _) => b';',
        (false, true) => b'\t',
        _ => b',',
    }
}

/// A row that cannot be read, with what stands there.
fn wrong(record: &StringRecord, why: RowError, found: &str) -> FileError {
    FileError::Row {
        row: line(record),
        why,
        found: plain_text::one_line(found, 40),
    }
}

fn line(record: &StringRecord) -> u32 {
    let line = record.position().map_or(0, Position::line);
    u32::try_from(line).unwrap_or(u32::MAX)
}
