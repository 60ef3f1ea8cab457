//! The page of the documentation that holds the figures.

use std::fmt::Write as _;

use crate::Options;
use crate::figures::Outcome;
use crate::scenario::Scenario;

const HEAD: &str = "# Reliability: what was broken on purpose, and what held

This page is written by `cargo xtask lab`, which makes each of these claims under conditions that should break it. `cargo xtask lab --quick` does a tenth of each. The scenarios are files of the crate `lab`, one a claim.

";

/// The whole page.
pub(crate) fn page(outcomes: &[Outcome], options: &Options) -> String {
    let mut page = HEAD.to_owned();
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{}\n", machine(options));
    for outcome in outcomes {
        let claim = Scenario::named(&outcome.scenario).map_or("", |scenario| scenario.claim);
        let _ = writeln!(
            page,
            "## {}\n\n{claim}\n",
            outcome.scenario.replace('_', " ")
        );
        let verdict = if outcome.ok {
            "It held"
        } else {
            "**It did not hold**"
        };
        let _ = writeln!(page, "{verdict}, {} s.\n", outcome.seconds);
        if let Some(broken) = &outcome.broken {
            let _ = writeln!(page, "> {broken}\n");
        }
        for sentence in outcome.figures.sentences() {
            let _ = writeln!(page, "- {sentence}");
        }
        page.push('\n');
    }
    format!("{}\n", page.trim_end())
}

fn machine(options: &Options) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let size = if options.quick {
        "a tenth of each"
    } else {
        "the whole of each"
    };
    let build = if cfg!(debug_assertions) {
        "development"
    } else {
        "release"
    };
    let goes = if options.from.is_some() {
        "in several goes, "
    } else {
        ""
    };
    format!(
        "Seed {}, {size}, {goes}several scenarios at a time on {cores} cores, programs of the {build} build. Seconds are those of a machine that did other things as well.",
        options.seed
    )
}
