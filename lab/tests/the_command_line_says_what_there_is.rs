//! Claim: the laboratory names its scenarios to whoever asks for one that it does not have, and fails.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::Command;

#[test]
fn an_unknown_scenario_is_refused_and_the_known_ones_are_named() {
    let lab = Command::new(env!("CARGO_BIN_EXE_lab"))
        .arg("a_pi_that_flies")
        .output()
        .unwrap();
    let said = String::from_utf8(lab.stderr).unwrap();
    assert!(!lab.status.success());
    assert!(
        said.contains("a_pi_that_flies") && said.contains("a_cloned_pi_is_seen_by_every_reader"),
        "{said}"
    );
}
