//! `pi-daemon unpair`.

use anyhow::bail;
use clap::Args;
use data_dir::output::print;

use super::{Which, ask, confirm, home};
use crate::clock::{Clock as _, SystemClock};
use crate::socket::{Answer, Request};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    which: Which,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

const WARNING: &str =
    "this ends every consent that this meter's owner gave, and the owner loses the meter";

pub(super) async fn run(options: Options) -> anyhow::Result<()> {
    let data_dir = options.which.data_dir()?;
    if !options.yes && !confirm(WARNING)? {
        bail!("nothing was changed");
    }
    let answer = match ask(&data_dir, &Request::Unpair).await? {
        Some(answer) => answer,
        None => home::device(&data_dir)?.unpair(SystemClock.unix())?,
    };
    match answer {
        Answer::Unpaired => {
            print(
                "This device has no owner any more. Its last key rotations go out as soon as the node answers.",
            )?;
            Ok(())
        }
        Answer::Refused { why } => bail!("{why}"),
        _ => bail!("the running pi-daemon gave an answer of another version; restart it"),
    }
}
