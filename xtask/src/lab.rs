//! `cargo xtask lab`: the fault laboratory.

use crate::packages;
use crate::workspace::{cargo, must};
use clap::Args;
use programs::{Built, Profile};

/// The page that a whole run writes.
const PAGE: &str = "docs/reliability.md";

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
