//! `pi-daemon`: see [`pi_daemon`].

use std::process::ExitCode;

use clap::Parser as _;

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    match pi_daemon::commands::obey(pi_daemon::commands::Line::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The person at the terminal is the one who can mend it.
            eprintln!("pi-daemon: {}", data_dir::output::sentence(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}
