//! Batches come back as they were, and bytes from strangers are a batch or an error.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod arbitrary;

use proptest::prelude::*;
use readings::codec::{CodecError, MAX_DECODED, MAX_ROWS, decode, encode};
use readings::{
    Batch, CentiAmpere, DeciVolt, Interval, Kind, Mark, MeterTime, Quantity, Reading, Tariff,
    UnixSeconds, Watt, WattHour,
};

/// A minute of a busy house with three phases; the numbers jump as no real house's do.
fn busy_minute() -> Vec<Reading> {
    let mut noise = 12_345_u32;
    let mut next = move |below: u32| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 8) % below
    };
    (0..60_i8)
        .map(|second| {
            let mut reading = Reading::at(UnixSeconds(1_572_136_200 + i64::from(second)));
            reading.meter_time =
                Some(MeterTime::new(2019, 10, 27, 2, 30, second, Mark::Summer).unwrap());
            reading.electricity.power_import = Some(Watt(i64::from(next(9_000))));
            reading.electricity.power_export = Some(Watt(0));
            reading.electricity.tariff = Some(Tariff(1));
            reading.electricity.import.t1 = Some(WattHour(3_432_827 + i64::from(second) * 2));
            reading.electricity.import.t2 = Some(WattHour(3_224_632));
            for phase in [
                &mut reading.phases.l1,
                &mut reading.phases.l2,
                &mut reading.phases.l3,
            ] {
                phase.voltage = Some(DeciVolt(2_300 + next(60)));
                phase.current = Some(CentiAmpere(next(1_600)));
                phase.power_import = Some(Watt(i64::from(next(3_680))));
                phase.power_export = Some(Watt(i64::from(next(3_680))));
            }
            reading
        })
        .collect()
}

#[test]
fn a_minute_of_telegrams_fits_the_body_of_one_block() {
    let longest_body = 1_540;
    for kind in Kind::ALL {
        let body = encode(kind, &Batch::Readings(busy_minute())).unwrap();
        assert!(body.len() <= longest_body, "{kind}: {} bytes", body.len());
    }
}

#[test]
fn a_lane_carries_its_kind_and_nothing_else() {
    let minute = busy_minute();
    for kind in Kind::ALL {
        let (carried, batch) =
            decode(&encode(kind, &Batch::Readings(minute.clone())).unwrap()).unwrap();
        let narrowed: Vec<_> = minute.iter().map(|reading| reading.only(kind)).collect();
        assert_eq!((carried, batch), (kind, Batch::Readings(narrowed)));
    }
}

#[test]
fn the_two_half_past_twos_of_october_stay_apart() {
    let at = |unix, mark| Reading {
        meter_time: Some(MeterTime::new(2019, 10, 27, 2, 30, 0, mark).unwrap()),
        ..Reading::at(UnixSeconds(unix))
    };
    let both = vec![
        at(1_572_136_200, Mark::Summer),
        at(1_572_139_800, Mark::Winter),
    ];
    let body = encode(Kind::Electricity, &Batch::Readings(both.clone())).unwrap();
    assert_eq!(decode(&body).unwrap().1, Batch::Readings(both));
}

#[test]
fn a_missing_value_is_not_a_zero() {
    let mut readings = vec![
        Reading::at(UnixSeconds(10)),
        Reading::at(UnixSeconds(20)),
        Reading::at(UnixSeconds(30)),
    ];
    readings[1].electricity.power_import = Some(Watt(0));
    readings[2].implausible.insert(Quantity::PowerImport);
    let body = encode(Kind::Electricity, &Batch::Readings(readings.clone())).unwrap();
    assert_eq!(decode(&body).unwrap().1, Batch::Readings(readings));
}

#[test]
fn nothing_is_a_batch_too() {
    for batch in [Batch::Readings(Vec::new()), Batch::Intervals(Vec::new())] {
        let body = encode(Kind::Phases, &batch).unwrap();
        assert_eq!(decode(&body).unwrap(), (Kind::Phases, batch));
    }
}

#[test]
fn too_many_rows_are_refused_on_both_sides() {
    let many = Batch::Intervals(vec![Interval::default(); MAX_ROWS + 1]);
    assert_eq!(
        encode(Kind::Phases, &many),
        Err(CodecError::TooManyRows(MAX_ROWS + 1))
    );
    // version 1, stored, electricity, readings, 4,097 rows
    assert_eq!(
        decode(&[1, 0, 0, 0, 0x81, 0x20]),
        Err(CodecError::TooManyRows(4_097))
    );
}

#[test]
fn what_would_unpack_to_too_much_is_refused_before_it_is() {
    let mut bomb = vec![1, 1];
    bomb.extend(zstd::bulk::compress(&vec![0; MAX_DECODED + 1], 3).unwrap());
    assert!(bomb.len() < 200);
    assert_eq!(decode(&bomb), Err(CodecError::TooLarge));
}

