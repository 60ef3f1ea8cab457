//! The command line.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, ensure};
use clap::{Args, Parser};
use simulated_meter::{Dialect, Fault, INSTALLED, Sealer};

/// A smart meter that is not there: a simulated household that speaks P1.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Arguments {
    /// Which household: each number is another one, always the same
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// What its meter speaks: 2.2, 3.0, itron, 4.0, 4.2, 5.0, belgium, luxembourg, austria, nordic, hungary, lithuania,
    /// ireland, germany or heat
    #[arg(long, default_value_t)]
    pub(crate) dialect: Dialect,
    /// What goes wrong with every tenth telegram: flipped-bit, cut, doubled, joined, noise, line-feeds, no-crc,
    /// short-crc or gas-never-answered
    #[arg(long)]
    pub(crate) fault: Option<Fault>,
    /// Encrypt with this key, 32 hexadecimal digits, as meters in Luxembourg and Austria do. A key for play: the key of
    /// a real meter does not belong on a command line
    #[arg(long, value_name = "HEX")]
    key: Option<String>,
    /// The authentication key, where it is not the public one of Luxembourg
    #[arg(long, value_name = "HEX", requires = "key")]
    auth: Option<String>,
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
    /// What encrypts, if there is a key.
    pub(crate) fn sealer(&self) -> anyhow::Result<Option<Sealer>> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        let authentication = match &self.auth {
            Some(text) => key_of(text)?,
            None => p1::Keys::LUXEMBOURG,
        };
        Ok(Some(Sealer::new(key_of(key)?, authentication)))
    }

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

fn key_of(text: &str) -> anyhow::Result<[u8; 16]> {
    ensure!(
        text.len() == 32 && text.bytes().all(|digit| digit.is_ascii_hexdigit()),
        "a key has 32 hexadecimal digits"
    );
    Ok(u128::from_str_radix(text, 16)?.to_be_bytes())
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
