//! Files of prices as people have them, and as nobody should.

#![allow(clippy::unwrap_used, reason = "tests")]

use prices::{FileError, FileUnit, MOST_BYTES, MOST_ROWS, RowError, UnitPrice, read_file};
use proptest::prelude::*;

/// Midnight of 19 June 2026 in Amsterdam.
const JUNE: u32 = 1_781_820_000;
/// 2 o'clock of 25 October 2026 in Amsterdam, for the first time.
const OCTOBER: u32 = 1_792_886_400;
/// One o'clock of 29 March 2026 in Amsterdam; the hour after is three o'clock.
const MARCH: u32 = 1_774_742_400;

fn prices(file: &str, begins: &[u32]) -> Vec<Option<i64>> {
    let read = read_file(file, None).unwrap();
    let at = |begin: &u32| read.prices.at(*begin).map(|price| price.0 / 100_000);
    begins.iter().map(at).collect()
}

fn refused(file: &str) -> FileError {
    read_file(file, None).unwrap_err()
}

fn row(row: u32, why: RowError, found: &str) -> FileError {
    FileError::Row {
        row,
        why,
        found: found.to_owned(),
    }
}

#[test]
fn a_suppliers_file_in_dutch() {
    let file =
        "\u{feff}Datum;Tarief (€/kWh)\r\n19-06-2026 00:00;0,2845\r\n19-06-2026 01:00;-0,01\r\n";
    let begins = [JUNE - 900, JUNE, JUNE + 2_700, JUNE + 3_600, JUNE + 7_200];
    assert_eq!(
        prices(file, &begins),
        [None, Some(2_845), Some(2_845), Some(-100), None]
    );
}

#[test]
fn a_markets_file_with_offsets_and_quarters_newest_above() {
    let file = "\"start\",\"end\",\"Price (EUR/MWh)\"\n\
        2026-06-18T22:15:00Z,2026-06-18T22:30:00Z,90.5\n\
        2026-06-18T22:00:00Z,2026-06-18T22:15:00Z,\"80,5\"\n";
    assert_eq!(
        prices(file, &[JUNE, JUNE + 900, JUNE + 1_800]),
        [Some(805), Some(905), None]
    );
}

#[test]
fn the_hour_that_comes_twice_is_two_hours_in_either_order() {
    let rows =
        ["01:00;1", "02:00;2", "02:00;3", "03:00;4"].map(|row| format!("2026-10-25 {row}\n"));
    let hours: Vec<u32> = (0..4).map(|n| OCTOBER - 3_600 + n * 3_600).collect();
    let expected = [10_000, 20_000, 30_000, 40_000].map(Some);
    let file = format!("start;EUR/kWh\n{}", rows.concat());
    assert_eq!(prices(&file, &hours), expected);
    // A third time is one too many.
    let third = format!("{file}2026-10-25 02:00;5\n");
    assert_eq!(refused(&third), row(6, RowError::Twice, "2026-10-25 02:00"));
    let rows: Vec<String> = rows.into_iter().rev().collect();
    let file = format!("start;EUR/kWh\n{}", rows.concat());
    assert_eq!(prices(&file, &hours), expected);
}

#[test]
fn times_without_an_offset_are_utc_where_the_column_says_so() {
    for (header, beside) in [
        ("MTU (UTC)", ""),
        ("start_utc", ""),
        ("Datetime (UTC);Datetime (Local)", ";2026-06-19 00:00"),
    ] {
        let file = format!(
            "{header};Price (EUR/MWh)\n2026-06-18 22:00{beside};80\n2026-06-18 23:00{beside};90\n"
        );
        assert_eq!(
            prices(&file, &[JUNE - 900, JUNE, JUNE + 3_600, JUNE + 7_200]),
            [None, Some(800), Some(900), None],
            "{header}"
        );
    }
    // The hour that a clock here goes through twice comes once, and the one that it skips is there.
    let twice = "start (UTC);EUR/kWh\n2026-10-25 02:00;1\n2026-10-25 02:00;2\n";
    assert_eq!(refused(twice), row(3, RowError::Twice, "2026-10-25 02:00"));
    let skipped = "start (UTC);EUR/kWh\n2026-03-29 01:00;1\n2026-03-29 02:00;2\n";
    assert_eq!(
        prices(skipped, &[MARCH + 3_600, MARCH + 7_200]),
        [Some(10_000), Some(20_000)]
    );
}

