//! The kernel's switches for radios, as it shows them below `/sys`: one is moved by software, one is part of the device.

use std::fs;
use std::path::{Path, PathBuf};

use super::trouble::Trouble;

/// Where each adapter has its own switch.
pub(super) const ADAPTERS: &str = "/sys/class/bluetooth";
/// All switches; one that belongs to the board may keep its adapter from being there at all.
const ALL: &str = "/sys/class/rfkill";

/// What keeps this adapter off.
pub(super) fn of(adapter: &str) -> Option<Trouble> {
    off(switches(&Path::new(ADAPTERS).join(adapter)))
}

/// What keeps any adapter from being there.
pub(super) fn of_any() -> Option<Trouble> {
    off(switches(Path::new(ALL)))
}

/// The switches for Bluetooth in a folder.
fn switches(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .filter(|path| says(path, "type", "bluetooth"))
        .collect()
}

fn off(switches: Vec<PathBuf>) -> Option<Trouble> {
    let any = |kind: &str| switches.iter().any(|switch| says(switch, kind, "1"));
    // Who can move both begins with the one that no command moves.
    match (any("hard"), any("soft")) {
        (true, _) => Some(Trouble::SwitchedOff),
        (false, true) => Some(Trouble::Blocked),
        (false, false) => None,
    }
}

fn says(switch: &Path, what: &str, value: &str) -> bool {
    fs::read_to_string(switch.join(what)).is_ok_and(|said| said.trim() == value)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_switch_of_another_radio_or_that_is_on_is_no_trouble() {
        let place = tempfile::tempdir().unwrap();
        let switch = |name: &str, kind: &str, soft: &str, hard: &str| {
            let path = place.path().join(name);
            fs::create_dir_all(&path).unwrap();
            for (file, text) in [("type", kind), ("soft", soft), ("hard", hard)] {
                fs::write(path.join(file), format!("{text}\n")).unwrap();
            }
        };
        let trouble = || off(switches(place.path()));
        assert!(trouble().is_none());
        switch("rfkill0", "wlan", "1", "1");
        switch("rfkill1", "bluetooth", "0", "0");
        fs::create_dir(place.path().join("power")).unwrap();
        assert!(trouble().is_none());
        switch("rfkill1", "bluetooth", "1", "0");
        assert!(matches!(trouble(), Some(Trouble::Blocked)));
        switch("rfkill1", "bluetooth", "1", "1");
        assert!(matches!(trouble(), Some(Trouble::SwitchedOff)));
    }
}
