//! Counts what `cargo test` reports, crate by crate, into one line.

use anyhow::{Context, bail};
use std::fmt;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// How many tests ended how.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed.
    pub(crate) failed: u64,
    /// Tests that were not run.
    pub(crate) ignored: u64,
    /// Commands that did not succeed, for a failed test or for another reason.
    pub(crate) broken: u64,
}

impl Tally {
    /// Runs a test command, shows its output, and counts its results.
    pub(crate) fn of(command: &mut Command) -> anyhow::Result<Self> {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .context("cargo test could not be started")?;
        let output = child.stdout.take().context("cargo test has no output")?;
        let mut tally = Self::default();
        for line in BufReader::new(output).lines() {
            let line = line?;
            println!("{line}");
            tally.read(&line);
        }
        tally.broken = u64::from(!child.wait()?.success());
        Ok(tally)
    }

    /// Fails if a test failed, if a command did, or if nothing ran.
    pub(crate) fn verdict(&self) -> anyhow::Result<()> {
        if self.broken > 0 || self.failed > 0 {
            bail!("a test failed: its name and output are above");
        }
        if self.passed == 0 {
            bail!("no test ran, which is a failure too");
        }
        Ok(())
    }

    /// Reads one line such as `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    fn read(&mut self, line: &str) {
        let Some((_, counts)) = line
            .strip_prefix("test result: ")
            .and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            match count
                .split_once(' ')
                .map(|(n, word)| (n.parse::<u64>(), word))
            {
                Some((Ok(n), "passed")) => self.passed += n,
                Some((Ok(n), "failed")) => self.failed += n,
                Some((Ok(n), "ignored")) => self.ignored += n,
                _ => {}
            }
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.ignored > 0 {
            write!(f, ", {} skipped", self.ignored)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_several_crates_add_up() {
        let mut tally = Tally::default();
        tally.read("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out");
        tally.read("test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured");
        tally.read("test some::name ... ok");
        assert_eq!(tally.to_string(), "5 passed, 1 failed, 1 skipped");
    }

    #[test]
    fn a_command_that_breaks_off_fails_whatever_passed() {
        let passed = Tally {
            passed: 3,
            ..Tally::default()
        };
        let broken = Tally {
            broken: 1,
            passed: 3,
            ..Tally::default()
        };
        assert!(passed.verdict().is_ok());
        assert!(broken.verdict().is_err());
        assert!(Tally::default().verdict().is_err());
    }
}
