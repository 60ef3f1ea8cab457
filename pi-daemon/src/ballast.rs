//! Disk space that is set aside, so that the outbox still has room when the disk is full.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;

const BYTES: u64 = 8 * 1024 * 1024;

/// Sets disk space aside in the data directory; nothing happens when there is none to set aside.
pub(crate) fn keep(data_dir: &Path) {
    let path = file(data_dir);
    if fs::metadata(&path).is_ok_and(|file| file.len() == BYTES) {
        return;
    }
    if fill(&path).is_err() {
        let _ = fs::remove_file(&path);
    }
}

/// Gives the space back; true if there was any.
pub(crate) fn release(data_dir: &Path) -> bool {
    fs::remove_file(file(data_dir)).is_ok()
}

/// How much room the disk has for this user.
pub(crate) fn free_bytes(data_dir: &Path) -> Option<u64> {
    let disk = statvfs(data_dir).ok()?;
    // A 32-bit system counts in 32 bits, and a card has more bytes than that.
    #[allow(clippy::useless_conversion, reason = "it is one on 64-bit systems")]
    let (blocks, size) = (
        u64::from(disk.blocks_available()),
        u64::from(disk.fragment_size()),
    );
    Some(blocks.saturating_mul(size))
}

fn file(data_dir: &Path) -> PathBuf {
    data_dir.join("ballast")
}

fn fill(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    io::copy(&mut io::repeat(0xA5).take(BYTES), &mut file).map(drop)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn ballast_is_there_once_and_can_be_released_once() {
        let dir = tempfile::tempdir().unwrap();
        keep(dir.path());
        keep(dir.path());
        assert_eq!(fs::metadata(file(dir.path())).unwrap().len(), BYTES);
        assert!(release(dir.path()));
        assert!(!release(dir.path()));
    }
}
