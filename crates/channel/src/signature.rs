//! ML-DSA signatures (FIPS 204): ML-DSA-65 for identities and messages, ML-DSA-44 for blocks.
//!
//! Stateless, so that a cloned storage card cannot become a forgery, and hedged: the random generator makes signatures
//! stronger, its failure does not make them weak.

use crate::{ChannelError, Hash, prf};
use minicbor::{Decode, Encode};
use ml_dsa::{
    EncodedVerifyingKey, MlDsa44, MlDsa65, MlDsaParams, Signature, SigningKey, VerifyingKey,
};
use rand_core::CryptoRng;
use std::fmt;
use std::sync::Arc;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Bytes of a [`VerifyingIdentity`].
pub const IDENTITY_KEY_LEN: usize = 1952;
/// Bytes of a signature by an [`IdentityKey`].
pub const IDENTITY_SIGNATURE_LEN: usize = 3309;
/// Bytes of a [`BlockVerifier`].
pub const BLOCK_KEY_LEN: usize = 1312;
/// Bytes of a signature by a [`BlockKey`].
pub(crate) const BLOCK_SIGNATURE_LEN: usize = 2420;

/// The FIPS 204 context of every block signature.
const BLOCK_CONTEXT: &[u8] = b"mk1/blk";

/// The key of a wallet, device, provider or consent: signs messages, requests and receipts with ML-DSA-65.
#[derive(Clone)]
pub struct IdentityKey(Arc<Signer<MlDsa65>>);

impl IdentityKey {
    /// The key that belongs to `seed`, which must be secret and random.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(Arc::new(Signer::from_seed(seed)))
    }

    /// The seed, for storage.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        self.0.seed()
    }

    /// The public half.
    #[must_use]
    pub fn verifying(&self) -> VerifyingIdentity {
        VerifyingIdentity(self.0.verifying())
    }

    /// Signs `message` with the FIPS 204 context `mk1/` + `context`.
    ///
    /// # Errors
    /// [`ChannelError::CannotSign`] for a context over 251 bytes.
    pub fn sign(
        &self,
        context: &str,
        message: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, ChannelError> {
        self.0.sign(full_context(context).as_bytes(), message, rng)
    }
}

/// The public half of an [`IdentityKey`].
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingIdentity(Box<[u8]>);

impl VerifyingIdentity {
    /// # Errors
    /// [`ChannelError::Length`] for another length than [`IDENTITY_KEY_LEN`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ChannelError> {
        sized("an identity key", bytes, IDENTITY_KEY_LEN).map(Self)
    }

    /// The key as FIPS 204 encodes it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The key as FIPS 204 encodes it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    /// SHA-256 of the key: what receipts, requests and pairing codes name an identity by.
    #[must_use]
    pub fn hash(&self) -> Hash {
        prf::hash(&[&self.0])
    }

    /// # Errors
    /// [`ChannelError::BadSignature`] unless `signature` is by this key, over `message`, in `context`.
    pub fn verify(
        &self,
        context: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), ChannelError> {
        let key = decode_key::<MlDsa65>(&self.0).ok_or(ChannelError::BadSignature)?;
        verify(&key, full_context(context).as_bytes(), message, signature)
    }
}

/// The key of one epoch of one channel: signs its blocks with ML-DSA-44.
#[derive(Clone)]
pub struct BlockKey(Arc<Signer<MlDsa44>>);

impl BlockKey {
    /// The key that belongs to `seed`, which must be secret and random.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(Arc::new(Signer::from_seed(seed)))
    }

    /// The seed, for storage.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        self.0.seed()
    }

    /// The public half.
    #[must_use]
    pub fn verifying(&self) -> BlockVerifier {
        BlockVerifier::decoded(self.0.verifying())
    }

    pub(crate) fn sign(
        &self,
        message: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, ChannelError> {
        self.0.sign(BLOCK_CONTEXT, message, rng)
    }
}

/// The public half of a [`BlockKey`]. Its root is what readers are granted.
#[derive(Clone)]
pub struct BlockVerifier {
    bytes: Arc<[u8]>,
    /// Decoding expands a matrix, half the work of a verification, so it is done once.
    key: Arc<VerifyingKey<MlDsa44>>,
}

