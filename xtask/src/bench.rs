//! `cargo xtask bench`: figures beside what they are compared with.

use crate::app;
use crate::packages;
use crate::workspace::{cargo, must};
use clap::Args;

/// What to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// `app` measures the window. Anything else is handed on to the bench program, for example a section's name or `--json`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds the bench program in release mode and runs it.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    if options
        .arguments
        .first()
        .is_some_and(|section| section == "app")
    {
        return app::figures();
    }
    packages::install(&[packages::BUILD])?;
    let mut bench = cargo(&["run", "--release", "--quiet", "--package", "bench", "--"]);
    must("the bench program", bench.args(&options.arguments))
}
