//! Parquet and Green Button: read back with the readers of their formats.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod arbitrary;

use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::Field;
use bytes::Bytes;
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;
use readings::green_button::{self, Feed};
use readings::{
    DeciVolt, Interval, Kilojoule, Kind, Litre, Mark, Meter, MeterTime, Quantity, Reading,
    UnixSeconds, Watt, WattHour, parquet,
};

const START: i64 = 1_553_436_000;

fn rows(file: Vec<u8>) -> Vec<Vec<(String, Field)>> {
    let reader = SerializedFileReader::new(Bytes::from(file)).unwrap();
    let rows = reader.get_row_iter(None).unwrap();
    let columns = |row: ::parquet::record::Row| row.into_columns();
    rows.map(|row| columns(row.unwrap())).collect()
}

fn cell(row: &[(String, Field)], name: &str) -> Field {
    let found = row.iter().find(|(column, _)| column == name);
    found
        .unwrap_or_else(|| panic!("no column {name}"))
        .1
        .clone()
}

#[test]
fn parquet_has_times_exact_decimals_names_and_nulls() {
    let mut first = Reading::at(UnixSeconds(START));
    first.meter_time = Some(MeterTime::new(2019, 3, 24, 15, 0, 0, Mark::Winter).unwrap());
    first.electricity.power_import = Some(Watt(377));
    first.phases.l1.voltage = Some(DeciVolt(2_371));
    first.implausible.insert(Quantity::Gas);
    first.replaced.insert(Meter::Gas);
    let second = Reading::at(UnixSeconds(START + 1));
    let rows = rows(parquet::write_readings(&Kind::ALL, &[first, second]).unwrap());
    assert_eq!(rows.len(), 2);
    assert_eq!(cell(&rows[0], "at"), Field::TimestampMillis(START * 1000));
    assert_eq!(cell(&rows[0], "power_import_w"), Field::Long(377));
    assert_eq!(cell(&rows[0], "voltage_l1_v").to_string(), "237.1");
    assert_eq!(
        cell(&rows[0], "meter_time"),
        Field::Str("2019-03-24T15:00:00+01:00".into())
    );
    assert_eq!(cell(&rows[0], "implausible"), Field::Str("gas_l".into()));
    for name in [
        "power_import_w",
        "voltage_l1_v",
        "meter_time",
        "implausible",
    ] {
        assert_eq!(cell(&rows[1], name), Field::Null, "{name}");
    }
}

#[test]
fn parquet_says_of_an_interval_whether_it_is_complete() {
    let mut interval = Interval::between(UnixSeconds(START), UnixSeconds(START + 900));
    interval.used.import.t1 = Some(WattHour(94));
    interval.partial.insert(Quantity::ImportT1);
    let rows = rows(parquet::write_intervals(&[Kind::Electricity], &[interval]).unwrap());
    assert_eq!(
        cell(&rows[0], "end"),
        Field::TimestampMillis((START + 900) * 1000)
    );
    assert_eq!(cell(&rows[0], "import_t1_wh"), Field::Long(94));
    assert_eq!(cell(&rows[0], "complete"), Field::Bool(false));
    assert!(rows[0].iter().all(|(name, _)| name != "gas_l"));
}

#[test]
fn a_parquet_file_may_be_empty() {
    assert!(rows(parquet::write_readings(&Kind::ALL, &[]).unwrap()).is_empty());
}

/// Every element as its path and text, in order.
fn elements(xml: &[u8]) -> Vec<(String, String)> {
    let mut reader = Reader::from_reader(xml);
    let (mut path, mut found) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                path.push(start.name().as_ref().to_owned());
                found.push((path.join("/"), String::new()));
            }
            Event::Text(text) => {
                let text = text.as_ref().trim().to_owned();
                if let Some((_, last)) = found.last_mut().filter(|_| !text.is_empty()) {
                    last.push_str(&text);
                }
            }
            Event::End(_) => drop(path.pop()),
            Event::Eof => return found,
            _ => {}
        }
    }
}

