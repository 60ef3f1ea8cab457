//! Writes the test vectors into `docs/vectors`, compares them, or makes a lane that nobody has seen.

use anyhow::{Context, bail};
use clap::Parser;
use std::path::{Path, PathBuf};

/// Test vectors of the protocol. Without an option they are written.
#[derive(Parser)]
struct Arguments {
    /// Compare the files with what the crates make, and change nothing.
    #[arg(long, conflicts_with = "lane")]
    check: bool,
    /// Print a lane as in channel.json whose every secret comes from this text.
    #[arg(long, value_name = "SEED")]
    lane: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    match arguments.lane {
        Some(seed) => {
            println!("{}", vectors::lane(&seed)?);
            Ok(())
        }
        None if arguments.check => check(),
        None => write(),
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/vectors")
}

fn write() -> anyhow::Result<()> {
    for (name, text) in vectors::files()? {
        let path = folder().join(name);
        std::fs::write(&path, text)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        println!("{name}: written");
    }
    Ok(())
}

fn check() -> anyhow::Result<()> {
    let mut different = Vec::new();
    for (name, text) in vectors::files()? {
        let found = std::fs::read_to_string(folder().join(name)).unwrap_or_default();
        if found == text {
            println!("{name}: as the crates make it");
        } else {
            different.push(name);
        }
    }
    if !different.is_empty() {
        bail!(
            "docs/vectors: {} differ from what the crates make; if the protocol was meant to change, run `cargo xtask vectors`",
            different.join(", ")
        );
    }
    Ok(())
}
