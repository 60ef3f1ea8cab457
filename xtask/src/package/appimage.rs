//! An AppImage: one file that runs where it lies, from files that are there already.
//!
//! The web view and the other libraries are those of the system, as for the other packages.

use super::tree::{File, PROGRAM, lay};
use crate::workspace::must;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What packs it.
pub(crate) const TOOL: &str = "appimagetool";

/// A program with its place in menus.
pub(crate) struct AppImage<'a> {
    /// What the program, its `.desktop` file and its icon are called.
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
    pub(crate) desktop: &'a Path,
    /// An SVG.
    pub(crate) icon: &'a Path,
    pub(crate) files: &'a [File],
}

impl AppImage<'_> {
    /// Writes it into a folder and gives its path.
    pub(crate) fn build(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        let tree = folder.join(format!("{}.AppDir", self.name));
        self.lay(&tree)?;
        let kind = std::env::consts::ARCH;
        let file = folder.join(format!("{}-{}-{kind}.AppImage", self.name, self.version));
        let mut pack = Command::new(TOOL);
        // The tool is an AppImage itself, and runs without FUSE like this.
        pack.env("APPIMAGE_EXTRACT_AND_RUN", "1").env("ARCH", kind);
        must(TOOL, pack.arg(&tree).arg(&file))?;
        fs::remove_dir_all(&tree)?;
        Ok(file)
    }

    fn lay(&self, tree: &Path) -> anyhow::Result<()> {
        lay(self.files, tree)?;
        fs::copy(self.desktop, tree.join(format!("{}.desktop", self.name)))?;
        fs::copy(self.icon, tree.join(format!("{}.svg", self.name)))?;
        let run = tree.join("AppRun");
        fs::write(&run, self.run())?;
        Ok(fs::set_permissions(
            &run,
            fs::Permissions::from_mode(PROGRAM),
        )?)
    }

    fn run(&self) -> String {
        format!(
            "#!/bin/sh\nexec \"$(dirname \"$(readlink -f \"$0\")\")/usr/bin/{}\" \"$@\"\n",
            self.name
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{AppImage, Command, File, fs};

    #[test]
    fn what_is_started_is_the_program_with_all_that_it_is_given() -> anyhow::Result<()> {
        let folder = std::env::temp_dir().join(format!("appimage-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let program = folder.join("program");
        fs::write(&program, "#!/bin/sh\necho \"$#: $1\"\n")?;
        let image = AppImage {
            name: "it",
            version: "0.1.0",
            desktop: &program,
            icon: &program,
            files: &[File::program(&program, "usr/bin/it".to_owned())],
        };
        let tree = folder.join("a tree");
        image.lay(&tree)?;
        let said = Command::new(tree.join("AppRun")).arg("a link").output()?;
        assert_eq!(String::from_utf8(said.stdout)?, "1: a link\n");
        assert!(tree.join("it.desktop").exists() && tree.join("it.svg").exists());
        Ok(fs::remove_dir_all(&folder)?)
    }
}
