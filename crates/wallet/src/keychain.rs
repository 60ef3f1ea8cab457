//! Where the seed rests: the operating system's keychain, or a file that a passphrase encrypts.

use std::io;
use std::path::PathBuf;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use data_dir::write_private;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::seed::Seed;

/// The name under which the system's keychain lists the wallet.
const SERVICE: &str = "io.github.meterkast.MyHome";

/// What can go wrong with the keychain.
#[derive(Debug, thiserror::Error)]
pub enum KeychainError {
    /// There is no keychain service, or it is locked.
    #[error(
        "the system's keychain does not answer ({0}); unlock it, or choose an encrypted file: --keychain file"
    )]
    Unavailable(String),
    /// The keychain answers but holds no seed, although a wallet was made here.
    #[error(
        "the keychain holds no seed for this wallet; unlock the right keychain, or restore from the 24 words"
    )]
    Missing,
    /// The keychain holds something else.
    #[error("what the keychain holds is not a seed; restore from the 24 words")]
    Damaged,
    /// Wrong passphrase, or a damaged file: the two cannot be told apart.
    #[error("the passphrase is wrong, or the file with the seed was changed")]
    Passphrase,
    /// A passphrase that guards nothing.
    #[error("the passphrase has {found} characters; take at least {MIN_PASSPHRASE}")]
    TooShort {
        /// How many it has.
        found: usize,
    },
    /// The file cannot be read or written.
    #[error("the file with the seed: {0}")]
    Io(#[from] io::Error),
}

/// Fewest characters of a new passphrase.
pub const MIN_PASSPHRASE: usize = 8;

/// A place for one seed.
pub trait Keychain: Send + Sync {
    /// The seed.
    ///
    /// # Errors
    /// [`KeychainError::Missing`] if there is none, which does not mean that there never was one.
    fn load(&self) -> Result<Seed, KeychainError>;

    /// Keeps the seed.
    ///
    /// # Errors
    /// [`KeychainError`].
    fn store(&self, seed: &Seed) -> Result<(), KeychainError>;
}

/// The operating system's keychain.
pub struct SystemKeychain {
    user: String,
}

impl SystemKeychain {
    /// The entry of the wallet with this name (`crate::Settings::wallet`).
    pub fn new(wallet: &str) -> Self {
        Self {
            user: format!("seed/v1/{wallet}"),
        }
    }

    fn with_entry<T: Send>(
        &self,
        work: impl FnOnce(keyring_core::Entry) -> keyring_core::Result<T> + Send,
    ) -> Result<T, KeychainError> {
        // The store waits for D-Bus on a runtime of its own, which must not happen on a thread of ours.
        let run = || {
            let entry = system_store()?.build(SERVICE, &self.user, None)?;
            work(entry)
        };
        let result = std::thread::scope(|scope| scope.spawn(run).join());
        match result {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(keyring_core::Error::NoEntry)) => Err(KeychainError::Missing),
            Ok(Err(error)) => Err(KeychainError::Unavailable(error.to_string())),
            Err(_) => Err(KeychainError::Unavailable("its client stopped".into())),
        }
    }
}

impl Keychain for SystemKeychain {
    fn load(&self) -> Result<Seed, KeychainError> {
        let secret = Zeroizing::new(self.with_entry(|entry| entry.get_secret())?);
        secret
            .as_slice()
            .try_into()
            .map(Seed::from_bytes)
            .map_err(|_| KeychainError::Damaged)
    }

    fn store(&self, seed: &Seed) -> Result<(), KeychainError> {
        self.with_entry(|entry| entry.set_secret(seed.expose()))
    }
}

#[cfg(target_os = "linux")]
fn system_store() -> keyring_core::Result<std::sync::Arc<keyring_core::CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(not(target_os = "linux"))]
fn system_store() -> keyring_core::Result<std::sync::Arc<keyring_core::CredentialStore>> {
    Err(keyring_core::Error::NotSupportedByStore(
        "this build has no keychain for this system".into(),
    ))
}

/// A file that a passphrase encrypts: Argon2id (RFC 9106) and XChaCha20-Poly1305.
///
/// `"mkseed" ‖ u8 version=1 ‖ u32 memory KiB ‖ u32 passes ‖ u32 lanes ‖ salt[16] ‖ nonce[24] ‖ ciphertext[48]`;
/// everything before the ciphertext is authenticated with it.
pub struct FileKeychain {
    path: PathBuf,
    passphrase: Zeroizing<String>,
    cost: Cost,
}

#[derive(Clone, Copy)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
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

impl FileKeychain {
    /// The seed in this file, under this passphrase.
    pub fn new(path: PathBuf, passphrase: Zeroizing<String>) -> Self {
        Self {
            path,
            passphrase,
            cost: COST,
        }
    }

    fn cipher(&self, cost: Cost, salt: &[u8]) -> Result<XChaCha20Poly1305, KeychainError> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
            .map_err(|_| KeychainError::Damaged)?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.passphrase.as_bytes(), salt, key.as_mut_slice())
            .map_err(|_| KeychainError::Damaged)?;
        Ok(XChaCha20Poly1305::new(
            key.as_slice()
                .try_into()
                .map_err(|_| KeychainError::Damaged)?,
        ))
    }

    fn seal(&self, seed: &Seed, rng: &mut impl CryptoRng) -> Result<Vec<u8>, KeychainError> {
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

    fn open(&self, file: &[u8]) -> Result<Seed, KeychainError> {
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

impl Keychain for FileKeychain {
    fn load(&self) -> Result<Seed, KeychainError> {
        match std::fs::read(&self.path) {
            Ok(file) => self.open(&file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(KeychainError::Missing),
            Err(error) => Err(error.into()),
        }
    }

    fn store(&self, seed: &Seed) -> Result<(), KeychainError> {
        let found = self.passphrase.chars().count();
        if found < MIN_PASSPHRASE {
            return Err(KeychainError::TooShort { found });
        }
        let file = self.seal(seed, &mut crate::random())?;
        Ok(write_private(&self.path, &file)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn keychain(dir: &tempfile::TempDir, passphrase: &str) -> FileKeychain {
        let cost = Cost {
            memory_kib: 64,
            passes: 1,
            lanes: 1,
        };
        FileKeychain {
            path: dir.path().join("seed"),
            passphrase: Zeroizing::new(passphrase.into()),
            cost,
        }
    }

    #[test]
    fn the_passphrase_opens_the_file_and_nothing_else_does() {
        let dir = tempfile::tempdir().unwrap();
        let seed = Seed::from_bytes([9; 32]);
        let right = keychain(&dir, "correct horse");
        assert!(matches!(right.load(), Err(KeychainError::Missing)));
        right.store(&seed).unwrap();
        assert_eq!(right.load().unwrap(), seed);
        assert!(matches!(
            keychain(&dir, "correct horsf").load(),
            Err(KeychainError::Passphrase)
        ));
        assert!(matches!(
            keychain(&dir, "short").store(&seed),
            Err(KeychainError::TooShort { found: 5 })
        ));
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let keychain = keychain(&dir, "correct horse");
        keychain.store(&Seed::from_bytes([9; 32])).unwrap();
        let file = std::fs::read(&keychain.path).unwrap();
        for at in 0..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(keychain.open(&changed).is_err(), "byte {at}");
            assert!(keychain.open(&file[..at]).is_err(), "cut at {at}");
        }
        assert!(!file.windows(4).any(|bytes| bytes == [9; 4]));
    }
}
