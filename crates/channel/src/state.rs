//! How states and keys are written: one version byte, then CBOR, nothing after it.

use crate::ChannelError;
use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

/// `version ‖ CBOR(value)`, in a buffer that is wiped.
pub(crate) fn encode<T: Encode<()>>(version: u8, value: &T) -> Zeroizing<Vec<u8>> {
    let mut length = Count(1);
    // Neither the counter nor a vector can fail to be written to.
    let _infallible = minicbor::encode(value, &mut length);
    // Room for everything at once: a vector that grows leaves copies of secrets behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(length.0));
    bytes.push(version);
    let _infallible = minicbor::encode(value, &mut *bytes);
    bytes
}

pub(crate) fn decode<'b, T: Decode<'b, ()>>(
    what: &'static str,
    known: u8,
    bytes: &'b [u8],
) -> Result<T, ChannelError> {
    let (version, body) = bytes
        .split_first()
        .ok_or_else(|| ChannelError::malformed(what, "it is empty"))?;
    match *version {
        version if version > known => {
            return Err(ChannelError::Version {
                what,
                version,
                known,
            });
        }
        version if version < known => {
            return Err(ChannelError::malformed(what, "its version byte is unknown"));
        }
        _ => {}
    }
    let mut decoder = minicbor::Decoder::new(body);
    let value = decoder
        .decode()
        .map_err(|error| ChannelError::malformed(what, error))?;
    if decoder.position() != body.len() {
        return Err(ChannelError::malformed(what, "bytes follow after its end"));
    }
    Ok(value)
}

struct Count(usize);

impl minicbor::encode::Write for &mut Count {
    type Error = std::convert::Infallible;
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Self::Error> {
        self.0 += bytes.len();
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_as_large_as_what_is_written_so_that_it_never_grows() {
        let secret = ("s".repeat(1000), "and more".to_owned());
        let bytes = encode(7, &secret);
        assert_eq!(bytes.capacity(), bytes.len());
        assert_eq!(decode::<(String, String)>("it", 7, &bytes).unwrap(), secret);
    }

    #[test]
    fn other_versions_are_named_and_nothing_may_follow() {
        let mut bytes = encode(7, &1_u8);
        assert!(matches!(
            decode::<u8>("it", 6, &bytes),
            Err(ChannelError::Version {
                version: 7,
                known: 6,
                ..
            })
        ));
        let lower = decode::<u8>("it", 8, &bytes);
        assert!(
            matches!(lower, Err(ChannelError::Malformed { .. })),
            "{lower:?}"
        );
        bytes.push(0);
        assert!(decode::<u8>("it", 7, &bytes).is_err());
    }
}
