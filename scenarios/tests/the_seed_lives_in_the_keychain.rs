//! Claim: the wallet's seed is in the operating system's keychain and nowhere in the wallet's directory; it is there again
//! in the next session, and a keychain that does not answer is named instead of being taken for a new user.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::Path;
use std::process::{Command, Output};

use programs::Built;

/// Unlocks the keychain of a session of its own, then runs the rest of the script in it.
const UNLOCKED: &str =
    "printf secret | gnome-keyring-daemon --unlock --components=secrets > /dev/null && ";

/// Runs a script in a session with a message bus of its own and a home folder of its own.
fn session(home: &Path, script: &str) -> Output {
    in_home(home, "dbus-run-session")
        .args(["--", "sh", "-c", &format!("{UNLOCKED}{script}")])
        .output()
        .unwrap_or_else(|error| panic!("dbus-run-session: {error}. `cargo xtask test` installs it (packages dbus, gnome-keyring)."))
}

fn in_home(home: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_RUNTIME_DIR", home)
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("MY_HOME_PASSPHRASE")
        .env_remove("MY_HOME_PASSPHRASE_FILE");
    command
}

fn my_home(home: &Path, command: &str) -> String {
    format!(
        "{} --data-dir {}/wallet --json {command}",
        Built::beside_this_test()
            .unwrap()
            .program("my-home")
            .unwrap()
            .display(),
        home.display()
    )
}

/// The 24 words in what a session said.
fn words(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().last().unwrap_or_default();
    let answer: serde_json::Value = serde_json::from_str(last)
        .unwrap_or_else(|error| panic!("{error}: {said:?}, {complaint:?}"));
    let words = answer.get("words").and_then(serde_json::Value::as_str);
    let words = words.unwrap_or_default().to_owned();
    assert_eq!(words.split_whitespace().count(), 24, "{answer}");
    words
}

#[test]
fn the_seed_lives_in_the_keychain() {
    let home = tempfile::tempdir().unwrap();
    let made = words(&session(home.path(), &my_home(home.path(), "init")));
    let kept = words(&session(home.path(), &my_home(home.path(), "words")));
    assert_eq!(made, kept, "another session finds another seed");
    assert!(
        !home.path().join("wallet/seed.enc").exists(),
        "the seed is in a file although the keychain has it"
    );
}

#[test]
fn a_keychain_that_does_not_answer_is_no_new_user() {
    let home = tempfile::tempdir().unwrap();
    words(&session(home.path(), &my_home(home.path(), "init")));
    let refused = in_home(home.path(), "sh")
        .args(["-c", &my_home(home.path(), "words")])
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        .output()
        .unwrap();
    let sentence = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success(), "words without a keychain");
    assert!(sentence.contains("keychain"), "{sentence}");
    assert!(!sentence.contains("no wallet"), "{sentence}");
}
