//! The machine's only file system: programs, their libraries, and the distribution's own D-Bus policy.

use super::contents::Contents;
use super::kernel::{self, Kernel};
use super::wifi;
use crate::workspace::root;
use anyhow::Context;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

const BLUETOOTHD: &str = "/usr/libexec/bluetooth/bluetoothd";
const SYSTEM: [&str; 4] = [
    BLUETOOTHD,
    "/usr/bin/btvirt",
    "/usr/bin/dbus-daemon",
    "/usr/bin/dbus-send",
];
const POLICIES: [&str; 2] = [
    "/usr/share/dbus-1/system.d/bluetooth.conf",
    "/etc/dbus-1/system.d/bluetooth.conf",
];
/// The daemon's user as its package names it, the wallet's, and those of the system's programs.
const USERS: &str = "root:x:0:0::/:/bin/sh\nmessagebus:x:101:101::/:/bin/sh\n\
                     polkitd:x:103:103::/:/bin/sh\n\
                     pi-daemon:x:1000:1000::/home/pi:/bin/sh\nphone:x:1001:1001::/home/phone:/bin/sh\n";
const GROUPS: &str = "root:x:0:\nmessagebus:x:101:\nbluetooth:x:102:\npolkitd:x:103:\nnetdev:x:104:\nsudo:x:27:\n\
                      pi-daemon:x:1000:\nphone:x:1001:\n";

/// Writes the image into this folder.
pub(super) fn make(
    folder: &Path,
    kernel: &Kernel,
    programs: &[PathBuf],
    only: Option<&str>,
) -> anyhow::Result<PathBuf> {
    let path = folder.join("image");
    let mut contents = Contents::new(BufWriter::new(fs::File::create(&path)?));
    for place in ["proc", "sys", "dev", "run", "etc/bluetooth"] {
        contents.folder(place, 0o755)?;
    }
    contents.folder("tmp", 0o1777)?;
    contents.folder("var/lib/bluetooth", 0o700)?;
    contents.link("var/run", "/run")?;
    contents.script("bin/busybox", Path::new("/bin/busybox"))?;
    for program in SYSTEM {
        contents.program(Path::new(program))?;
    }
    let stripped = folder.join("stripped");
    for program in programs {
        contents.stripped(program, &stripped)?;
    }
    let mut loaded = Vec::new();
    for (name, module) in kernel.modules(kernel::BLUETOOTH)? {
        contents.file(&format!("modules/{name}"), &module)?;
        loaded.push(name);
    }
    contents.text("etc/modules", &loaded.join("\n"))?;
    settings(&mut contents, only)?;
    wifi::add(&mut contents, folder, kernel, &loaded)?;
    contents.finish()?;
    Ok(path)
}

fn settings<W: Write>(contents: &mut Contents<W>, only: Option<&str>) -> anyhow::Result<()> {
    contents.script("init", &root().join("virtual-radio/machine/init"))?;
    contents.text("etc/bluetooth/main.conf", &bluetoothd()?)?;
    contents.copy(
        "usr/share/pi-daemon/unblock-bluetooth.sh",
        &root().join("pi-daemon/package/unblock-bluetooth.sh"),
    )?;
    contents.text("etc/btvirt", btvirt()?)?;
    contents.text("etc/only", only.unwrap_or_default())?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    contents.text("etc/now", &now.to_string())?;
    contents.text("etc/passwd", USERS)?;
    contents.text("etc/group", GROUPS)?;
    contents.text("etc/nsswitch.conf", "passwd: files\ngroup: files\n")?;
    contents.same("/usr/share/dbus-1/system.conf")?;
    let policy = POLICIES.iter().find(|path| Path::new(path).exists());
    let policy = policy.context("bluez brings no D-Bus policy")?;
    contents.copy(
        "usr/share/dbus-1/system.d/bluetooth.conf",
        Path::new(policy),
    )
}

/// bluetoothd's settings as pi-daemon's package brings them, but for one: with the default of three channels BlueZ up to 5.66
/// mixes up the order of notifications, and the stories are to live with that.
fn bluetoothd() -> anyhow::Result<String> {
    let packaged = root().join("pi-daemon/package/bluetooth.conf");
    let settings = fs::read_to_string(packaged)?;
    let kept = settings
        .lines()
        .filter(|line| !line.starts_with("Channels"));
    Ok(kept.collect::<Vec<_>>().join("\n"))
}

/// Three controllers. From 5.80 on btvirt repeats extended advertisements by their interval; older ones, and their legacy
/// mode, report an advertisement once for each scan.
fn btvirt() -> anyhow::Result<&'static str> {
    let asked = Command::new(BLUETOOTHD).arg("-v").output()?;
    let version = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
    let minor = version
        .split_once('.')
        .map(|(_, minor)| minor.parse::<u32>());
    let Some(Ok(minor)) = minor else {
        anyhow::bail!("bluetoothd says that its version is {version:?}");
    };
    Ok(if minor >= 80 { "-l3" } else { "-L -l3" })
}
