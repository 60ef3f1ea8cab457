//! `pi-daemon near`.

use anyhow::bail;
use clap::Args;
use data_dir::output::print;

use super::{Which, ask};
use crate::socket::{Answer, Request};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    which: Which,
}

pub(super) async fn run(options: Options) -> anyhow::Result<()> {
    match ask(&options.which.data_dir()?, &Request::Near).await? {
        Some(Answer::Near { seconds }) => Ok(print(format_args!(
            "For {seconds} s the owner can talk to this device over Bluetooth: my-home near"
        ))?),
        Some(Answer::Refused { why }) => bail!(why),
        Some(_) => bail!("the running pi-daemon is of another version; restart it"),
        None => bail!(
            "pi-daemon does not run. When it starts, the owner can talk to it for two minutes: pi-daemon run"
        ),
    }
}
