//! `pi-daemon status`.

use std::io::Write as _;

use anyhow::bail;
use clap::Args;
use data_dir::DataDir;

use super::Home;
use crate::clock::{Clock as _, SystemClock};
use crate::socket::{self, Answer, Request};
use crate::{PROGRAM, at_rest};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    home: Home,
    /// Print everything as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: Options) -> anyhow::Result<()> {
    let report = match socket::ask(&options.home.data_dir, &Request::Status).await? {
        Some(Answer::Status(report)) => *report,
        Some(_) => bail!("the running pi-daemon gave an answer of another version; restart it"),
        None => at_rest(DataDir::open_existing(&options.home.data_dir, PROGRAM)?)?
            .report(SystemClock.unix())?,
    };
    if options.json {
        show(&format!("{}\n", serde_json::to_string(&report)?))
    } else {
        show(&report.to_string())
    }
}

/// Whoever pipes this into `head` has seen enough when the pipe breaks.
fn show(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
