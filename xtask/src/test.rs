//! `cargo xtask test`: everything that continuous integration runs, in the order of what fails fastest.

mod exceptions;
mod tools;

use crate::tally::Tally;
use crate::tool::Tool;
use crate::workspace::{cargo, must, root, step};
use crate::{app, documents, fuzz, links, packages, panics, vectors};
use clap::Args;
use std::process::Command;
use std::time::Instant;

/// Runs every test in a process of its own, ends those that hang, and says which (`.config/nextest.toml`).
const NEXTEST: Tool = Tool {
    name: "cargo-nextest",
    version: "0.9.143",
    features: &["--no-default-features", "--features", "default-no-update"],
};

/// What to leave out while working; continuous integration leaves out nothing.
#[derive(Args)]
pub(crate) struct Options {
    /// Only the tests: no formatting, lints, documentation or dependency checks.
    #[arg(long)]
    only_tests: bool,
}

/// Runs every check and then every test; the last line counts the tests.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    packages::install(&[packages::BUILD, packages::KEYCHAIN, packages::BROKER])?;
    if !options.only_tests {
        step("formatting", format)?;
        step("lints", lints)?;
        step("documentation", documentation)?;
        step("dependencies", tools::dependencies)?;
        step("what links into what", || {
            links::run(&links::Options::default())
        })?;
        step("what the documentation names", documents::run)?;
        step("panics", panics::run)?;
    }
    clients()?;
    step("building tests and programs", build)?;
    if !options.only_tests {
        step("test vectors", || vectors::run(&vectors::Options::check()))?;
        step("fuzzing", || fuzz::run(&fuzz::Options::shortly()))?;
    }
    let tally = tests()?;
    println!("{tally}");
    tally.verdict()
}

/// What the clients run on that tangle-node is tested with; the tests install the clients themselves.
fn clients() -> anyhow::Result<()> {
    packages::npm()?;
    packages::python()
}

fn format() -> anyhow::Result<()> {
    must("cargo fmt", &mut cargo(&["fmt", "--all", "--check"]))
}

fn lints() -> anyhow::Result<()> {
    let mut clippy = without_the_window(&["clippy", "--all-targets"]);
    must("cargo clippy", clippy.args(["--", "-D", "warnings"]))
}

fn documentation() -> anyhow::Result<()> {
    let mut doc = without_the_window(&["doc", "--no-deps"]);
    must("cargo doc", doc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// Everything in one build with one set of features, the programs that scenario tests start among it.
fn build() -> anyhow::Result<()> {
    let mut build = without_the_window(&["test", "--quiet", "--no-run"]);
    must("cargo test --no-run", &mut build)
}

fn tests() -> anyhow::Result<Tally> {
    println!("── tests");
    let start = Instant::now();
    let mut nextest = Command::new(NEXTEST.found()?);
    nextest.current_dir(root()).args(["nextest", "run"]);
    let tests = Tally::of_nextest(nextest.args(NO_WINDOW))?;
    let examples = Tally::of(&mut without_the_window(&[
        "test",
        "--doc",
        "--no-fail-fast",
    ]))?;
    println!("── tests: {:.0} s", start.elapsed().as_secs_f64());
    Ok(tests.and(examples))
}

/// Every package but the window, which [`app`] checks and tests.
const NO_WINDOW: [&str; 4] = ["--workspace", "--exclude", app::PACKAGE, "--locked"];

/// A cargo command about [`NO_WINDOW`].
fn without_the_window(arguments: &[&str]) -> Command {
    let mut command = cargo(arguments);
    command.args(NO_WINDOW);
    command
}
