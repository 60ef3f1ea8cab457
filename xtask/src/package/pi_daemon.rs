//! pi-daemon: with its unit, its user, the rule for its cable, and bluetoothd's settings for pairing.

use super::deb::{Deb, Libraries, this_computer};
use super::tree::File;
use super::{licences, out};
use crate::graph::LINUX;
use crate::workspace::{cargo, must, root, step, target};
use anyhow::Context;
use std::path::{Path, PathBuf};

const NAME: &str = "pi-daemon";
/// Debian's architecture, and Rust's target for it.
const ARCHITECTURES: [(&str, &str); 3] = [
    ("amd64", "x86_64-unknown-linux-gnu"),
    ("arm64", "aarch64-unknown-linux-gnu"),
    ("armhf", "armv7-unknown-linux-gnueabihf"),
];
/// What is installed where, beside the program.
const FILES: [(&str, &str); 8] = [
    (
        "pi-daemon.service",
        "usr/lib/systemd/system/pi-daemon.service",
    ),
    (
        "bluetooth.service.conf",
        "usr/lib/systemd/system/bluetooth.service.d/meterkast.conf",
    ),
    ("bluetooth.conf", "usr/share/pi-daemon/bluetooth.conf"),
    (
        "unblock-bluetooth.sh",
        "usr/share/pi-daemon/unblock-bluetooth.sh",
    ),
    ("sysusers.conf", "usr/lib/sysusers.d/pi-daemon.conf"),
    (
        "60-meterkast.rules",
        "usr/lib/udev/rules.d/60-meterkast.rules",
    ),
    (
        "50-pi-daemon.rules",
        "usr/share/polkit-1/rules.d/50-pi-daemon.rules",
    ),
    ("default", "etc/default/pi-daemon"),
];
const SCRIPTS: [&str; 3] = ["postinst", "prerm", "postrm"];
/// What a Rust program of a computer of another kind needs, where nothing looks into its libraries: Debian 12's.
const LIBRARIES: &str = "libc6 (>= 2.36), libgcc-s1";

/// The package of pi-daemon for an architecture of Debian, or for this computer; built anew.
pub(crate) fn package(architecture: Option<&str>, dev: bool) -> anyhow::Result<PathBuf> {
    let here = this_computer()?;
    let triple = architecture.map(triple_of).transpose()?;
    let mut program = PathBuf::new();
    step("pi-daemon", || {
        program = build(triple, dev)?;
        Ok(())
    })?;
    let architecture = architecture.unwrap_or(&here);
    let libraries = match architecture == here {
        true => Libraries::Found,
        false => Libraries::Known(LIBRARIES),
    };
    let licences = licences::of_program(NAME, triple.unwrap_or(LINUX), &out()?)?;
    pack(&program, &licences, architecture, libraries).context("the package could not be made")
}

fn triple_of(architecture: &str) -> anyhow::Result<&'static str> {
    let known = ARCHITECTURES.iter().find(|(name, _)| *name == architecture);
    let (_, triple) = known.with_context(|| {
        let names = ARCHITECTURES.map(|(name, _)| name).join(", ");
        format!("there is no package for {architecture}, only for {names}")
    })?;
    Ok(triple)
}

/// Gives where the program is.
fn build(triple: Option<&str>, dev: bool) -> anyhow::Result<PathBuf> {
    let mut build = cargo(&["build", "--locked", "--quiet", "-p", NAME, "--bin", NAME]);
    let mut folder = target();
    if let Some(triple) = triple {
        build.args(["--target", triple]);
        folder.push(triple);
    }
    if !dev {
        build.arg("--release");
    }
    must("cargo build", &mut build)?;
    Ok(folder
        .join(if dev { "debug" } else { "release" })
        .join(NAME))
}

fn pack(
    program: &Path,
    licences: &Path,
    architecture: &str,
    libraries: Libraries<'_>,
) -> anyhow::Result<PathBuf> {
    let from = root().join("pi-daemon/package");
    let mut files = vec![
        File::program(program, format!("usr/bin/{NAME}")),
        File::data(
            &root().join("LICENSE"),
            format!("usr/share/doc/{NAME}/copyright"),
        ),
        File::data(
            licences,
            format!("usr/share/doc/{NAME}/licences-of-libraries"),
        ),
    ];
    files.extend(FILES.map(|(name, to)| File::data(&from.join(name), to.to_owned())));
    let scripts = SCRIPTS.map(|name| from.join(name));
    let package = Deb {
        name: NAME,
        version: env!("CARGO_PKG_VERSION"),
        architecture,
        section: "net",
        libraries,
        depends: &["systemd", "udev"],
        // Without bluez pairing goes over the Tangle.
        recommends: &["bluez", "ca-certificates"],
        summary: "reads a smart meter and publishes what its owner consented to",
        description: "The device's side of Meterkast: P1 port, encrypted channels over the Tangle,\n\
                      pairing over Bluetooth LE or the Tangle. Runs without root or capabilities.",
        files: &files,
        settings: &["/etc/default/pi-daemon"],
        scripts: &scripts.each_ref().map(PathBuf::as_path),
    };
    package.build(&out()?)
}
