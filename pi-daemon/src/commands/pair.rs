//! `pi-daemon pair`.

use std::time::{Duration, Instant};

use clap::Args;
use data_dir::DataDir;

use super::{Home, show};
use crate::clock::{Clock as _, SystemClock};
use crate::socket::{self, Answer, Request};
use crate::{PROGRAM, at_rest};

/// How long the running daemon may take to open its socket after it was started.
const STARTING: Duration = Duration::from_secs(3);

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
    let answer = match ask_patiently(&options).await? {
        Some(answer) => answer,
        None => at_next_start(&options)?,
    };
    show::code(answer, options.json)
}

async fn ask_patiently(options: &Options) -> anyhow::Result<Option<Answer>> {
    let began = Instant::now();
    loop {
        let request = Request::Pair {
            new_secret: options.new_secret,
        };
        let answer = socket::ask(&options.home.data_dir, &request).await?;
        let starting = DataDir::open_existing(&options.home.data_dir, PROGRAM).is_err()
            && options.home.data_dir.is_dir();
        if answer.is_some() || !starting || began.elapsed() > STARTING {
            return Ok(answer);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn at_next_start(options: &Options) -> anyhow::Result<Answer> {
    let mut device = at_rest(DataDir::open(&options.home.data_dir, PROGRAM)?)?;
    let answer = device.open_window_at_next_start(options.new_secret, SystemClock.unix())?;
    eprintln!(
        "pi-daemon does not run. The pairing window opens for two minutes when it starts within the next ten: pi-daemon run"
    );
    Ok(answer)
}
