use crate::{ENCAPSULATED_KEY_LEN, PUBLIC_KEY_LEN};

/// What can go wrong with keys and sealed messages of this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KemError {
    /// A public key does not have the one length that exists.
    #[error("a public key has {PUBLIC_KEY_LEN} bytes, this one has {0}")]
    PublicKeyLength(usize),
    /// An NTRU public key or ciphertext does not have the one length that exists.
    #[error("NTRU-HPS-4096-821 has public keys and ciphertexts of 1230 bytes, this one has {0}")]
    NtruLength(usize),
    /// An encapsulated key is cut, too long, or has something else than zeros in its padding.
    #[error(
        "an encapsulated key has {ENCAPSULATED_KEY_LEN} bytes, the last 18 of them zero; this one has {0} bytes or another end"
    )]
    EncapsulatedKey(usize),
    /// The X25519 half of the public key or of the encapsulated key is a point of small order.
    #[error(
        "the X25519 half is a point of small order, which would make the shared secret known to everyone"
    )]
    SmallOrderPoint,
    /// HPKE refuses an empty identifier for a pre-shared key.
    #[error(
        "the identifier of the pre-shared key is empty; name the consent or the request it belongs to"
    )]
    EmptyPskId,
    /// The sealed message was made for another key, pre-shared key, context or associated data, or it was altered.
    #[error(
        "the sealed message does not open: it is for another key or purpose, or it was altered"
    )]
    DoesNotOpen,
    /// The message is longer than the AEAD can take.
    #[error("the message could not be sealed: it is too long")]
    CannotSeal,
}
