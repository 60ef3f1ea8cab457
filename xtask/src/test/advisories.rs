//! What is known against the dependencies, wherever the database of advisories can be had (docs/decisions/0110).

use super::tools::DENY;
use crate::workspace::{root, target, within};
use anyhow::Context as _;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long the database may take to come, and to be looked through.
const PATIENCE: Duration = Duration::from_secs(60);

/// Says in a sentence what is known, or that nobody could look. Neither fails: what somebody found out about a dependency
/// tonight says nothing about the change that is being tested.
pub(super) fn say() -> anyhow::Result<()> {
    let deny = DENY.installed()?;
    fs::create_dir_all(target())?;
    let said = target().join("advisories.txt");
    if !ends_well(&deny, &["fetch", "db"], &said)? {
        let why = fs::read_to_string(&said).unwrap_or_default();
        println!(
            "   Not checked: the database of advisories cannot be had here. {}",
            last_words(&why)
        );
        return Ok(());
    }
    let check = ["--offline", "check", "--hide-inclusion-graph", "advisories"];
    let clean = ends_well(&deny, &check, &said)?;
    let report = fs::read_to_string(&said).unwrap_or_default();
    println!("   {}", verdict(clean, &identifiers(&report)));
    Ok(())
}

fn verdict(clean: bool, known: &BTreeSet<&str>) -> String {
    let names: Vec<&str> = known.iter().copied().collect();
    match (clean, names.len()) {
        (true, 0) => "No advisory is known against any dependency.".to_owned(),
        (_, 0) => "Not checked: cargo-deny did not come to an answer; `cargo deny check advisories` says why.".to_owned(),
        (_, count) => format!(
            "{count} known: {}. `cargo deny check advisories` says what to do about each.",
            names.join(", ")
        ),
    }
}

/// The names of advisories in a report, such as RUSTSEC-2024-0001.
fn identifiers(report: &str) -> BTreeSet<&str> {
    report
        .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-')
        .filter(|word| word.starts_with("RUSTSEC-"))
        .collect()
}

/// The last line that says something.
fn last_words(said: &str) -> &str {
    let mut lines = said.lines().rev().map(str::trim);
    lines.find(|line| !line.is_empty()).unwrap_or_default()
}

/// Runs cargo-deny, what it says going into a file. What does not end in time has not ended well.
fn ends_well(deny: &Path, arguments: &[&str], said: &Path) -> anyhow::Result<bool> {
    let file =
        File::create(said).with_context(|| format!("{} cannot be written", said.display()))?;
    let mut command = Command::new(deny);
    command
        .current_dir(root())
        .args(["--log-level", "error", "--color", "never"])
        .args(arguments)
        // Whoever fetches is never asked for a password.
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::from(file));
    Ok(within(PATIENCE, &mut command)?.is_some_and(|status| status.success()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_advisory_is_named_once() {
        let report = "error[vulnerability]: x\n  = ID: RUSTSEC-2025-0009\n  = Advisory: https://rustsec.org/advisories/RUSTSEC-2025-0009\n  = ID: RUSTSEC-2024-0336";
        let known = identifiers(report);
        assert_eq!(
            known.iter().copied().collect::<Vec<_>>(),
            ["RUSTSEC-2024-0336", "RUSTSEC-2025-0009"]
        );
        assert!(verdict(false, &known).starts_with("2 known: RUSTSEC-2024-0336, "));
    }

    #[test]
    fn no_answer_is_not_an_all_clear() {
        assert!(verdict(false, &BTreeSet::new()).starts_with("Not checked"));
        assert!(verdict(true, &BTreeSet::new()).starts_with("No advisory"));
        assert_eq!(last_words("one\ntwo \n\n"), "two");
    }
}
