//! The command line: one file a command.

mod factory_reset;
mod home;
mod near;
mod pair;
mod run;
mod setup;
mod show;
mod status;
mod unpair;

use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use data_dir::output::print;
use data_dir::{DataDir, DataDirError};
use tracing_subscriber::EnvFilter;

use self::home::{Home, Which};
use crate::PROGRAM;
use crate::socket::{self, Answer, Request};
use crate::status::RadioReport;

/// How long the running daemon may take to open its socket after it was started.
const STARTING: Duration = Duration::from_secs(3);

/// Reads the smart meter, publishes what its owner consented to, and obeys nobody else.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read the meter, publish, listen to the owner.
    Run(run::Options),
    /// Show the pairing code as QR code and as text; make the device's identity if there is none.
    Setup(setup::Options),
    /// Open the pairing window for two minutes.
    Pair(pair::Options),
    /// Let the owner call over Bluetooth for two minutes: Wi-Fi, the node's address, what the meter says.
    Near(near::Options),
    /// Let go of the owner: rotate all keys to nobody, stop publishing, erase what was shared.
    Unpair(unpair::Options),
    /// Forget owner, readings and identity: as it came out of its box.
    FactoryReset(factory_reset::Options),
    /// Show meter, node, outbox, lanes and owner in one screen.
    Status(status::Options),
}

/// Asks the daemon that runs on this data directory, also one that was just started; nothing if none runs.
async fn ask(data_dir: &Path, request: &Request) -> anyhow::Result<Option<Answer>> {
    let began = Instant::now();
    loop {
        let answer = socket::ask(data_dir, request).await?;
        let starting = || {
            data_dir.is_dir()
                && matches!(
                    DataDir::open_existing(data_dir, PROGRAM),
                    Err(DataDirError::Locked { .. })
                )
        };
        if answer.is_some() || began.elapsed() > STARTING || !starting() {
            return Ok(answer);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// How the radio of the daemon that runs on this data directory is; nothing if none runs, or it is of a version that does not say.
async fn radio(data_dir: &Path) -> anyhow::Result<Option<RadioReport>> {
    Ok(match ask(data_dir, &Request::Radio).await? {
        Some(Answer::Radio(radio)) => Some(radio),
        _ => None,
    })
}

/// What a person should know beside the answer.
fn mind(sentence: Option<&str>) -> io::Result<()> {
    match sentence {
        Some(sentence) => print(format_args!("Mind: {sentence}.")),
        None => Ok(()),
    }
}

/// Does what the command line says.
///
/// # Errors
/// What a person should know, as a sentence.
pub async fn obey(line: Line) -> anyhow::Result<()> {
    keep_to_itself()?;
    let obeyed = match line.command {
        Command::Run(options) => {
            log(&options.log);
            run::run(options).await
        }
        Command::Setup(options) => setup::run(options).await,
        Command::Pair(options) => pair::run(options).await,
        Command::Near(options) => near::run(options).await,
        Command::Unpair(options) => unpair::run(options).await,
        Command::FactoryReset(options) => factory_reset::run(&options),
        Command::Status(options) => status::run(options).await,
    };
    obeyed.map_err(|error| home::as_its_owner(error, std::env::args()))
}

/// Asks whether that is meant.
fn confirm(consequence: &str) -> anyhow::Result<bool> {
    let input = io::stdin();
    if !input.is_terminal() {
        anyhow::bail!("{consequence}; add --yes if that is meant");
    }
    let mut letters = consequence.chars();
    let first = letters.next().map(char::to_uppercase);
    let sentence = first.into_iter().flatten().chain(letters);
    print(format_args!(
        "{}. Type yes to go on:",
        sentence.collect::<String>()
    ))?;
    let mut line = String::new();
    input.lock().read_line(&mut line)?;
    Ok(line.trim() == "yes")
}

fn log(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_target(false)
        .with_ansi(io::stderr().is_terminal())
        .init();
}

/// Before anything secret is in memory.
fn keep_to_itself() -> anyhow::Result<()> {
    data_dir::keep_to_itself().context("this program's memory cannot be kept out of core dumps")
}
