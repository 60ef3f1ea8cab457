//! The account of the story: each step with what was seen and how long it took.

use anyhow::bail;
use serde::Serialize;
use std::time::Instant;

/// Steps so far.
pub(crate) struct Account {
    steps: Vec<Step>,
}

/// One step of the story.
#[derive(Serialize)]
pub(crate) struct Step {
    name: String,
    ok: bool,
    ms: u128,
}

/// How many readings each of the two services received.
#[derive(Default, Serialize)]
pub(crate) struct Delivered {
    /// At the service whose consent goes on.
    pub(crate) kept: u64,
    /// At the service whose consent was withdrawn.
    pub(crate) revoked: u64,
}

/// What the headless story ends with.
#[derive(Default, Serialize)]
pub(crate) struct Summary {
    /// What was done, in order.
    pub(crate) steps: Vec<Step>,
    /// Readings that the device published in its live lane.
    pub(crate) readings_published: u64,
    /// Readings that arrived.
    pub(crate) readings_delivered: Delivered,
    /// Readings after the last readable slot that the revoked service's keys open.
    pub(crate) readable_after_revocation: u64,
    /// From the word *revoke* to the device's proof.
    pub(crate) revocation_ms: u128,
    /// The chart as PNG.
    pub(crate) chart: String,
}

impl Account {
    /// An account without steps.
    pub(crate) fn new() -> Self {
        Self { steps: Vec::new() }
    }

    /// Does one step, prints it with what was seen, and remembers how it went.
    pub(crate) fn step<T>(
        &mut self,
        name: &str,
        work: impl FnOnce() -> anyhow::Result<(T, String)>,
    ) -> anyhow::Result<T> {
        let start = Instant::now();
        let result = work();
        let ms = start.elapsed().as_millis();
        let (mark, seen) = match &result {
            Ok((_, seen)) => ("✓", seen.clone()),
            Err(error) => ("✗", format!("{error:#}")),
        };
        println!("{mark} {name:<44} {:>7.1} s   {seen}", ms as f64 / 1000.0);
        self.steps.push(Step {
            name: name.to_owned(),
            ok: result.is_ok(),
            ms,
        });
        result.map(|(value, _)| value)
    }

    /// Ends the account; an error when the story or a step of it failed.
    pub(crate) fn close(self, told: anyhow::Result<Summary>, json: bool) -> anyhow::Result<()> {
        let (mut summary, error) = match told {
            Ok(summary) => (summary, None),
            Err(error) => (Summary::default(), Some(error)),
        };
        summary.steps = self.steps;
        let held = error.is_none() && summary.steps.iter().all(|step| step.ok);
        println!(
            "\n{} of {} steps held.",
            summary.steps.iter().filter(|step| step.ok).count(),
            summary.steps.len()
        );
        if json {
            println!("{}", serde_json::to_string(&summary)?);
        }
        match error {
            Some(error) => Err(error),
            None if held => Ok(()),
            None => bail!("a step did not hold: see above"),
        }
    }
}