#[test]
fn the_hour_that_comes_twice_may_have_its_price_the_second_time_alone() {
    let file = "start;EUR/kWh\n2026-10-25 02:00;-\n2026-10-25 02:00;7\n2026-10-25 03:00;8\n";
    let hours = [OCTOBER, OCTOBER + 3_600, OCTOBER + 7_200];
    assert_eq!(prices(file, &hours), [None, Some(70_000), Some(80_000)]);
    assert_eq!(read_file(file, None).unwrap().without_price, 1);
    let first = file.replace(";-", ";6").replace(";7", ";");
    assert_eq!(prices(&first, &hours), [Some(60_000), None, Some(80_000)]);
    // A row without a price is a row: it has a time, and one of its own.
    for (time, why) in [
        ("tomorrow", RowError::Time),
        ("2026-10-25 03:07", RowError::NoQuarter),
        ("2026-10-25 03:00", RowError::Twice),
    ] {
        let file = format!("{file}{time};-\n");
        assert_eq!(refused(&file), row(5, why, time));
    }
}

#[test]
fn a_quarter_with_holes_on_both_sides_is_no_hour() {
    let quarters = |from: u32, to: u32| {
        let row = |n: u32| format!("2026-06-19 {:02}:{:02};1\n", n / 4, n % 4 * 15);
        (from..to).map(row).collect::<String>()
    };
    // 01:15 has an hour on either side; 00:30 and 02:15 begin and end rows of quarters.
    let file = format!(
        "start;EUR/kWh\n{}{}{}",
        quarters(0, 2),
        quarters(5, 6),
        quarters(9, 12)
    );
    let known: Vec<bool> = (0..12).map(|n| [0, 1, 5, 9, 10, 11].contains(&n)).collect();
    let begins: Vec<u32> = (0..12).map(|n| JUNE + n * 900).collect();
    let found: Vec<bool> = prices(&file, &begins).iter().map(Option::is_some).collect();
    assert_eq!(found, known);
}

#[test]
fn quarters_of_the_hour_that_comes_twice() {
    let quarter = |n: u32| format!("2026-10-25 02:{:02};{n}\n", n % 4 * 15);
    let file: String = (0..8).map(quarter).collect();
    let file = format!("start;EUR/kWh\n{file}");
    let begins: Vec<u32> = (0..8).map(|n| OCTOBER + n * 900).collect();
    let expected: Vec<Option<i64>> = (0..8).map(|n| Some(n * 10_000)).collect();
    assert_eq!(prices(&file, &begins), expected);
}

#[test]
fn the_hour_that_does_not_exist_needs_no_row_and_may_not_have_a_price() {
    let file = "start;EUR/kWh\n2026-03-29 01:00;1\n2026-03-29 02:00;\n2026-03-29 03:00;3\n";
    assert_eq!(
        prices(file, &[MARCH, MARCH + 3_600, MARCH + 7_200]),
        [Some(10_000), Some(30_000), None]
    );
    assert_eq!(read_file(file, None).unwrap().without_price, 1);
    let priced = file.replace("02:00;", "02:00;2");
    assert_eq!(
        refused(&priced),
        row(3, RowError::Skipped, "2026-03-29 02:00")
    );
}

#[test]
fn hours_become_quarters_and_a_hole_stays_one() {
    let file = "start;EUR/kWh\n2026-06-19 00:00;1\n2026-06-19 01:00;2\n2026-06-19 02:00;3\n2026-06-19 02:15;4\n\
        2026-06-19 03:15;5\n";
    let begins: Vec<u32> = (0..15).map(|n| JUNE + n * 900).collect();
    let thousands = [1, 1, 1, 1, 2, 2, 2, 2, 3, 4, 0, 0, 0, 5, 0];
    let expected: Vec<Option<i64>> = thousands.map(|n| (n > 0).then_some(n * 10_000)).into();
    let found = prices(file, &begins);
    assert_eq!(found, expected);
}