fn texts<'a>(elements: &'a [(String, String)], path: &str) -> Vec<&'a str> {
    let found = elements.iter().filter(|(at, _)| at.ends_with(path));
    found.map(|(_, text)| text.as_str()).collect()
}

fn feed() -> Feed<'static> {
    Feed {
        title: "Lindelaan <14> & more",
        id: [7; 16],
        made_at: START,
        interval_seconds: 900,
    }
}

#[test]
fn green_button_has_a_reading_type_and_a_block_for_each_flow() {
    let intervals: Vec<Interval> = (0..3)
        .map(|quarter| {
            let start = START + quarter * 900;
            let mut interval = Interval::between(UnixSeconds(start), UnixSeconds(start + 900));
            interval.used.import.t1 = Some(WattHour(90 + quarter));
            interval.used.export.t1 = Some(WattHour(0));
            if quarter == 1 {
                interval.used.gas = Some(Litre(250));
                interval.used.heat = Some(Kilojoule(36));
                interval.partial.insert(Quantity::ImportT1);
            }
            interval
        })
        .collect();
    let file = green_button::write(&feed(), &intervals).unwrap();
    let all = elements(&file);
    assert_eq!(
        texts(&all, "UsagePoint/ServiceCategory/kind"),
        ["0", "1", "4"]
    );
    assert_eq!(
        texts(&all, "ReadingType/flowDirection"),
        ["1", "19", "1", "1"]
    );
    assert_eq!(texts(&all, "ReadingType/uom"), ["72", "72", "42", "31"]);
    assert_eq!(
        texts(&all, "ReadingType/powerOfTenMultiplier"),
        ["0", "0", "-3", "3"]
    );
    assert_eq!(
        texts(&all, "IntervalReading/value"),
        ["90", "91", "92", "0", "0", "0", "250", "36"]
    );
    assert_eq!(texts(&all, "ReadingQuality/quality")[..3], ["0", "8", "0"]);
    assert_eq!(
        texts(&all, "IntervalBlock/interval/duration"),
        ["2700", "2700", "900", "900"]
    );
    assert_eq!(texts(&all, "entry/content/MeterReading").len(), 4);
    let mut ids = texts(&all, "/id");
    assert!(
        ids.iter()
            .all(|id| id.starts_with("urn:uuid:07070707-0707-8707-8707-")),
        "{ids:?}"
    );
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), texts(&all, "/id").len(), "no two are the same");
    let text = String::from_utf8(file).unwrap();
    assert!(text.contains("Lindelaan &lt;14&gt; &amp; more"), "{text}");
}

#[test]
fn green_button_links_lead_to_entries_of_the_feed() {
    let mut interval = Interval::between(UnixSeconds(START), UnixSeconds(START + 900));
    interval.used.import.t1 = Some(WattHour(94));
    let file = String::from_utf8(green_button::write(&feed(), &[interval]).unwrap()).unwrap();
    let addresses = |relation: &str| -> Vec<String> {
        let mark = format!("<link rel=\"{relation}\" href=\"");
        let found = file.split(&mark).skip(1);
        found
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect()
    };
    let (own, up) = (addresses("self"), addresses("up"));
    for related in addresses("related") {
        assert!(
            own.contains(&related) || up.contains(&related),
            "{related} leads nowhere"
        );
    }
}

proptest! {
    #[test]
    fn anything_can_be_written(reading in arbitrary::reading(), interval in arbitrary::interval()) {
        let file = parquet::write_readings(&Kind::ALL, std::slice::from_ref(&reading)).unwrap();
        prop_assert_eq!(rows(file).len(), 1);
        let file = parquet::write_intervals(&Kind::ALL, std::slice::from_ref(&interval)).unwrap();
        prop_assert_eq!(rows(file).len(), 1);
        elements(&green_button::write(&feed(), &[interval]).unwrap());
    }
}
