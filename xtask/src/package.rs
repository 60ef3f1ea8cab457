//! `cargo xtask package`: pi-daemon as a Debian package, made with dpkg alone.

use crate::workspace::{cargo, must, root, target};
use anyhow::{Context, bail};
use clap::Args;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Debian's architecture, and Rust's target for it.
const ARCHITECTURES: [(&str, &str); 3] = [
    ("amd64", "x86_64-unknown-linux-gnu"),
    ("arm64", "aarch64-unknown-linux-gnu"),
    ("armhf", "armv7-unknown-linux-gnueabihf"),
];
/// What is installed where, beside the program.
const FILES: [(&str, &str, u32); 9] = [
    (
        "pi-daemon.service",
        "usr/lib/systemd/system/pi-daemon.service",
        0o644,
    ),
    (
        "bluetooth.service.conf",
        "usr/lib/systemd/system/bluetooth.service.d/meterkast.conf",
        0o644,
    ),
    (
        "bluetooth.conf",
        "usr/share/pi-daemon/bluetooth.conf",
        0o644,
    ),
    ("sysusers.conf", "usr/lib/sysusers.d/pi-daemon.conf", 0o644),
    (
        "60-meterkast.rules",
        "usr/lib/udev/rules.d/60-meterkast.rules",
        0o644,
    ),
    ("default", "etc/default/pi-daemon", 0o644),
    ("postinst", "DEBIAN/postinst", 0o755),
    ("prerm", "DEBIAN/prerm", 0o755),
    ("postrm", "DEBIAN/postrm", 0o755),
];

/// For which computer.
#[derive(Args)]
pub(crate) struct Options {
    /// amd64, arm64 (64-bit Raspberry Pi OS) or armhf (32-bit); this computer's without it.
    #[arg(long, value_name = "ARCHITECTURE")]
    architecture: Option<String>,
    /// As while developing: quick to compile, for looking at the package.
    #[arg(long)]
    dev: bool,
}

/// Builds the program and packs it; says where the package is.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let architecture = match &options.architecture {
        Some(name) => name.clone(),
        None => this_computer()?,
    };
    let known = ARCHITECTURES.iter().find(|(name, _)| *name == architecture);
    let (_, triple) = known.with_context(|| {
        let names: Vec<&str> = ARCHITECTURES.iter().map(|(name, _)| *name).collect();
        format!(
            "there is no package for {architecture}, only for {}",
            names.join(", ")
        )
    })?;
    let program = build(options, triple)?;
    let package = pack(&architecture, &program)?;
    println!("{}", package.display());
    Ok(())
}

fn this_computer() -> anyhow::Result<String> {
    let asked = Command::new("dpkg").arg("--print-architecture").output();
    let said = asked.context("this needs dpkg, which Debian and its relatives have")?;
    Ok(String::from_utf8(said.stdout)?.trim().to_owned())
}

fn build(options: &Options, triple: &str) -> anyhow::Result<PathBuf> {
    let mut build = cargo(&["build", "--locked", "-p", "pi-daemon", "--bin", "pi-daemon"]);
    let mut folder = target();
    if options.architecture.is_some() {
        build.args(["--target", triple]);
        folder.push(triple);
    }
    if !options.dev {
        build.arg("--release");
    }
    must("cargo build", &mut build)?;
    folder.push(if options.dev { "debug" } else { "release" });
    Ok(folder.join("pi-daemon"))
}

fn pack(architecture: &str, program: &Path) -> anyhow::Result<PathBuf> {
    let folder = target().join("package").join(architecture);
    let _ = fs::remove_dir_all(&folder);
    place(
        &folder.join("usr/bin/pi-daemon"),
        &fs::read(program)?,
        0o755,
    )?;
    let from = root().join("pi-daemon/package");
    for (name, to, mode) in FILES {
        place(&folder.join(to), &fs::read(from.join(name))?, mode)?;
    }
    place(
        &folder.join("DEBIAN/conffiles"),
        b"/etc/default/pi-daemon\n",
        0o644,
    )?;
    let copyright = fs::read(root().join("LICENSE"))?;
    place(
        &folder.join("usr/share/doc/pi-daemon/copyright"),
        &copyright,
        0o644,
    )?;
    let control = control(architecture);
    place(&folder.join("DEBIAN/control"), control.as_bytes(), 0o644)?;
    let version = env!("CARGO_PKG_VERSION");
    let package = target().join(format!("package/pi-daemon_{version}_{architecture}.deb"));
    let mut dpkg = Command::new("dpkg-deb");
    let dpkg = dpkg.args(["--root-owner-group", "--build"]);
    must("dpkg-deb", dpkg.arg(&folder).arg(&package))?;
    if !package.exists() {
        bail!("dpkg-deb made no {}", package.display());
    }
    Ok(package)
}

/// bluez is recommended, not needed: without it pairing goes over the Tangle.
fn control(architecture: &str) -> String {
    format!(
        "Package: pi-daemon\n\
         Version: {}\n\
         Architecture: {architecture}\n\
         Maintainer: Meterkast contributors <meterkast@users.noreply.github.com>\n\
         Section: net\n\
         Priority: optional\n\
         Depends: libc6 (>= 2.36), systemd, udev\n\
         Recommends: bluez, ca-certificates\n\
         Description: reads a smart meter and publishes what its owner consented to\n\
         \x20The device's side of Meterkast: P1 port, encrypted channels over the Tangle,\n\
         \x20pairing over Bluetooth LE or the Tangle. Runs without root or capabilities.\n",
        env!("CARGO_PKG_VERSION")
    )
}

fn place(path: &Path, bytes: &[u8], mode: u32) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes).with_context(|| path.display().to_string())?;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(mode))?)
}
