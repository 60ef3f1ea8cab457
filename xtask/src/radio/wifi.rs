//! What a story about Wi-Fi has in the machine: NetworkManager as a Raspberry Pi OS has it, with what pi-daemon's package
//! adds to it, and a router.

use super::contents::Contents;
use super::kernel::{self, Kernel};
use crate::packages;
use crate::workspace::root;
use anyhow::{Context, ensure};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

const PROGRAMS: [&str; 5] = [
    "NetworkManager",
    "wpa_supplicant",
    "polkitd",
    "hostapd",
    "iw",
];
/// Where Debian has them: before and after everything went below /usr, and what nobody is meant to call by hand.
const FOLDERS: [&str; 5] = ["usr/sbin", "usr/bin", "sbin", "bin", "usr/lib/polkit-1"];
const LIBRARIES: [&str; 2] = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"];
/// Who may talk to whom over the bus, and what users may have NetworkManager do: the distribution's own.
const POLICIES: [&str; 4] = [
    "usr/share/dbus-1/system.d",
    "etc/dbus-1/system.d",
    "usr/share/polkit-1/actions",
    "usr/share/polkit-1/rules.d",
];
/// What NetworkManager loads for itself.
const PLUGINS: [&str; 2] = [
    "libnm-device-plugin-wifi.so",
    "libnm-settings-plugin-ifupdown.so",
];
/// An address that does not come is waited for 45 s otherwise.
const PATIENCE: &str = "[connection]\nipv4.dhcp-timeout=8\nipv6.ra-timeout=8\n";

/// Puts it in. Modules that are loaded at the start are not loaded again.
pub(super) fn add<W: Write>(
    contents: &mut Contents<W>,
    folder: &Path,
    kernel: &Kernel,
    loaded: &[String],
) -> anyhow::Result<()> {
    let tree = folder.join("wifi");
    packages::unpack(packages::WIFI, &tree)?;
    let libraries = LIBRARIES.map(|folder| tree.join(folder));
    for name in PROGRAMS {
        contents.unpacked(&find(&tree, name)?, &libraries)?;
    }
    plugins(contents, &tree, &libraries)?;
    for policy in POLICIES {
        for file in files(&tree.join(policy))? {
            let name = name_of(&file);
            // What was in /etc before Debian 13 is below /usr since.
            contents.copy(
                &format!("{}/{name}", policy.replace("etc/", "usr/share/")),
                &file,
            )?;
        }
    }
    let settings = "etc/NetworkManager/NetworkManager.conf";
    contents.copy(settings, &tree.join(settings))?;
    contents.text("etc/NetworkManager/conf.d/patience.conf", PATIENCE)?;
    for place in [
        "etc/NetworkManager/system-connections",
        "var/lib/NetworkManager",
    ] {
        contents.folder(place, 0o700)?;
    }
    contents.copy(
        "usr/share/polkit-1/rules.d/50-pi-daemon.rules",
        &root().join("pi-daemon/package/50-pi-daemon.rules"),
    )?;
    modules(contents, kernel, loaded)
}

fn plugins<W: Write>(
    contents: &mut Contents<W>,
    tree: &Path,
    libraries: &[PathBuf],
) -> anyhow::Result<()> {
    let folder = "usr/lib/x86_64-linux-gnu/NetworkManager";
    let versions = files(&tree.join(folder))?;
    let version = versions.iter().find(|path| path.join(PLUGINS[0]).exists());
    let version = version.context("NetworkManager has no plugin for Wi-Fi")?;
    for plugin in PLUGINS {
        let path = version.join(plugin);
        contents.loads(&path, libraries)?;
        contents.copy(&format!("{folder}/{}/{plugin}", name_of(version)), &path)?;
    }
    Ok(())
}

fn modules<W: Write>(
    contents: &mut Contents<W>,
    kernel: &Kernel,
    loaded: &[String],
) -> anyhow::Result<()> {
    let mut order = String::new();
    for (name, module) in kernel.modules(kernel::WIFI)? {
        if !loaded.contains(&name) {
            contents.file(&format!("modules/{name}"), &module)?;
            order.push_str(&name);
            order.push('\n');
        }
    }
    ensure!(order.contains("hwsim"), "no virtual Wi-Fi adapters");
    contents.text("etc/modules-wifi", &order)
}

fn find(tree: &Path, program: &str) -> anyhow::Result<PathBuf> {
    let mut places = FOLDERS.iter().map(|folder| tree.join(folder).join(program));
    let found = places.find(|path| path.exists());
    found.with_context(|| format!("no package brought {program}"))
}

/// In the order of their names; none where the folder is not.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(Vec::new());
    };
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
