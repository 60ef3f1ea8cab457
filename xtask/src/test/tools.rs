//! Dependency checks: licences, bans and sources (`deny.toml`), and dependencies that nothing uses.

use super::exceptions;
use crate::tool::Tool;
use crate::workspace::{cargo, must, root};
use std::process::Command;

pub(super) const DENY: Tool = Tool {
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
pub(crate) fn dependencies() -> anyhow::Result<()> {
    exceptions::none_is_past()?;
    // Also what only some features or systems need, which no build so far has asked for.
    must("cargo fetch", &mut cargo(&["fetch", "--quiet", "--locked"]))?;
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
