//! `cargo xtask package`: My Home and pi-daemon as Debian packages, and My Home as what else there are tools for here.
//!
//! The tree of each is put together here and packed by `dpkg-deb`; what the programs need of the system is found by
//! `dpkg-shlibdeps`, as for any package of Debian.

mod appimage;
mod deb;
mod licences;
pub(crate) mod my_home;
mod pi_daemon;
mod rpm;
mod tree;

use crate::packages;
use crate::workspace::root;
use anyhow::ensure;
use clap::{Args, ValueEnum};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// What to pack.
#[derive(Args)]
pub(crate) struct Options {
    /// The package to make; both without it.
    what: Option<What>,
    /// amd64, arm64 (64-bit Raspberry Pi OS) or armhf (32-bit), for pi-daemon; this computer's without it.
    #[arg(long, value_name = "ARCHITECTURE", requires = "what")]
    architecture: Option<String>,
    /// As while developing: quick to compile, for looking at the package.
    #[arg(long)]
    dev: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// The wallet's window.
    MyHome,
    /// What reads the meter.
    PiDaemon,
}

/// Builds the programs and packs them; says where each package is and how large.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    ensure!(
        options.architecture.is_none() || options.what == Some(What::PiDaemon),
        "only pi-daemon is packed for a computer of another kind; My Home is packed on one of its own"
    );
    packages::install(&[packages::BUILD])?;
    let wanted = |what| options.what.is_none_or(|only| only == what);
    if wanted(What::PiDaemon) {
        say(&pi_daemon::package(
            options.architecture.as_deref(),
            options.dev,
        )?)?;
    }
    if wanted(What::MyHome) {
        say(&my_home::package(options.dev)?)?;
        for other in my_home::others(options.dev)? {
            say(&other)?;
        }
    }
    Ok(())
}

fn say(package: &Path) -> anyhow::Result<()> {
    let megabytes = std::fs::metadata(package)?.len() as f64 / 1e6;
    let place = package.display();
    let how = match package.extension().and_then(OsStr::to_str) {
        Some("deb") => format!("Install it with: apt install {place}"),
        Some("rpm") => format!("Install it with: dnf install {place}"),
        _ => "It runs as it is.".to_owned(),
    };
    println!("{place} ({megabytes:.1} MB). {how}");
    Ok(())
}

/// Where packages are put.
fn out() -> anyhow::Result<PathBuf> {
    let folder = root().join("out/packages");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
