//! An RPM package, for Fedora, openSUSE and their relatives, from files that are there already.
//!
//! What libraries the program needs, `rpmbuild` finds by itself, under the names that every RPM system has for them.

use super::deb::HOMEPAGE;
use super::tree::{File, lay};
use crate::workspace::must;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What packs it.
pub(crate) const TOOL: &str = "rpmbuild";

/// A package.
pub(crate) struct Rpm<'a> {
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
    pub(crate) recommends: &'a [&'a str],
    /// One line.
    pub(crate) summary: &'a str,
    /// Several lines.
    pub(crate) description: &'a str,
    pub(crate) files: &'a [File],
}

impl Rpm<'_> {
    /// Writes the package into a folder and gives its path.
    pub(crate) fn build(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        let work = folder.join(format!("{}-rpm", self.name));
        let tree = work.join("tree");
        lay(self.files, &tree)?;
        let spec = work.join("package.spec");
        fs::write(&spec, self.spec(&tree))?;
        let file = format!(
            "{}-{}-1.{}.rpm",
            self.name,
            self.version,
            std::env::consts::ARCH
        );
        let mut pack = Command::new(TOOL);
        pack.args(["-bb", "--quiet"]);
        for (name, value) in [("_topdir", &work), ("_rpmdir", &folder.to_owned())] {
            pack.arg("--define")
                .arg(format!("{name} {}", value.display()));
        }
        pack.args(["--define", &format!("_rpmfilename {file}")]);
        must(TOOL, pack.arg(&spec))?;
        fs::remove_dir_all(&work)?;
        Ok(folder.join(file))
    }

    /// The program goes in as it was built: nothing of it is taken off, and no second package made of that.
    fn spec(&self, tree: &Path) -> String {
        let recommends = self.recommends.iter();
        let recommends: String = recommends
            .map(|name| format!("Recommends: {name}\n"))
            .collect();
        let files: String = self.files.iter().map(line).collect();
        format!(
            "%global debug_package %{{nil}}\n%global __os_install_post %{{nil}}\n\
             Name: {}\nVersion: {}\nRelease: 1\nSummary: {}\nLicense: {}\nURL: {HOMEPAGE}\n{recommends}\n\
             %description\n{}\n\n\
             %install\nmkdir -p %{{buildroot}}\ncp -a '{}/.' %{{buildroot}}/\n\n\
             %files\n{files}",
            self.name,
            self.version,
            self.summary,
            env!("CARGO_PKG_LICENSE"),
            self.description,
            tree.display(),
        )
    }
}

fn line(file: &File) -> String {
    let mode = if file.is_program() { "0755" } else { "0644" };
    format!("%attr({mode}, root, root) /{}\n", file.to())
}

#[cfg(test)]
mod tests {
    use super::{File, Path, Rpm};

    #[test]
    fn a_spec_names_every_file_with_its_mode() {
        let files = [
            File::program(Path::new("built/it"), "usr/bin/it".to_owned()),
            File::data(
                Path::new("LICENSE"),
                "usr/share/doc/it/copyright".to_owned(),
            ),
        ];
        let rpm = Rpm {
            name: "it",
            version: "0.1.0",
            recommends: &["gnome-keyring"],
            summary: "In short",
            description: "First line.\nSecond line.",
            files: &files,
        };
        let spec = rpm.spec(Path::new("/tree"));
        for line in [
            "Name: it",
            "License: Apache-2.0",
            "Recommends: gnome-keyring",
            "Second line.",
            "cp -a '/tree/.' %{buildroot}/",
            "%attr(0755, root, root) /usr/bin/it",
            "%attr(0644, root, root) /usr/share/doc/it/copyright",
        ] {
            assert!(spec.lines().any(|known| known == line), "{line} in {spec}");
        }
    }
}
