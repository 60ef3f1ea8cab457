//! My Home, the window: with its icons, and known to the desktop as what opens `meterkast://` links.

use super::deb::{Deb, File, Libraries, this_computer};
use super::{licences, out};
use crate::app;
use crate::graph::LINUX;
use crate::workspace::{cargo, must, root, step, target};
use anyhow::Context;
use std::path::{Path, PathBuf};

/// What the window is called on a disk, in menus and in its package.
const NAME: &str = "my-home-app";
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
    let folder = target().join(if dev { "debug" } else { "release" });
    pack(&folder.join(NAME)).context("the package could not be made")
}

fn pack(program: &Path) -> anyhow::Result<PathBuf> {
    let window = root().join("src-tauri");
    let licences = licences::of_window(NAME, LINUX, &out()?)?;
    let mut files = vec![
        File::program(program, format!("usr/bin/{NAME}")),
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
        summary: "See your smart meter, and decide who else may",
        description: "My Home shows what your smart meter measures, and asks you before a service sees any of it.\n\
                      It holds the keys on this computer and needs a Raspberry Pi on the meter's P1 port.",
        files: &files,
        settings: &[],
        scripts: &[],
    };
    package.build(&out()?)
}
