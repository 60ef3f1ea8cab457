//! A file with prices of each hour, which a person chose: what became of it, or what is wrong with it.

use prices::{FileError, FileUnit, RowError, read_file};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::app::App;
use crate::problem::Problem;
use crate::terms::seconds;

/// What a number in a file is, where the file does not say it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum PriceUnit {
    /// Euros for a kilowatt hour.
    EuroPerKwh,
    /// Euros for a megawatt hour.
    EuroPerMwh,
    /// Cents for a kilowatt hour.
    CentPerKwh,
}

/// What was taken from a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct TakenPrices {
    /// How many prices it has.
    pub rows: u32,
    /// How many rows have none.
    pub without_price: u32,
    /// When the first of them begins, in unix seconds.
    pub from: u32,
    /// When the last of them ends.
    pub to: u32,
}

/// From when until when prices of each hour are known; some between may be missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
pub struct PriceReach {
    /// When the first begins, in unix seconds.
    pub from: u32,
    /// When the last ends.
    pub to: u32,
}

/// What is wrong with a file of prices as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "as `prices::FileError` has them")]
pub enum PriceFileWrong {
    TooLarge,
    Empty,
    NoHeader,
    NoTimes,
    UnclearTimes,
    NoPrices,
    SeveralPrices,
    Currency,
    Unit,
    Step,
    /// All of it is older than what is kept, or further ahead.
    FarAway,
}

/// What is wrong in one of its rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "as `prices::RowError` has them")]
pub enum PriceRowWrong {
    Columns,
    Time,
    Skipped,
    NoQuarter,
    Twice,
    Price,
    FarOff,
}

impl App {
    /// Takes the prices of a file: those that were known for the same time are replaced. They stay on this computer.
    ///
    /// # Errors
    /// [`Problem::PriceFile`] or [`Problem::PriceRow`]: nothing was taken then.
    pub async fn take_prices(
        &self,
        file: String,
        unit: Option<PriceUnit>,
    ) -> Result<TakenPrices, Problem> {
        let wallet = self.wallet()?;
        let now = seconds(self.now());
        // All of it beside what is shown, and one after the other with forgetting.
        let taking = tokio::task::spawn_blocking(move || {
            wallet.change_hourly_prices(|known| {
                let mut read = read_file(&file, unit.map(FileUnit::from))?;
                if read.prices.keep_around(now) == 0 {
                    return Err(Problem::file(PriceFileWrong::FarAway, ""));
                }
                known.take(&read.prices);
                known.keep_around(now);
                let (from, to) = read.prices.reach().unwrap_or_default();
                Ok(TakenPrices {
                    rows: read.rows,
                    without_price: read.without_price,
                    from,
                    to,
                })
            })
        });
        taking.await.map_err(|error| Problem::Fault {
            why: error.to_string(),
        })?
    }
}

impl Problem {
    fn file(wrong: PriceFileWrong, found: &str) -> Self {
        Self::PriceFile {
            wrong,
            found: found.to_owned(),
        }
    }
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        use PriceFileWrong as Wrong;
        match error {
            FileError::TooLarge => Self::file(Wrong::TooLarge, ""),
            FileError::Empty => Self::file(Wrong::Empty, ""),
            FileError::NoHeader => Self::file(Wrong::NoHeader, ""),
            FileError::NoTimeColumn { found } => Self::file(Wrong::NoTimes, &found),
            FileError::UnclearTimes { found } => Self::file(Wrong::UnclearTimes, &found),
            FileError::NoPriceColumn { found } => Self::file(Wrong::NoPrices, &found),
            FileError::SeveralPriceColumns { found } => Self::file(Wrong::SeveralPrices, &found),
            FileError::OtherCurrency { found } => Self::file(Wrong::Currency, &found),
            FileError::NoUnit => Self::file(Wrong::Unit, ""),
            FileError::Step => Self::file(Wrong::Step, ""),
            FileError::Row { row, why, found } => Self::PriceRow {
                row,
                wrong: why.into(),
                found,
            },
        }
    }
}

impl From<RowError> for PriceRowWrong {
    fn from(error: RowError) -> Self {
        match error {
            RowError::Columns => Self::Columns,
            RowError::Time => Self::Time,
            RowError::Skipped => Self::Skipped,
            RowError::NoQuarter => Self::NoQuarter,
            RowError::Twice => Self::Twice,
            RowError::Price => Self::Price,
            RowError::FarOff => Self::FarOff,
        }
    }
}

impl From<PriceUnit> for FileUnit {
    fn from(unit: PriceUnit) -> Self {
        match unit {
            PriceUnit::EuroPerKwh => Self::EuroPerKwh,
            PriceUnit::EuroPerMwh => Self::EuroPerMwh,
            PriceUnit::CentPerKwh => Self::CentPerKwh,
        }
    }
}
