//! `pi-daemon pair`.

use std::path::Path;

use clap::Args;
use data_dir::DataDir;

use super::{Which, ask, show};
use crate::clock::{Clock as _, SystemClock};
use crate::socket::{Answer, Request};
use crate::{PROGRAM, at_rest};

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
    let data_dir = options.which.data_dir_to_be()?;
    let request = Request::Pair {
        new_secret: options.new_secret,
    };
    let answer = match ask(&data_dir, &request).await? {
        Some(answer) => answer,
        None => at_next_start(&data_dir, &options)?,
    };
    show::code(answer, options.which.meter.as_ref(), options.json)
}

fn at_next_start(data_dir: &Path, options: &Options) -> anyhow::Result<Answer> {
    let mut device = at_rest(DataDir::open(data_dir, PROGRAM)?)?;
    let answer = device.open_window_at_next_start(options.new_secret, SystemClock.unix())?;
    eprintln!(
        "pi-daemon does not run. The pairing window opens for two minutes when it starts within the next ten: pi-daemon run"
    );
    Ok(answer)
}
