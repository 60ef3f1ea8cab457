//! The project's own commands: `cargo xtask demo`, `test`, `test-app`, `test-ble`, `screenshots`, `package`, `lab`, `bench`, `vectors`,
//! `fuzz`, `mutants`, `links`, `panics`, `check-elsewhere` and `documents`.
//!
//! Each does all the set-up that it needs on a fresh machine, so that a newcomer types one line and
//! continuous integration types the same one.

mod app;
mod bench;
mod demo;
mod documents;
mod elsewhere;
mod fuzz;
mod graph;
mod lab;
mod links;
mod mutants;
mod package;
mod packages;
mod panics;
mod radio;
mod tally;
mod test;
mod tool;
mod vectors;
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
    /// Checks the wallet's window and drives it; a part of `test`.
    TestApp(app::Options),
    /// Pairs over Bluetooth on a real Bluetooth stack, without a radio.
    TestBle(radio::Options),
    /// Drives the window and keeps pictures of its screens in docs/screenshots.
    Screenshots,
    /// Makes the Debian packages of My Home and of pi-daemon, in out/packages.
    Package(package::Options),
    /// Breaks things on purpose and looks whether the promises hold; writes docs/reliability.md.
    Lab(lab::Options),
    /// Prints figures beside what they are compared with.
    Bench(bench::Options),
    /// Writes the test vectors, or compares them and lets the second reader read them.
    Vectors(vectors::Options),
    /// Lets a fuzzer look for bytes that a parser does not handle.
    Fuzz(fuzz::Options),
    /// Breaks the protocol crates in small ways and sees whether a test notices.
    Mutants(mutants::Options),
    /// Checks which cryptography links into which program.
    Links(links::Options),
    /// Checks that no way to panic is left in what reads the meter's bytes.
    Panics,
    /// Checks the window's Rust code for Android, iOS, macOS and Windows, without their SDKs.
    CheckElsewhere,
    /// Checks that every file and place that the documentation names is there.
    Documents,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Demo(options) => demo::run(&options),
        Command::Test(options) => test::run(&options),
        Command::TestApp(options) => app::run(&options),
        Command::TestBle(options) => radio::run(&options),
        Command::Screenshots => app::screenshots(),
        Command::Package(options) => package::run(&options),
        Command::Lab(options) => lab::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Vectors(options) => vectors::run(&options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Mutants(options) => mutants::run(&options),
        Command::Links(options) => links::run(&options),
        Command::Panics => panics::run(),
        Command::CheckElsewhere => elsewhere::run(),
        Command::Documents => documents::run(),
    }
}
