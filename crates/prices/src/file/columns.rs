//! Which columns hold the times and the prices, and in what unit.

use csv::StringRecord;

use super::name::{BEGINS, Name, TIMES};
use super::time::Clock;
use super::{FileError, FileUnit, Moment};

/// Where times and prices stand.
pub(super) struct Columns {
    pub(super) time: usize,
    /// The clock that times without an offset are read from.
    pub(super) clock: Clock,
    pub(super) price: usize,
    /// How many columns each row has.
    pub(super) count: usize,
    /// The unit, if the names say it.
    pub(super) unit: Option<FileUnit>,
}

/// More columns than any supplier or market gives: a file can name millions, and each name is taken apart.
const MOST_COLUMNS: usize = 64;

const CURRENCIES: [&str; 10] = [
    "gbp", "usd", "sek", "nok", "dkk", "pln", "chf", "czk", "huf", "ron",
];

impl Columns {
    /// From the first row, and the rows that hold prices. A file without names has the two columns alone.
    pub(super) fn find(records: &[StringRecord]) -> Result<(Self, &[StringRecord]), FileError> {
        let (first, rest) = records.split_first().ok_or(FileError::Empty)?;
        let count = first.len();
        match first.iter().position(|field| Moment::read(field).is_some()) {
            None if count > MOST_COLUMNS => Err(FileError::NoHeader),
            None => Ok((Self::named(first)?, rest)),
            Some(time) if count == 2 => Ok((
                Self {
                    time,
                    clock: Clock::CentralEurope,
                    price: 1 - time,
                    count,
                    unit: None,
                },
                records,
            )),
            Some(_) => Err(FileError::NoHeader),
        }
    }

    fn named(header: &StringRecord) -> Result<Self, FileError> {
        let names: Vec<Name> = header.iter().map(Name::of).collect();
        let (time, clock) = times(&names)?;
        let (price, name) = prices(&names, time)?;
        if let Some(other) = CURRENCIES.iter().find(|other| name.has(&[other])) {
            return Err(FileError::OtherCurrency {
                found: other.to_uppercase(),
            });
        }
        Ok(Self {
            time,
            clock,
            price,
            count: header.len(),
            unit: name.unit(),
        })
    }
}

/// Which column says when a price begins, and by which clock. Of several, the one in UTC.
fn times(names: &[Name]) -> Result<(usize, Clock), FileError> {
    let called = |words: &[&str]| -> Vec<(usize, &Name)> {
        let columns = names.iter().enumerate();
        columns
            .filter(|(_, name)| name.has(words) && !name.is_end() && !name.is_price())
            .collect()
    };
    let mut found = called(&BEGINS);
    if found.is_empty() {
        found = called(&TIMES);
    }
    if found.len() > 1 && found.iter().any(|(_, name)| name.is_utc()) {
        found.retain(|(_, name)| name.is_utc());
    }
    let unclear = || FileError::UnclearTimes {
        found: said(found.iter().map(|(_, name)| *name)),
    };
    match found.as_slice() {
        [] => Err(FileError::NoTimeColumn { found: said(names) }),
        [(at, name)] => Ok((*at, name.clock().ok_or_else(unclear)?)),
        _ => Err(unclear()),
    }
}

/// The one column of prices.
fn prices(names: &[Name], time: usize) -> Result<(usize, &Name), FileError> {
    let columns = names.iter().enumerate();
    let found: Vec<(usize, &Name)> = columns
        .filter(|(at, name)| *at != time && name.is_price())
        .collect();
    match found.as_slice() {
        [] => Err(FileError::NoPriceColumn { found: said(names) }),
        [one] => Ok(*one),
        several => Err(FileError::SeveralPriceColumns {
            found: said(several.iter().map(|(_, name)| *name)),
        }),
    }
}

