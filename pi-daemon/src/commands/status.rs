//! `pi-daemon status`.

use std::path::Path;

use anyhow::bail;
use clap::Args;
use data_dir::output::print;

use super::{Which, ask, home};
use crate::clock::{Clock as _, SystemClock};
use crate::meters;
use crate::socket::{Answer, Request};
use crate::status::Report;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    which: Which,
    /// Print everything as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: Options) -> anyhow::Result<()> {
    options.which.home.may_be_entered()?;
    let data_dir = &options.which.home.data_dir;
    let all = meters::known(data_dir);
    let reports = match (&options.which.meter, all.len()) {
        // Whoever names none sees them all.
        (None, 2..) => {
            let mut reports = Vec::new();
            for name in &all {
                let report = report(&meters::directory(data_dir, name.as_ref())).await?;
                reports.push(Report {
                    name: Some(meters::spoken(name.as_ref())),
                    ..report
                });
            }
            reports
        }
        _ => vec![Report {
            name: options.which.meter.as_ref().map(ToString::to_string),
            ..report(&options.which.data_dir()?).await?
        }],
    };
    match reports.as_slice() {
        [one] if options.json => print(serde_json::to_string(one)?)?,
        all if options.json => print(serde_json::to_string(all)?)?,
        all => {
            let screens: Vec<String> = all.iter().map(ToString::to_string).collect();
            print(screens.join("\n").trim_end())?;
        }
    }
    Ok(())
}

async fn report(data_dir: &Path) -> anyhow::Result<Report> {
    Ok(match ask(data_dir, &Request::Status).await? {
        Some(Answer::Status(report)) => *report,
        Some(_) => bail!("the running pi-daemon gave an answer of another version; restart it"),
        None => home::device(data_dir)?.report(SystemClock.unix())?,
    })
}
