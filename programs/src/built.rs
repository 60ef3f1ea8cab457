//! Where the built programs are, and building them.

use anyhow::{Context, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder that cargo put the programs into.
#[derive(Clone, Debug)]
pub struct Built {
    folder: PathBuf,
}

/// How the programs are compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// As while developing: quick to compile.
    Development,
    /// As they are shipped: what is measured.
    Release,
}

impl Built {
    /// Builds every program, which takes minutes the first time.
    ///
    /// # Errors
    /// When cargo cannot be started or a program does not compile; cargo has then said why.
    pub fn now(profile: Profile) -> anyhow::Result<Self> {
        let all = [
            "tangle-node",
            "pi-daemon",
            "provider-service",
            "wallet",
            "scenarios",
        ];
        Self::only(profile, &all)
    }

    /// Builds the programs of these packages.
    ///
    /// # Errors
    /// As [`Built::now`].
    pub fn only(profile: Profile, packages: &[&str]) -> anyhow::Result<Self> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build
            .current_dir(root())
            .args(["build", "--quiet", "--locked", "--bins"]);
        for package in packages {
            build.arg(format!("--package={package}"));
        }
        let folder = match profile {
            Profile::Development => "debug",
            Profile::Release => {
                build.arg("--release");
                "release"
            }
        };
        let status = build.status().context("cargo could not be started")?;
        ensure!(status.success(), "cargo build failed ({status})");
        Ok(Self {
            folder: target().join(folder),
        })
    }

    /// The programs beside the running test, as `cargo test --workspace` leaves them.
    ///
    /// # Errors
    /// When the running program's own path is not known.
    pub fn beside_this_test() -> anyhow::Result<Self> {
        let test = std::env::current_exe()?;
        let folder = test.ancestors().nth(2).unwrap_or(&test).to_path_buf();
        Ok(Self { folder })
    }

    /// The programs beside the running one.
    ///
    /// # Errors
    /// When the running program's own path is not known.
    pub fn beside_this_program() -> anyhow::Result<Self> {
        let program = std::env::current_exe()?;
        let folder = program.parent().unwrap_or(&program).to_path_buf();
        Ok(Self { folder })
    }

    /// The path of the program `name`.
    ///
    /// # Errors
    /// When it is not there.
    pub fn program(&self, name: &str) -> anyhow::Result<PathBuf> {
        let built = self.folder.join(name);
        ensure!(
            built.is_file(),
            "{} is not there: run `cargo build --workspace --bins` first, or `cargo xtask test`, which does",
            built.display()
        );
        Ok(built)
    }
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}
