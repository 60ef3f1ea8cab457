//! Dependency checks: licences, bans and sources (`deny.toml`), and dependencies that nothing uses.

use crate::workspace::{cargo, must, root};
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A checking program from the package registry, at a fixed version.
struct Tool {
    name: &'static str,
    version: &'static str,
    features: &'static [&'static str],
}

const DENY: Tool = Tool {
    name: "cargo-deny",
    version: "0.20.2",
    features: &["--no-default-features"],
};

const MACHETE: Tool = Tool {
    name: "cargo-machete",
    version: "0.9.2",
    features: &[],
};

/// Checks licences, bans, sources and unused dependencies, installing the checkers where missing.
///
/// Advisories are left to `cargo deny check advisories`, which needs its database from the network.
pub(crate) fn dependencies() -> anyhow::Result<()> {
    let deny = DENY.installed()?;
    must(
        DENY.name,
        Command::new(deny)
            .current_dir(root())
            .args(["--offline", "--log-level", "error", "check"])
            .args(["--hide-inclusion-graph", "licenses", "bans", "sources"]),
    )?;
    let machete = MACHETE.installed()?;
    must(
        MACHETE.name,
        Command::new(machete).current_dir(root()).arg("."),
    )
}

impl Tool {
    fn installed(&self) -> anyhow::Result<PathBuf> {
        let folder = cache_folder()?.join(format!("{}-{}", self.name, self.version));
        let program = folder.join("bin").join(self.name);
        if !program.exists() {
            println!("Installing {} {} once.", self.name, self.version);
            must(
                "cargo install",
                cargo(&["install", "--quiet", "--locked", self.name])
                    .args(["--version", self.version])
                    .args(self.features)
                    .arg("--root")
                    .arg(&folder)
                    .env_remove("CARGO_TARGET_DIR"),
            )?;
        }
        Ok(program)
    }
}

/// A folder that outlives the checkout, so that a checker is built once for a machine.
fn cache_folder() -> anyhow::Result<PathBuf> {
    let cache = match std::env::var_os("XDG_CACHE_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(&std::env::var_os("HOME").context("HOME is not set")?).join(".cache"),
    };
    Ok(cache.join("meterkast").join("tools"))
}
