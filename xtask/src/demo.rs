//! `cargo xtask demo`: the main job, shown with the real programs as separate processes.

mod account;
mod folder;
mod links;
mod story;
mod window;

use crate::packages;
use account::Account;
use clap::Args;
use programs::{Built, Profile};
use std::path::PathBuf;

/// How to show it.
#[derive(Args)]
pub(crate) struct Options {
    /// Walks the whole story by itself, checks each step, and ends.
    #[arg(long)]
    headless: bool,
    /// Without the window of My Home and the service's page in the browser, which are opened where there is a display;
    /// links `meterkast://` go to that window until the demonstration ends.
    #[arg(long)]
    no_window: bool,
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
    println!("Building the programs (a few minutes the first time).");
    let built = Built::now(Profile::Development)?;
    let window = match options.headless || options.no_window {
        true => None,
        false => window::build()?,
    };
    programs::end_with_this_program()?;
    let mut account = Account::new();
    let begun = story::begin(built, options, &mut account);
    if options.headless {
        let told = begun.and_then(|(mut house, given)| {
            story::finish(&mut house, &given, options, &mut account)
        });
        return account.close(told, options.json);
    }
    let (house, given) = begun?;
    story::stay_open(house, &given, window.as_deref())
}
