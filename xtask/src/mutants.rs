//! `cargo xtask mutants`: whether the tests of a protocol crate notice when it is broken in a small way.
//!
//! What survives is either killed by a new test or explained in `docs/mutants.md`; anything else fails.

use crate::tool::Tool;
use crate::workspace::{root, target};
use anyhow::{Context, bail};
use clap::Args;
use std::fs;
use std::path::Path;
use std::process::Command;

const MUTANTS: Tool = Tool {
    name: "cargo-mutants",
    version: "27.1.0",
    features: &[],
};

/// The crates whose every line matters.
const CRATES: [&str; 4] = ["kem", "pairing", "channel", "consent"];
const EXPLAINED: &str = "docs/mutants.md";

/// Which crates, and which part of them.
#[derive(Args)]
pub(crate) struct Options {
    /// One of the protocol crates; all of them when left out.
    #[arg(value_parser = CRATES)]
    name: Option<String>,
    /// Only this part, such as 2/8. What was found before is kept, so parts add up.
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// How many at once.
    #[arg(long, default_value_t = 1)]
    jobs: u32,
}

/// Tries the mutations that no earlier run has seen a test catch.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let program = MUTANTS.installed()?;
    let explained = fs::read_to_string(root().join(EXPLAINED)).unwrap_or_default();
    let mut unexplained = Vec::new();
    for name in CRATES.iter().filter(|name| {
        options
            .name
            .as_deref()
            .is_none_or(|chosen| chosen == **name)
    }) {
        let output = target().join("mutants").join(name);
        fs::create_dir_all(&output)?;
        try_all(&program, name, &output, options)?;
        let missed = fs::read_to_string(output.join("mutants.out/missed.txt")).unwrap_or_default();
        unexplained.extend(
            missed
                .lines()
                .map(nameless)
                .filter(|line| !explained.contains(line.as_str())),
        );
    }
    if !unexplained.is_empty() {
        bail!(
            "no test notices these, and {EXPLAINED} does not say why:\n  {}",
            unexplained.join("\n  ")
        );
    }
    println!("Whatever no test noticed is explained in {EXPLAINED}.");
    Ok(())
}

fn try_all(program: &Path, name: &str, output: &Path, options: &Options) -> anyhow::Result<()> {
    let mut command = Command::new(program);
    command
        .current_dir(root())
        .args(["mutants", "--package", name, "--iterate", "--no-shuffle"]);
    // The vectors notice what changes the bytes, whatever the crate's own tests say.
    command.args([
        "--test-package",
        name,
        "--test-package",
        "vectors",
        "--timeout",
        "300",
    ]);
    command
        .arg("--jobs")
        .arg(options.jobs.to_string())
        .arg("--output")
        .arg(output);
    if let Some(shard) = &options.shard {
        command.args(["--shard", shard]);
    }
    let status = command
        .status()
        .context("cargo-mutants could not be started")?;
    match status.code() {
        // 2: some survived; 3: some took too long, which counts as noticed.
        Some(0 | 2 | 3) => Ok(()),
        _ => bail!("cargo-mutants failed on {name} ({status})"),
    }
}

/// A mutation without its line and column, which move: `crates/kem/src/ntru.rs: replace …`.
fn nameless(line: &str) -> String {
    let mut parts = line.splitn(4, ':');
    let (file, _, _, what) = (parts.next(), parts.next(), parts.next(), parts.next());
    format!("{}:{}", file.unwrap_or_default(), what.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutation_is_recognised_when_lines_have_moved() {
        let line = "crates/kem/src/ntru.rs:38:9: replace f -> Result<Self, a::B> with Ok(x)";
        assert_eq!(
            nameless(line),
            "crates/kem/src/ntru.rs: replace f -> Result<Self, a::B> with Ok(x)"
        );
    }
}
