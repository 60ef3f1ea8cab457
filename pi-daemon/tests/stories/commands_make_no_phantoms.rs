//! Claim: a command that is typed in the wrong place, or by the wrong user, makes no device and harms none.

use std::path::Path;
use std::process::Command;

/// What the program answers, and whether it did what was asked.
fn typed(words: &[&str], data_dir: &Path) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_pi-daemon"))
        .args(words)
        .arg("--data-dir")
        .arg(data_dir)
        // No message bus of this computer is asked.
        .env("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[test]
fn only_run_and_setup_make_a_device() {
    let place = tempfile::tempdir().unwrap();
    let nowhere = place.path().join("device");
    for command in [
        &["pair"][..],
        &["pair", "--new-secret"],
        &["pair", "--meter", "hall"],
        &["near"],
        &["status"],
        &["unpair", "--yes"],
        &["factory-reset", "--yes"],
    ] {
        let (done, said) = typed(command, &nowhere);
        assert!(!done, "{command:?}: {said}");
        assert!(!nowhere.exists(), "{command:?} made a directory");
    }
    let (_, said) = typed(&["pair"], &nowhere);
    assert!(said.contains("pi-daemon setup --data-dir"), "{said}");

    let (done, said) = typed(&["setup"], &nowhere);
    assert!(done, "{said}");
    assert!(said.contains("Mind: Bluetooth cannot be used"), "{said}");
    let (done, said) = typed(&["pair"], &nowhere);
    assert!(done && said.contains("does not run"), "{said}");
}

/// Root could write there, and the daemon could not open what root wrote.
#[test]
fn the_device_of_another_user_is_left_alone_and_the_right_command_is_said() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("device");
    assert!(typed(&["setup"], &path).0);
    if !nix::unistd::geteuid().is_root() {
        // Nobody but root can give it away; the same is told of a phone's user in `virtual-radio`.
        return;
    }
    for file in [path.clone(), path.join("pi-daemon.db"), path.join("lock")] {
        std::os::unix::fs::chown(&file, Some(65534), Some(65534)).unwrap();
    }
    let before = std::fs::read(path.join("pi-daemon.db")).unwrap();
    for command in ["factory-reset", "unpair"] {
        let (done, said) = typed(&[command, "--yes"], &path);
        let right = format!("{command} --yes --data-dir {}", path.display());
        assert!(!done && said.contains("sudo -u "), "{said}");
        assert!(said.contains(&right), "{said}");
    }
    assert!(!typed(&["pair"], &path).0);
    let after = std::fs::read(path.join("pi-daemon.db")).unwrap();
    assert_eq!(before, after);
}
