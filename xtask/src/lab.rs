//! `cargo xtask lab`: the fault laboratory.

use crate::packages;
use crate::workspace::{cargo, must, root, target, within};
use anyhow::{Context as _, ensure};
use clap::Args;
use programs::{Built, Profile};
use std::process::Command;
use std::time::Duration;

/// The page that a whole run writes.
const PAGE: &str = "docs/reliability.md";
/// How long a tenth of everything may take on a machine that is busy with something else.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// What to break.
#[derive(Args)]
pub(crate) struct Options {
    /// Handed on to the laboratory: names of scenarios, `--quick`, `--seed N`, `--json`, `--jobs N`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds the programs and the laboratory and runs it. A run of the whole of everything writes the documentation's page.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    packages::install(&[packages::BUILD])?;
    Built::now(Profile::Development)?;
    let mut lab = cargo(&["run", "--quiet", "--locked", "--package", "lab", "--"]);
    lab.args(&options.arguments);
    if is_whole(&options.arguments) {
        lab.args(["--write", PAGE]);
    }
    must("the laboratory", &mut lab)
}

/// A tenth of everything, with the programs that the tests were built with.
pub(crate) fn quickly() -> anyhow::Result<()> {
    let mut quick = Command::new(target().join("debug").join("lab"));
    let ended = within(LONGEST, quick.current_dir(root()).arg("--quick"))?;
    let status = ended
        .with_context(|| format!("the laboratory did not end within {} s", LONGEST.as_secs()))?;
    ensure!(status.success(), "the laboratory failed ({status})");
    Ok(())
}

/// Nothing but a seed, the number of jobs and the form of the answer was asked for.
fn is_whole(arguments: &[String]) -> bool {
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "--json" => {}
            "--seed" | "--jobs" => drop(words.next()),
            word if word.starts_with("--seed=") || word.starts_with("--jobs=") => {}
            _ => return false,
        }
    }
    true
}
