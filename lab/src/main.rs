//! The fault laboratory: `cargo xtask lab [SCENARIO…] [--quick] [--seed N] [--json]`.
//!
//! Each file under `scenario/` is one claim, made under conditions that should break it: programs that are killed, a Tangle
//! that loses, delays and floods, copied disks, clocks that jump. Some scenarios run the real programs as processes, the others
//! their libraries in a [`scenarios::House`]. Every scenario runs in a process of its own, so that its memory is its own and
//! none can take the others down.

#![forbid(unsafe_code)]

mod driver;
mod figures;
mod group;
mod real;
mod report;
mod scenario;
mod seeded;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use scenario::Scenario;

/// Breaks things on purpose and looks whether the promises hold.
#[derive(Clone, Debug, Parser)]
#[command(name = "cargo xtask lab", bin_name = "cargo xtask lab")]
pub(crate) struct Options {
    /// What to run; everything, if nothing is named.
    #[arg(value_name = "SCENARIO", value_parser = scenario::names())]
    scenarios: Vec<String>,
    /// A tenth of each.
    #[arg(long)]
    quick: bool,
    /// Where the random instants and faults come from; the same seed is the same run, but for what the clock decides.
    #[arg(long, value_name = "N", default_value_t = 2026)]
    seed: u64,
    /// One line of JSON a scenario.
    #[arg(long)]
    json: bool,
    /// Scenarios that run at a time.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=16))]
    jobs: u8,
    /// Write the figures into this file as a page of the documentation.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Only write that page, from lines that earlier runs printed with `--json`; the last line of a scenario counts.
    #[arg(long, value_name = "FILE", requires = "write")]
    from: Option<PathBuf>,
    /// Run one scenario in this process.
    #[arg(long, hide = true, value_name = "SCENARIO")]
    only: Option<String>,
}

/// How large a run is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lab {
    quick: bool,
    seed: u64,
}

impl Lab {
    /// `full`, or a tenth of it.
    pub(crate) fn share_of(&self, full: u64) -> u64 {
        if self.quick { full.div_ceil(10) } else { full }
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    let done = match &options.only {
        Some(name) => run_here(name, &options),
        None => driver::run(&options),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("Error: {error:#}.");
            ExitCode::FAILURE
        }
    }
}

/// Runs one scenario and prints what came of it, for the process that started this one.
fn run_here(name: &str, options: &Options) -> anyhow::Result<bool> {
    let lab = Lab {
        quick: options.quick,
        seed: options.seed,
    };
    // The laboratory itself ends it first, and says so.
    group::ends_with_the_laboratory(driver::longest(lab.quick) + Duration::from_secs(10));
    let outcome = Scenario::named(name)?.run(lab);
    println!("{}", serde_json::to_string(&outcome)?);
    Ok(outcome.ok)
}
