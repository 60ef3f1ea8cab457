//! `provider-service`: asks for consent, receives, graphs, serves.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand};
use data_dir::output::print;
use provider_service::http::CONNECTIONS;
use provider_service::offer::Offer;
use provider_service::service::{self, Service, Settings};
use tracing_subscriber::EnvFilter;

/// Asks for consent, receives, graphs, serves. Wattt Insights is its face.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// What to log on standard error: error, warn, info, debug, or a filter such as provider_service=debug.
    #[arg(
        long,
        global = true,
        default_value = "info",
        env = "PROVIDER_SERVICE_LOG"
    )]
    log: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the service.
    Serve(Serve),
    /// Makes a new API key and prints it; the one before is worth nothing from then on.
    NewApiKey {
        /// The service's directory.
        #[arg(long)]
        data_dir: PathBuf,
    },
    /// Prints the purpose file of Wattt Insights, to begin your own with.
    PrintPurpose,
}

#[derive(Args)]
struct Serve {
    /// Where to listen. Anything but this computer itself should stand behind a server that speaks https.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The Tangle node, such as http://127.0.0.1:14265. Several, repeated or with commas between, stand in for each other.
    #[arg(long, value_name = "URL", required = true, value_delimiter = ',')]
    tangle: Vec<String>,
    /// Where everything is kept; made with mode 0700.
    #[arg(long)]
    data_dir: PathBuf,
    /// The name that people know; else the one in the purpose file.
    #[arg(long)]
    name: Option<String>,
    /// Where people reach the service, such as https://wattt.example; else the listening address.
    #[arg(long)]
    public_url: Option<String>,
    /// The purpose file: who asks, what for, what and how long. See print-purpose.
    #[arg(long, value_name = "FILE")]
    purpose: Option<PathBuf>,
    /// Where the API key is: read if the file is there, else made and written to it. Without this it is printed once.
    #[arg(long, value_name = "FILE")]
    api_key_file: Option<PathBuf>,
    /// Believes the proxy in front about the addresses of visitors (X-Forwarded-For).
    #[arg(long)]
    behind_proxy: bool,
    /// The wall clock that days are counted by.
    #[arg(long, default_value = "Europe/Amsterdam")]
    time_zone: String,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let sentence = data_dir::output::sentence(error.as_ref());
            eprintln!("provider-service: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    data_dir::keep_to_itself().context("this program's memory cannot be kept out of core dumps")?;
    let filter = EnvFilter::try_new(&cli.log)
        .with_context(|| format!("“{}” is not a log filter", cli.log))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
    match cli.command {
        Command::Serve(options) => tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .context("the threads could not be started")?
            .block_on(serve(options)),
        Command::NewApiKey { data_dir } => Ok(print(service::new_api_key(&data_dir)?.as_str())?),
        Command::PrintPurpose => Ok(print(Offer::WATTT_INSIGHTS.to_string().trim_end())?),
    }
}

async fn serve(options: Serve) -> anyhow::Result<()> {
    http_server::make_room_for(CONNECTIONS.connections);
    let mut offer = offer(options.purpose.as_deref())?;
    if let Some(name) = options.name {
        offer.name = name;
    }
    let tangle = tangle::connect(&options.tangle.join(","))?;
    let settings = Settings {
        listen: options.listen,
        data_dir: options.data_dir,
        offer,
        public_url: options.public_url,
        time_zone: options.time_zone,
        api_key_file: options.api_key_file,
        behind_proxy: options.behind_proxy,
    };
    let service = Service::start(settings, tangle).await?;
    if let Some(key) = service.new_api_key() {
        print(format_args!("API key, shown this once: {key}"))?;
    }
    print(format_args!(
        "provider-service listens on http://{}",
        service.address()
    ))?;
    wait_for_the_end().await?;
    service.stop().await;
    Ok(())
}

fn offer(file: Option<&std::path::Path>) -> anyhow::Result<Offer> {
    let json = match file {
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| format!("the purpose file {} cannot be read", path.display()))?,
        None => Offer::WATTT_INSIGHTS.to_owned(),
    };
    match (Offer::parse(&json), file) {
        (Ok(offer), _) => Ok(offer),
        (Err(error), Some(path)) => bail!(
            "the purpose file {} is not one: {error}. See provider-service print-purpose.",
            path.display()
        ),
        (Err(error), None) => bail!("the purpose file inside this program is damaged: {error}"),
    }
}

async fn wait_for_the_end() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("signals cannot be received")?;
    tokio::select! {
        _ = terminate.recv() => {}
        outcome = tokio::signal::ctrl_c() => outcome.context("signals cannot be received")?,
    }
    tracing::info!("stopping");
    Ok(())
}
