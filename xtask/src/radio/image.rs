//! The machine's only file system: programs, their libraries, and the distribution's own D-Bus policy.

use super::archive::Archive;
use super::kernel::Kernel;
use crate::workspace::{must, root};
use anyhow::Context;
use std::collections::BTreeMap;
use std::fs;
use std::io::BufWriter;
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
const LOADER: &str = "/lib64/ld-linux-x86-64.so.2";
const POLICIES: [&str; 2] = [
    "/usr/share/dbus-1/system.d/bluetooth.conf",
    "/etc/dbus-1/system.d/bluetooth.conf",
];
/// The daemon's user and the wallet's, as on the Pi and on the phone.
const USERS: &str = "root:x:0:0::/:/bin/sh\nmessagebus:x:101:101::/:/bin/sh\n\
                     pi:x:1000:1000::/home/pi:/bin/sh\nphone:x:1001:1001::/home/phone:/bin/sh\n";
const GROUPS: &str = "root:x:0:\nmessagebus:x:101:\nbluetooth:x:102:\npi:x:1000:\nphone:x:1001:\n";

/// Writes the image into this folder.
pub(super) fn make(
    folder: &Path,
    kernel: &Kernel,
    programs: &[PathBuf],
    only: Option<&str>,
) -> anyhow::Result<PathBuf> {
    let path = folder.join("image");
    let mut archive = Archive::new(BufWriter::new(fs::File::create(&path)?));
    for place in ["proc", "sys", "dev", "run", "etc/bluetooth"] {
        archive.folder(place, 0o755)?;
    }
    archive.folder("tmp", 0o1777)?;
    archive.folder("var/lib/bluetooth", 0o700)?;
    archive.link("var/run", "/run")?;
    archive.file("bin/busybox", 0o755, &read("/bin/busybox")?)?;

    let mut libraries = BTreeMap::new();
    for program in SYSTEM {
        add_program(
            &mut archive,
            Path::new(program),
            &read(program)?,
            &mut libraries,
        )?;
    }
    let stripped = folder.join("stripped");
    for program in programs {
        // What only a debugger reads is most of it.
        let mut strip = Command::new("strip");
        must("strip", strip.arg("-o").arg(&stripped).arg(program))?;
        add_program(&mut archive, program, &fs::read(&stripped)?, &mut libraries)?;
    }
    for (name, library) in libraries {
        let bytes = fs::read(&library)?;
        archive.file(&format!("lib/x86_64-linux-gnu/{name}"), 0o755, &bytes)?;
    }
    archive.file(LOADER.trim_start_matches('/'), 0o755, &read(LOADER)?)?;

    let mut order = String::new();
    for (name, module) in kernel.modules()? {
        archive.file(&format!("modules/{name}"), 0o644, &module)?;
        order.push_str(&name);
        order.push('\n');
    }
    archive.file("etc/modules", 0o644, order.as_bytes())?;
    settings(&mut archive, only)?;
    archive.finish()?;
    Ok(path)
}

fn settings<W: std::io::Write>(archive: &mut Archive<W>, only: Option<&str>) -> anyhow::Result<()> {
    let init = root().join("virtual-radio/machine/init");
    archive.file("init", 0o755, &fs::read(init)?)?;
    archive.file("etc/bluetooth/main.conf", 0o644, bluetoothd()?.as_bytes())?;
    archive.file("etc/btvirt", 0o644, btvirt()?.as_bytes())?;
    archive.file("etc/only", 0o644, only.unwrap_or_default().as_bytes())?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    archive.file("etc/now", 0o644, now.to_string().as_bytes())?;
    archive.file("etc/passwd", 0o644, USERS.as_bytes())?;
    archive.file("etc/group", 0o644, GROUPS.as_bytes())?;
    archive.file("etc/nsswitch.conf", 0o644, b"passwd: files\ngroup: files\n")?;
    let bus = "/usr/share/dbus-1/system.conf";
    archive.file(bus.trim_start_matches('/'), 0o644, &read(bus)?)?;
    let policy = POLICIES.iter().find(|path| Path::new(path).exists());
    let policy = policy.context("bluez brings no D-Bus policy")?;
    archive.file(
        "usr/share/dbus-1/system.d/bluetooth.conf",
        0o644,
        &read(policy)?,
    )?;
    Ok(())
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

fn add_program<W: std::io::Write>(
    archive: &mut Archive<W>,
    program: &Path,
    bytes: &[u8],
    libraries: &mut BTreeMap<String, PathBuf>,
) -> anyhow::Result<()> {
    let name = program.file_name().context("a program without a name")?;
    archive.file(&format!("usr/bin/{}", name.to_string_lossy()), 0o755, bytes)?;
    let asked = Command::new("ldd").arg(program).output()?;
    for line in String::from_utf8_lossy(&asked.stdout).lines() {
        // libdbus-1.so.3 => /lib/x86_64-linux-gnu/libdbus-1.so.3 (0x00007f…)
        let Some((name, found)) = line.split_once(" => ") else {
            continue;
        };
        let path = found.split_whitespace().next().unwrap_or_default();
        if path.starts_with('/') {
            libraries.insert(name.trim().to_owned(), PathBuf::from(path));
        }
    }
    Ok(())
}

fn read(path: &str) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{path} cannot be read"))
}
