//! Claim: what the Debian package brings keeps nothing from the daemon that it needs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn package(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("package")
        .join(name)
}

/// The settings of the unit, without comments.
fn unit() -> Vec<String> {
    let text = fs::read_to_string(package("pi-daemon.service")).unwrap();
    let lines = text.lines().filter(|line| line.contains('='));
    let lines = lines.filter(|line| !line.starts_with('#'));
    lines.map(ToOwned::to_owned).collect()
}

/// systemd leaves out device groups whose driver is not loaded when the unit starts (systemd.resource-control(5)): a cable that
/// is the first of its kind and is plugged in later could not be read.
#[test]
fn a_cable_that_is_plugged_in_later_is_not_kept_from_the_unit() {
    let unit = unit();
    for kept_out in ["DeviceAllow=", "DevicePolicy=", "PrivateDevices="] {
        let found = unit.iter().find(|line| line.starts_with(kept_out));
        assert_eq!(found, None);
    }
    assert!(unit.contains(&"SupplementaryGroups=dialout".to_owned()));
}

/// A Pi whose Wi-Fi is gone would wait for it before it hears its owner, who is there to put it on another.
#[test]
fn the_unit_waits_for_no_network() {
    for line in unit() {
        assert!(!line.contains("network-online"), "{line}");
    }
}

#[test]
fn only_bluetooth_that_software_keeps_off_is_switched_on() {
    let place = tempfile::tempdir().unwrap();
    let switch = |name: &str, kind: &str, soft: &str| {
        let path = place.path().join(name);
        fs::create_dir(&path).unwrap();
        fs::write(path.join("type"), format!("{kind}\n")).unwrap();
        fs::write(path.join("soft"), format!("{soft}\n")).unwrap();
    };
    let soft = |name: &str| fs::read_to_string(place.path().join(name).join("soft")).unwrap();
    let unblock = || {
        let mut script = Command::new("sh");
        let script = script.arg(package("unblock-bluetooth.sh"));
        let done = script.arg(place.path()).output().unwrap();
        assert!(done.status.success(), "{done:?}");
        String::from_utf8(done.stdout).unwrap().lines().count()
    };
    assert_eq!(unblock(), 0);
    switch("rfkill0", "wlan", "1");
    switch("rfkill1", "bluetooth", "1");
    switch("rfkill2", "bluetooth", "0");
    assert_eq!(unblock(), 1);
    assert_eq!(soft("rfkill0"), "1\n");
    assert_eq!(soft("rfkill1"), "0\n");
    assert_eq!(unblock(), 0);
}
