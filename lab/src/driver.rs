//! Runs the scenarios, each in a process of its own, and says what came of them.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use crate::Options;
use crate::figures::{Figures, Outcome};
use crate::group;
use crate::report;
use crate::scenario::Scenario;

/// A scenario that goes on for longer hangs.
const LONGEST: Duration = Duration::from_secs(45 * 60);
const LONGEST_QUICK: Duration = Duration::from_secs(15 * 60);

/// How long one scenario may go on.
pub(crate) fn longest(quick: bool) -> Duration {
    if quick { LONGEST_QUICK } else { LONGEST }
}

/// True if every claim held.
pub(crate) fn run(options: &Options) -> anyhow::Result<bool> {
    let chosen: Vec<&Scenario> = scenario_list(options);
    let start = Instant::now();
    let mut outcomes = match &options.from {
        Some(file) => earlier(file)?,
        None => in_processes(&chosen, options),
    };
    outcomes.sort_by_key(|outcome| {
        chosen
            .iter()
            .position(|scenario| scenario.name == outcome.scenario)
    });
    if let Some(file) = &options.write {
        std::fs::write(file, report::page(&outcomes, options))
            .with_context(|| format!("{} cannot be written", file.display()))?;
    }
    let broken = outcomes.iter().filter(|outcome| !outcome.ok).count();
    eprintln!(
        "{} of {} claims held, {} s",
        outcomes.len() - broken,
        outcomes.len(),
        start.elapsed().as_secs()
    );
    Ok(broken == 0 && outcomes.len() == chosen.len())
}

/// What earlier runs said, the last of each scenario.
fn earlier(file: &Path) -> anyhow::Result<Vec<Outcome>> {
    let lines = std::fs::read_to_string(file)
        .with_context(|| format!("{} cannot be read", file.display()))?;
    let mut last = BTreeMap::new();
    for line in lines.lines() {
        let outcome: Outcome = serde_json::from_str(line)
            .with_context(|| format!("{}: no line of a run: {line:?}", file.display()))?;
        last.insert(outcome.scenario.clone(), outcome);
    }
    Ok(last.into_values().collect())
}

/// Runs them, so many at a time.
fn in_processes(chosen: &[&'static Scenario], options: &Options) -> Vec<Outcome> {
    let waiting = Mutex::new(chosen.iter().copied());
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..options.jobs {
            scope.spawn(|| {
                while let Some(scenario) = next(&waiting) {
                    let outcome = in_a_process(scenario, options);
                    say(scenario, &outcome, options.json);
                    if let Ok(mut done) = done.lock() {
                        done.push(outcome);
                    }
                }
            });
        }
    });
    done.into_inner().unwrap_or_default()
}

fn scenario_list(options: &Options) -> Vec<&'static Scenario> {
    let named = |scenario: &&Scenario| {
        options.scenarios.is_empty() || options.scenarios.iter().any(|name| name == scenario.name)
    };
    Scenario::ALL.iter().filter(named).collect()
}

fn next<'a>(waiting: &Mutex<impl Iterator<Item = &'a Scenario>>) -> Option<&'a Scenario> {
    waiting.lock().ok()?.next()
}

fn in_a_process(scenario: &Scenario, options: &Options) -> Outcome {
    let start = Instant::now();
    child(scenario, options).unwrap_or_else(|error| Outcome {
        scenario: scenario.name.to_owned(),
        ok: false,
        figures: Figures::default(),
        seconds: start.elapsed().as_secs(),
        broken: Some(format!("{error:#}")),
    })
}

fn child(scenario: &Scenario, options: &Options) -> anyhow::Result<Outcome> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(["--only", scenario.name])
        .args(["--seed", &options.seed.to_string()]);
    if options.quick {
        command.arg("--quick");
    }
    let mut child = group::of_its_own(&mut command)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("the scenario could not be started")?;
    let output = child.stdout.take().context("the scenario has no output")?;
    let longest = longest(options.quick);
    let said =
        std::thread::spawn(move || BufReader::new(output).lines().map_while(Result::ok).last());
    let deadline = Instant::now() + longest;
    let mut ended = false;
    while !ended && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
        ended = group::has_ended(&child)?;
    }
    // A scenario that fails may leave programs behind, which would slow down those after it.
    group::end(&mut child)?;
    ensure!(ended, "it did not end within {} s", longest.as_secs());
    let line = said.join().ok().flatten().unwrap_or_default();
    serde_json::from_str(&line).context("the scenario ended without saying how")
}

fn say(scenario: &Scenario, outcome: &Outcome, json: bool) {
    if json {
        println!("{}", serde_json::to_string(outcome).unwrap_or_default());
        return;
    }
    let mark = if outcome.ok { "held  " } else { "BROKEN" };
    println!(
        "{mark} {} ({} s)\n         {}",
        outcome.scenario, outcome.seconds, scenario.claim
    );
    for sentence in outcome.figures.sentences() {
        println!("         {sentence}");
    }
    if let Some(broken) = &outcome.broken {
        println!("         {broken}");
    }
}
