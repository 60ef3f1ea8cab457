//! `cargo xtask test-app` and `screenshots`: the wallet's window, which alone needs WebKit.

use crate::packages;
use crate::workspace::{cargo, must, root};
use clap::Args;
use std::path::Path;
use std::process::Command;

/// Wide and high enough for every window that a test opens.
const DISPLAY: &str = "-screen 0 1400x1100x24";
/// What the window is tried with.
const PROGRAMS: [&str; 4] = ["my-home-app", "tangle-node", "pi-daemon", "provider-service"];

/// What to leave out while working.
#[derive(Args)]
pub(crate) struct Options {
    /// Only the window: no lints, types or formatting.
    #[arg(long)]
    only_window: bool,
}

/// Checks and builds the screens, checks the commands, and drives the window.
pub(crate) fn test(options: &Options) -> anyhow::Result<()> {
    prepare()?;
    if !options.only_window {
        screens_are_sound()?;
    }
    npm(&["run", "build"])?;
    if !options.only_window {
        commands_are_sound()?;
    }
    window(None)
}

/// Drives the window and keeps a picture of every screen that it comes to, in `docs/screenshots/`.
pub(crate) fn screenshots() -> anyhow::Result<()> {
    prepare()?;
    npm(&["run", "build"])?;
    let folder = root().join("docs/screenshots");
    std::fs::create_dir_all(&folder)?;
    window(Some(&folder))
}

fn prepare() -> anyhow::Result<()> {
    packages::install(&[packages::BUILD, packages::KEYCHAIN, packages::WINDOW, packages::DISPLAY])?;
    npm(&["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
}

fn screens_are_sound() -> anyhow::Result<()> {
    npm(&["run", "format"])?;
    npm(&["run", "check"])?;
    npm(&["test"])
}

fn commands_are_sound() -> anyhow::Result<()> {
    let lints = ["clippy", "-p", "my-home-app", "--all-targets", "--locked", "--", "-D", "warnings"];
    must("cargo clippy", &mut cargo(&lints))?;
    must("cargo test", &mut cargo(&["test", "-p", "my-home-app", "--locked", "--lib"]))
}

fn window(pictures: Option<&Path>) -> anyhow::Result<()> {
    let packages = PROGRAMS.iter().flat_map(|name| ["-p", *name]);
    must("cargo build", cargo(&["build", "--locked", "--bins"]).args(packages))?;
    let mut tests = Command::new("xvfb-run");
    tests.current_dir(root()).args(["-a", "-s", DISPLAY, "cargo", "test", "--locked", "-p", "my-home-app", "--test", "window"]);
    if let Some(folder) = pictures {
        tests.env("MY_HOME_SCREENSHOTS", folder);
    }
    must("the tests of the window", &mut tests)
}

fn npm(arguments: &[&str]) -> anyhow::Result<()> {
    let name = format!("npm {}", arguments.join(" "));
    must(&name, Command::new("npm").current_dir(root().join("ui")).args(arguments))
}