impl BlockVerifier {
    /// # Errors
    /// [`ChannelError::Length`] for another length than [`BLOCK_KEY_LEN`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ChannelError> {
        sized("a block key", bytes, BLOCK_KEY_LEN).map(Self::decoded)
    }

    /// The key as FIPS 204 encodes it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// # Errors
    /// [`ChannelError::BadSignature`] unless `signature` is by this key over `message`, as a block.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), ChannelError> {
        verify(&self.key, BLOCK_CONTEXT, message, signature)
    }

    fn decoded(bytes: Box<[u8]>) -> Self {
        let encoded = EncodedVerifyingKey::<MlDsa44>::try_from(&*bytes).unwrap_or_default();
        Self {
            key: Arc::new(VerifyingKey::decode(&encoded)),
            bytes: bytes.into(),
        }
    }
}

impl PartialEq for BlockVerifier {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for BlockVerifier {}

struct Signer<P: MlDsaParams>(SigningKey<P>);

impl<P: MlDsaParams> Signer<P> {
    fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_seed(seed.into()))
    }

    fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_seed().into())
    }

    fn verifying(&self) -> Box<[u8]> {
        self.0.as_ref().encode().as_slice().into()
    }

    fn sign(
        &self,
        context: &[u8],
        message: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, ChannelError> {
        let signature = self
            .0
            .expanded_key()
            .sign_randomized(message, context, rng)
            .map_err(|_| ChannelError::CannotSign)?;
        Ok(signature.encode().to_vec())
    }
}

fn verify<P: MlDsaParams>(
    key: &VerifyingKey<P>,
    context: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), ChannelError> {
    let signature = Signature::<P>::try_from(signature).map_err(|_| ChannelError::BadSignature)?;
    key.verify_with_context(message, context, &signature)
        .then_some(())
        .ok_or(ChannelError::BadSignature)
}

fn decode_key<P: MlDsaParams>(bytes: &[u8]) -> Option<VerifyingKey<P>> {
    let encoded = EncodedVerifyingKey::<P>::try_from(bytes).ok()?;
    Some(VerifyingKey::decode(&encoded))
}

fn full_context(context: &str) -> String {
    format!("mk1/{context}")
}

fn sized(what: &'static str, bytes: &[u8], expected: usize) -> Result<Box<[u8]>, ChannelError> {
    let error = ChannelError::Length {
        what,
        len: bytes.len(),
        expected,
    };
    (bytes.len() == expected).then(|| bytes.into()).ok_or(error)
}

macro_rules! silent {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )*};
}
silent!(IdentityKey, BlockKey);

impl PartialEq for BlockKey {
    fn eq(&self, other: &Self) -> bool {
        self.seed().ct_eq(other.seed().as_slice()).into()
    }
}

/// As its seed.
impl<C> Encode<C> for BlockKey {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(self.seed().as_slice())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for BlockKey {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let seed = d
            .bytes()?
            .try_into()
            .map_err(|_| minicbor::decode::Error::message("a seed has 32 bytes"))?;
        Ok(Self::from_seed(seed))
    }
}

macro_rules! public_key {
    ($name:ident) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(
                    f,
                    "{}({})",
                    stringify!($name),
                    prf::hash(&[self.as_bytes()])
                )
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(self.as_bytes())?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(
                d: &mut minicbor::Decoder<'b>,
                _: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                Self::from_bytes(d.bytes()?).map_err(minicbor::decode::Error::custom)
            }
        }
    };
}
public_key!(VerifyingIdentity);
public_key!(BlockVerifier);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_that_of_its_seed_and_equal_to_no_other() {
        let [one, two] = [[7; 32], [8; 32]];
        assert_eq!(*IdentityKey::from_seed(&one).seed(), one);
        let keys = [BlockKey::from_seed(&one), BlockKey::from_seed(&two)];
        assert!(keys[0] == BlockKey::from_seed(&one) && keys[0] != keys[1]);
        let [first, second] = keys.map(|key| key.verifying());
        assert!(first == BlockKey::from_seed(&one).verifying() && first != second);
    }
}
