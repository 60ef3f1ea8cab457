//! The wallet's directory: who may look into it, and that only one program uses it at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

const LOCK: &str = "lock";
const SETTINGS: &str = "settings.json";
const DATABASE: &str = "wallet.db";
const SEED: &str = "seed.enc";

/// What can be wrong with the directory.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// Another program has it.
    #[error("another program uses the wallet in {}; close it first", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// Others may look into it.
    #[error("{} can be read by other users of this machine; make it yours alone: chmod {mode} {}", path.display(), path.display())]
    Open {
        /// The directory or file.
        path: PathBuf,
        /// The mode it should have.
        mode: &'static str,
    },
    /// The settings cannot be understood.
    #[error("the settings in {} cannot be read: {why}", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What the parser said.
        why: String,
    },
    /// The disk or its permissions.
    #[error("{}: {source}", path.display())]
    Io {
        /// The directory or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Where a wallet keeps its seed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeychainKind {
    /// The operating system's keychain.
    System,
    /// A file encrypted with a passphrase.
    File,
}

/// What is remembered outside the database, so that the database can be thrown away.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// Where the seed is.
    pub keychain: KeychainKind,
    /// Names this wallet's entry in the keychain; says nothing about its keys.
    pub wallet: String,
    /// The node.
    pub tangle: Option<String>,
    /// `nl` or `en`.
    pub language: Option<String>,
}

/// A data directory of mode 0700, locked for this program while the value lives.
#[derive(Debug)]
pub struct Home {
    path: PathBuf,
    _lock: File,
}

impl Home {
    /// Opens the directory, and makes it if there is none.
    ///
    /// # Errors
    /// [`HomeError`] if another program has it, others may read it, or the system refuses.
    pub fn open(path: &Path) -> Result<Self, HomeError> {
        make_directory(path).map_err(at(path))?;
        check_mode(path, 0o077, "700")?;
        let lock = open_private(&path.join(LOCK)).map_err(at(path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(HomeError::InUse {
                path: path.to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(HomeError::Io {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// The database, as a file of mode 0600.
    ///
    /// # Errors
    /// [`HomeError`] if others may read it or the system refuses.
    pub fn database(&self) -> Result<PathBuf, HomeError> {
        let path = self.path.join(DATABASE);
        // SQLite gives the files beside it the mode of this one.
        open_private(&path).map_err(at(&path))?;
        check_mode(&path, 0o077, "600")?;
        Ok(path)
    }

    /// Where the encrypted seed lies, if it is in a file.
    pub fn seed_file(&self) -> PathBuf {
        self.path.join(SEED)
    }

    /// Whether a wallet was made here before.
    pub fn has_wallet(&self) -> bool {
        [SETTINGS, SEED]
            .iter()
            .any(|name| self.path.join(name).exists())
    }

    /// The settings of a directory that may be in use: for the language of an error message, and nothing else.
    pub fn peek(path: &Path) -> Option<Settings> {
        serde_json::from_slice(&fs::read(path.join(SETTINGS)).ok()?).ok()
    }

    /// The settings; `None` in a new directory.
    ///
    /// # Errors
    /// [`HomeError`] if the file is damaged.
    pub fn settings(&self) -> Result<Option<Settings>, HomeError> {
        let path = self.path.join(SETTINGS);
        match fs::read(&path) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes)
                    .map(Some)
                    .map_err(|why| HomeError::Settings {
                        path,
                        why: why.to_string(),
                    })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(HomeError::Io { path, source }),
        }
    }

    /// Keeps the settings.
    ///
    /// # Errors
    /// [`HomeError`] if the system refuses.
    pub fn keep_settings(&self, settings: &Settings) -> Result<(), HomeError> {
        let path = self.path.join(SETTINGS);
        let bytes =
            serde_json::to_vec_pretty(settings).map_err(|why| at(&path)(io::Error::other(why)))?;
        write_private(&path, &bytes).map_err(at(&path))
    }
}

/// Replaces a file of mode 0600 so that after a loss of power there is the old one or the new one.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use io::Write;
    let next = path.with_extension("new");
    let _ = fs::remove_file(&next);
    let mut file = open_private(&next)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&next, path)?;
    path.parent()
        .map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

fn at(path: &Path) -> impl Fn(io::Error) -> HomeError + '_ {
    move |source| HomeError::Io {
        path: path.to_owned(),
        source,
    }
}

#[cfg(unix)]
fn make_directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(unix)]
fn open_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

#[cfg(unix)]
fn check_mode(path: &Path, forbidden: u32, mode: &'static str) -> Result<(), HomeError> {
    use std::os::unix::fs::PermissionsExt;
    let found = fs::metadata(path).map_err(at(path))?.permissions().mode();
    if found & forbidden == 0 {
        Ok(())
    } else {
        Err(HomeError::Open {
            path: path.to_owned(),
            mode,
        })
    }
}

// Elsewhere a user's own folder is private by the system's default.
#[cfg(not(unix))]
fn make_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(not(unix))]
fn open_private(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

#[cfg(not(unix))]
fn check_mode(_: &Path, _: u32, _: &'static str) -> Result<(), HomeError> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn two_programs_on_one_directory_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("wallet");
        let first = Home::open(&path).unwrap();
        assert!(matches!(Home::open(&path), Err(HomeError::InUse { .. })));
        drop(first);
        Home::open(&path).unwrap();
    }

    #[test]
    fn a_directory_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("wallet");
        drop(Home::open(&path).unwrap());
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o700
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o750)).unwrap();
        let error = Home::open(&path).unwrap_err();
        assert!(error.to_string().contains("chmod 700"), "{error}");
    }

    #[test]
    fn settings_are_kept_for_oneself() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(&dir.path().join("wallet")).unwrap();
        assert_eq!(home.settings().unwrap(), None);
        let settings = Settings {
            keychain: KeychainKind::File,
            wallet: "ab".into(),
            tangle: None,
            language: None,
        };
        home.keep_settings(&settings).unwrap();
        assert_eq!(home.settings().unwrap(), Some(settings));
        let mode = fs::metadata(home.path.join(SETTINGS))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(home.path.join(SETTINGS), b"{").unwrap();
        assert!(matches!(home.settings(), Err(HomeError::Settings { .. })));
    }
}
