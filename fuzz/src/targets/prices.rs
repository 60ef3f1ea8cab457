use prices::{FileUnit, PriceSeries, read_file};

const UNITS: [Option<FileUnit>; 4] = [
    None,
    Some(FileUnit::EuroPerKwh),
    Some(FileUnit::EuroPerMwh),
    Some(FileUnit::CentPerKwh),
];

/// A file of prices that somebody downloaded somewhere. The first byte says which unit is answered where the file names
/// none.
pub(super) fn file(data: &[u8]) {
    let Some((&unit, data)) = data.split_first() else {
        return;
    };
    let unit = UNITS.get(usize::from(unit & 3)).copied().flatten();
    let Ok(read) = read_file(&String::from_utf8_lossy(data), unit) else {
        return;
    };
    assert!(read.rows > 0, "a file without a price was taken");
    // A row without one says a time all the same.
    let times = read.rows.saturating_add(read.without_price);
    assert!(times > 1, "a file without a step was taken");
    let kept = serde_json::to_vec(&read.prices).unwrap_or_default();
    let back = serde_json::from_slice::<PriceSeries>(&kept);
    assert!(
        back.is_ok_and(|back| back == read.prices),
        "prices that cannot be kept"
    );
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    [
        "\0\u{feff}Datum;Tarief (€/kWh)\r\n19-06-2026 00:00;0,2845\r\n19-06-2026 01:00;-0,01\r\n",
        "\0start,end,Price (EUR/MWh)\n2026-06-18T22:00:00Z,2026-06-18T22:15:00Z,80.5\n2026-06-18T22:15:00Z,\"\",\"9,5\"\n",
        "\0start;EUR/kWh\n2026-10-25 02:00;1\n2026-10-25 02:00;2\n2026-10-25 03:00;-\n",
        "\0start;EUR/kWh\n2026-10-25 02:00;1\n2026-10-25 03:00;-\n",
        "\u{2}2026-06-19 00:00,1.234,56\n2026-06-19 01:00,8.5e-05\n",
        "\u{3}2026-06-19T00:00+02:00\t25,1\n2026-06-19T01:00+02:00\t−2\n",
    ]
    .map(|file| file.as_bytes().to_vec())
    .into()
}
