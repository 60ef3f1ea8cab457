//! The command line.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, ensure};
use clap::{Args, Parser};
use simulated_meter::{Dialect, INSTALLED};

/// A smart meter that is not there: a simulated household that speaks P1.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Arguments {
    /// Which household: each number is another one, always the same
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// What its meter speaks: 5.0, 4.2 or 2.2
    #[arg(long, default_value_t)]
    pub(crate) dialect: Dialect,
    /// How many times faster than real time, or `max`
    #[arg(long, default_value = "1")]
    pub(crate) speed: Speed,
    #[command(flatten)]
    pub(crate) outlet: OutletArguments,
    /// The time on the meter's clock at the start, like 2025-06-21T12:00:00+02:00 (default: now)
    #[arg(long, value_name = "RFC3339")]
    start: Option<jiff::Timestamp>,
    /// Stop after this many telegrams
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<u64>,
    /// What to log on standard error
    #[arg(long, default_value = "info", value_name = "FILTER")]
    pub(crate) log: String,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct OutletArguments {
    /// Make a pseudo-terminal, reached through a symbolic link at this path
    #[arg(long, value_name = "LINK")]
    pub(crate) pty: Option<PathBuf>,
    /// Serve any number of readers on this address, like 127.0.0.1:2001
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) tcp: Option<String>,
    /// Write to standard output
    #[arg(long)]
    pub(crate) stdout: bool,
}

impl Arguments {
    /// The first time on the meter's clock, in unix seconds.
    pub(crate) fn start(&self) -> anyhow::Result<i64> {
        const END: i64 = 4_102_444_800;
        let start = self.start.unwrap_or_else(jiff::Timestamp::now).as_second();
        ensure!(
            (INSTALLED..END).contains(&start),
            "the meter cannot start then: it was installed on 2020-01-01, and its clock ends with the year 2099"
        );
        Ok(start)
    }
}

/// How fast simulated time passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Speed {
    /// As fast as telegrams are taken.
    Unbounded,
    /// This many simulated seconds in a second.
    Times(f64),
}

impl FromStr for Speed {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        if text == "max" {
            return Ok(Self::Unbounded);
        }
        let times: f64 = text
            .parse()
            .context("a speed is a number, like 60, or max")?;
        ensure!(
            (0.001..=1e6).contains(&times),
            "a speed lies between 0.001 and 1000000, or is max"
        );
        Ok(Self::Times(times))
    }
}
