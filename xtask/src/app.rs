//! `cargo xtask test-app` and `screenshots`: the wallet's window, which alone needs WebKit.

use crate::packages;
use crate::tally::Tally;
use crate::workspace::{cargo, must, root, step};
use clap::Args;
use std::path::Path;
use std::process::Command;

/// The package that opens the window: what the other commands leave out, so that they build without WebKit.
pub(crate) const PACKAGE: &str = "my-home-app";
/// Wide and high enough for every window that a test opens.
const DISPLAY: &str = "-screen 0 1400x1100x24";
/// What the stories start beside the window.
const PROGRAMS: [&str; 3] = ["tangle-node", "pi-daemon", "provider-service"];

/// What to leave out while working.
#[derive(Args)]
pub(crate) struct Options {
    /// Only the window: no lints, types or formatting.
    #[arg(long)]
    only_window: bool,
}

/// Checks and builds the screens, checks the commands, and drives the window.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let tally = test(!options.only_window)?;
    println!("{tally}");
    tally.verdict()
}

/// The same, counted: `with_checks` also looks at formatting, types, lints and documentation.
pub(crate) fn test(with_checks: bool) -> anyhow::Result<Tally> {
    prepare()?;
    if with_checks {
        step("the screens", screens_are_sound)?;
    }
    npm(&["run", "build"])?;
    if with_checks {
        step("the window's commands", commands_are_sound)?;
    }
    println!("── tests of the window");
    window(None)
}

/// Drives the window and keeps a picture of every screen that it comes to, in `docs/screenshots/`.
pub(crate) fn screenshots() -> anyhow::Result<()> {
    prepare()?;
    npm(&["run", "build"])?;
    let folder = root().join("docs/screenshots");
    std::fs::create_dir_all(&folder)?;
    window(Some(&folder))?.verdict()
}

fn prepare() -> anyhow::Result<()> {
    packages::install(&[
        packages::BUILD,
        packages::KEYCHAIN,
        packages::WINDOW,
        packages::DISPLAY,
    ])?;
    packages::npm()?;
    npm(&["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
}

fn screens_are_sound() -> anyhow::Result<()> {
    npm(&["run", "format"])?;
    npm(&["run", "check"])?;
    npm(&["test"])
}

fn commands_are_sound() -> anyhow::Result<()> {
    let mut clippy = cargo(&["clippy", "--all-targets", "--locked", "-p", PACKAGE]);
    must("cargo clippy", clippy.args(["--", "-D", "warnings"]))?;
    let mut doc = cargo(&["doc", "--no-deps", "--locked", "-p", PACKAGE]);
    must("cargo doc", doc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// All tests of the package, on a display of their own; the programs are built beside it, where the stories look.
fn window(pictures: Option<&Path>) -> anyhow::Result<Tally> {
    let packages = PROGRAMS.iter().flat_map(|name| ["-p", *name]);
    let mut build = cargo(&["build", "--quiet", "--locked", "--bins", "-p", PACKAGE]);
    must("cargo build", build.args(packages))?;
    let test = cargo(&["test", "--locked", "--no-fail-fast", "-p", PACKAGE]);
    let mut tests = Command::new("xvfb-run");
    tests.current_dir(root()).args(["-a", "-s", DISPLAY]);
    tests.arg(test.get_program()).args(test.get_args());
    if let Some(folder) = pictures {
        tests.env("MY_HOME_SCREENSHOTS", folder);
    }
    Tally::of(&mut tests)
}

fn npm(arguments: &[&str]) -> anyhow::Result<()> {
    let name = format!("npm {}", arguments.join(" "));
    let mut npm = Command::new("npm");
    must(&name, npm.current_dir(root().join("ui")).args(arguments))
}
