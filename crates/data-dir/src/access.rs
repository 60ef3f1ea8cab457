//! Who may look: modes where the system has them.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
#[cfg(unix)]
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::Path;

#[cfg(unix)]
use nix::unistd::{Uid, User, geteuid};

/// Makes a directory that only its owner may enter, and those above it; one that is there keeps its mode.
///
/// # Errors
/// When the system refuses.
pub fn make_private_directory(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    builder.mode(crate::DIRECTORY_MODE);
    builder.recursive(true).create(path)
}

/// Opens a file, making one of mode 0600 if there is none.
pub(crate) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    options.mode(crate::FILE_MODE);
    options.write(true).create(true).truncate(false).open(path)
}

/// The mode, if it gives anybody but the owner a right.
#[cfg(unix)]
pub(crate) fn mode_for_others(path: &Path) -> io::Result<Option<u32>> {
    let mode = fs::metadata(path)?.permissions().mode() & 0o777;
    Ok((mode & 0o077 != 0).then_some(mode))
}

#[cfg(not(unix))]
pub(crate) fn mode_for_others(path: &Path) -> io::Result<Option<u32>> {
    fs::metadata(path).map(|_| None)
}

/// Whose it is, if it is not this program's user's: by name, or by number where the system knows no name.
#[cfg(unix)]
pub(crate) fn another_owner(path: &Path) -> io::Result<Option<String>> {
    let owner = Uid::from_raw(fs::metadata(path)?.uid());
    if owner == geteuid() {
        return Ok(None);
    }
    let known = User::from_uid(owner).ok().flatten();
    Ok(Some(known.map_or_else(
        // As sudo takes it.
        || format!("#{owner}"),
        |user| user.name,
    )))
}

#[cfg(not(unix))]
pub(crate) fn another_owner(path: &Path) -> io::Result<Option<String>> {
    fs::metadata(path).map(|_| None)
}

/// Makes the name of a file survive a loss of power, as its bytes do.
#[cfg(unix)]
pub(crate) fn sync_directory_of(path: &Path) -> io::Result<()> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

// Elsewhere a directory cannot be opened as a file.
#[cfg(not(unix))]
pub(crate) fn sync_directory_of(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_directory_in_its_name_lies_in_this_one() {
        assert!(sync_directory_of(Path::new("key")).is_ok());
    }
}
