//! `cargo xtask test`: everything that continuous integration runs, in the order of what fails fastest.

mod exceptions;
mod tally;
mod tools;

use crate::workspace::{cargo, must};
use crate::{documents, fuzz, links, packages, vectors};
use anyhow::bail;
use clap::Args;
use std::process::Command;
use std::time::Instant;
use tally::Tally;

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
    }
    clients()?;
    step("building tests and programs", build)?;
    if !options.only_tests {
        step("test vectors", || vectors::run(&vectors::Options::check()))?;
        step("fuzzing", || fuzz::run(&fuzz::Options::shortly()))?;
    }
    tests()
}

fn step(name: &str, work: fn() -> anyhow::Result<()>) -> anyhow::Result<()> {
    println!("── {name}");
    let start = Instant::now();
    work()?;
    println!("── {name}: fine, {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// What the clients run on that tangle-node is tested with; the tests install the clients themselves.
fn clients() -> anyhow::Result<()> {
    if !succeeds("npm", &["--version"]) {
        packages::install(&[packages::NODE])?;
    }
    if !succeeds("python3", &["-c", "import venv, ensurepip"]) {
        packages::install(&[packages::PYTHON])?;
    }
    Ok(())
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let asked = Command::new(program).args(arguments).output();
    asked.is_ok_and(|output| output.status.success())
}

fn format() -> anyhow::Result<()> {
    must("cargo fmt", &mut cargo(&["fmt", "--all", "--check"]))
}

fn lints() -> anyhow::Result<()> {
    must(
        "cargo clippy",
        &mut cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ]),
    )
}

fn documentation() -> anyhow::Result<()> {
    let mut doc = cargo(&["doc", "--workspace", "--no-deps", "--locked"]);
    must("cargo doc", doc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// Everything in one build with one set of features, the programs that scenario tests start among it.
fn build() -> anyhow::Result<()> {
    must(
        "cargo test --no-run",
        &mut cargo(&["test", "--quiet", "--workspace", "--locked", "--no-run"]),
    )
}

fn tests() -> anyhow::Result<()> {
    println!("── tests");
    let start = Instant::now();
    let mut command = cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]);
    let (tally, success) = Tally::of(&mut command)?;
    println!("── tests: {:.0} s", start.elapsed().as_secs_f64());
    println!("{tally}");
    if !success || tally.failed > 0 {
        bail!("a test failed: its name and output are above");
    }
    if tally.passed == 0 {
        bail!("no test ran, which is a failure too");
    }
    Ok(())
}
