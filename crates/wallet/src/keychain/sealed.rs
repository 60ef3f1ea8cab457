//! A seed under a passphrase: Argon2id (RFC 9106) and XChaCha20-Poly1305.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{KeychainError, MIN_PASSPHRASE};
use crate::seed::Seed;

/// What a person types to get at the seed.
///
/// Sealed, a seed is `"mkseed" ‖ u8 version=1 ‖ u32 memory KiB ‖ u32 passes ‖ u32 lanes ‖ salt[16] ‖ nonce[24] ‖
/// ciphertext[48]`; everything before the ciphertext is authenticated with it.
pub(super) struct Passphrase {
    text: Zeroizing<String>,
    cost: Cost,
}

#[derive(Clone, Copy)]
pub(super) struct Cost {
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
    pub(super) lanes: u32,
}

const MAGIC: &[u8; 7] = b"mkseed\x01";
const HEADER_LEN: usize = 7 + 12 + 16 + 24;
/// RFC 9106, second recommended option: 64 MiB, three passes, four lanes.
const COST: Cost = Cost {
    memory_kib: 64 * 1024,
    passes: 3,
    lanes: 4,
};
/// A file from elsewhere cannot make this program take more than this.
const HIGHEST_COST: Cost = Cost {
    memory_kib: 1024 * 1024,
    passes: 16,
    lanes: 16,
};

impl Passphrase {
    pub(super) fn new(text: Zeroizing<String>) -> Self {
        Self { text, cost: COST }
    }

    #[cfg(test)]
    pub(super) fn with_cost(self, cost: Cost) -> Self {
        Self { cost, ..self }
    }

    /// Whether these bytes are a sealed seed.
    pub(super) fn sealed(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }

    /// Refuses one that guards nothing.
    pub(super) fn check(&self) -> Result<(), KeychainError> {
        let found = self.text.chars().count();
        if found < MIN_PASSPHRASE {
            return Err(KeychainError::TooShort { found });
        }
        Ok(())
    }

    fn cipher(&self, cost: Cost, salt: &[u8]) -> Result<XChaCha20Poly1305, KeychainError> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
            .map_err(|_| KeychainError::Damaged)?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.text.as_bytes(), salt, key.as_mut_slice())
            .map_err(|_| KeychainError::Damaged)?;
        Ok(XChaCha20Poly1305::new(
            key.as_slice()
                .try_into()
                .map_err(|_| KeychainError::Damaged)?,
        ))
    }

    pub(super) fn seal(
        &self,
        seed: &Seed,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, KeychainError> {
        let mut header = MAGIC.to_vec();
        for number in [self.cost.memory_kib, self.cost.passes, self.cost.lanes] {
            header.extend_from_slice(&number.to_le_bytes());
        }
        let mut random = [0; 16 + 24];
        rng.fill_bytes(&mut random);
        header.extend_from_slice(&random);
        let (salt, nonce) = random.split_at(16);
        let nonce = nonce.try_into().map_err(|_| KeychainError::Damaged)?;
        let sealed = self
            .cipher(self.cost, salt)?
            .encrypt(
                nonce,
                Payload {
                    msg: seed.expose(),
                    aad: &header,
                },
            )
            .map_err(|_| KeychainError::Damaged)?;
        header.extend_from_slice(&sealed);
        Ok(header)
    }

    pub(super) fn open(&self, file: &[u8]) -> Result<Seed, KeychainError> {
        let (header, sealed) = file
            .split_at_checked(HEADER_LEN)
            .ok_or(KeychainError::Damaged)?;
        let rest = header.strip_prefix(MAGIC).ok_or(KeychainError::Damaged)?;
        let (numbers, rest) = rest.split_at_checked(12).ok_or(KeychainError::Damaged)?;
        let (salt, nonce) = rest.split_at_checked(16).ok_or(KeychainError::Damaged)?;
        let mut numbers = numbers
            .chunks(4)
            .filter_map(|n| n.try_into().ok().map(u32::from_le_bytes));
        let mut number = |highest| match numbers.next() {
            Some(n) if n <= highest => Ok(n),
            _ => Err(KeychainError::Damaged),
        };
        let cost = Cost {
            memory_kib: number(HIGHEST_COST.memory_kib)?,
            passes: number(HIGHEST_COST.passes)?,
            lanes: number(HIGHEST_COST.lanes)?,
        };
        let nonce = nonce.try_into().map_err(|_| KeychainError::Damaged)?;
        let bytes = self
            .cipher(cost, salt)?
            .decrypt(
                nonce,
                Payload {
                    msg: sealed,
                    aad: header,
                },
            )
            .map(Zeroizing::new)
            .map_err(|_| KeychainError::Passphrase)?;
        bytes
            .as_slice()
            .try_into()
            .map(Seed::from_bytes)
            .map_err(|_| KeychainError::Damaged)
    }
}
