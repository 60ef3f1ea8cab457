//! Batches as bytes, with the numbers in their columns.

use crate::hex;
use readings::{Batch, Interval, Kind, Quantity, Reading, UnixSeconds, codec};
use serde_json::{Value, json};

const START: i64 = 1_781_870_400;

pub(crate) fn vectors() -> anyhow::Result<Value> {
    let minute = Batch::Readings((0..60).map(reading).collect());
    let single = Batch::Readings(vec![reading(1)]);
    let hours = Batch::Intervals((0..4).map(interval).collect());
    let empty = Batch::Readings(Vec::new());
    let cases = [
        ("a minute of readings", Kind::Electricity, &minute),
        ("the same, phases", Kind::Phases, &minute),
        ("one reading", Kind::GasWaterHeat, &single),
        ("an hour in quarters", Kind::Electricity, &hours),
        ("nothing", Kind::Electricity, &empty),
    ];
    let cases = cases
        .into_iter()
        .map(|(name, kind, batch)| described(name, kind, batch))
        .collect::<anyhow::Result<Vec<_>>>()?;
    Ok(
        json!({ "what": "docs/protocol.md section 3.3: bytes of codec 1, and what they say", "cases": cases }),
    )
}

/// One reading as the body of a batch.
pub(crate) fn one_reading() -> anyhow::Result<Vec<u8>> {
    let single = Batch::Readings(vec![reading(1)]);
    Ok(codec::encode(Kind::Electricity, &single)?)
}

fn described(name: &str, kind: Kind, batch: &Batch) -> anyhow::Result<Value> {
    let bytes = codec::encode(kind, batch)?;
    let (kind_code, decoded) = codec::decode(&bytes)?;
    let rows = match &decoded {
        Batch::Readings(rows) => json!({ "readings": rows }),
        Batch::Intervals(rows) => json!({ "intervals": rows }),
    };
    Ok(json!({ "name": name, "kind": kind_code.code(), "bytes": hex(bytes), "says": rows }))
}

/// A household whose power wanders, whose second phase is missing now and then.
fn reading(second: i64) -> Reading {
    let mut reading = Reading::at(UnixSeconds(START + second));
    let values = [
        (Quantity::MeterTime, (START + 7200 + second) * 4 + 1),
        (Quantity::PowerImport, 300 + (second * second) % 97),
        (Quantity::Tariff, 2),
        (Quantity::ImportT1, 1_234_000 + second),
        (Quantity::Gas, 5_000_120),
        (Quantity::VoltageL1, 2301 + second % 3),
        (Quantity::CurrentL1, 100 * (second % 5)),
    ];
    for (quantity, value) in values {
        quantity.put(&mut reading, Some(value));
    }
    if second % 7 != 0 {
        Quantity::VoltageL2.put(&mut reading, Some(2290));
    } else {
        reading.implausible.insert(Quantity::VoltageL2);
    }
    reading
}

fn interval(number: i64) -> Interval {
    let start = START + number * 900;
    let mut interval = Interval::between(UnixSeconds(start), UnixSeconds(start + 900));
    interval.readings = 900;
    interval.used.import.t1 = Some(readings::WattHour(110 + number * 3));
    interval.unplaced.import.t1 = (number == 2).then_some(readings::WattHour(40));
    interval
}
