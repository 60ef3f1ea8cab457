//! One column of numbers, of which some may be missing.
//!
//! ```text
//! u8 mode: bits 0-1 what is written of a value: 0 its difference from the first, 1 from the one before (delta),
//!                   2 from what two before it led to expect (delta of delta)
//!          bit 2    a bitmap says which rows have a value (else all have)
//!          bit 3    the differences are divided by a scale
//! [bitmap, a bit a row, lowest first, padded with zeros] [scale, varint]
//! the first value, zigzag varint; then a zigzag varint a difference; zeros at the end are left out
//! ```

use super::{CodecError, varint};

const BITMAP: u8 = 0b0100;
const SCALED: u8 = 0b1000;

/// What is written of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    FromFirst,
    Delta,
    DeltaOfDelta,
}

/// `None` for a row without a value; at least one has one.
pub(super) fn encode(values: &[Option<i64>]) -> Vec<u8> {
    let present: Vec<i64> = values.iter().copied().flatten().collect();
    let scale = scale(&present);
    let (order, differences) = cheapest(&present, scale);
    let mut mode = order.code();
    let mut body = Vec::with_capacity(2 + values.len());
    if present.len() < values.len() {
        mode |= BITMAP;
        push_bitmap(&mut body, values);
    }
    if scale > 1 {
        mode |= SCALED;
        varint::push(&mut body, scale.cast_unsigned());
    }
    body.insert(0, mode);
    if let Some(first) = present.first() {
        varint::push_signed(&mut body, *first);
    }
    body.extend(differences);
    body
}

/// As many values as rows.
pub(super) fn decode(mut bytes: &[u8], rows: usize) -> Result<Vec<Option<i64>>, CodecError> {
    let (&mode, rest) = bytes.split_first().ok_or(CodecError::Cut)?;
    bytes = rest;
    if mode & !(0b11 | BITMAP | SCALED) != 0 {
        return Err(CodecError::UnknownMode(mode));
    }
    let order = Order::from_code(mode & 0b11).ok_or(CodecError::UnknownMode(mode))?;
    let bitmap = if mode & BITMAP == 0 {
        None
    } else {
        let (bitmap, rest) = bytes
            .split_at_checked(rows.div_ceil(8))
            .ok_or(CodecError::Cut)?;
        bytes = rest;
        Some(bitmap)
    };
    let scale = if mode & SCALED == 0 {
        1
    } else {
        varint::take(&mut bytes)?.cast_signed()
    };
    let mut values = Values::new(order, scale, bytes);
    let decoded = (0..rows)
        .map(|row| has_value(bitmap, row).then(|| values.next()).transpose())
        .collect::<Result<_, _>>()?;
    if values.rest.is_empty() {
        Ok(decoded)
    } else {
        Err(CodecError::LeftOver)
    }
}

/// The numbers of a column, one after the other.
struct Values<'a> {
    order: Order,
    scale: i64,
    rest: &'a [u8],
    first: Option<i64>,
    value: i64,
    delta: i64,
}

impl<'a> Values<'a> {
    fn new(order: Order, scale: i64, rest: &'a [u8]) -> Self {
        Self {
            order,
            scale,
            rest,
            first: None,
            value: 0,
            delta: 0,
        }
    }

    /// Wrapping, as the encoder's differences are: every column of numbers has an encoding, and no bytes overflow.
    fn next(&mut self) -> Result<i64, CodecError> {
        let Some(first) = self.first else {
            self.value = varint::take_signed(&mut self.rest)?;
            self.first = Some(self.value);
            return Ok(self.value);
        };
        let difference = if self.rest.is_empty() {
            0
        } else {
            varint::take_signed(&mut self.rest)?.wrapping_mul(self.scale)
        };
        match self.order {
            Order::FromFirst => self.value = first.wrapping_add(difference),
            Order::Delta => self.value = self.value.wrapping_add(difference),
            Order::DeltaOfDelta => {
                self.delta = self.delta.wrapping_add(difference);
                self.value = self.value.wrapping_add(self.delta);
            }
        }
        Ok(self.value)
    }
}

impl Order {
    const ALL: [Self; 3] = [Self::FromFirst, Self::Delta, Self::DeltaOfDelta];

    fn code(self) -> u8 {
        match self {
            Self::FromFirst => 0,
            Self::Delta => 1,
            Self::DeltaOfDelta => 2,
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.code() == code)
    }

    fn differences(self, present: &[i64]) -> Vec<i64> {
        let Some((&first, later)) = present.split_first() else {
            return Vec::new();
        };
        let (mut before, mut delta_before) = (first, 0_i64);
        later
            .iter()
            .map(|&value| {
                let delta = value.wrapping_sub(before);
                let difference = match self {
                    Self::FromFirst => value.wrapping_sub(first),
                    Self::Delta => delta,
                    Self::DeltaOfDelta => delta.wrapping_sub(delta_before),
                };
                (before, delta_before) = (value, delta);
                difference
            })
            .collect()
    }
}

