//! A service that plays false: opens whatever a stolen copy of a provider's data directory opens, also after consent ended.
//!
//! Prints one line, `{"opened_before": n, "opened_after": m}`: how many readings its keys opened that were measured before, and
//! at or after, the moment of `--after`. What the copy holds in the clear already is not counted, only what keys open now.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use clap::Parser;
use scenarios::hoard::Hoard;

/// Opens whatever a stolen copy of a provider's data directory opens.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// A copy of the data directory of a provider-service.
    data_dir_copy: PathBuf,
    /// The Tangle node, such as http://127.0.0.1:14265.
    #[arg(long)]
    tangle: String,
    /// When consent ended, in unix seconds.
    #[arg(long)]
    after: i64,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("hoarder: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<serde_json::Value> {
    let tangle = tangle::connect(&cli.tangle)?;
    let hoard = Hoard::open(&cli.data_dir_copy)?;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .context("the clock of this computer is before 1970")?
        .as_secs();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the threads could not be started")?;
    let loot = runtime.block_on(hoard.open_all(&*tangle, now))?;
    Ok(serde_json::json!({
        "opened_before": loot.before(cli.after),
        "opened_after": loot.from(cli.after),
    }))
}
