//! The coordinator's key: 32 bytes in a file of its own, readable by nobody else.

use std::{
    fs::OpenOptions,
    io::{ErrorKind, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use data_encoding::HEXLOWER;
use ed25519_dalek::{Signer, SigningKey};

use super::{Essence, SignatureOf};

/// What signs milestones. Never shown.
pub(crate) struct CoordinatorKey(SigningKey);

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Reading or making it failed.
    #[error(
        "the coordinator's key {file} cannot be used: {why}; check that the directory may be written"
    )]
    File {
        /// The file.
        file: PathBuf,
        /// From the operating system.
        why: String,
    },
    /// It is not 32 bytes.
    #[error(
        "{0} is not the key of a coordinator (32 bytes); put the right one back, or remove it for a new one"
    )]
    Damaged(PathBuf),
    /// Others can read it.
    #[error(
        "others may read the coordinator's key {0}; `chmod 600` it, and replace it if somebody did"
    )]
    Open(PathBuf),
}

impl CoordinatorKey {
    /// The key beside the file with the blocks, made when it is not there.
    ///
    /// # Errors
    /// [`KeyError`].
    pub(crate) fn beside(data: &Path) -> Result<Self, KeyError> {
        let mut name = data.as_os_str().to_owned();
        name.push(".coordinator-key");
        let file = PathBuf::from(name);
        match read(&file)? {
            Some(seed) => Ok(Self::from_seed(seed)),
            None => make(&file),
        }
    }

    pub(super) fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// `0x` and hexadecimal digits.
    pub(crate) fn public_key(&self) -> String {
        format!("0x{}", HEXLOWER.encode(self.0.verifying_key().as_bytes()))
    }

    pub(super) fn sign(&self, essence: &Essence) -> SignatureOf {
        SignatureOf {
            public_key: self.0.verifying_key().to_bytes(),
            signature: self.0.sign(&essence.id().0).to_bytes(),
        }
    }
}

fn failed(file: &Path, why: impl std::fmt::Display) -> KeyError {
    KeyError::File {
        file: file.to_owned(),
        why: why.to_string(),
    }
}

fn read(file: &Path) -> Result<Option<[u8; 32]>, KeyError> {
    let mut opened = match std::fs::File::open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(file, error)),
    };
    let mode = opened.metadata().map_err(|error| failed(file, error))?;
    if mode.permissions().mode() & 0o077 != 0 {
        return Err(KeyError::Open(file.to_owned()));
    }
    let mut seed = [0; 32];
    let whole = opened.read_exact(&mut seed).is_ok();
    let longer = opened.read(&mut [0]).map_err(|error| failed(file, error))? > 0;
    match whole && !longer {
        true => Ok(Some(seed)),
        false => Err(KeyError::Damaged(file.to_owned())),
    }
}

/// Whole or not at all: a kill while the key is written leaves none.
fn make(file: &Path) -> Result<CoordinatorKey, KeyError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| failed(file, error))?;
    let unfinished = file.with_extension("coordinator-key-unfinished");
    let write = || {
        let mut opened = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&unfinished)?;
        opened.write_all(&seed)?;
        opened.sync_all()?;
        std::fs::rename(&unfinished, file)
    };
    write().map_err(|error| failed(file, error))?;
    Ok(CoordinatorKey::from_seed(seed))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn it_is_made_once_and_private() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("tangle.db");
        let made = CoordinatorKey::beside(&data).unwrap().public_key();
        assert_eq!(CoordinatorKey::beside(&data).unwrap().public_key(), made);

        let file = directory.path().join("tangle.db.coordinator-key");
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
        assert!(matches!(
            CoordinatorKey::beside(&data),
            Err(KeyError::Open(_))
        ));
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
        std::fs::write(&file, [1; 31]).unwrap();
        assert!(matches!(
            CoordinatorKey::beside(&data),
            Err(KeyError::Damaged(_))
        ));
    }
}
