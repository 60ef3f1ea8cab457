//! `cargo xtask demo`: the main job, shown with the real programs as separate processes.

mod account;
mod home;
mod household;
mod process;
mod provider;
mod story;

use crate::packages;
use crate::workspace::{cargo, must};
use account::Account;
use clap::Args;
use std::path::PathBuf;

/// How to show it.
#[derive(Args)]
pub(crate) struct Options {
    /// Walks the whole story by itself, checks each step, and ends.
    #[arg(long)]
    headless: bool,
    /// Prints a summary in JSON as the last line (with --headless).
    #[arg(long, requires = "headless")]
    json: bool,
    /// Where telegrams come from: a serial device, tcp://HOST:PORT, replay:FILE or replay:FILE@SPEED, simulated or simulated:SEED.
    #[arg(long, default_value = "simulated:7")]
    meter: String,
    /// Length of a live slot in seconds.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=60))]
    live_slot: u32,
    /// Where the programs keep their data; emptied first.
    #[arg(long, default_value = "out/demo")]
    folder: PathBuf,
}

/// Builds the programs and shows them at work.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    packages::install(&[packages::BUILD])?;
    build()?;
    let mut account = Account::new();
    let begun = story::begin(options, &mut account);
    if options.headless {
        let told = begun.and_then(|(mut household, given)| {
            story::finish(&mut household, &given, options, &mut account)
        });
        return account.close(told, options.json);
    }
    let (household, given) = begun?;
    household.stay_open(&given)
}

fn build() -> anyhow::Result<()> {
    println!("Building the programs (a few minutes the first time).");
    must(
        "cargo build",
        &mut cargo(&[
            "build",
            "--quiet",
            "--locked",
            "--package=tangle-node",
            "--package=pi-daemon",
            "--package=provider-service",
            "--package=wallet",
            "--package=scenarios",
            "--bins",
        ]),
    )
}
