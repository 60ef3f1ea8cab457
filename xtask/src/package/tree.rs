//! The tree of a package: files that are there already, where the package has them.

use anyhow::Context;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The mode of what anybody may run.
pub(crate) const PROGRAM: u32 = 0o755;
/// The mode of what anybody may read.
const DATA: u32 = 0o644;

/// A file of a package.
pub(crate) struct File {
    from: PathBuf,
    to: String,
    mode: u32,
}

impl File {
    /// A program that anybody may run.
    pub(crate) fn program(from: &Path, to: String) -> Self {
        Self::with_mode(from, to, PROGRAM)
    }

    /// A file that anybody may read.
    pub(crate) fn data(from: &Path, to: String) -> Self {
        Self::with_mode(from, to, DATA)
    }

    /// Whether anybody may run it.
    pub(crate) fn is_program(&self) -> bool {
        self.mode == PROGRAM
    }

    /// Where it is now.
    pub(crate) fn from(&self) -> &Path {
        &self.from
    }

    /// Where it goes, without a slash at the beginning.
    pub(crate) fn to(&self) -> &str {
        &self.to
    }

    fn with_mode(from: &Path, to: String, mode: u32) -> Self {
        Self {
            from: from.to_owned(),
            to,
            mode,
        }
    }
}

/// Lays the files into a folder, which is emptied before.
pub(crate) fn lay(files: &[File], tree: &Path) -> anyhow::Result<()> {
    if tree.exists() {
        fs::remove_dir_all(tree)?;
    }
    for file in files {
        let place = tree.join(&file.to);
        let above = place.parent().context("a file without a folder")?;
        fs::create_dir_all(above)?;
        copy(&file.from, &place, file.mode)?;
    }
    Ok(())
}

/// Copies a file, with a mode.
pub(crate) fn copy(from: &Path, to: &Path, mode: u32) -> anyhow::Result<()> {
    fs::copy(from, to).with_context(|| format!("{} is not there", from.display()))?;
    Ok(fs::set_permissions(to, fs::Permissions::from_mode(mode))?)
}
