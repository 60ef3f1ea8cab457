//! Counts what test runners report into one line.

use anyhow::{Context, bail};
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

/// How many tests ended how.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed.
    pub(crate) failed: u64,
    /// Tests that were not run.
    pub(crate) ignored: u64,
    /// Tests among those that passed that needed a second try.
    pub(crate) flaky: u64,
    /// Commands that did not succeed, for a failed test or for another reason.
    pub(crate) broken: u64,
}

impl Tally {
    /// Runs `cargo test`, shows its output, and counts the results of each crate.
    pub(crate) fn of(command: &mut Command) -> anyhow::Result<Self> {
        command.stdout(Stdio::piped());
        let mut child = command.spawn().context("cargo test could not be started")?;
        let output = child.stdout.take();
        Self::counted(child, output, Self::read)
    }

    /// Runs cargo-nextest, shows its output, and takes its summary.
    pub(crate) fn of_nextest(command: &mut Command) -> anyhow::Result<Self> {
        command.stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .context("cargo-nextest could not be started")?;
        let output = child.stderr.take();
        Self::counted(child, output, Self::read_summary)
    }

    fn counted(
        mut child: Child,
        output: Option<impl Read>,
        read: fn(&mut Self, &str),
    ) -> anyhow::Result<Self> {
        let output = output.context("the test runner has no output")?;
        let mut tally = Self::default();
        for line in BufReader::new(output).lines() {
            let line = line?;
            println!("{line}");
            read(&mut tally, &line);
        }
        tally.broken = u64::from(!child.wait()?.success());
        Ok(tally)
    }

    /// Both together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            ignored: self.ignored + other.ignored,
            flaky: self.flaky + other.flaky,
            broken: self.broken + other.broken,
        }
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

    /// Reads nextest's last line: `Summary [ 1.2s] 6 tests run: 5 passed (1 slow, 1 flaky), 1 timed out, 2 skipped`.
    fn read_summary(&mut self, line: &str) {
        let Some((_, counts)) = line
            .trim_start()
            .strip_prefix("Summary ")
            .and_then(|rest| rest.split_once(" run: "))
        else {
            return;
        };
        for count in counts.split([',', '(', ')']) {
            let Some((n, word)) = count.trim().split_once(' ') else {
                continue;
            };
            let n = n.parse::<u64>().unwrap_or(0);
            match word {
                "passed" => self.passed += n,
                "skipped" => self.ignored += n,
                "flaky" => self.flaky += n,
                // How long or how noisily a test passed is told above.
                "slow" | "leaky" => {}
                // Failed, timed out, not to be started: each is a failure.
                _ => self.failed += n,
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
        if self.flaky > 0 {
            write!(f, ", {} of the passed at the second try", self.flaky)?;
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
    fn whatever_did_not_pass_has_failed() {
        let mut tally = Tally::default();
        tally.read_summary(
            "     Summary [  12.345s] 9 tests run: 5 passed (2 slow, 1 flaky), 2 failed, 1 exec failed, 1 timed out, 3 skipped",
        );
        tally.read_summary("        PASS [   0.005s] p1 stream::summary run: 9 passed");
        assert_eq!(
            tally.to_string(),
            "5 passed, 4 failed, 3 skipped, 1 of the passed at the second try"
        );
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
