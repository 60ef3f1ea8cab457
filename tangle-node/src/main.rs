//! The `tangle-node` program.

use std::{num::NonZeroU32, path::PathBuf, time::Duration};

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use tangle_node::{Config, IndexConfig, Limits, Retention, Running, limits};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// An embedded Tangle: one process, one file, the interface of an IOTA Stardust node.
#[derive(Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
struct Arguments {
    #[command(subcommand)]
    mode: Option<Mode>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    node: NodeOptions,
}

#[derive(Subcommand)]
enum Mode {
    /// Follows a Stardust node that cannot look up by tag, and serves that look-up beside it.
    Index {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        index: IndexOptions,
    },
}

#[derive(Args)]
struct Place {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:14265")]
    listen: String,
    /// The file that holds the blocks; made when it is not there.
    #[arg(long, value_name = "FILE", required = true)]
    data: Option<PathBuf>,
    /// Days after which blocks go; without it they stay.
    #[arg(long, value_name = "DAYS")]
    keep: Option<u32>,
    /// Megabytes of the file above which the oldest blocks go; without it they stay.
    #[arg(long, value_name = "MEGABYTES")]
    keep_megabytes: Option<u64>,
    /// Questions a second that one address may ask, this machine excepted; 0 for any number.
    #[arg(long, value_name = "N", default_value_t = Limits::DEFAULT_PER_SECOND.get())]
    rate: u32,
    /// Believes the proxy in front about the addresses of those who ask (X-Forwarded-For).
    #[arg(long)]
    behind_proxy: bool,
    /// What to log, such as "info" or "tangle_node=debug".
    #[arg(long, value_name = "FILTER", default_value = "info")]
    log: String,
}

#[derive(Args)]
struct NodeOptions {
    /// The network's name; a file keeps the one it was made with.
    #[arg(long, value_name = "NAME", default_value = Config::DEFAULT_NETWORK)]
    network: String,
    /// Proof of work that a block must show; 0 asks for none.
    #[arg(long, value_name = "N", default_value_t = 0)]
    min_pow_score: u32,
    /// Seconds from one milestone to the next while blocks arrive; 0 issues none.
    #[arg(long, value_name = "SECONDS", default_value_t = Config::DEFAULT_MILESTONE_INTERVAL.as_secs())]
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
}

#[derive(Args)]
struct IndexOptions {
    /// The node to follow, such as http://127.0.0.1:14265.
    #[arg(long, value_name = "URL")]
    follow: String,
    /// Where its live feed is, as mqtt://HOST:PORT; without it the WebSocket of the node.
    #[arg(long, value_name = "URL")]
    events: Option<String>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Arguments { mode, place, node } = Arguments::parse();
    match mode {
        None => {
            log(&place.log)?;
            let config = node.config(&place)?;
            http_server::make_room_for(config.connections());
            run(tangle_node::start(config).await, "tangle-node").await
        }
        Some(Mode::Index { place, index }) => {
            log(&place.log)?;
            let config = index.config(&place)?;
            http_server::make_room_for(limits::CONNECTIONS.connections);
            run(tangle_node::start_index(config).await, "tangle-node index").await
        }
    }
}

fn log(filter: &str) -> anyhow::Result<()> {
    let filter =
        EnvFilter::try_new(filter).context("--log cannot be read as a filter such as \"info\"")?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    Ok(())
}

impl Place {
    fn data(&self) -> anyhow::Result<PathBuf> {
        self.data
            .clone()
            .context("--data is missing: give the file that holds the blocks")
    }

    fn retention(&self) -> Retention {
        Retention {
            days: self.keep,
            bytes: self.keep_megabytes.map(|megabytes| megabytes << 20),
        }
    }

    fn limits(&self) -> Limits {
        Limits {
            per_second: NonZeroU32::new(self.rate),
            behind_proxy: self.behind_proxy,
        }
    }
}

impl NodeOptions {
    fn config(self, place: &Place) -> anyhow::Result<Config> {
        let interval = Duration::from_secs(self.milestones);
        Ok(Config {
            listen: place.listen.clone(),
            data: place.data()?,
            network: self.network,
            min_pow_score: self.min_pow_score,
            retention: place.retention(),
            limits: place.limits(),
            milestone_interval: (!interval.is_zero()).then_some(interval),
            mqtt_listen: self.mqtt,
            pow_on_request: !self.no_pow,
            tag_routes: !self.plain,
        })
    }
}

impl IndexOptions {
    fn config(self, place: &Place) -> anyhow::Result<IndexConfig> {
        Ok(IndexConfig {
            listen: place.listen.clone(),
            data: place.data()?,
            follow: self.follow,
            events: self.events,
            logins: tangle::Logins::of_this_user()?,
            retention: place.retention(),
            limits: place.limits(),
        })
    }
}

/// Says where it listens, and goes on until the process is told to stop.
async fn run(started: Result<Running, tangle_node::StartError>, name: &str) -> anyhow::Result<()> {
    let running = started?;
    let (mut terminate, mut interrupt) =
        (on(SignalKind::terminate())?, on(SignalKind::interrupt())?);
    announce(name, &running.url());
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

fn on(kind: SignalKind) -> anyhow::Result<Signal> {
    signal(kind).context("cannot listen for signals")
}

/// The line that others wait for. Whoever reads it may have closed the pipe: the node serves all the same.
fn announce(name: &str, url: &str) {
    use std::io::Write;
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{name} listens on {url}").and_then(|()| out.flush());
}
