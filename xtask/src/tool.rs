//! Programs from the package registry, each at a fixed version and built once for a machine.

use crate::workspace::{cache, cargo, must};
use std::path::PathBuf;

/// A program that `cargo install` builds.
pub(crate) struct Tool {
    /// What crate and program are called.
    pub(crate) name: &'static str,
    /// The version that the project was checked with.
    pub(crate) version: &'static str,
    /// Flags that choose its features.
    pub(crate) features: &'static [&'static str],
}

impl Tool {
    /// The program that this machine has, of whatever version; installed if there is none.
    pub(crate) fn found(&self) -> anyhow::Result<PathBuf> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path)
            .map(|folder| folder.join(self.name))
            .find(|program| program.is_file());
        found.map_or_else(|| self.installed(), Ok)
    }

    /// Where the program is, after it was installed if it was missing. It is built without optimisation, beside the others
    /// and what they share: what runs for seconds need not be built for minutes.
    pub(crate) fn installed(&self) -> anyhow::Result<PathBuf> {
        let tools = cache()?.join("tools");
        let folder = tools.join(format!("{}-{}", self.name, self.version));
        let program = folder.join("bin").join(self.name);
        if !program.exists() {
            println!("Installing {} {} once.", self.name, self.version);
            must(
                "cargo install",
                cargo(&["install", "--quiet", "--locked", "--debug", self.name])
                    .args(["--version", self.version])
                    .args(self.features)
                    .arg("--root")
                    .arg(&folder)
                    .env("CARGO_PROFILE_DEV_DEBUG", "false")
                    .env("CARGO_TARGET_DIR", tools.join("build")),
            )?;
        }
        Ok(program)
    }
}
