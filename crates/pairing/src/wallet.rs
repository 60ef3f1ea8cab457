//! The wallet's side of pairing. Each step is a type of its own, so that steps cannot be taken out of order.
//!
//! No step consumes the one before it: a message that does not fit (junk, a replay, another session's) is refused
//! and the wallet goes on waiting for the right one.

use core::fmt;

use channel::{IdentityKey, VerifyingIdentity};
use rand_core::CryptoRng;

use crate::code::{PairingCode, PairingSecret};
use crate::device::SESSION;
use crate::encode;
use crate::identity;
use crate::message::{self, Answer, Challenge, Kind, Offer, Parsed, Refusal};
use crate::noise::{self, Failed, Handshake, Prologue, Session};
use crate::paired::Paired;
use crate::post::ClaimId;

/// Why a message of the device did not bring the wallet further.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PairingError {
    /// The device said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The message does not belong to this session: altered, replayed, or from someone without the code.
    #[error("the answer does not come from the device of this code, or it was altered on its way")]
    NotAuthentic,
    /// Someone who knows the code's secret answers with another identity.
    #[error(
        "another device answers with the secret of this code; do not go on, and make a new code on your device"
    )]
    OtherDevice,
    /// Not a message of this protocol, longer than 16 KiB, or not the one that comes next.
    #[error("the answer is not part of pairing, or out of turn")]
    Unexpected,
    /// The device speaks another version.
    #[error(
        "the device speaks version {0} of pairing; this wallet speaks version 1, so one of them needs an update"
    )]
    OtherVersion(u8),
    /// More than 30 s went by since the device answered.
    #[error("pairing took longer than {SESSION} s; start again")]
    TimedOut,
    /// The handshake could not be started.
    #[error("the handshake could not be made")]
    Handshake,
}

impl From<Failed> for PairingError {
    fn from(Failed: Failed) -> Self {
        Self::NotAuthentic
    }
}

/// First step: CLAIM_DEVICE is made, and the wallet waits for CHALLENGE.
pub struct WalletPairing {
    code: PairingCode,
    handshake: Handshake,
    claim: ClaimId,
    message: Vec<u8>,
}

impl WalletPairing {
    /// Claims the device of this code.
    ///
    /// # Errors
    /// [`PairingError::Handshake`] if the handshake library refuses its parameters.
    pub fn start(
        code: &PairingCode,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, PairingError> {
        let start = |rng| {
            let mut handshake = Handshake::initiator(Prologue::Pair, &code.secret().psk(), rng)?;
            let first = handshake.write(&now.to_le_bytes())?;
            Ok((handshake, first))
        };
        let (handshake, first) = start(rng).map_err(|Failed| PairingError::Handshake)?;
        Ok(Self {
            code: code.clone(),
            handshake,
            claim: ClaimId::of(&first),
            message: message::build(Kind::ClaimDevice, &[&first]),
        })
    }

    /// CLAIM_DEVICE, to send.
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// Where on the Tangle this session's messages lie.
    pub fn claim(&self) -> ClaimId {
        self.claim
    }

    /// The secret under which they lie there.
    pub fn secret(&self) -> &PairingSecret {
        self.code.secret()
    }

    /// Takes CHALLENGE: checks that the device holds the secret of the code and the identity key that it names.
    ///
    /// # Errors
    /// [`PairingError`]; go on waiting unless it is [`PairingError::is_final`].
    pub fn challenge(&self, now: u64, message: &[u8]) -> Result<Challenged, PairingError> {
        let body = expect(message, Kind::Challenge)?;
        let (second, sealed) = body
            .split_at_checked(noise::SECOND_LEN)
            .ok_or(PairingError::Unexpected)?;
        let mut handshake = self.handshake.clone();
        handshake.read(second)?;
        let mut session = handshake.finish()?;
        let plain = session.to_wallet.open(sealed)?;
        let challenge: Challenge =
            minicbor::decode(&plain).map_err(|_| PairingError::NotAuthentic)?;
        let device = VerifyingIdentity::from_bytes(&challenge.identity)
            .map_err(|_| PairingError::NotAuthentic)?;
        if self
            .code
            .identity()
            .is_some_and(|named| named != identity::short_hash(&device))
        {
            return Err(PairingError::OtherDevice);
        }
        identity::verify(
            &device,
            identity::DEVICE,
            &session.hash,
            &challenge.signature,
        )?;
        Ok(Challenged {
            device,
            session,
            claim: self.claim,
            at: now,
        })
    }
}

/// Second step: the device is the one of the code.
pub struct Challenged {
    device: VerifyingIdentity,
    session: Session,
    claim: ClaimId,
    at: u64,
}

impl Challenged {
    /// The device's identity key.
    pub fn device(&self) -> &VerifyingIdentity {
        &self.device
    }

