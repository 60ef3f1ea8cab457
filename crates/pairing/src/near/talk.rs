//! The wallet's side: a call, and the conversation after it.

use core::fmt;

use rand_core::CryptoRng;

use super::key::NearKey;
use super::message::{Request, Response};
use crate::encode;
use crate::message::{self, Kind};
use crate::noise::{Failed, Handshake, Prologue, Session};
use crate::wallet::{PairingError, expect};

/// A call that was made, and waits to be taken.
pub struct NearCall {
    handshake: Handshake,
    message: Vec<u8>,
}

impl NearCall {
    /// Calls the device that this key is shared with.
    ///
    /// # Errors
    /// [`PairingError::Handshake`] if the handshake library refuses its parameters.
    pub fn start(key: &NearKey, rng: &mut impl CryptoRng) -> Result<Self, PairingError> {
        let start = |rng| {
            let mut handshake = Handshake::initiator(Prologue::Near, &key.psk(), rng)?;
            let first = handshake.write(&[])?;
            Ok((handshake, first))
        };
        let (handshake, first) = start(rng).map_err(|Failed| PairingError::Handshake)?;
        Ok(Self {
            handshake,
            message: message::build(Kind::Call, &[&first]),
        })
    }

    /// CALL, to send.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// Takes CALL_TAKEN, which only the device can have made.
    ///
    /// # Errors
    /// [`PairingError`]; go on waiting unless it is [`PairingError::is_final`].
    pub fn taken(&self, message: &[u8]) -> Result<NearTalk, PairingError> {
        let second = expect(message, Kind::CallTaken)?;
        let mut handshake = self.handshake.clone();
        handshake.read(second)?;
        Ok(NearTalk {
            session: handshake.finish()?,
        })
    }
}

/// A conversation with the device: one request, its response, and the next.
pub struct NearTalk {
    session: Session,
}

impl NearTalk {
    /// REQUEST, to send.
    ///
    /// # Errors
    /// [`PairingError`] if it cannot be sealed.
    pub fn ask(&mut self, request: &Request) -> Result<Vec<u8>, PairingError> {
        let plain = zeroize::Zeroizing::new(encode(request));
        let sealed = self.session.to_device.seal(&plain)?;
        Ok(message::build(Kind::Request, &[&sealed]))
    }

    /// Takes RESPONSE. A message that is none, or was said before, changes nothing.
    ///
    /// # Errors
    /// [`PairingError`]; go on waiting unless it is [`PairingError::is_final`].
    pub fn response(&mut self, message: &[u8]) -> Result<Response, PairingError> {
        let sealed = expect(message, Kind::Response)?;
        let plain = self.session.to_wallet.open(sealed)?;
        let response: Response =
            minicbor::decode(&plain).map_err(|_| PairingError::NotAuthentic)?;
        Ok(response.bounded())
    }
}

impl fmt::Debug for NearCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NearCall(..)")
    }
}

impl fmt::Debug for NearTalk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NearTalk(..)")
    }
}
