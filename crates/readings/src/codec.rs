//! The body of a block: a batch of rows as columns, compressed (`docs/protocol.md` section 3.3).
//!
//! ```text
//! u8 version = 1 | u8 method: 0 stored, 1 zstd | payload, or one zstd frame (RFC 8878) that states its content size
//! payload: u8 kind: 0 electricity, 1 gas, water and heat, 2 phases
//!          u8 form: 0 readings, 1 intervals
//!          varint rows | varint length, column of device times (readings: at, intervals: start)
//!          then until the end, in ascending order of codes: u8 code | varint length | column
//! ```
//! A column without any value is left out. Columns with a code that a reader does not know are passed over, so new
//! quantities need no new version. Codes of readings are those of [`Quantity`](crate::Quantity), with 60 for
//! `implausible` and 61 for `replaced`, both a bit for each code of a quantity or meter (electricity 0, gas 1, water
//! 2, heat 3, cold 4, a second electricity meter 5), absent for none. Intervals have 1 `end`, 2 `readings`, the code of a register for its difference and
//! that plus 64 for what is unplaced of it, 24 and 25 for power failures and long ones, 32 + 8 × (phase − 1) for the
//! lowest voltage of a phase and after it mean and highest voltage, highest current, sags and swells, 60 `partial`
//! and 61 `replaced`. A meter's time is `wall seconds since 1970 × 4 + mark`: 0 winter, 1 summer, 2 no mark.

mod column;
mod varint;

use zstd::zstd_safe;

use crate::{
    Batch, Interval, Kind, Reading, UnixSeconds,
    table::{Column as _, Row},
};

/// The version of the format, as the header of a block names it.
pub const CODEC: u16 = 1;

/// The longest payload that is unpacked, in bytes.
pub const MAX_DECODED: usize = 1 << 20;

/// The most rows a batch can have: an hour of telegrams at one a second.
pub const MAX_ROWS: usize = 3_600;

const STORED: u8 = 0;
const ZSTD: u8 = 1;

/// On 60 real telegrams, level 3 is a tenth larger, and level 19 two percent smaller at twice the time.
const LEVEL: i32 = 12;

/// Bytes that are no batch, or a batch that has no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// The version is another one.
    #[error(
        "the batch is written in version {0} of its format, and this program reads version 1: update it"
    )]
    UnknownVersion(u8),
    /// Neither stored nor zstd.
    #[error(
        "the batch is compressed by method {0}, and this program knows 0 (stored) and 1 (zstd)"
    )]
    UnknownMethod(u8),
    /// No kind has this code.
    #[error("the batch is of kind {0}, and kinds are numbered 0 to 2")]
    UnknownKind(u8),
    /// Neither readings nor intervals.
    #[error(
        "the batch has rows of form {0}, and this program knows 0 (readings) and 1 (intervals)"
    )]
    UnknownForm(u8),
    /// A column is written in a way that is not known.
    #[error("a column of the batch is written in mode {0:#04x}, which this version does not have")]
    UnknownMode(u8),
    /// Refused before unpacking.
    #[error("the batch would unpack to more than {MAX_DECODED} bytes, or does not say to how many")]
    TooLarge,
    /// zstd can not read it.
    #[error("the compressed batch is damaged")]
    Damaged,
    /// The bytes end too early.
    #[error("the batch ends before its last column does")]
    Cut,
    /// There are bytes that belong to nothing.
    #[error("a column of the batch has more numbers than rows")]
    LeftOver,
    /// A varint of more than 64 bits.
    #[error("the batch has a number of more than 64 bits")]
    NumberTooLong,
    /// Refused before any row is made.
    #[error("the batch has {0} rows, and {MAX_ROWS} are the most there can be")]
    TooManyRows(usize),
    /// Codes must ascend, so that no column is there twice.
    #[error("column {0} of the batch is there twice or out of order")]
    OutOfOrder(u8),
    /// A column of another kind of data than the batch says it carries.
    #[error("the batch is of {kind} but has column {code}, which is not")]
    ForeignColumn {
        /// What the batch says.
        kind: Kind,
        /// The column.
        code: u8,
    },
    /// The unit's type can not hold the number.
    #[error("column {code} of the batch can not hold {number}")]
    OutOfRange {
        /// The column.
        code: u8,
        /// The number.
        number: i64,
    },
}

/// The bytes of a batch for a lane of this kind. Only what lanes of this kind carry is written.
///
/// # Errors
/// [`CodecError::TooManyRows`]; [`CodecError::TooLarge`] if the rows, uncompressed, exceed [`MAX_DECODED`].
pub fn encode(kind: Kind, batch: &Batch) -> Result<Vec<u8>, CodecError> {
    if batch.len() > MAX_ROWS {
        return Err(CodecError::TooManyRows(batch.len()));
    }
    let payload = match batch {
        Batch::Readings(rows) => payload(kind, FORM_READINGS, rows),
        Batch::Intervals(rows) => payload(kind, FORM_INTERVALS, rows),
    };
    if payload.len() > MAX_DECODED {
        return Err(CodecError::TooLarge);
    }
    Ok(packed(&payload))
}

