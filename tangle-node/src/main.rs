//! The `tangle-node` program.

use std::{path::PathBuf, time::Duration};

use anyhow::Context;
use clap::Parser;
use tangle_node::Config;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// An embedded Tangle: one process, one file, the interface of an IOTA Stardust node.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:14265")]
    listen: String,
    /// The file that holds the blocks; made when it is not there.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// The network's name; a file keeps the one it was made with.
    #[arg(long, value_name = "NAME", default_value = Config::DEFAULT_NETWORK)]
    network: String,
    /// Proof of work that a block must show; 0 asks for none.
    #[arg(long, value_name = "N", default_value_t = 0)]
    min_pow_score: u32,
    /// Days after which blocks go; without it they stay.
    #[arg(long, value_name = "DAYS")]
    keep: Option<u32>,
    /// Megabytes of the file above which the oldest blocks go; without it they stay.
    #[arg(long, value_name = "MEGABYTES")]
    keep_megabytes: Option<u64>,
    /// Seconds from one milestone to the next while blocks arrive; 0 issues none.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    milestones: u64,
    /// Where to serve MQTT over TCP, such as 127.0.0.1:1883; over a WebSocket it is always served.
    #[arg(long, value_name = "ADDRESS")]
    mqtt: Option<String>,
    /// Refuses to do the proof of work of those who post blocks without.
    #[arg(long)]
    no_pow: bool,
    /// Serves no look-up by tag: as plain a node as others are.
    #[arg(long)]
    plain: bool,
    /// What to log, such as "info" or "tangle_node=debug".
    #[arg(long, value_name = "FILTER", default_value = "info")]
    log: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_new(&arguments.log)
        .context("--log cannot be read as a filter such as \"info\"")?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    run(arguments).await
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for signals")?;
    let node = tangle_node::start(Config {
        listen: arguments.listen,
        data: arguments.data,
        network: arguments.network,
        min_pow_score: arguments.min_pow_score,
        keep_days: arguments.keep,
        keep_bytes: arguments.keep_megabytes.map(|megabytes| megabytes << 20),
        milestone_interval: (arguments.milestones > 0)
            .then(|| Duration::from_secs(arguments.milestones)),
        mqtt_listen: arguments.mqtt,
        pow_on_request: !arguments.no_pow,
        tag_routes: !arguments.plain,
    })
    .await?;
    announce(&node.url());
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    node.stop().await;
    Ok(())
}

/// The line that others wait for. Whoever reads it may have closed the pipe: the node serves all the same.
fn announce(url: &str) {
    use std::io::Write;
    let mut out = std::io::stdout();
    let _ = writeln!(out, "tangle-node listens on {url}").and_then(|()| out.flush());
}
