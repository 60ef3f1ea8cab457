//! `cargo xtask demo`.
use clap::Args;

/// How to show it.
#[derive(Args)]
pub(crate) struct Options {}

/// Runs it.
pub(crate) fn run(_: &Options) -> anyhow::Result<()> {
    Ok(())
}
