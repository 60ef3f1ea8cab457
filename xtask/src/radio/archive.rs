//! The archive that a Linux kernel unpacks as its first file system: cpio in the "newc" format
//! (Documentation/driver-api/early-userspace/buffer-format.rst).

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const FOLDER: u32 = 0o040_000;
const FILE: u32 = 0o100_000;
const LINK: u32 = 0o120_000;

/// An archive that is being written; everything in it belongs to root.
pub(super) struct Archive<W> {
    out: W,
    number: u32,
    folders: BTreeSet<PathBuf>,
}

impl<W: Write> Archive<W> {
    pub(super) fn new(out: W) -> Self {
        Self {
            out,
            number: 0,
            folders: BTreeSet::new(),
        }
    }

    /// A folder, and those that it is in.
    pub(super) fn folder(&mut self, path: &str, mode: u32) -> io::Result<()> {
        let ancestors: Vec<&Path> = Path::new(path).ancestors().skip(1).collect();
        for above in ancestors.into_iter().rev() {
            self.one_folder(above, 0o755)?;
        }
        self.one_folder(Path::new(path), mode)
    }

    pub(super) fn file(&mut self, path: &str, mode: u32, bytes: &[u8]) -> io::Result<()> {
        self.folders_above(path)?;
        self.entry(path, FILE | mode, bytes)
    }

    pub(super) fn link(&mut self, path: &str, to: &str) -> io::Result<()> {
        self.folders_above(path)?;
        self.entry(path, LINK | 0o777, to.as_bytes())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.entry("TRAILER!!!", 0, &[])?;
        self.out.flush()
    }

    fn folders_above(&mut self, path: &str) -> io::Result<()> {
        match Path::new(path).parent().and_then(Path::to_str) {
            Some(above) if !above.is_empty() => self.folder(above, 0o755),
            _ => Ok(()),
        }
    }

    fn one_folder(&mut self, path: &Path, mode: u32) -> io::Result<()> {
        if path.as_os_str().is_empty() || !self.folders.insert(path.to_path_buf()) {
            return Ok(());
        }
        self.entry(&path.display().to_string(), FOLDER | mode, &[])
    }

    fn entry(&mut self, path: &str, mode: u32, bytes: &[u8]) -> io::Result<()> {
        let too_long = |_| io::Error::new(io::ErrorKind::InvalidInput, "longer than 4 GiB");
        let size = u32::try_from(bytes.len()).map_err(too_long)?;
        let name_size = u32::try_from(path.len() + 1).map_err(too_long)?;
        self.number += 1;
        // Number, mode, owner, group, links, time, size, two devices of two numbers each, length of the name, check.
        let fields = [
            self.number,
            mode,
            0,
            0,
            1,
            0,
            size,
            0,
            0,
            0,
            0,
            name_size,
            0,
        ];
        write!(self.out, "070701")?;
        for field in fields {
            write!(self.out, "{field:08x}")?;
        }
        write!(self.out, "{path}\0")?;
        self.pad(110 + path.len() + 1)?;
        self.out.write_all(bytes)?;
        self.pad(bytes.len())
    }

    /// Everything begins at a multiple of four.
    fn pad(&mut self, written: usize) -> io::Result<()> {
        let missing = written.next_multiple_of(4) - written;
        self.out
            .write_all([0; 3].get(..missing).unwrap_or_default())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn folders_come_before_what_is_in_them_and_once() {
        let mut bytes = Vec::new();
        let mut archive = Archive::new(&mut bytes);
        archive.file("a/b/c", 0o644, b"hello").unwrap();
        archive.file("a/b/d", 0o755, b"").unwrap();
        archive.link("e", "a/b").unwrap();
        archive.finish().unwrap();
        assert_eq!(bytes.len() % 4, 0);
        let text = String::from_utf8_lossy(&bytes);
        let names: Vec<&str> = ["a\0", "a/b\0", "a/b/c\0", "a/b/d\0", "e\0", "TRAILER!!!\0"].into();
        let places: Vec<usize> = names.iter().map(|name| text.find(name).unwrap()).collect();
        assert!(places.is_sorted(), "{places:?}");
        assert_eq!(text.matches("070701").count(), names.len());
    }
}
