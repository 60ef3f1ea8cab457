//! `pi-daemon setup`.

use clap::Args;
use data_dir::DataDir;

use super::{Home, show};
use crate::clock::{Clock as _, SystemClock};
use crate::socket::{self, Answer, Request};
use crate::{PROGRAM, at_rest};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    home: Home,
    /// Print the code as JSON.
    #[arg(long)]
    json: bool,
    /// Replace the code's secret, as after somebody photographed it.
    #[arg(long)]
    new_secret: bool,
}

pub(super) async fn run(options: Options) -> anyhow::Result<()> {
    let request = Request::Code {
        new_secret: options.new_secret,
    };
    let answer = match socket::ask(&options.home.data_dir, &request).await? {
        Some(answer) => answer,
        None => create(&options)?,
    };
    show::code(answer, options.json)
}

fn create(options: &Options) -> anyhow::Result<Answer> {
    let mut device = at_rest(DataDir::open(&options.home.data_dir, PROGRAM)?)?;
    Ok(device.code(options.new_secret, SystemClock.unix())?)
}
