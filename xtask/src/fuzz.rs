//! `cargo xtask fuzz`: libFuzzer looks for bytes that a parser does not handle.
//!
//! It works with a stable compiler: coverage comes from LLVM's own pass, which `-C passes` switches on, and there is
//! no address sanitizer, which needs a nightly one; the crates under test have no `unsafe`, and the C code below them
//! (NTRU, zstd) is reached through length-checked wrappers.

use crate::packages;
use crate::workspace::{cargo, must, target};
use anyhow::{Context, bail};
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

/// Most memory that a parser may take, in MiB, and most time for one input, in seconds.
const MEMORY: u32 = 1024;
const PATIENCE: u32 = 10;

const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Cdebug-assertions=yes -Coverflow-checks=yes";

/// How long, and what.
#[derive(Args)]
pub(crate) struct Options {
    /// Seconds for each target.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Targets at once; as many as the machine has cores when left out.
    #[arg(long)]
    jobs: Option<usize>,
    /// Which targets; all of them when left out.
    targets: Vec<String>,
}

impl Options {
    /// As continuous integration fuzzes: every target, for a minute, two at a time on each core (`docs/decisions/0055`).
    pub(crate) fn shortly() -> Self {
        Self {
            seconds: 60,
            jobs: Some(2 * cores()),
            targets: Vec::new(),
        }
    }
}

/// Builds the targets with coverage and runs them side by side.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    packages::install(&[packages::BUILD])?;
    let corpus = target().join("fuzz/corpus");
    let chosen = chosen(options, &begin(&corpus)?)?;
    let program = build()?;
    let jobs = options.jobs.unwrap_or_else(cores).max(1);
    println!(
        "{} targets, {} s each, {jobs} at once",
        chosen.len(),
        options.seconds
    );
    let mut broken = Vec::new();
    for side_by_side in chosen.chunks(jobs) {
        let started = side_by_side
            .iter()
            .map(|name| Ok((name, start(&program, name, &corpus, options.seconds)?)))
            .collect::<anyhow::Result<Vec<_>>>()?;
        for (name, child) in started {
            if !finish(name, child)? {
                broken.push(name.clone());
            }
        }
    }
    if !broken.is_empty() {
        bail!(
            "not handled: {}. The input is in target/fuzz/found/NAME; put it into fuzz/corpus/NAME, so that every later \
             test takes it, and fix what it shows",
            broken.join(", ")
        );
    }
    Ok(())
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Lays out what every target begins with, and says which there are.
fn begin(corpus: &Path) -> anyhow::Result<Vec<String>> {
    let program = ["run", "--quiet", "--locked", "--package", "fuzz", "--"];
    must("the fuzz program", cargo(&program).arg(corpus))?;
    let listed = cargo(&program)
        .output()
        .context("the fuzz program could not be started")?;
    Ok(String::from_utf8_lossy(&listed.stdout)
        .lines()
        .map(str::to_owned)
        .collect())
}

fn chosen(options: &Options, all: &[String]) -> anyhow::Result<Vec<String>> {
    if let Some(unknown) = options.targets.iter().find(|name| !all.contains(name)) {
        bail!("there is no target {unknown}; there are {}", all.join(", "));
    }
    Ok(if options.targets.is_empty() {
        all.to_vec()
    } else {
        options.targets.clone()
    })
}

/// The program with libFuzzer in it, in a folder of its own: every crate below it is built for coverage.
fn build() -> anyhow::Result<PathBuf> {
    let (folder, host) = (target().join("fuzz/build"), host()?);
    println!("Building the targets with coverage.");
    must(
        "cargo build",
        cargo(&["build", "--quiet", "--locked", "--package", "fuzz", "--features", "libfuzzer", "--release"])
            // With a target named, build scripts and macros are built without these flags.
            .args(["--target", &host])
            .arg("--target-dir")
            .arg(&folder)
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_STRIP", "none")
            .env("RUSTFLAGS", COVERAGE),
    )?;
    Ok(folder.join(host).join("release/fuzz"))
}

fn host() -> anyhow::Result<String> {
    let output = Command::new("rustc")
        .arg("-vV")
        .output()
        .context("rustc could not be started")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .context("rustc does not say which machine it builds for")
}

fn start(program: &Path, name: &str, corpus: &Path, seconds: u32) -> anyhow::Result<Child> {
    let found = target().join("fuzz/found").join(name);
    fs::create_dir_all(&found)?;
    Command::new(program)
        .arg(corpus.join(name))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .arg(format!("-timeout={PATIENCE}"))
        .arg(format!("-artifact_prefix={}/", found.display()))
        .args(["-max_len=70000", "-print_final_stats=1"])
        .env("FUZZ_TARGET", name)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("the fuzzer could not be started")
}

/// Waits, and prints a line; everything the fuzzer said if it found something.
fn finish(name: &str, child: Child) -> anyhow::Result<bool> {
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        println!("{name}: FOUND SOMETHING\n{said}");
        return Ok(false);
    }
    let figure = |name: &str| {
        let value = said
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        value.map_or("?", str::trim).to_owned()
    };
    println!(
        "{name}: {} inputs tried, {} kept, {} MiB at most",
        figure("stat::number_of_executed_units"),
        figure("stat::new_units_added"),
        figure("stat::peak_rss_mb"),
    );
    Ok(true)
}
