//! `pi-daemon pair`.

use std::path::Path;

use clap::Args;

use super::show::{self, Shown};
use super::{Which, ask, home, radio};
use crate::clock::{Clock as _, SystemClock};
use crate::socket::{Answer, Request};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    which: Which,
    /// Print the code as JSON.
    #[arg(long)]
    json: bool,
    /// Replace the code's secret, as after somebody photographed it.
    #[arg(long)]
    new_secret: bool,
}

pub(super) async fn run(options: Options) -> anyhow::Result<()> {
    let data_dir = options.which.data_dir()?;
    let request = Request::Pair {
        new_secret: options.new_secret,
    };
    let answer = match ask(&data_dir, &request).await? {
        Some(answer) => answer,
        None => at_next_start(&data_dir, &options)?,
    };
    let radio = match &answer {
        Answer::Code { .. } => radio(&data_dir).await?,
        _ => None,
    };
    let trouble = radio.and_then(|radio| radio.trouble);
    let shown = Shown {
        meter: options.which.meter.as_ref(),
        trouble: trouble.as_deref(),
    };
    show::code(answer, shown, options.json)
}

fn at_next_start(data_dir: &Path, options: &Options) -> anyhow::Result<Answer> {
    let mut device = home::device(data_dir)?;
    let answer = device.open_window_at_next_start(options.new_secret, SystemClock.unix())?;
    eprintln!(
        "pi-daemon does not run. The pairing window opens for two minutes when it starts: {}",
        options.which.home.how_to_start()
    );
    Ok(answer)
}
