//! A program's private directory: one program at a time, and nobody else's eyes.
//!
//! The directory has mode 0700 and its files have mode 0600; one that others may enter is refused, one of another user,
//! and a second program on it too. Where there are no modes, a user's own folder is private by the system's default.
//!
//! ```
//! use data_dir::{DataDir, Program};
//!
//! const PROGRAM: Program = Program {
//!     name: "pi-daemon",
//!     holds: "the keys of your meter",
//!     begins_with: "pi-daemon setup",
//! };
//!
//! # let place = tempfile::tempdir()?;
//! # let path = place.path().join("data");
//! let data = DataDir::open(&path, PROGRAM)?;
//! let identity = data.secret("identity.key")?;
//! assert_eq!(*identity, *data.secret("identity.key")?);
//!
//! let refused = DataDir::open(&path, PROGRAM).unwrap_err();
//! assert!(refused.to_string().starts_with("another pi-daemon is running on"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod access;
mod error;
pub mod output;
mod process;
pub mod random;
mod tables;

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

pub use access::make_private_directory;
pub use error::DataDirError;
pub use process::keep_to_itself;
pub use tables::{NewerTables, steps_from};

const LOCK: &str = "lock";
const DIRECTORY_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
const SECRET_LEN: usize = 32;
/// How often a directory that another program has is tried again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Whose directory it is, in the words of the sentences about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Program {
    /// What people call it.
    pub name: &'static str,
    /// What others would see: "the keys of …".
    pub holds: &'static str,
    /// The command that makes a directory, to which `--data-dir` is added.
    pub begins_with: &'static str,
}

/// A directory with mode 0700, locked for as long as this value lives.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    program: Program,
    _lock: File,
}

impl DataDir {
    /// Opens the directory, creating it if it is not there, and locks it.
    ///
    /// # Errors
    /// [`DataDirError`], with the sentence for the person who started the program.
    pub fn open(path: &Path, program: Program) -> Result<Self, DataDirError> {
        make_private_directory(path).map_err(DataDirError::io(path))?;
        Self::open_existing(path, program)
    }

    /// As [`DataDir::open`], but waits up to `patience` for another program to leave: a command that only looks has the
    /// directory for an instant, and must not keep a program from starting.
    ///
    /// # Errors
    /// [`DataDirError`], with the sentence for the person who started the program.
    pub fn open_patiently(
        path: &Path,
        program: Program,
        patience: Duration,
    ) -> Result<Self, DataDirError> {
        let deadline = Instant::now() + patience;
        loop {
            match Self::open(path, program) {
                Err(DataDirError::Locked { .. }) if Instant::now() < deadline => {
                    std::thread::sleep(LOOK_AGAIN);
                }
                opened => return opened,
            }
        }
    }

    /// Opens and locks the directory; one that is not there stays not there.
    ///
    /// # Errors
    /// [`DataDirError`], with the sentence for the person who started the program.
    pub fn open_existing(path: &Path, program: Program) -> Result<Self, DataDirError> {
        if !path.is_dir() {
            return Err(DataDirError::Missing {
                path: path.to_owned(),
                program,
            });
        }
        refuse_somebody_elses(path, program)?;
        refuse(path, DIRECTORY_MODE, program)?;
        let lock_path = path.join(LOCK);
        let lock = access::private_file(&lock_path).map_err(DataDirError::io(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                program,
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(DataDirError::Locked {
                path: path.to_owned(),
                program,
            }),
            Err(TryLockError::Error(source)) => Err(DataDirError::io(&lock_path)(source)),
        }
    }

    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file inside the directory.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The path of a file that only its owner can read, made empty when it is not there yet: SQLite gives the files beside
    /// its database the same mode.
    ///
    /// # Errors
    /// [`DataDirError`] when it cannot be made, or others can read it.
    pub fn private(&self, name: &str) -> Result<PathBuf, DataDirError> {
        let path = self.file(name);
        access::private_file(&path).map_err(DataDirError::io(&path))?;
        refuse_file_open_to_others(&path, self.program)?;
        Ok(path)
    }

    /// The 32-byte secret in the file `name`, drawn from the operating system's random source when it is not there yet.
    ///
    /// # Errors
    /// [`DataDirError`] when the file cannot be read or written, others can read it, or it has another length.
    pub fn secret(&self, name: &str) -> Result<Zeroizing<[u8; SECRET_LEN]>, DataDirError> {
        let path = self.file(name);
        let at = DataDirError::io(&path);
        if !path.try_exists().map_err(&at)? {
            let mut fresh = Zeroizing::new([0; SECRET_LEN]);
            getrandom::fill(&mut *fresh).map_err(|why| at(why.into()))?;
            write_private(&path, &*fresh).map_err(&at)?;
        }
        refuse_file_open_to_others(&path, self.program)?;
        // Room enough that reading never moves the bytes and leaves a copy behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(2 * SECRET_LEN));
        let file = File::open(&path).map_err(&at)?;
        let found = file.metadata().map_err(&at)?.len();
        let limit = SECRET_LEN as u64 + 1;
        file.take(limit).read_to_end(&mut bytes).map_err(&at)?;
        bytes
            .as_slice()
            .try_into()
            .map(Zeroizing::new)
            .map_err(|_| DataDirError::Damaged { path, found })
    }
}

/// Writes a file that only its owner can read. After a loss of power there is the old one or the new one.
///
/// # Errors
/// When the disk refuses.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    let draft = PathBuf::from(draft);
    // One that was left by a loss of power may have another mode.
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = access::private_file(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    access::sync_directory_of(path)
}

/// Refuses a file, inside the directory or elsewhere, that anybody but its owner has a right to.
///
/// # Errors
/// [`DataDirError`] when somebody has, or when it cannot be looked at.
pub fn refuse_file_open_to_others(path: &Path, program: Program) -> Result<(), DataDirError> {
    refuse(path, FILE_MODE, program)
}

/// Refuses a directory of another user. Its owner could not open what this one writes there, not even if this one is root.
///
/// # Errors
/// [`DataDirError`] when it is another's, or when it cannot be looked at.
pub fn refuse_somebody_elses(path: &Path, program: Program) -> Result<(), DataDirError> {
    match access::another_owner(path).map_err(DataDirError::io(path))? {
        None => Ok(()),
        Some(owner) => Err(DataDirError::SomebodyElses {
            path: path.to_owned(),
            owner,
            program,
        }),
    }
}

fn refuse(path: &Path, wanted: u32, program: Program) -> Result<(), DataDirError> {
    match access::mode_for_others(path).map_err(DataDirError::io(path))? {
        None => Ok(()),
        Some(mode) => Err(DataDirError::OpenToOthers {
            path: path.to_owned(),
            mode,
            wanted,
            program,
        }),
    }
}
