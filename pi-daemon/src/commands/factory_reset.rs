//! `pi-daemon factory-reset`.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use data_dir::output::print;
use data_dir::{DataDir, DataDirError};

use super::{Home, Which, confirm, home};
use crate::at_rest;
use crate::device::DATABASE;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    which: Which,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// Erases identity, owner, consents and readings of one meter. The daemon must not run: what it holds in memory would be
/// written again.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let data_dir = options.which.data_dir()?;
    let dir =
        home::of_a_device(&data_dir).map_err(|error| still_runs(error, &options.which.home))?;
    if !options.yes && !confirm(WARNING)? {
        bail!("nothing was changed");
    }
    erase(&dir)?;
    // At once, so that nobody finds the new code missing.
    at_rest(dir)?;
    print(
        "This device has forgotten its owner, its readings and who it was. It has a new identity and a new code: pi-daemon setup. The old sticker is worth nothing.\nMemory cards keep what was erased until it is written over: destroy the card if that matters.",
    )?;
    Ok(())
}

fn still_runs(error: anyhow::Error, home: &Home) -> anyhow::Error {
    match error.downcast_ref() {
        Some(DataDirError::Locked { path, .. }) => anyhow!(
            "pi-daemon runs on {}. Let it say goodbye to its owner's services (pi-daemon unpair), stop it{}, and run this again",
            path.display(),
            home.how_to_stop()
        ),
        _ => error,
    }
}

const WARNING: &str = "this erases every reading of this meter, its owner, and who the device is; nothing brings them back";

/// The database and what SQLite keeps beside it.
fn erase(dir: &DataDir) -> anyhow::Result<()> {
    for ending in ["-wal", "-shm", "-journal", ""] {
        remove(&dir.file(&format!("{DATABASE}{ending}")))?;
    }
    Ok(())
}

fn remove(file: &Path) -> anyhow::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} could not be erased", file.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::PROGRAM;

    #[test]
    fn nothing_of_the_old_device_is_left() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("device");
        let open = || at_rest(DataDir::open(&path, PROGRAM).unwrap()).unwrap();
        let old = open().identity_key().to_bytes();
        assert_eq!(open().identity_key().to_bytes(), old);
        let dir = DataDir::open(&path, PROGRAM).unwrap();
        erase(&dir).unwrap();
        assert!(!path.join(DATABASE).exists());
        drop(dir);
        assert_ne!(open().identity_key().to_bytes(), old);
    }
}
