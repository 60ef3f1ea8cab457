//! The vectors in `docs/vectors` are what the crates make today: a format that changed by accident is seen here.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

#[test]
fn the_files_are_as_generated() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/vectors");
    for (name, text) in vectors::files().unwrap() {
        let found = std::fs::read_to_string(folder.join(name)).unwrap();
        assert!(found == text, "{name} differs; run `cargo xtask vectors`");
    }
}

#[test]
fn another_tape_makes_another_lane() {
    assert_ne!(vectors::lane("one").unwrap(), vectors::lane("two").unwrap());
}
