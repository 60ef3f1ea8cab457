//! `cargo xtask check-elsewhere`: the window's Rust code, checked for the systems that no test runs on, without their SDKs.
//!
//! A check links nothing, and so needs nothing of the C code that comes along: in the place of a system's C compiler stands a
//! script that leaves empty files. It proves types and what is there on which system, and nothing that runs.

use crate::app::PACKAGE;
use crate::workspace::{cargo, must, target};
use anyhow::{Context, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An Android phone, an iPhone, a Mac and Windows, and what is checked there: the window's build script wants a compiler of
/// Windows resources, so there it is the wallet.
const SYSTEMS: [(&str, &str); 4] = [
    ("aarch64-linux-android", PACKAGE),
    ("aarch64-apple-ios", PACKAGE),
    ("aarch64-apple-darwin", PACKAGE),
    ("x86_64-pc-windows-gnu", "wallet"),
];
/// The oldest systems of Apple that the window is for.
const OLDEST_IOS: &str = "15.0";
const OLDEST_MACOS: &str = "10.15";

/// What it is asked to compile is an empty file, what it is asked to archive is an archive of nothing, and what it calls
/// itself is one that build scripts know.
const NO_COMPILER: &str = "#!/bin/sh
next=
for word; do
    [ -z \"$next\" ] || { : > \"$word\"; next=; }
    case \"$word\" in
        -o) next=output ;;
        -o?*) : > \"${word#-o}\" ;;
        *.a) printf '!<arch>\\n' > \"$word\" ;;
        -E | --version) echo 'clang version 19.0.0' ;;
    esac
done
";

pub(crate) fn run() -> anyhow::Result<()> {
    let compiler = no_compiler()?;
    for (system, package) in SYSTEMS {
        println!("── {system}");
        has_its_standard_library(system)?;
        let mut check = cargo(&["check", "--locked", "-p", package, "--target", system]);
        let of = system.replace('-', "_");
        check
            .env(format!("CC_{of}"), &compiler)
            .env(format!("CXX_{of}"), &compiler)
            .env(format!("AR_{of}"), &compiler)
            .env("SDKROOT", compiler.parent().unwrap_or(Path::new("/")))
            .env("IPHONEOS_DEPLOYMENT_TARGET", OLDEST_IOS)
            .env("MACOSX_DEPLOYMENT_TARGET", OLDEST_MACOS);
        must("cargo check", &mut check)?;
    }
    Ok(())
}

fn has_its_standard_library(system: &str) -> anyhow::Result<()> {
    let mut where_it_is = Command::new("rustc");
    where_it_is.args(["--print", "target-libdir", "--target", system]);
    let folder = where_it_is.output().context("rustc could not be started")?;
    let folder = String::from_utf8_lossy(&folder.stdout).trim().to_owned();
    if !Path::new(&folder).is_dir() {
        bail!("Rust's standard library for {system} is not here: rustup target add {system}");
    }
    Ok(())
}

#[cfg(unix)]
fn no_compiler() -> anyhow::Result<PathBuf> {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = target().join("no-compiler");
    fs::create_dir_all(&folder)?;
    let script = folder.join("cc");
    fs::write(&script, NO_COMPILER)?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    Ok(script)
}

#[cfg(not(unix))]
fn no_compiler() -> anyhow::Result<PathBuf> {
    bail!("this check is written for systems with a Unix shell")
}
