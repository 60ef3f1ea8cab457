//! `cargo xtask test`: everything that continuous integration runs, in the order of what fails fastest.

mod advisories;
mod exceptions;
mod tools;

use crate::tally::Tally;
use crate::tool::Tool;
use crate::workspace::{as_typed, cargo, must, step};
use crate::{app, documents, fuzz, lab, links, packages, panics, radio, vectors};
use clap::Args;
use std::process::Command;
use std::time::Instant;

/// Runs every test in a process of its own, ends those that hang, and says which (`.config/nextest.toml`).
pub(crate) const NEXTEST: Tool = Tool {
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
    app::prepare()?;
    if !options.only_tests {
        step("formatting", format)?;
        step("the window's screens", app::screens_are_sound)?;
        step("lints", lints)?;
        step("documentation", documentation)?;
        step("dependencies", tools::dependencies)?;
        step("advisories", advisories::say)?;
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
    let mut clippy = everything(&["clippy", "--all-targets"]);
    must("cargo clippy", clippy.args(["--", "-D", "warnings"]))
}

fn documentation() -> anyhow::Result<()> {
    let mut doc = everything(&["doc", "--no-deps"]);
    must("cargo doc", doc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// Everything in one build with one set of features, the programs that tests start among it.
fn build() -> anyhow::Result<()> {
    const WHAT: [&str; 4] = ["--lib", "--bins", "--tests", "--examples"];
    let mut build = everything(&["build", "--quiet"]);
    must("cargo build", build.args(WHAT))
}

fn tests() -> anyhow::Result<Tally> {
    println!("── tests");
    let start = Instant::now();
    let mut nextest = as_typed(NEXTEST.found()?);
    nextest.args(["nextest", "run"]);
    nextest.env("MY_HOME_PAGES", app::emptied_pages()?);
    let tests = Tally::of_nextest(nextest.args(EVERYTHING))?;
    let examples = Tally::of(&mut everything(&["test", "--doc", "--no-fail-fast"]))?;
    println!("── tests: {:.0} s", start.elapsed().as_secs_f64());
    if tests.broken == 0 {
        step("the window's screens in Chromium", app::in_chromium)?;
        step("a tenth of the laboratory", lab::quickly)?;
        step("pairing over Bluetooth", radio::run_with_tests)?;
    }
    Ok(tests.and(examples))
}

/// Every package, the window among them, always in the same selection: another would unite features otherwise, and
/// compile most of it again.
const EVERYTHING: [&str; 2] = ["--workspace", "--locked"];

/// A cargo command about [`EVERYTHING`].
fn everything(arguments: &[&str]) -> Command {
    let mut command = cargo(arguments);
    command.args(EVERYTHING);
    command
}