/// The batch that the bytes stand for, and the kind of data it carries.
///
/// Takes at most [`MAX_DECODED`] bytes and [`MAX_ROWS`] rows of memory, whatever the bytes are.
///
/// # Errors
/// Every variant of [`CodecError`], for bytes that are no batch.
pub fn decode(bytes: &[u8]) -> Result<(Kind, Batch), CodecError> {
    let payload = unpacked(bytes)?;
    let (&[kind, form], rest) = payload.split_first_chunk().ok_or(CodecError::Cut)?;
    let kind = Kind::from_code(kind).ok_or(CodecError::UnknownKind(kind))?;
    let batch = match form {
        FORM_READINGS => Batch::Readings(rows::<Reading>(kind, rest)?),
        FORM_INTERVALS => Batch::Intervals(rows::<Interval>(kind, rest)?),
        _ => return Err(CodecError::UnknownForm(form)),
    };
    Ok((kind, batch))
}

const FORM_READINGS: u8 = 0;
const FORM_INTERVALS: u8 = 1;

fn payload<R: Row>(kind: Kind, form: u8, rows: &[R]) -> Vec<u8> {
    let mut payload = vec![kind.code(), form];
    varint::push(&mut payload, rows.len() as u64);
    if rows.is_empty() {
        return payload;
    }
    let rows: Vec<R> = rows.iter().map(|row| row.narrowed(kind)).collect();
    let times: Vec<_> = rows.iter().map(|row| Some(row.at().0)).collect();
    push_column(&mut payload, &times);
    for column in R::Column::all().filter(|column| column.belongs_to(kind)) {
        let values: Vec<_> = rows.iter().map(|row| column.of(row)).collect();
        if values.iter().any(Option::is_some) {
            payload.push(column.code());
            push_column(&mut payload, &values);
        }
    }
    payload
}

fn push_column(payload: &mut Vec<u8>, values: &[Option<i64>]) {
    let column = column::encode(values);
    varint::push(payload, column.len() as u64);
    payload.extend(column);
}

fn rows<R: Row>(kind: Kind, mut payload: &[u8]) -> Result<Vec<R>, CodecError> {
    let count = usize::try_from(varint::take(&mut payload)?).unwrap_or(usize::MAX);
    if count > MAX_ROWS {
        return Err(CodecError::TooManyRows(count));
    }
    if count == 0 {
        return if payload.is_empty() {
            Ok(Vec::new())
        } else {
            Err(CodecError::LeftOver)
        };
    }
    let mut rows = column::decode(take_column(&mut payload)?, count)?
        .into_iter()
        .map(|at| {
            at.map(|at| R::starting(UnixSeconds(at)))
                .ok_or(CodecError::Cut)
        })
        .collect::<Result<Vec<R>, _>>()?;
    let mut last_code = None;
    while let Some((&code, rest)) = payload.split_first() {
        payload = rest;
        if last_code >= Some(code) {
            return Err(CodecError::OutOfOrder(code));
        }
        last_code = Some(code);
        fill(&mut rows, kind, code, take_column(&mut payload)?)?;
    }
    Ok(rows.iter().map(|row| row.narrowed(kind)).collect())
}

fn fill<R: Row>(rows: &mut [R], kind: Kind, code: u8, bytes: &[u8]) -> Result<(), CodecError> {
    let Some(column) = R::Column::all().find(|column| column.code() == code) else {
        return Ok(());
    };
    if !column.belongs_to(kind) {
        return Err(CodecError::ForeignColumn { kind, code });
    }
    let numbers = column::decode(bytes, rows.len())?;
    for (row, number) in rows.iter_mut().zip(numbers) {
        if let Some(number) = number
            && !column.put(row, Some(number))
        {
            return Err(CodecError::OutOfRange { code, number });
        }
    }
    Ok(())
}

fn take_column<'a>(payload: &mut &'a [u8]) -> Result<&'a [u8], CodecError> {
    let length = usize::try_from(varint::take(payload)?).unwrap_or(usize::MAX);
    let (column, rest) = payload.split_at_checked(length).ok_or(CodecError::Cut)?;
    *payload = rest;
    Ok(column)
}

/// Stored where zstd can not make it smaller, which a single interval is.
fn packed(payload: &[u8]) -> Vec<u8> {
    let (method, body) = match zstd::bulk::compress(payload, LEVEL) {
        Ok(frame) if frame.len() < payload.len() => (ZSTD, frame),
        _ => (STORED, payload.to_vec()),
    };
    let mut bytes = vec![CODEC as u8, method];
    bytes.extend(body);
    bytes
}

fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, CodecError> {
    let (&[version, method], body) = bytes.split_first_chunk().ok_or(CodecError::Cut)?;
    if u16::from(version) != CODEC {
        return Err(CodecError::UnknownVersion(version));
    }
    match method {
        STORED if body.len() <= MAX_DECODED => Ok(body.to_vec()),
        STORED => Err(CodecError::TooLarge),
        ZSTD => zstd::bulk::decompress(body, stated_size(body)?).map_err(|_| CodecError::Damaged),
        _ => Err(CodecError::UnknownMethod(method)),
    }
}

/// What the frame says it unpacks to; zstd is given this much room and no more.
fn stated_size(frame: &[u8]) -> Result<usize, CodecError> {
    let stated = zstd_safe::get_frame_content_size(frame).map_err(|_| CodecError::Damaged)?;
    stated
        .and_then(|size| usize::try_from(size).ok())
        .filter(|&size| size <= MAX_DECODED)
        .ok_or(CodecError::TooLarge)
}
