//! Public-key encryption: RFC 9180 HPKE, mode_psk, HKDF-SHA-256, ChaCha20-Poly1305, with the hybrid KEM.

use crate::hybrid::{EncapsulatedKey, NtruX25519};
use crate::{ENCAPSULATED_KEY_LEN, KemError, PublicKey, SecretKey};
use hpke::aead::{AeadCtxR, AeadCtxS, ChaCha20Poly1305};
use hpke::kdf::HkdfSha256;
use hpke::{Deserializable, HpkeError, OpModeR, OpModeS, PskBundle, Serializable};
use rand_core::CryptoRng;
use std::fmt;
use zeroize::Zeroizing;

/// How much longer a sealed message is than its plaintext: encapsulated key and authentication tag.
pub const SEALED_OVERHEAD: usize = ENCAPSULATED_KEY_LEN + 16;

/// A message that one secret key, together with a pre-shared key, opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The encapsulated key, 1280 bytes.
    pub enc: Vec<u8>,
    /// The encrypted message and its 16-byte authentication tag.
    pub ciphertext: Vec<u8>,
}

impl Sealed {
    /// `enc ‖ ciphertext`.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.enc.as_slice(), &self.ciphertext].concat()
    }

    /// Takes `enc ‖ ciphertext` apart.
    ///
    /// # Errors
    /// [`KemError::EncapsulatedKey`] when `bytes` is shorter than an encapsulated key.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KemError> {
        let (enc, ciphertext) = bytes
            .split_at_checked(ENCAPSULATED_KEY_LEN)
            .ok_or(KemError::EncapsulatedKey(bytes.len()))?;
        Ok(Self {
            enc: enc.to_vec(),
            ciphertext: ciphertext.to_vec(),
        })
    }
}

/// The exporter of one encryption (RFC 9180 section 5.3): both ends derive the same further secrets from it.
pub struct Exporter(Side);

type Sender = AeadCtxS<ChaCha20Poly1305, HkdfSha256, NtruX25519>;
type Receiver = AeadCtxR<ChaCha20Poly1305, HkdfSha256, NtruX25519>;

enum Side {
    Sender(Box<Sender>),
    Receiver(Box<Receiver>),
}

impl Exporter {
    /// The 32-byte secret that belongs to `context`.
    #[must_use]
    pub fn export(&self, context: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut secret = Zeroizing::new([0; 32]);
        // HKDF-SHA-256 fails only beyond 255 × 32 bytes of output.
        let _infallible = match &self.0 {
            Side::Sender(side) => side.export(context, secret.as_mut_slice()),
            Side::Receiver(side) => side.export(context, secret.as_mut_slice()),
        };
        secret
    }
}

impl fmt::Debug for Exporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exporter(..)")
    }
}

/// Encrypts `plaintext` to the owner of `to` who also knows `psk`.
///
/// `psk_id` says which pre-shared key it is, `info` what the message is, `aad` what it belongs to; the other end must
/// name the same. `psk` has to be random, never a password.
///
/// # Errors
/// An empty `psk_id`, a key whose X25519 half is of small order, or a plaintext beyond the AEAD's limit.
pub fn seal(
    to: &PublicKey,
    psk: &[u8; 32],
    psk_id: &[u8],
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<(Sealed, Exporter), KemError> {
    seal_with(to, bundle(psk, psk_id)?, info, aad, plaintext, rng)
}

/// Not generic, so that it is compiled here, once.
fn seal_with(
    to: &PublicKey,
    psk: PskBundle<'_>,
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    mut rng: &mut dyn CryptoRng,
) -> Result<(Sealed, Exporter), KemError> {
    let mode = OpModeS::Psk(psk);
    let (enc, mut context): (_, Sender) =
        hpke::setup_sender_with_rng(&mode, to, info, &mut rng).map_err(name)?;
    let ciphertext = context.seal(plaintext, aad).map_err(name)?;
    let sealed = Sealed {
        enc: enc.to_bytes().to_vec(),
        ciphertext,
    };
    Ok((sealed, Exporter(Side::Sender(Box::new(context)))))
}

/// Decrypts what [`seal`] made for `key` with the same `psk`, `psk_id`, `info` and `aad`.
///
/// # Errors
/// An empty `psk_id`, a malformed encapsulated key, or [`KemError::DoesNotOpen`] for everything else.
pub fn open(
    key: &SecretKey,
    psk: &[u8; 32],
    psk_id: &[u8],
    info: &[u8],
    aad: &[u8],
    sealed: &Sealed,
) -> Result<(Zeroizing<Vec<u8>>, Exporter), KemError> {
    let mode = OpModeR::Psk(bundle(psk, psk_id)?);
    let enc = EncapsulatedKey::from_bytes(&sealed.enc)
        .map_err(|_| KemError::EncapsulatedKey(sealed.enc.len()))?;
    let mut context: Receiver = hpke::setup_receiver(&mode, key, &enc, info).map_err(name)?;
    let plaintext = Zeroizing::new(context.open(&sealed.ciphertext, aad).map_err(name)?);
    Ok((plaintext, Exporter(Side::Receiver(Box::new(context)))))
}

fn bundle<'a>(psk: &'a [u8; 32], psk_id: &'a [u8]) -> Result<PskBundle<'a>, KemError> {
    PskBundle::new(psk, psk_id).map_err(|_| KemError::EmptyPskId)
}

fn name(error: HpkeError) -> KemError {
    match error {
        HpkeError::EncapError | HpkeError::DecapError => KemError::SmallOrderPoint,
        HpkeError::SealError | HpkeError::MessageLimitReached => KemError::CannotSeal,
        _ => KemError::DoesNotOpen,
    }
}