#[test]
fn a_frame_that_lies_about_its_size_or_hides_it_is_refused() {
    let frame = zstd::bulk::compress(&[7; 100_000], 3).unwrap();
    // RFC 8878 section 3.1.1.1: single segment, four bytes of content size after magic number and descriptor.
    let mut small = frame.clone();
    assert_eq!(u32::from_le_bytes(small[5..9].try_into().unwrap()), 100_000);
    small[5..9].copy_from_slice(&10_u32.to_le_bytes());
    assert_eq!(
        decode(&[&[1, 1], &small[..]].concat()),
        Err(CodecError::Damaged)
    );

    let two = [&[1, 1], &frame[..], &frame[..]].concat();
    assert_eq!(decode(&two), Err(CodecError::Damaged));

    let silent = zstd::stream::encode_all(&[7; 1_000][..], 3).unwrap();
    assert_eq!(
        decode(&[&[1, 1], &silent[..]].concat()),
        Err(CodecError::TooLarge)
    );
}

#[test]
fn each_wrong_header_has_its_error() {
    assert_eq!(decode(&[]), Err(CodecError::Cut));
    assert_eq!(decode(&[2, 0, 0, 0, 0]), Err(CodecError::UnknownVersion(2)));
    assert_eq!(decode(&[1, 9, 0, 0, 0]), Err(CodecError::UnknownMethod(9)));
    assert_eq!(decode(&[1, 0, 3, 0, 0]), Err(CodecError::UnknownKind(3)));
    assert_eq!(decode(&[1, 0, 0, 7, 0]), Err(CodecError::UnknownForm(7)));
    assert_eq!(decode(&[1, 0, 0, 0]), Err(CodecError::Cut));
    assert_eq!(decode(&[1, 0, 0, 0, 0, 0]), Err(CodecError::LeftOver));
}

/// version 1, stored, kind, readings, one row at 5, and then these columns.
fn one_row(kind: u8, columns: &[u8]) -> Vec<u8> {
    [&[1, 0, kind, 0, 1, 2, 0, 10], columns].concat()
}

#[test]
fn each_wrong_column_has_its_error() {
    assert_eq!(
        decode(&one_row(0, &[])).unwrap().1,
        Batch::Readings(vec![Reading::at(UnixSeconds(5))])
    );
    let power = [1, 2, 0, 14];
    let mut seven = Reading::at(UnixSeconds(5));
    seven.electricity.power_import = Some(Watt(7));
    assert_eq!(
        decode(&one_row(0, &power)).unwrap().1,
        Batch::Readings(vec![seven])
    );

    assert_eq!(
        decode(&one_row(0, &[power, power].concat())),
        Err(CodecError::OutOfOrder(1))
    );
    assert_eq!(
        decode(&one_row(1, &power)),
        Err(CodecError::ForeignColumn {
            kind: Kind::GasWaterHeat,
            code: 1
        })
    );
    let negative_tariff = [3, 2, 0, 1];
    assert_eq!(
        decode(&one_row(0, &negative_tariff)),
        Err(CodecError::OutOfRange {
            code: 3,
            number: -1
        })
    );
    assert_eq!(
        decode(&one_row(0, &[1, 3, 0, 14, 14])),
        Err(CodecError::LeftOver)
    );
    assert_eq!(
        decode(&one_row(0, &[1, 2, 3, 14])),
        Err(CodecError::UnknownMode(3))
    );
    assert_eq!(decode(&one_row(0, &[1, 9, 0, 14])), Err(CodecError::Cut));
}

#[test]
fn columns_of_a_later_version_are_passed_over() {
    let unknown = [200, 3, 0xff, 0xff, 0xff];
    assert_eq!(
        decode(&one_row(0, &unknown)).unwrap().1,
        Batch::Readings(vec![Reading::at(UnixSeconds(5))])
    );
}

proptest! {
    #[test]
    fn any_readings_come_back(kind in arbitrary::kind(), rows in proptest::collection::vec(arbitrary::reading(), 0..40)) {
        let body = encode(kind, &Batch::Readings(rows.clone())).unwrap();
        let narrowed = rows.iter().map(|row| row.only(kind)).collect();
        prop_assert_eq!(decode(&body).unwrap(), (kind, Batch::Readings(narrowed)));
    }

    #[test]
    fn any_intervals_come_back(kind in arbitrary::kind(), rows in proptest::collection::vec(arbitrary::interval(), 0..40)) {
        let body = encode(kind, &Batch::Intervals(rows.clone())).unwrap();
        let narrowed = rows.iter().map(|row| row.only(kind)).collect();
        prop_assert_eq!(decode(&body).unwrap(), (kind, Batch::Intervals(narrowed)));
    }

    #[test]
    fn any_bytes_are_a_batch_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = decode(&bytes);
        let _ = decode(&[&[1, 0], &bytes[..]].concat());
        let _ = decode(&[&[1, 0, 0, 0], &bytes[..]].concat());
        let _ = decode(&[&[1, 1], &zstd::bulk::compress(&bytes, 1).unwrap()[..]].concat());
    }

    #[test]
    fn a_damaged_batch_is_another_batch_or_an_error(at in 0..200_usize, mask in 1..=255_u8) {
        let mut body = encode(Kind::Electricity, &Batch::Readings(busy_minute())).unwrap();
        let at = at % body.len();
        body[at] ^= mask;
        if let Ok((_, batch)) = decode(&body) {
            prop_assert!(batch.len() <= MAX_ROWS);
        }
    }
}
