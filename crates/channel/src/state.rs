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
