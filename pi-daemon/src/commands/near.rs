//! `pi-daemon near`.

use anyhow::bail;
use clap::Args;
use data_dir::output::print;

use super::{Which, ask, mind, radio};
use crate::socket::{Answer, Request};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    which: Which,
}

pub(super) async fn run(options: Options) -> anyhow::Result<()> {
    let data_dir = options.which.data_dir()?;
    match ask(&data_dir, &Request::Near).await? {
        Some(Answer::Near { seconds }) => {
            print(format_args!(
                "For {seconds} s the owner can talk to this device over Bluetooth: my-home near"
            ))?;
            let radio = radio(&data_dir).await?.unwrap_or_default();
            Ok(mind(radio.only_nearby().as_deref())?)
        }
        Some(Answer::Refused { why }) => bail!(why),
        Some(_) => bail!("the running pi-daemon is of another version; restart it"),
        None => bail!(
            "pi-daemon does not run. When it starts, the owner can talk to it for two minutes: {}",
            options.which.home.how_to_start()
        ),
    }
}