    /// Makes ANSWER_CHALLENGE with the key that this wallet uses towards this device alone.
    ///
    /// # Errors
    /// [`PairingError::TimedOut`] after 30 s.
    pub fn answer(
        mut self,
        now: u64,
        wallet: &IdentityKey,
        rng: &mut impl CryptoRng,
    ) -> Result<WalletAnswered, PairingError> {
        if now.saturating_sub(self.at) >= SESSION {
            return Err(PairingError::TimedOut);
        }
        let body = Answer {
            wallet: wallet.verifying().to_bytes(),
            signature: identity::sign(wallet, identity::WALLET, &self.session.hash, rng)?,
        };
        let sealed = self.session.to_device.seal(&encode(&body))?;
        Ok(WalletAnswered {
            paired: Paired::new(&self.session, self.device, wallet.verifying(), now),
            session: self.session,
            claim: self.claim,
            message: message::build(Kind::AnswerChallenge, &[&sealed]),
        })
    }
}

/// Third step: the answer is made, and the wallet waits for CLAIM_RESULT.
pub struct WalletAnswered {
    paired: Paired,
    session: Session,
    claim: ClaimId,
    message: Vec<u8>,
}

impl WalletAnswered {
    /// ANSWER_CHALLENGE, to send.
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// Where on the Tangle this session's messages lie.
    pub fn claim(&self) -> ClaimId {
        self.claim
    }

    /// Takes CLAIM_RESULT. The pairing holds once DEVICE_ADDED follows within ten minutes.
    ///
    /// # Errors
    /// [`PairingError`]; go on waiting unless it is [`PairingError::is_final`].
    pub fn result(&self, message: &[u8]) -> Result<(Paired, Offer), PairingError> {
        let sealed = expect(message, Kind::ClaimResult)?;
        let plain = self.session.to_wallet.clone().open(sealed)?;
        let offer: Offer = minicbor::decode(&plain).map_err(|_| PairingError::NotAuthentic)?;
        Ok((self.paired.clone(), offer.bounded()))
    }
}

impl PairingError {
    /// True if waiting longer will not help. Over Bluetooth a stranger can forge a refusal, but that only costs a try.
    pub fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Refused(_)
                | Self::OtherDevice
                | Self::TimedOut
                | Self::OtherVersion(_)
                | Self::Handshake
        )
    }
}

pub(crate) fn expect(message: &[u8], kind: Kind) -> Result<&[u8], PairingError> {
    match message::parse(message) {
        Parsed::Step(found, body) if found == kind => Ok(body),
        Parsed::Refused(refusal) => Err(PairingError::Refused(refusal)),
        Parsed::OtherVersion(version) => Err(PairingError::OtherVersion(version)),
        _ => Err(PairingError::Unexpected),
    }
}

impl fmt::Debug for WalletPairing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WalletPairing(..)")
    }
}

impl fmt::Debug for Challenged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Challenged(..)")
    }
}

impl fmt::Debug for WalletAnswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WalletAnswered(..)")
    }
}
