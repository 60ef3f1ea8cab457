//! A set of lanes: what a request asks for, what a consent names, what a device publishes.

use minicbor::decode::{Decode, Decoder, Error};
use minicbor::encode::{Encode, Encoder, Write};
use readings::Lane;

/// A set of lanes without repetition, always in the order of [`Lane::ALL`].
///
/// In messages it is a CBOR array of lane codes; more codes than there are lanes, a code twice or an unknown one
/// is refused.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash, serde::Serialize, serde::Deserialize)]
#[serde(from = "Vec<Lane>", into = "Vec<Lane>")]
pub struct Lanes(Vec<Lane>);

impl Lanes {
    /// The set of these lanes.
    #[must_use]
    pub fn new(lanes: impl IntoIterator<Item = Lane>) -> Self {
        let given: Vec<Lane> = lanes.into_iter().collect();
        Self(
            Lane::ALL
                .into_iter()
                .filter(|lane| given.contains(lane))
                .collect(),
        )
    }

    /// The lanes, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Lane> + '_ {
        self.0.iter().copied()
    }

    /// The lanes as a slice.
    #[must_use]
    pub fn as_slice(&self) -> &[Lane] {
        &self.0
    }

    /// Whether the set holds this lane.
    #[must_use]
    pub fn contains(&self, lane: Lane) -> bool {
        self.0.contains(&lane)
    }

    /// Whether there is no lane at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many lanes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl From<Vec<Lane>> for Lanes {
    fn from(lanes: Vec<Lane>) -> Self {
        Self::new(lanes)
    }
}

impl From<Lanes> for Vec<Lane> {
    fn from(lanes: Lanes) -> Self {
        lanes.0
    }
}

impl FromIterator<Lane> for Lanes {
    fn from_iter<I: IntoIterator<Item = Lane>>(lanes: I) -> Self {
        Self::new(lanes)
    }
}

impl<'a> IntoIterator for &'a Lanes {
    type Item = Lane;
    type IntoIter = std::iter::Copied<std::slice::Iter<'a, Lane>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().copied()
    }
}

impl<C> Encode<C> for Lanes {
    fn encode<W: Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(self.0.len() as u64)?;
        for lane in self {
            e.u8(lane.code())?;
        }
        Ok(())
    }
}

impl<'b, C> Decode<'b, C> for Lanes {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Error> {
        let count = d
            .array()?
            .ok_or_else(|| Error::message("lanes must be an array of known length"))?;
        if count > Lane::ALL.len() as u64 {
            return Err(Error::message("more lanes than there are"));
        }
        let lanes = (0..count)
            .map(|_| decode_lane(d))
            .collect::<Result<Vec<_>, _>>()?;
        let set = Self::new(lanes);
        if set.len() as u64 == count {
            Ok(set)
        } else {
            Err(Error::message("a lane is named twice"))
        }
    }
}

fn decode_lane(d: &mut Decoder<'_>) -> Result<Lane, Error> {
    let code = d.u8()?;
    Lane::from_code(code).map_err(Error::message)
}

/// A single lane as its code, for `#[cbor(with = "crate::lanes::code")]`.
pub(crate) mod code {
    use super::{Decoder, Encoder, Error, Lane, Write, decode_lane};

    pub(crate) fn encode<C, W: Write>(
        lane: &Lane,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.u8(lane.code())?;
        Ok(())
    }

    pub(crate) fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<Lane, Error> {
        decode_lane(d)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_set_has_one_order_and_no_repetition() {
        let mut backwards = Lane::ALL.to_vec();
        backwards.reverse();
        backwards.extend(Lane::ALL);
        assert_eq!(Lanes::new(backwards).as_slice(), &Lane::ALL);
    }

    #[test]
    fn codes_round_trip_and_bad_ones_are_refused() {
        let all = Lanes::new(Lane::ALL);
        let bytes = minicbor::to_vec(&all).unwrap();
        assert_eq!(minicbor::decode::<Lanes>(&bytes).unwrap(), all);
        let first = Lane::ALL[0].code();
        for bad in [vec![first, first], vec![250], vec![first; 10]] {
            assert!(
                minicbor::decode::<Lanes>(&minicbor::to_vec(&bad).unwrap()).is_err(),
                "{bad:?}"
            );
        }
    }
}
