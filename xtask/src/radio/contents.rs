//! What is put into the machine: files, and programs with the libraries that they load.

use super::archive::Archive;
use anyhow::{Context, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

const LOADER: &str = "/lib64/ld-linux-x86-64.so.2";

/// The machine's only file system, while it is written.
pub(super) struct Contents<W> {
    archive: Archive<W>,
    libraries: BTreeMap<String, PathBuf>,
}

impl<W: Write> Contents<W> {
    pub(super) fn new(out: W) -> Self {
        Self {
            archive: Archive::new(out),
            libraries: BTreeMap::new(),
        }
    }

    pub(super) fn folder(&mut self, path: &str, mode: u32) -> anyhow::Result<()> {
        Ok(self.archive.folder(path, mode)?)
    }

    pub(super) fn link(&mut self, path: &str, to: &str) -> anyhow::Result<()> {
        Ok(self.archive.link(path, to)?)
    }

    pub(super) fn text(&mut self, path: &str, text: &str) -> anyhow::Result<()> {
        self.file(path, text.as_bytes())
    }

    pub(super) fn file(&mut self, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
        Ok(self.archive.file(path, 0o644, bytes)?)
    }

    pub(super) fn script(&mut self, path: &str, from: &Path) -> anyhow::Result<()> {
        Ok(self.archive.file(path, 0o755, &read(from)?)?)
    }

    /// A file where it lies on this computer too.
    pub(super) fn same(&mut self, path: &str) -> anyhow::Result<()> {
        self.copy(path.trim_start_matches('/'), Path::new(path))
    }

    pub(super) fn copy(&mut self, path: &str, from: &Path) -> anyhow::Result<()> {
        self.file(path, &read(from)?)
    }

    /// A program in `/usr/bin`.
    pub(super) fn program(&mut self, from: &Path) -> anyhow::Result<()> {
        self.loads(from, &[])?;
        self.named(from, from)
    }

    /// The same without what only a debugger reads, which is most of it.
    pub(super) fn stripped(&mut self, from: &Path, stripped: &Path) -> anyhow::Result<()> {
        let mut strip = Command::new("strip");
        crate::workspace::must("strip", strip.arg("-o").arg(stripped).arg(from))?;
        self.loads(from, &[])?;
        self.named(from, stripped)
    }

    /// A program that was unpacked, and its libraries in these folders before all others.
    pub(super) fn unpacked(&mut self, from: &Path, libraries: &[PathBuf]) -> anyhow::Result<()> {
        self.loads(from, libraries)?;
        self.named(from, from)
    }

    fn named(&mut self, program: &Path, bytes: &Path) -> anyhow::Result<()> {
        let name = program.file_name().context("a program without a name")?;
        let path = format!("usr/bin/{}", name.to_string_lossy());
        Ok(self.archive.file(&path, 0o755, &read(bytes)?)?)
    }

    /// Notes what a program or a library loads.
    pub(super) fn loads(&mut self, program: &Path, folders: &[PathBuf]) -> anyhow::Result<()> {
        let mut ask = Command::new("ldd");
        if !folders.is_empty() {
            ask.env("LD_LIBRARY_PATH", std::env::join_paths(folders)?);
        }
        let asked = ask.arg(program).output()?;
        for line in String::from_utf8_lossy(&asked.stdout).lines() {
            // libdbus-1.so.3 => /lib/x86_64-linux-gnu/libdbus-1.so.3 (0x00007f…)
            let Some((name, found)) = line.split_once(" => ") else {
                continue;
            };
            ensure!(
                !found.starts_with("not found"),
                "{} needs {}, which is not on this computer",
                program.display(),
                name.trim()
            );
            let path = found.split_whitespace().next().unwrap_or_default();
            if path.starts_with('/') {
                self.libraries
                    .insert(name.trim().to_owned(), PathBuf::from(path));
            }
        }
        Ok(())
    }

    /// Writes the libraries, and the end.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        for (name, library) in std::mem::take(&mut self.libraries) {
            let path = format!("lib/x86_64-linux-gnu/{name}");
            self.archive.file(&path, 0o755, &read(&library)?)?;
        }
        let loader = read(Path::new(LOADER))?;
        self.archive
            .file(LOADER.trim_start_matches('/'), 0o755, &loader)?;
        Ok(self.archive.finish()?)
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}
