//! `pi-daemon run`.

use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::Home;
use crate::clock::SystemClock;
use crate::meter::MeterAddress;
use crate::{Daemon, Meter};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    home: Home,
    /// A serial device, auto, tcp://HOST:PORT, replay:FILE[@SPEED] or simulated[:SEED].
    #[arg(
        long,
        value_name = "WHERE",
        env = "PI_DAEMON_METER",
        default_value = "auto"
    )]
    meter: MeterAddress,
    /// The node of the Tangle. Several, repeated or with commas between, stand in for each other.
    #[arg(
        long,
        value_name = "URL",
        env = "PI_DAEMON_TANGLE",
        value_delimiter = ',',
        default_value = "http://127.0.0.1:14265"
    )]
    tangle: Vec<String>,
    /// Seconds that one block of a live lane covers [default: 10, or 60 where the Tangle asks for proof of work].
    #[arg(long, value_name = "SECONDS", env = "PI_DAEMON_LIVE_SLOT", value_parser = clap::value_parser!(u32).range(1..=60))]
    live_slot: Option<u32>,
    /// Days for which every single reading is kept; quarter-hours and days are kept for good.
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u32).range(2..=3660))]
    raw_days: u32,
    /// What to log: error, warn, info, debug.
    #[arg(
        long,
        value_name = "FILTER",
        env = "PI_DAEMON_LOG",
        default_value = "info,iota_client=warn"
    )]
    pub(super) log: String,
}

pub(super) async fn run(options: Options) -> anyhow::Result<()> {
    recording_is_there(&options.meter)?;
    let node = options.tangle.join(",");
    let tangle = tangle::connect(&node).context("--tangle")?;
    let daemon = Daemon::open(crate::Options {
        data_dir: options.home.data_dir,
        tangle,
        node,
        clock: Arc::new(SystemClock),
        live_slot: options.live_slot,
        raw_days: options.raw_days,
    })?;
    let stop = CancellationToken::new();
    stop_on_signal(stop.clone())?;
    daemon.run(Meter::At(options.meter), stop).await?;
    Ok(())
}

/// A cable may come back; a recording that is not there was named wrongly.
fn recording_is_there(meter: &MeterAddress) -> anyhow::Result<()> {
    if let MeterAddress::Replay { file, .. } = meter {
        std::fs::File::open(file).with_context(|| {
            format!(
                "the recording {} cannot be read. Check the name given to --meter",
                file.display()
            )
        })?;
    }
    Ok(())
}

fn stop_on_signal(stop: CancellationToken) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stop.cancel();
    });
    Ok(())
}
