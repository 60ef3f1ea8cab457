//! One block on the Tangle: 4096 bytes that look random, `nonce[24] ‖ ciphertext ‖ mac[16]`.

use crate::ChannelError;
use crate::prf::{hash, prf};
use crate::secret::Key;
use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, Tag as Mac, XChaCha20Poly1305, XNonce};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// Bytes of every block on the Tangle, whatever it carries.
pub const BLOCK_LEN: usize = 4096;
const NONCE_LEN: usize = 24;
const MAC_LEN: usize = 16;
/// Bytes of plaintext in every block.
pub(crate) const PLAINTEXT_LEN: usize = BLOCK_LEN - NONCE_LEN - MAC_LEN;

pub(crate) type Plaintext = Box<Zeroizing<[u8; PLAINTEXT_LEN]>>;

/// Encrypts with XChaCha20-Poly1305 under the nonce PRF(key, "nonce", random32 ‖ H(plaintext))[..24]: neither a random
/// generator nor a state that was rolled back makes two plaintexts share a nonce.
pub(crate) fn seal(
    key: &Key,
    aad: &[u8],
    plaintext: &[u8; PLAINTEXT_LEN],
    rng: &mut dyn CryptoRng,
) -> Result<Box<[u8; BLOCK_LEN]>, ChannelError> {
    let mut random = [0; 32];
    rng.fill_bytes(&mut random);
    let nonce = prf(
        key.expose(),
        "nonce",
        &[&random, hash(&[plaintext]).as_bytes()],
    );
    let nonce = nonce
        .first_chunk::<NONCE_LEN>()
        .copied()
        .unwrap_or_default();

    let mut block = Zeroizing::new([0; BLOCK_LEN]);
    let (head, text, tail) = split_mut(&mut block).ok_or(ChannelError::CannotSeal)?;
    *head = nonce;
    *text = *plaintext;
    *tail = cipher(key)
        .encrypt_inout_detached(&nonce.into(), aad, text.as_mut_slice().into())
        .map_err(|_| ChannelError::CannotSeal)?
        .into();
    Ok(Box::new(*block))
}

/// Decrypts a block, or says nothing: wrong length, wrong key and altered bytes look alike.
pub(crate) fn open(key: &Key, aad: &[u8], block: &[u8]) -> Option<Plaintext> {
    let mut block = Zeroizing::new(<[u8; BLOCK_LEN]>::try_from(block).ok()?);
    let (nonce, text, mac) = split_mut(&mut block)?;
    cipher(key)
        .decrypt_inout_detached(
            &XNonce::from(*nonce),
            aad,
            text.as_mut_slice().into(),
            &Mac::from(*mac),
        )
        .ok()?;
    Some(Box::new(Zeroizing::new(*text)))
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.expose().into())
}

type Split<'a> = (
    &'a mut [u8; NONCE_LEN],
    &'a mut [u8; PLAINTEXT_LEN],
    &'a mut [u8; MAC_LEN],
);

fn split_mut(block: &mut [u8; BLOCK_LEN]) -> Option<Split<'_>> {
    let (nonce, rest) = block.split_first_chunk_mut()?;
    let (text, rest) = rest.split_first_chunk_mut()?;
    Some((nonce, text, rest.try_into().ok()?))
}
