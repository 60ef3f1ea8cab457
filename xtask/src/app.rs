//! `cargo xtask test-app` and `screenshots`: the wallet's window, which alone needs WebKit.

use crate::packages;
use crate::tally::Tally;
use crate::test::NEXTEST;
use crate::workspace::{as_typed, cargo, must, root, step, target};
use anyhow::bail;
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The package that opens the window: what the other commands leave out, so that they build without WebKit.
pub(crate) const PACKAGE: &str = "my-home-app";
/// What the window may take.
const GOALS: [(&str, &str); 5] = [
    ("cold start to a usable screen", "1.5 s"),
    ("memory with the web view", "200 MB"),
    ("activity of 10,000 events opened", "no stall that is seen"),
    ("longest frame while scrolling", "no stall that is seen"),
    ("installer", "15 MB"),
];
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
    prepare()?;
    if !options.only_window {
        step("the screens", screens_are_sound)?;
        step("the window's commands", commands_are_sound)?;
    }
    println!("── tests of the window");
    let tally = window(None)?;
    println!("{tally}");
    tally.verdict()?;
    step("the screens in Chromium", in_chromium)
}

/// Drives the window and keeps a picture of every screen that it comes to, in `docs/screenshots/`.
pub(crate) fn screenshots() -> anyhow::Result<()> {
    prepare()?;
    let folder = root().join("docs/screenshots");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    window(Some(&folder))?.verdict()
}

/// Measures the window in release mode, driven by the same harness as in tests, and prints each figure beside its goal.
pub(crate) fn figures() -> anyhow::Result<()> {
    prepare()?;
    let package = crate::package::my_home::package(false)?;
    let mut measure = stories()?;
    measure
        .args(["--run-ignored", "only", "--no-capture"])
        .env("MY_HOME_PROGRAM", target().join("release").join(PACKAGE));
    let output = measure.stderr(Stdio::inherit()).output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!(
            "the window could not be measured ({}):\n{said}",
            output.status
        );
    }
    let figures = said.lines().filter_map(|line| {
        let (name, value) = line.trim().strip_prefix("figure: ")?.split_once(": ")?;
        Some((name.to_owned(), value.to_owned()))
    });
    let megabytes = std::fs::metadata(package)?.len() as f64 / 1e6;
    let installer = ("installer".to_owned(), format!("{megabytes:.1} MB"));
    for (name, value) in figures.chain([installer]) {
        let goal = GOALS.iter().find(|(of, _)| *of == name);
        let goal = goal.map_or_else(String::new, |(_, goal)| format!("goal: {goal}"));
        println!("{name:<36} {value:>16}   {goal}");
    }
    Ok(())
}

/// Everything that the window is built, checked and driven with: its packages, and its screens, built.
pub(crate) fn prepare() -> anyhow::Result<()> {
    packages::install(&[
        packages::BUILD,
        packages::KEYCHAIN,
        packages::WINDOW,
        packages::DISPLAY,
        packages::BROWSER,
    ])?;
    build_screens()
}

/// What the window is built with, and its screens.
pub(crate) fn prepare_to_open() -> anyhow::Result<()> {
    packages::install(&[packages::BUILD, packages::WINDOW])?;
    build_screens()
}

/// The screens as the program takes them in; cargo does not know how to build them.
fn build_screens() -> anyhow::Result<()> {
    packages::npm()?;
    npm(&["ci", "--ignore-scripts", "--no-audit", "--no-fund"])?;
    npm(&["run", "build"])
}

/// Formatting, types and tests of the screens.
pub(crate) fn screens_are_sound() -> anyhow::Result<()> {
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

/// All tests of the package.
fn window(pictures: Option<&Path>) -> anyhow::Result<Tally> {
    let pages = emptied_pages()?;
    let mut tests = stories()?;
    tests.env("MY_HOME_PAGES", &pages);
    if let Some(folder) = pictures {
        tests.env("MY_HOME_SCREENSHOTS", folder);
        tests.args(["--profile", "pictures"]);
    }
    Tally::of_nextest(&mut tests)
}

/// The tests of the package. They and the programs that the stories start are one build; a story that hangs is ended.
fn stories() -> anyhow::Result<Command> {
    let mut tests = as_typed(NEXTEST.found()?);
    tests
        .args(["nextest", "run", "--locked", "-p", PACKAGE])
        .args(PROGRAMS.iter().flat_map(|name| ["-p", *name]))
        .args(["-E", &format!("package({PACKAGE})")]);
    Ok(tests)
}

/// Where the stories keep the pages that they came to.
pub(crate) fn emptied_pages() -> anyhow::Result<PathBuf> {
    let pages = root().join("out/pages");
    if pages.exists() {
        std::fs::remove_dir_all(&pages)?;
    }
    std::fs::create_dir_all(&pages)?;
    Ok(pages)
}

/// The pages that the stories came to, in Chromium: at every width, in both themes, with large text.
pub(crate) fn in_chromium() -> anyhow::Result<()> {
    let mut check = Command::new("node");
    check.current_dir(root().join("ui"));
    must(
        "the check in Chromium",
        check.args(["chromium/check.mjs", "../out/pages"]),
    )
}

fn npm(arguments: &[&str]) -> anyhow::Result<()> {
    let name = format!("npm {}", arguments.join(" "));
    let mut npm = Command::new("npm");
    must(&name, npm.current_dir(root().join("ui")).args(arguments))
}
