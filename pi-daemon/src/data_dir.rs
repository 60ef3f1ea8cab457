//! The data directory: one daemon at a time, and nobody else's eyes.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;

/// How much disk is set aside so that the outbox still has room when the disk is full.
const BALLAST_BYTES: u64 = 8 * 1024 * 1024;

/// A directory with mode 0700, locked for as long as this value lives.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the sentences say it")]
pub enum DataDirError {
    #[error("cannot create or open {path}: {source}. Check that the disk has room and that you may write there.", path = .path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{path} can be read by others (mode {mode:o}), and it holds the keys of your meter. Make it private first: chmod {wanted:o} {path}", path = .path.display())]
    OpenToOthers {
        path: PathBuf,
        mode: u32,
        wanted: u32,
    },
    #[error("another pi-daemon is running on {path}. Stop that one first, or choose another --data-dir.", path = .path.display())]
    Locked { path: PathBuf },
    #[error("there is no data directory {path} yet. Start with: pi-daemon setup --data-dir {path}", path = .path.display())]
    Missing { path: PathBuf },
}

impl DataDir {
    /// Opens the directory, creating it if it is not there, and locks it.
    ///
    /// # Errors
    /// [`DataDirError`], with the sentence for the person who started the program.
    pub fn open(path: &Path) -> Result<Self, DataDirError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|source| io_error(path, source))?;
        Self::open_existing(path)
    }

    /// Opens and locks the directory; one that is not there stays not there.
    ///
    /// # Errors
    /// [`DataDirError`].
    pub fn open_existing(path: &Path) -> Result<Self, DataDirError> {
        if !path.is_dir() {
            return Err(DataDirError::Missing {
                path: path.to_owned(),
            });
        }
        refuse_open_to_others(path, 0o700)?;
        let lock_path = path.join("lock");
        let lock = private_file(&lock_path)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(DataDirError::Locked {
                path: path.to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(io_error(&lock_path, source)),
        }
    }

    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The database, created with mode 0600 before SQLite would create it with another, and refused when others can read it.
    ///
    /// # Errors
    /// [`DataDirError`].
    pub fn database(&self) -> Result<PathBuf, DataDirError> {
        let path = self.path.join("pi-daemon.db");
        private_file(&path)?;
        refuse_open_to_others(&path, 0o600)?;
        Ok(path)
    }

    /// Sets disk space aside for a full disk; nothing happens when there is none to set aside.
    pub fn keep_ballast(&self) {
        let path = self.ballast();
        if fs::metadata(&path).is_ok_and(|file| file.len() == BALLAST_BYTES) {
            return;
        }
        let written = private_file(&path).and_then(|mut file| {
            io::copy(
                &mut io::Read::take(io::repeat(0xA5), BALLAST_BYTES),
                &mut file,
            )
            .map_err(|source| io_error(&path, source))
        });
        if written.is_err() {
            let _ = fs::remove_file(&path);
        }
    }

    /// Gives the reserved disk space back; true if there was any.
    pub fn drop_ballast(&self) -> bool {
        fs::remove_file(self.ballast()).is_ok()
    }

    /// How much room the disk has for this user.
    #[must_use]
    pub fn free_bytes(&self) -> Option<u64> {
        let disk = statvfs(&self.path).ok()?;
        Some(disk.blocks_available() * disk.fragment_size())
    }

    fn ballast(&self) -> PathBuf {
        self.path.join("ballast")
    }
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

fn refuse_open_to_others(path: &Path, wanted: u32) -> Result<(), DataDirError> {
    let mode = fs::metadata(path)
        .map_err(|source| io_error(path, source))?
        .permissions()
        .mode()
        & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(DataDirError::OpenToOthers {
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
    fn a_second_daemon_on_the_directory_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data");
        let first = DataDir::open(&path).unwrap();
        let refused = DataDir::open(&path).unwrap_err();
        assert!(matches!(refused, DataDirError::Locked { .. }), "{refused}");
        drop(first);
        DataDir::open(&path).unwrap();
    }

    #[test]
    fn a_directory_or_database_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let refused = DataDir::open(dir.path()).unwrap_err();
        assert!(refused.to_string().contains("chmod 700"), "{refused}");

        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let data = DataDir::open(dir.path()).unwrap();
        let database = data.database().unwrap();
        fs::set_permissions(&database, fs::Permissions::from_mode(0o644)).unwrap();
        let refused = data.database().unwrap_err();
        assert!(refused.to_string().contains("chmod 600"), "{refused}");
    }

    #[test]
    fn a_directory_that_is_not_there_is_not_made_by_looking() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("nothing");
        let refused = DataDir::open_existing(&path).unwrap_err();
        assert!(matches!(refused, DataDirError::Missing { .. }), "{refused}");
        assert!(!path.exists());
    }

    #[test]
    fn ballast_is_there_once_and_can_be_dropped_once() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(&dir.path().join("data")).unwrap();
        data.keep_ballast();
        data.keep_ballast();
        assert_eq!(fs::metadata(data.ballast()).unwrap().len(), BALLAST_BYTES);
        assert!(data.drop_ballast());
        assert!(!data.drop_ballast());
    }
}
