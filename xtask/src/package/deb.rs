//! A Debian package (deb-control(5)) from files that are there already.

use super::tree::{File, PROGRAM, copy, lay};
use crate::workspace::must;
use anyhow::{Context, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Who answers for the packages.
const MAINTAINER: &str = "Meterkast <meterkast@users.noreply.github.com>";
pub(super) const HOMEPAGE: &str = env!("CARGO_PKG_REPOSITORY");

/// A package.
pub(crate) struct Deb<'a> {
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
    /// Debian's name of it.
    pub(crate) architecture: &'a str,
    pub(crate) section: &'a str,
    pub(crate) libraries: Libraries<'a>,
    /// What it needs beside libraries.
    pub(crate) depends: &'a [&'a str],
    pub(crate) recommends: &'a [&'a str],
    /// One line.
    pub(crate) summary: &'a str,
    /// Several lines.
    pub(crate) description: &'a str,
    pub(crate) files: &'a [File],
    /// Of those files, what its owner may change: with a slash at the beginning.
    pub(crate) settings: &'a [&'a str],
    /// What Debian runs while it is installed and removed.
    pub(crate) scripts: &'a [&'a Path],
}

/// Which packages of Debian have the libraries that the programs are linked to.
pub(crate) enum Libraries<'a> {
    /// Those that `dpkg-shlibdeps` finds on this computer.
    Found,
    /// These: for a computer of another kind.
    Known(&'a str),
}

impl Deb<'_> {
    /// Writes the package into a folder and gives its path.
    pub(crate) fn build(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        let tree = folder.join(format!("{}-tree", self.name));
        lay(self.files, &tree)?;
        let control = self.control(&self.depends(folder)?, kilobytes(&tree)?);
        self.say_to_debian(&control, &tree.join("DEBIAN"))?;
        let package = folder.join(format!(
            "{}_{}_{}.deb",
            self.name, self.version, self.architecture
        ));
        let mut pack = Command::new("dpkg-deb");
        pack.args(["--root-owner-group", "-Zxz", "--build"]);
        must("dpkg-deb", pack.arg(&tree).arg(&package))?;
        fs::remove_dir_all(&tree)?;
        Ok(package)
    }

    /// What is for Debian and not for the computer's folders.
    fn say_to_debian(&self, control: &str, folder: &Path) -> anyhow::Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("control"), control)?;
        if !self.settings.is_empty() {
            fs::write(folder.join("conffiles"), self.settings.join("\n") + "\n")?;
        }
        for script in self.scripts {
            let name = script.file_name().context("a script without a name")?;
            copy(script, &folder.join(name), PROGRAM)?;
        }
        Ok(())
    }

    fn depends(&self, folder: &Path) -> anyhow::Result<String> {
        let libraries = match self.libraries {
            Libraries::Found => self.libraries_found(folder)?,
            Libraries::Known(names) => names.to_owned(),
        };
        let names = std::iter::once(libraries.as_str()).chain(self.depends.iter().copied());
        Ok(names.collect::<Vec<_>>().join(", "))
    }

    fn libraries_found(&self, folder: &Path) -> anyhow::Result<String> {
        let asked = folder.join("shlibdeps");
        fs::create_dir_all(asked.join("debian"))?;
        fs::write(
            asked.join("debian/control"),
            format!("Source: {}\n", self.name),
        )?;
        let programs = self.files.iter().filter(|file| file.is_program());
        let mut command = Command::new("dpkg-shlibdeps");
        command.current_dir(&asked).arg("-O");
        let answer = said(command.args(programs.map(File::from)))?;
        fs::remove_dir_all(&asked)?;
        let depends = answer
            .lines()
            .find_map(|line| line.strip_prefix("shlibs:Depends="));
        Ok(depends
            .context("dpkg-shlibdeps names no packages")?
            .to_owned())
    }

    fn control(&self, depends: &str, kilobytes: u64) -> String {
        let description = self.description.lines().map(|line| format!(" {line}\n"));
        format!(
            "Package: {}\nVersion: {}\nArchitecture: {}\nMaintainer: {MAINTAINER}\n\
             Installed-Size: {kilobytes}\nDepends: {depends}\nRecommends: {}\nSection: {}\nPriority: optional\n\
             Homepage: {HOMEPAGE}\nDescription: {}\n{}",
            self.name,
            self.version,
            self.architecture,
            self.recommends.join(", "),
            self.section,
            self.summary,
            description.collect::<String>()
        )
    }
}

/// Debian's name for this computer's kind.
pub(crate) fn this_computer() -> anyhow::Result<String> {
    said(Command::new("dpkg").arg("--print-architecture"))
        .context("this needs dpkg, which Debian and its relatives have")
}

fn kilobytes(folder: &Path) -> anyhow::Result<u64> {
    let mut size = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        size += match entry.file_type()?.is_dir() {
            true => kilobytes(&entry.path())?,
            false => entry.metadata()?.len().div_ceil(1024),
        };
    }
    Ok(size)
}

fn said(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().display().to_string();
    let output = command
        .output()
        .with_context(|| format!("{name} could not be started"))?;
    if !output.status.success() {
        bail!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let answer = String::from_utf8(output.stdout)?;
    ensure!(!answer.trim().is_empty(), "{name} answered nothing");
    Ok(answer.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_file_has_its_fields_and_an_indented_description() -> anyhow::Result<()> {
        let deb = Deb {
            name: "my-home-app",
            version: "0.1.0",
            architecture: "amd64",
            section: "utils",
            libraries: Libraries::Known("libc6 (>= 2.36)"),
            depends: &["udev"],
            recommends: &["one | two", "three"],
            summary: "In short",
            description: "First line.\nSecond line.",
            files: &[],
            settings: &[],
            scripts: &[],
        };
        let depends = deb.depends(Path::new("unused"))?;
        let control = deb.control(&depends, 12);
        for line in [
            "Package: my-home-app",
            "Architecture: amd64",
            "Depends: libc6 (>= 2.36), udev",
            "Recommends: one | two, three",
            "Description: In short",
            " First line.",
            " Second line.",
        ] {
            assert!(control.lines().any(|known| known == line), "{line}");
        }
        assert!(control.ends_with('\n'));
        Ok(())
    }
}