#[test]
fn the_unit_is_asked_for_where_nothing_says_it() {
    let file = "2026-06-19 00:00,81.2\n2026-06-19 01:00,90\n";
    assert_eq!(refused(file), FileError::NoUnit);
    let read = read_file(file, Some(FileUnit::EuroPerMwh)).unwrap();
    assert_eq!(read.prices.at(JUNE), Some(UnitPrice(81_200_000)));
    // What a file says counts.
    let said = format!("time,EUR/MWh\n{file}");
    let said = read_file(&said, Some(FileUnit::EuroPerKwh)).unwrap();
    assert_eq!(said.prices, read.prices);
}

#[test]
fn a_refusal_names_the_row_and_what_stands_there() {
    let file = |rows: &str| format!("start,price EUR/kWh\n2026-06-19 00:00,0.1\n\n{rows}\n");
    for (rows, refusal) in [
        (
            "2026-06-19 01:00,0,2",
            row(4, RowError::Columns, "2026-06-19 01:00, 0, 2"),
        ),
        ("tomorrow,0.2", row(4, RowError::Time, "tomorrow")),
        ("2026-06-19 01:00,cheap", row(4, RowError::Price, "cheap")),
        ("2026-06-19 01:00,81.2", row(4, RowError::FarOff, "81.2")),
        (
            "2026-06-19 01:07,0.2",
            row(4, RowError::NoQuarter, "2026-06-19 01:07"),
        ),
        (
            "2026-06-19 00:00,0.2",
            row(4, RowError::Twice, "2026-06-19 00:00"),
        ),
        (
            "1926-06-19 00:00,0.2",
            row(4, RowError::Time, "1926-06-19 00:00"),
        ),
        ("2026-06-19 00:30,0.2", FileError::Step),
        ("2026-06-20 00:00,0.2", FileError::Step),
        ("", FileError::Step),
    ] {
        assert_eq!(refused(&file(rows)), refusal, "{rows}");
    }
    for nothing in [
        "",
        "\n \n",
        "start,price EUR/kWh\n",
        "start,EUR/kWh\n2026-06-19 00:00,-\n",
    ] {
        assert_eq!(refused(nothing), FileError::Empty);
    }
}

#[test]
fn a_file_has_a_bounded_size() {
    assert_eq!(refused(&" ".repeat(MOST_BYTES + 1)), FileError::TooLarge);
    let rows = "a,b\n".repeat(MOST_ROWS as usize + 2);
    assert_eq!(refused(&rows), FileError::TooLarge);
}

proptest! {
    /// Whatever hours and prices there are come back, in whichever form they are written.
    #[test]
    fn what_is_written_is_read(
        begin in 1_600_000_000_u32 / 3_600..1_900_000_000 / 3_600,
        amounts in prop::collection::vec(-9_999_999_i64..9_999_999, 2..50),
        comma: bool, upside_down: bool,
    ) {
        let begins = (begin..).map(|hour| hour * 3_600);
        let mut rows: Vec<String> = begins.clone().zip(&amounts).map(|(begin, amount)| {
            let at = jiff::Timestamp::from_second(begin.into()).unwrap();
            let sign = if *amount < 0 { "-" } else { "" };
            let (whole, part) = (amount.abs() / 1_000, amount.abs() % 1_000);
            let point = if comma { ',' } else { '.' };
            format!("{at};{sign}{whole}{point}{part:03}\n")
        }).collect();
        if upside_down {
            rows.reverse();
        }
        let read = read_file(&format!("start;EUR/MWh\n{}", rows.concat()), None).unwrap();
        prop_assert_eq!(read.prices.quarters(), 4 * amounts.len());
        for (begin, amount) in begins.zip(&amounts) {
            prop_assert_eq!(read.prices.at(begin), Some(UnitPrice(amount * 1_000)));
            prop_assert_eq!(read.prices.at(begin + 2_700), Some(UnitPrice(amount * 1_000)));
        }
    }

    /// Whatever somebody made of a file: it is read or refused, and what is read is within bounds.
    #[test]
    fn an_altered_file_is_read_or_refused(
        at in any::<prop::sample::Index>(), noise in "[\\PC\n;,\"]{0,6}",
    ) {
        let mut file = "start;EUR/MWh\n2026-10-25 02:00;81,2\n2026-10-25 02:00;-4.5\n2026-10-25T03:00+01:00;1e2\n".to_owned();
        file.insert_str(at.index(file.len()), &noise);
        if let Ok(read) = read_file(&file, None) {
            let (from, to) = read.prices.reach().unwrap();
            prop_assert!(from.is_multiple_of(900) && to > from);
        }
    }
}
