//! The data directory: one program at a time, and nobody else's eyes.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// A directory with mode 0700, locked for as long as this value lives.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the sentences say it")]
pub enum DataDirError {
    #[error(
        "cannot create or open {path}: {source}. Check that the disk has room and that you may write there."
    )]
    Io { path: PathBuf, source: io::Error },
    #[error(
        "{path} can be read by others (mode {mode:o}). Make it private first: chmod {wanted:o} {path}"
    )]
    Open {
        path: PathBuf,
        mode: u32,
        wanted: u32,
    },
    #[error(
        "another provider-service is running on {path}. Stop that one first, or choose another --data-dir."
    )]
    Locked { path: PathBuf },
    #[error(
        "{path} holds {found} bytes instead of 32, so it is damaged. Restore it from your backup."
    )]
    Damaged { path: PathBuf, found: usize },
}

impl DataDir {
    /// Creates the directory if it is not there, refuses one that others can read, and locks it.
    ///
    /// # Errors
    /// [`DataDirError`], with the sentence for the person who started the program.
    pub fn open(path: &Path) -> Result<Self, DataDirError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|source| io_error(path, source))?;
        refuse_open_to_others(path, 0o700)?;
        let lock_path = path.join("lock");
        let lock = private_file(&lock_path)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                _lock: lock,
            }),
            Err(fs::TryLockError::WouldBlock) => Err(DataDirError::Locked {
                path: path.to_owned(),
            }),
            Err(fs::TryLockError::Error(source)) => Err(io_error(&lock_path, source)),
        }
    }

    /// A file inside the directory.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The path of a file that only its owner can read, made empty when it is not there yet: SQLite gives its log the same mode.
    ///
    /// # Errors
    /// When it cannot be made, or is open to others.
    pub fn private(&self, name: &str) -> Result<PathBuf, DataDirError> {
        let path = self.file(name);
        private_file(&path)?;
        refuse_open_to_others(&path, 0o600)?;
        Ok(path)
    }

    /// The 32-byte secret in file `name`; made from the operating system's random source when it is not there yet.
    ///
    /// # Errors
    /// When the file cannot be read or written, is open to others, or has another length.
    pub fn secret(&self, name: &str) -> Result<Zeroizing<[u8; 32]>, DataDirError> {
        let path = self.file(name);
        if !path.exists() {
            write_private(&path, &*crate::random::bytes::<32>())?;
        }
        refuse_open_to_others(&path, 0o600)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(64));
        File::open(&path)
            .and_then(|file| file.take(64).read_to_end(&mut bytes))
            .map_err(|source| io_error(&path, source))?;
        let found = bytes.len();
        bytes
            .as_slice()
            .try_into()
            .map(Zeroizing::new)
            .map_err(|_| DataDirError::Damaged { path, found })
    }
}

/// Writes a file that only its owner can read: whole, or not at all.
///
/// # Errors
/// When the disk refuses.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), DataDirError> {
    let draft = path.with_extension("new");
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)?;
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, path)
    };
    write().map_err(|source| io_error(path, source))
}

fn private_file(path: &Path) -> Result<File, DataDirError> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(|source| io_error(path, source))
}

/// Refuses a file or directory whose mode gives group or others any right.
///
/// # Errors
/// When it does, or when it cannot be looked at.
pub fn refuse_open_to_others(path: &Path, wanted: u32) -> Result<(), DataDirError> {
    let mode = fs::metadata(path)
        .map_err(|source| io_error(path, source))?
        .permissions()
        .mode()
        & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(DataDirError::Open {
        path: path.to_owned(),
        mode,
        wanted,
    })
}

fn io_error(path: &Path, source: io::Error) -> DataDirError {
    DataDirError::Io {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_second_program_on_the_directory_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data");
        let first = DataDir::open(&path).unwrap();
        let refused = DataDir::open(&path).unwrap_err();
        assert!(matches!(refused, DataDirError::Locked { .. }), "{refused}");
        drop(first);
        DataDir::open(&path).unwrap();
    }

    #[test]
    fn a_directory_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
        let refused = DataDir::open(dir.path()).unwrap_err();
        assert!(refused.to_string().contains("chmod 700"), "{refused}");
    }

    #[test]
    fn a_secret_is_made_once_and_stays() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(&dir.path().join("data")).unwrap();
        let first = data.secret("identity").unwrap();
        assert_eq!(*first, *data.secret("identity").unwrap());
        assert_ne!(*first, [0; 32]);
        fs::write(data.file("identity"), b"short").unwrap();
        assert!(matches!(
            data.secret("identity"),
            Err(DataDirError::Damaged { found: 5, .. })
        ));
    }
}