/// The order whose bytes hold the least information, as zstd sees them: single bytes.
fn cheapest(present: &[i64], scale: i64) -> (Order, Vec<u8>) {
    let [first, delta, delta_of_delta] =
        Order::ALL.map(|order| (order, written(&order.differences(present), scale)));
    [delta, delta_of_delta]
        .into_iter()
        .fold(first, |best, other| {
            if bits(&other.1) < bits(&best.1) {
                other
            } else {
                best
            }
        })
}

fn written(differences: &[i64], scale: i64) -> Vec<u8> {
    let upto = differences
        .iter()
        .rposition(|&difference| difference != 0)
        .map_or(0, |last| last + 1);
    let mut bytes = Vec::with_capacity(upto);
    for difference in differences.iter().take(upto) {
        varint::push_signed(&mut bytes, difference / scale);
    }
    bytes
}

/// About what the bytes cost after zstd: their order-0 entropy, six bits to describe the code of each byte value that
/// occurs, and a fifth of a bit a byte even where it is certain. (The two constants made real telegrams smallest.)
fn bits(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for &byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let all = bytes.len() as f64;
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| f64::from(count) * (all / f64::from(count)).log2() + 6.0)
        .sum::<f64>()
        + all * 0.2
}

/// What divides every difference: meters that say whole amperes have currents in steps of a hundred.
fn scale(present: &[i64]) -> i64 {
    let common = Order::Delta
        .differences(present)
        .into_iter()
        .fold(0, |common, difference| {
            gcd(common, difference.unsigned_abs())
        });
    match i64::try_from(common) {
        Ok(common @ 2..) if !wraps(present) => common,
        _ => 1,
    }
}

/// Whether a difference, or a difference of differences, could wrap: those do not divide by the scale.
fn wraps(present: &[i64]) -> bool {
    let span = present
        .iter()
        .max()
        .zip(present.iter().min())
        .and_then(|(max, min)| max.checked_sub(*min));
    span.is_none_or(|span| span > i64::MAX / 4)
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn push_bitmap(bytes: &mut Vec<u8>, values: &[Option<i64>]) {
    for rows in values.chunks(8) {
        let byte = rows
            .iter()
            .zip(0..)
            .filter(|(value, _)| value.is_some())
            .fold(0_u8, |byte, (_, bit)| byte | 1 << bit);
        bytes.push(byte);
    }
}

fn has_value(bitmap: Option<&[u8]>, row: usize) -> bool {
    bitmap.is_none_or(|bitmap| {
        bitmap
            .get(row / 8)
            .is_some_and(|byte| byte >> (row % 8) & 1 == 1)
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn comes_back(values: &[Option<i64>]) {
        assert_eq!(decode(&encode(values), values.len()).unwrap(), values);
    }

    #[test]
    fn a_steady_column_takes_a_few_bytes() {
        let steady: Vec<_> = (0..60).map(|row| Some(1_553_436_320 + row)).collect();
        assert!(encode(&steady).len() <= 8);
        comes_back(&steady);
        let unchanged = vec![Some(3_432_827); 60];
        assert!(encode(&unchanged).len() <= 6);
        comes_back(&unchanged);
    }

    #[test]
    fn whole_amperes_cost_no_more_than_units() {
        let coarse: Vec<_> = (0..60).map(|row| Some(row * row % 7 * 100)).collect();
        let fine: Vec<_> = (0..60).map(|row| Some(row * row % 7)).collect();
        assert!(encode(&coarse).len() <= encode(&fine).len() + 1);
        comes_back(&coarse);
    }

    #[test]
    fn extremes_come_back() {
        comes_back(&[Some(i64::MIN), Some(i64::MAX), Some(i64::MIN), Some(0)]);
        comes_back(&[Some(i64::MAX), None, Some(i64::MIN), Some(-2)]);
        comes_back(&[None, None, Some(5)]);
        comes_back(&[Some(0), Some(i64::MAX / 3 * 2), Some(0)]);
    }

    #[test]
    fn what_is_left_over_or_missing_is_refused() {
        let column = encode(&[Some(1), Some(5), Some(2)]);
        assert_eq!(decode(&column, 2), Err(CodecError::LeftOver));
        assert_eq!(decode(column.get(..1).unwrap(), 3), Err(CodecError::Cut));
        assert_eq!(decode(&[], 3), Err(CodecError::Cut));
        assert_eq!(decode(&[3], 3), Err(CodecError::UnknownMode(3)));
        assert_eq!(decode(&[BITMAP, 0xff], 9), Err(CodecError::Cut));
    }

    proptest! {
        #[test]
        fn any_column_comes_back(values in proptest::collection::vec(any::<Option<i64>>(), 1..200)) {
            comes_back(&values);
        }

        #[test]
        fn small_numbers_come_back(values in proptest::collection::vec(proptest::option::weighted(0.9, -500..500_i64), 1..200), step in 1..1000_i64) {
            comes_back(&values.iter().map(|value| value.map(|value| value * step)).collect::<Vec<_>>());
        }

        #[test]
        fn any_bytes_are_a_column_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300), rows in 0..100_usize) {
            if let Ok(values) = decode(&bytes, rows) {
                prop_assert_eq!(values.len(), rows);
            }
        }
    }
}
