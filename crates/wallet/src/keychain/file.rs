//! A file that holds the seed under a passphrase, where there is no keychain.

use std::io;
use std::path::PathBuf;

use data_dir::write_private;
use zeroize::Zeroizing;

use super::sealed::Passphrase;
use super::{Keychain, KeychainError};
use crate::seed::Seed;

/// A file that a passphrase encrypts: Argon2id (RFC 9106) and XChaCha20-Poly1305.
pub struct FileKeychain {
    path: PathBuf,
    passphrase: Passphrase,
}

impl FileKeychain {
    /// The seed in this file, under this passphrase.
    pub fn new(path: PathBuf, passphrase: Zeroizing<String>) -> Self {
        Self {
            path,
            passphrase: Passphrase::new(passphrase),
        }
    }
}

impl Keychain for FileKeychain {
    fn load(&self) -> Result<Seed, KeychainError> {
        match std::fs::read(&self.path) {
            Ok(file) => self.passphrase.open(&file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(KeychainError::Missing),
            Err(error) => Err(error.into()),
        }
    }

    fn store(&self, seed: &Seed) -> Result<(), KeychainError> {
        self.passphrase.check()?;
        let file = self.passphrase.seal(seed, &mut crate::random())?;
        Ok(write_private(&self.path, &file)?)
    }

    fn forget(&self) -> Result<(), KeychainError> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::super::sealed::Cost;
    use super::*;

    fn keychain(dir: &tempfile::TempDir, passphrase: &str) -> FileKeychain {
        let cost = Cost {
            memory_kib: 64,
            passes: 1,
            lanes: 1,
        };
        FileKeychain {
            path: dir.path().join("seed"),
            passphrase: Passphrase::new(Zeroizing::new(passphrase.into())).with_cost(cost),
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
            assert!(keychain.passphrase.open(&changed).is_err(), "byte {at}");
            assert!(
                keychain.passphrase.open(&file[..at]).is_err(),
                "cut at {at}"
            );
        }
        assert!(!file.windows(4).any(|bytes| bytes == [9; 4]));
    }
}
