//! bluetoothd's settings, of which pairing with iPhones needs some that no program can ask for.

use std::fs;
use std::path::{Path, PathBuf};

/// Where bluetoothd looks when it is told nothing else.
const OWN: &str = "/etc/bluetooth/main.conf";
/// Without these an iPhone shows a pairing dialog: by group, as in `bluetoothd(8)`'s file.
const WANTED: [(&str, &str, &str); 3] = [
    ("General", "ReverseServiceDiscovery", "false"),
    ("GATT", "Client", "false"),
    ("GATT", "Channels", "1"),
];

/// Which of them the bluetoothd that runs does not have; nothing where none can be seen.
pub(super) fn to_change() -> Option<String> {
    let file = used(Path::new("/proc"))?;
    let settings = fs::read_to_string(&file).unwrap_or_default();
    let missing = missing(&settings);
    (!missing.is_empty()).then(|| {
        format!(
            "iPhones show a pairing dialog, because {}, from which bluetoothd runs, does not say {}. pi-daemon's Debian package brings a file that does; if it is installed: sudo systemctl daemon-reload && sudo systemctl restart bluetooth",
            file.display(),
            missing.join(", ")
        )
    })
}

/// The file from which the running bluetoothd has its settings.
fn used(processes: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(processes).ok()?.flatten();
    let mut all = entries.map(|entry| entry.path());
    let bluetoothd = all.find(|process| {
        let name = fs::read_to_string(process.join("comm"));
        name.is_ok_and(|name| name.trim() == "bluetoothd")
    })?;
    let line = fs::read(bluetoothd.join("cmdline")).ok()?;
    let line = String::from_utf8_lossy(&line).into_owned();
    Some(named(&line).unwrap_or_else(|| OWN.into()))
}

/// The file that a command line names, whose words end with a zero: `-f FILE`, `-fFILE` or `--configfile=FILE`.
fn named(line: &str) -> Option<PathBuf> {
    let mut words = line.split('\0');
    while let Some(word) = words.next() {
        let file = match word {
            "-f" | "--configfile" => words.next(),
            word => word
                .strip_prefix("--configfile=")
                .or_else(|| word.strip_prefix("-f")),
        };
        if let Some(file) = file {
            return Some(file.into());
        }
    }
    None
}

fn missing(settings: &str) -> Vec<String> {
    let missing = WANTED
        .iter()
        .filter(|(group, name, value)| said(settings, group, name) != Some(value));
    missing
        .map(|(group, name, value)| format!("{name} = {value} in [{group}]"))
        .collect()
}

/// The value of a setting; the last one where there are several.
fn said<'a>(settings: &'a str, wanted: &str, name: &str) -> Option<&'a str> {
    let (mut group, mut found) = ("", None);
    for line in settings.lines().map(str::trim) {
        if let Some(title) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            group = title;
        } else if let Some((key, value)) = line.split_once('=')
            && group == wanted
            && key.trim() == name
        {
            found = Some(value.trim());
        }
    }
    found
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_is_commented_out_or_in_another_group_is_missing() {
        let own =
            "[General]\n#ReverseServiceDiscovery = true\nChannels = 1\n[GATT]\nClient=false\n";
        assert_eq!(
            missing(own),
            [
                "ReverseServiceDiscovery = false in [General]",
                "Channels = 1 in [GATT]"
            ]
        );
        let packaged = include_str!("../../package/bluetooth.conf");
        assert!(missing(packaged).is_empty());
    }

    #[test]
    fn the_file_is_that_of_the_bluetoothd_that_runs() {
        let place = tempfile::tempdir().unwrap();
        let runs = |id: &str, name: &str, line: &str| {
            let process = place.path().join(id);
            fs::create_dir_all(&process).unwrap();
            fs::write(process.join("comm"), format!("{name}\n")).unwrap();
            fs::write(process.join("cmdline"), line).unwrap();
        };
        runs("1", "systemd", "/sbin/init\0");
        assert_eq!(used(place.path()), None);
        for (line, file) in [
            ("bluetoothd\0", OWN),
            ("bluetoothd\0-n\0-f\0/run/main.conf\0", "/run/main.conf"),
            ("bluetoothd\0--configfile=/a b\0", "/a b"),
            ("bluetoothd\0-f/c\0", "/c"),
        ] {
            runs("77", "bluetoothd", line);
            assert_eq!(used(place.path()), Some(file.into()), "{line}");
        }
        // What the package has it started with.
        let unit = include_str!("../../package/bluetooth.service.conf");
        let mut started = unit
            .lines()
            .filter_map(|line| line.strip_prefix("ExecStart="));
        let line = started.next_back().unwrap().replace(' ', "\0");
        assert_eq!(
            named(&line),
            Some("/usr/share/pi-daemon/bluetooth.conf".into())
        );
    }
}
