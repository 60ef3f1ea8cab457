//! `cargo xtask vectors`: the test vectors, and the second reader that reads them from the specification alone.

use crate::packages;
use crate::workspace::{cache, cargo, must, root, target};
use anyhow::{Context, bail};
use clap::Args;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

const READER: &str = "docs/vectors/reader";

/// What to do with the vectors.
#[derive(Args)]
pub(crate) struct Options {
    /// Compare instead of writing, and let the second reader read them and notice every alteration.
    #[arg(long)]
    check: bool,
    /// The seed of the lane that the second reader is given beside the files; a new one each time when left out.
    #[arg(long, requires = "check")]
    seed: Option<String>,
}

impl Options {
    /// As continuous integration checks them.
    pub(crate) fn check() -> Self {
        Self {
            check: true,
            seed: None,
        }
    }
}

/// Writes the vectors, or checks them from both sides.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    packages::install(&[packages::BUILD])?;
    if !options.check {
        return must("the vectors program", &mut program(&[]));
    }
    must("the vectors program", &mut program(&["--check"]))?;
    let python = python()?;
    read(&python, "check.py", &[])?;
    read(&python, "altered.py", &[])?;
    unseen_lane(&python, options.seed.clone().map_or_else(random_seed, Ok)?)
}

fn program(arguments: &[&str]) -> Command {
    let mut command = cargo(&["run", "--quiet", "--locked", "--package", "vectors", "--"]);
    command.args(arguments);
    command
}

fn read(python: &Path, script: &str, arguments: &[&Path]) -> anyhow::Result<()> {
    let mut command = Command::new(python);
    command
        .arg(root().join(READER).join(script))
        .args(arguments)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    must(&format!("the second reader ({script})"), &mut command)
}

/// A lane made from a seed that nobody chose: the reader is not merely fitted to the files.
fn unseen_lane(python: &Path, seed: String) -> anyhow::Result<()> {
    println!("A lane that the second reader has not seen (--seed {seed}):");
    let made = program(&["--lane", &seed])
        .output()
        .context("the vectors program could not be started")?;
    if !made.status.success() {
        bail!(
            "the vectors program failed: {}",
            String::from_utf8_lossy(&made.stderr)
        );
    }
    let folder = target().join("vectors");
    fs::create_dir_all(&folder)?;
    let lane = folder.join("lane.json");
    fs::write(&lane, made.stdout)?;
    read(python, "check.py", &[Path::new("--lane"), &lane])
}

fn random_seed() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Python with the reader's packages, in an environment that is made anew when its requirements change.
fn python() -> anyhow::Result<PathBuf> {
    let requirements = root().join(READER).join("requirements.txt");
    let wanted = fs::read_to_string(&requirements)?;
    let folder = cache()?.join("tools/vectors-reader");
    let (python, installed) = (folder.join("bin/python"), folder.join("requirements.txt"));
    if fs::read_to_string(&installed).is_ok_and(|found| found == wanted)
        && works(&python, "import cbor2")
    {
        return Ok(python);
    }
    packages::python()?;
    println!(
        "Installing the packages of {READER}/requirements.txt once: {}.",
        names(&wanted)
    );
    let mut environment = Command::new("python3");
    must(
        "python3 -m venv",
        environment.args(["-m", "venv", "--clear"]).arg(&folder),
    )?;
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
    ]);
    must(
        "pip install",
        pip.args(["--only-binary", ":all:", "--requirement"])
            .arg(&requirements),
    )?;
    fs::write(installed, wanted)?;
    Ok(python)
}

fn works(python: &Path, code: &str) -> bool {
    let output = Command::new(python).args(["-c", code]).output();
    output.is_ok_and(|output| output.status.success())
}

fn names(requirements: &str) -> String {
    let lines = requirements.lines().filter(|line| line.contains("=="));
    lines
        .map(|line| line.trim_end_matches(" \\"))
        .collect::<Vec<_>>()
        .join(", ")
}
