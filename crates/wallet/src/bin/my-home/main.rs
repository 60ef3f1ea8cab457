//! `my-home`: the wallet from the command line, for servers, scripts and tests.
//!
//! Answers go to standard output, as sentences or with `--json` as one JSON object; logs and questions go to standard
//! error. Exit status: 0 done, 1 not done, 2 wrong usage, 3 decided and durable but not yet confirmed by everybody.

mod answer;
mod commands;
mod fault;
mod options;
mod prompt;
mod session;
mod show;

use std::process::ExitCode;

use clap::Parser;

use crate::answer::Answer;
use crate::fault::Fault;
use crate::options::{Command, Options};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let options = Options::parse();
    start_log(&options);
    if let Err(error) = data_dir::keep_to_itself() {
        tracing::warn!("a crash of this program could leave its memory on disk: {error}");
    }
    match run(&options).await {
        Ok(answer) => answer.print(&options),
        Err(fault) => fault.print(&options),
    }
}

async fn run(options: &Options) -> Result<Answer, Fault> {
    match &options.command {
        Command::Init(setup) => commands::setup::init(options, setup).await,
        Command::Restore(setup) => commands::setup::restore(options, setup).await,
        Command::Words => commands::setup::words(options).await,
        Command::Nearby(radio) => commands::nearby::list(options, radio).await,
        Command::Near(near) => commands::near::near(options, near).await,
        Command::Wifi(wifi) => commands::near::wifi(options, wifi).await,
        Command::Pair(pair) => commands::pair::pair(options, pair).await,
        Command::Devices => commands::devices::list(options).await,
        Command::Remove { device } => commands::devices::remove(options, device).await,
        Command::Rename { device, name } => commands::devices::rename(options, device, name).await,
        Command::Open {
            link,
            no_site_check,
        } => commands::requests::open(options, link.as_deref(), *no_site_check).await,
        Command::Requests => commands::requests::list(options).await,
        Command::Grant(choices) => commands::requests::grant(options, choices).await,
        Command::Decline { request } => commands::requests::decline(options, request).await,
        Command::TakeBack { request } => commands::requests::take_back(options, request).await,
        Command::Consents => commands::sharing::list(options).await,
        Command::Pause { consent } => commands::sharing::pause(options, consent).await,
        Command::Resume { consent } => commands::sharing::resume(options, consent).await,
        Command::Revoke { consent, wait } => {
            commands::sharing::revoke(options, consent, *wait).await
        }
        Command::AskErasure { consent, wait } => {
            commands::sharing::ask_erasure(options, consent, *wait).await
        }
        Command::Activity { check } => commands::records::activity(options, *check).await,
        Command::Export { directory } => commands::records::export(options, directory).await,
        Command::Sync => commands::records::sync(options).await,
    }
}

fn start_log(options: &Options) {
    let filter = tracing_subscriber::EnvFilter::try_new(&options.log).unwrap_or_default();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .without_time()
        .init();
}
