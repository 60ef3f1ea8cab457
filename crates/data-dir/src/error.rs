use std::io;
use std::path::{Path, PathBuf};

use crate::Program;

/// Why a data directory, or a file in it, cannot be used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the sentences say it")]
pub enum DataDirError {
    #[error("cannot create or open {path}: {source}. Check that the disk has room and that you may write there.", path = .path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{path} can be read by others (mode {mode:o}), and it holds {holds}. Make it private first: chmod {wanted:o} {path}", path = .path.display(), holds = .program.holds)]
    OpenToOthers {
        path: PathBuf,
        mode: u32,
        wanted: u32,
        program: Program,
    },
    #[error("{path} belongs to the user {owner}, who could not open what another user writes there. Do it as that user: sudo -u {owner} {name} …", path = .path.display(), name = .program.name)]
    SomebodyElses {
        path: PathBuf,
        owner: String,
        program: Program,
    },
    #[error("another {name} is running on {path}. Stop that one first, or choose another --data-dir.", path = .path.display(), name = .program.name)]
    Locked { path: PathBuf, program: Program },
    #[error("there is no data directory {path} yet. Start with: {begins_with} --data-dir {path}", path = .path.display(), begins_with = .program.begins_with)]
    Missing { path: PathBuf, program: Program },
    #[error("{path} holds {found} bytes instead of 32, so it is damaged. Restore it from your backup.", path = .path.display())]
    Damaged { path: PathBuf, found: u64 },
}

impl DataDirError {
    /// What the system said about `path`.
    pub fn io(path: &Path) -> impl Fn(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io {
            path: path.clone(),
            source,
        }
    }
}