fn said<'a>(names: impl IntoIterator<Item = &'a Name>) -> String {
    let names: Vec<&str> = names.into_iter().map(|name| name.said.as_str()).collect();
    plain_text::one_line(&names.join(", "), 120)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn find(header: &[&str]) -> Result<(usize, usize, Option<FileUnit>), FileError> {
        let header = StringRecord::from(header.to_vec());
        let (columns, _) = Columns::find(std::slice::from_ref(&header))?;
        Ok((columns.time, columns.price, columns.unit))
    }

    #[test]
    fn columns_are_found_by_names_that_suppliers_give_them() {
        use FileUnit::{CentPerKwh, EuroPerKwh, EuroPerMwh};
        for (header, found) in [
            (&["Datum", "Prijs"] as &[&str], (0, 1, None)),
            (
                &["datum_van", "datum_tot", "prijs EUR/kWh"],
                (0, 2, Some(EuroPerKwh)),
            ),
            (
                &["MTU (CET/CEST)", "Day-ahead Price (EUR/MWh)"],
                (0, 1, Some(EuroPerMwh)),
            ),
            (&["Tot", "Van", "Tarief (€/kWh)"], (1, 2, Some(EuroPerKwh))),
            (&["price ct/kWh", "startTime"], (1, 0, Some(CentPerKwh))),
            (&["Uur", "c€/kWh"], (0, 1, Some(CentPerKwh))),
            (&["end", "timestamp", "rate", "area"], (1, 2, None)),
            (
                &[
                    "DatumTot",
                    "DatumVan",
                    "Prijs (EUR/kWh, incl. 21 procent btw)",
                ],
                (1, 2, Some(EuroPerKwh)),
            ),
            (
                &["MTU (Central European Time)", "EUR/MWh"],
                (0, 1, Some(EuroPerMwh)),
            ),
            (
                &["einddatum", "begindatum", "Concentration", "uurprijs"],
                (1, 3, None),
            ),
        ] {
            assert_eq!(find(header), Ok(found), "{header:?}");
        }
    }

    #[test]
    fn times_are_utc_where_their_column_says_so_and_of_several_that_one_is_taken() {
        use Clock::{CentralEurope, Utc};
        for (header, found) in [
            (&["Datetime (UTC)", "EUR/MWh"] as &[&str], (0, Utc)),
            (&["MTU (UTC)", "EUR/MWh"], (0, Utc)),
            (&["start_utc", "EUR/MWh"], (0, Utc)),
            (&["Datetime (Local)", "Datetime (UTC)", "EUR/MWh"], (1, Utc)),
            (
                &["end (UTC)", "start (local)", "EUR/MWh"],
                (1, CentralEurope),
            ),
            (&["MTU (CET/CEST)", "EUR/MWh"], (0, CentralEurope)),
        ] {
            let header = StringRecord::from(header.to_vec());
            let (columns, _) = Columns::find(std::slice::from_ref(&header)).unwrap();
            assert_eq!((columns.time, columns.clock), found, "{header:?}");
        }
    }

    #[test]
    fn what_is_not_clear_is_not_guessed() {
        let found = |found: &str| found.to_owned();
        for (header, why) in [
            (
                &["area", "price"] as &[&str],
                FileError::NoTimeColumn {
                    found: found("area, price"),
                },
            ),
            (
                &["endTime", "price"],
                FileError::NoTimeColumn {
                    found: found("endTime, price"),
                },
            ),
            (
                &["Datum", "Uur", "Prijs"],
                FileError::UnclearTimes {
                    found: found("Datum, Uur"),
                },
            ),
            (
                &["time (UTC+3)", "price"],
                FileError::UnclearTimes {
                    found: found("time (UTC+3)"),
                },
            ),
            (
                &["start", "volume (MWh)"],
                FileError::NoPriceColumn {
                    found: found("start, volume (MWh)"),
                },
            ),
            (
                &["start", "price excl. VAT", "price incl. VAT"],
                FileError::SeveralPriceColumns {
                    found: found("price excl. VAT, price incl. VAT"),
                },
            ),
            (
                &["start", "price (SEK/MWh)"],
                FileError::OtherCurrency {
                    found: found("SEK"),
                },
            ),
            (&["2026-01-01 00:00", "1", "2"], FileError::NoHeader),
        ] {
            assert_eq!(find(header), Err(why));
        }
        assert!(matches!(Columns::find(&[]), Err(FileError::Empty)));
    }

    #[test]
    fn a_header_with_more_names_than_anybody_gives_is_not_read() {
        let header = |more: usize| [&["start", "price"] as &[&str], &vec!["a"; more]].concat();
        assert_eq!(find(&header(MOST_COLUMNS - 2)), Ok((0, 1, None)));
        assert_eq!(find(&header(MOST_COLUMNS - 1)), Err(FileError::NoHeader));
    }
}
