//! My Home, the window: with its icons, and known to the desktop as what opens `meterkast://` links.

use super::appimage::{self, AppImage};
use super::deb::{Deb, Libraries, this_computer};
use super::rpm::{self, Rpm};
use super::tree::File;
use super::{licences, out};
use crate::app;
use crate::graph::LINUX;
use crate::workspace::{cargo, must, root, step, target};
use anyhow::Context;
use std::path::PathBuf;
use std::process::Command;

/// What the window is called on a disk, in menus and in its package.
const NAME: &str = "my-home-app";
const SUMMARY: &str = "See your smart meter, and decide who else may";
const DESCRIPTION: &str = "My Home shows what your smart meter measures, and asks you before a service sees any of it.\n\
                           It holds the keys on this computer and needs a Raspberry Pi on the meter's P1 port.";
const ICONS: [(&str, &str); 3] = [
    ("32x32", "32x32.png"),
    ("128x128", "128x128.png"),
    ("256x256", "128x128@2x.png"),
];

/// The package of My Home, built anew.
pub(crate) fn package(dev: bool) -> anyhow::Result<PathBuf> {
    step("the screens", app::prepare_to_open)?;
    step("the window", || {
        let mut build = cargo(&["build", "--locked", "--quiet", "-p", app::PACKAGE]);
        if !dev {
            build.arg("--release");
        }
        must("cargo build", build.args(["--bin", NAME]))
    })?;
    deb(&files(dev)?).context("the package could not be made")
}

/// What other packages can be made here of what [`package`] has built; says which cannot, and why.
pub(crate) fn others(dev: bool) -> anyhow::Result<Vec<PathBuf>> {
    let files = files(dev)?;
    let mut made = Vec::new();
    for (kind, tool, build) in [
        ("RPM package", rpm::TOOL, rpm as fn(&[File]) -> _),
        ("AppImage", appimage::TOOL, appimage),
    ] {
        match is_here(tool) {
            true => made.push(build(&files).with_context(|| format!("no {kind} could be made"))?),
            false => println!("No {kind}: {tool} is not here."),
        }
    }
    Ok(made)
}

fn is_here(tool: &str) -> bool {
    Command::new(tool).arg("--version").output().is_ok()
}

/// All that a package has in it.
fn files(dev: bool) -> anyhow::Result<Vec<File>> {
    let folder = target().join(if dev { "debug" } else { "release" });
    let program = folder.join(NAME);
    let window = root().join("src-tauri");
    let licences = licences::of_window(NAME, LINUX, &out()?)?;
    let mut files = vec![
        File::program(&program, format!("usr/bin/{NAME}")),
        File::data(
            &window.join("my-home.desktop"),
            format!("usr/share/applications/{NAME}.desktop"),
        ),
        File::data(
            &window.join("icons/icon.svg"),
            format!("usr/share/icons/hicolor/scalable/apps/{NAME}.svg"),
        ),
        File::data(
            &root().join("ui/src/fonts/LICENCES.txt"),
            format!("usr/share/doc/{NAME}/licences-of-fonts-and-icons"),
        ),
        File::data(
            &licences,
            format!("usr/share/doc/{NAME}/licences-of-libraries"),
        ),
        File::data(
            &root().join("LICENSE"),
            format!("usr/share/doc/{NAME}/copyright"),
        ),
    ];
    files.extend(ICONS.map(|(size, file)| {
        let place = format!("usr/share/icons/hicolor/{size}/apps/{NAME}.png");
        File::data(&window.join("icons").join(file), place)
    }));
    Ok(files)
}

fn deb(files: &[File]) -> anyhow::Result<PathBuf> {
    let package = Deb {
        name: NAME,
        version: env!("CARGO_PKG_VERSION"),
        architecture: &this_computer()?,
        section: "utils",
        libraries: Libraries::Found,
        depends: &[],
        recommends: &[
            "gnome-keyring | kwalletmanager | keepassxc",
            "notification-daemon",
        ],
        summary: SUMMARY,
        description: DESCRIPTION,
        files,
        settings: &[],
        scripts: &[],
    };
    package.build(&out()?)
}

fn rpm(files: &[File]) -> anyhow::Result<PathBuf> {
    let package = Rpm {
        name: NAME,
        version: env!("CARGO_PKG_VERSION"),
        recommends: &["gnome-keyring"],
        summary: SUMMARY,
        description: DESCRIPTION,
        files,
    };
    package.build(&out()?)
}

fn appimage(files: &[File]) -> anyhow::Result<PathBuf> {
    let window = root().join("src-tauri");
    let image = AppImage {
        name: NAME,
        version: env!("CARGO_PKG_VERSION"),
        desktop: &window.join("my-home.desktop"),
        icon: &window.join("icons/icon.svg"),
        files,
    };
    image.build(&out()?)
}
