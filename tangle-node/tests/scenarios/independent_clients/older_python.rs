//! A CPython of Debian 12 where the system's own is too new for a client: unpacked, not installed, so that no root is
//! needed and nothing else changes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::must;

/// What the packages bring.
pub(super) const VERSION: &str = "3.11";
const PACKAGES: [&str; 3] = [
    "python3.11-minimal",
    "libpython3.11-minimal",
    "libpython3.11-stdlib",
];
const SUITE: &str = "bookworm main";
const KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Where it lies once it is unpacked there.
pub(super) fn in_folder(folder: &Path) -> PathBuf {
    folder.join("root/usr/bin/python3.11")
}

/// Downloads and unpacks it from the archive that the system's own packages come from. `None` on what is no Debian.
pub(super) fn unpack(folder: &Path) -> Option<PathBuf> {
    let archive = archive()?;
    for inside in ["state/lists/partial", "cache/archives/partial", "root"] {
        fs::create_dir_all(folder.join(inside)).unwrap();
    }
    let source = format!("deb [signed-by={KEYS}] {archive} {SUITE}\n");
    fs::write(folder.join("sources.list"), source).unwrap();
    // As if nothing were installed.
    fs::write(folder.join("status"), "").unwrap();
    let needs = "the archive of Debian packages";
    must(apt_get(folder).arg("update"), needs);
    must(apt_get(folder).arg("download").args(PACKAGES), needs);
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_some_and(|ending| ending == "deb") {
            let mut unpack = Command::new("dpkg-deb");
            unpack.arg("--extract").arg(&file).arg(folder.join("root"));
            must(&mut unpack, "dpkg");
            fs::remove_file(&file).unwrap();
        }
    }
    Some(in_folder(folder))
}

/// The address of the archive, from the system's own sources.
fn archive() -> Option<String> {
    let asked = Command::new("apt-get")
        .args(["indextargets", "--format", "$(REPO_URI)"])
        .output()
        .ok()?;
    let known = String::from_utf8_lossy(&asked.stdout);
    let archive = known
        .lines()
        .find(|address| address.trim_end_matches('/').ends_with("/debian"))?;
    Some(archive.to_owned())
}

/// `apt-get` that sees and changes this folder alone.
fn apt_get(folder: &Path) -> Command {
    let mut command = Command::new("apt-get");
    command
        .current_dir(folder)
        .args(["-qq", "-o", "APT::Sandbox::User=root"]);
    for (option, place) in [
        ("Dir::Etc::SourceList", folder.join("sources.list")),
        ("Dir::Etc::SourceParts", "/dev/null".into()),
        ("Dir::State", folder.join("state")),
        ("Dir::State::Status", folder.join("status")),
        ("Dir::Cache", folder.join("cache")),
    ] {
        command
            .arg("-o")
            .arg(format!("{option}={}", place.display()));
    }
    command
}
