//! The project's own commands: `cargo xtask demo`, `test` and `bench`.
//!
//! Each does all the set-up that it needs on a fresh machine, so that a newcomer types one line and
//! continuous integration types the same one.

mod bench;
mod demo;
mod packages;
mod test;
mod workspace;

use clap::{Parser, Subcommand};

/// Meterkast's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Shows the main job: a meter's readings reach a service, until consent ends.
    Demo(demo::Options),
    /// Runs everything that continuous integration runs.
    Test(test::Options),
    /// Prints figures beside what they are compared with.
    Bench(bench::Options),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Demo(options) => demo::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Bench(options) => bench::run(&options),
    }
}
