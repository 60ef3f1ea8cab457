//! `pi-daemon run`.

use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use tangle::Tangle;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span};

use super::Home;
use crate::bluetooth::{self, Choice};
use crate::clock::SystemClock;
use crate::meter::{Means, MeterAddress};
use crate::meters::{self, NamedFile, NamedMeter};
use crate::{Daemon, DaemonError, Meter, secret_file};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    home: Home,
    /// A serial device, auto, tcp://HOST:PORT, http://HOST/PATH, mqtt://[USER@]HOST[:PORT]/TOPIC, replay:FILE[@SPEED] or simulated[:SEED].
    /// With several meters give each a name and repeat it: --meter hall=/dev/ttyUSB0 --meter garage=/dev/ttyUSB1.
    #[arg(
        long,
        value_name = "[NAME=]WHERE",
        env = "PI_DAEMON_METER",
        default_value = "auto"
    )]
    meter: Vec<NamedMeter>,
    /// A file with the password for an mqtt:// meter; only its owner may read it.
    #[arg(long, value_name = "[NAME=]FILE")]
    mqtt_password_file: Vec<NamedFile>,
    /// A file with the key of a meter that encrypts, and after it the authentication key if the grid operator gave one.
    #[arg(long, value_name = "[NAME=]FILE")]
    meter_key_file: Vec<NamedFile>,
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
    /// The Bluetooth adapter over which a wallet nearby can pair: auto, off, or its name, such as hci0.
    #[arg(
        long,
        value_name = "ADAPTER",
        env = "PI_DAEMON_BLUETOOTH",
        default_value = "auto"
    )]
    bluetooth: Choice,
    /// What to log: error, warn, info, debug.
    #[arg(
        long,
        value_name = "FILTER",
        env = "PI_DAEMON_LOG",
        default_value = "info,iota_client=warn"
    )]
    pub(super) log: String,
}

impl Options {
    /// All nodes, as one address.
    fn node(&self) -> String {
        self.tangle.join(",")
    }
}

pub(super) async fn run(options: Options) -> anyhow::Result<()> {
    options.home.may_be_entered()?;
    meters::told_apart(&options.meter)?;
    for meter in &options.meter {
        recording_is_there(&meter.address)?;
    }
    silent_meters(&options);
    let tangle = tangle::connect(&options.node()).context("--tangle")?;
    let daemons: Vec<(Daemon, Meter, Span)> = options
        .meter
        .iter()
        .map(|meter| open(meter, &options, &tangle))
        .collect::<Result<_, _>>()?;
    let stop = CancellationToken::new();
    stop_on_signal(stop.clone())?;
    run_all(daemons, &options.bluetooth, stop).await?;
    Ok(())
}

/// All meters at once, and one radio for all of them.
async fn run_all(
    daemons: Vec<(Daemon, Meter, Span)>,
    bluetooth: &Choice,
    stop: CancellationToken,
) -> Result<(), DaemonError> {
    let mut meters = Vec::new();
    let mut all = Vec::new();
    for (daemon, meter, span) in daemons {
        meters.push((meter, span));
        all.push(daemon);
    }
    let running = all
        .iter()
        .zip(meters)
        .map(|(daemon, (meter, span))| daemon.serve(meter, stop.clone()).instrument(span));
    let on_the_air: Vec<&Daemon> = all.iter().collect();
    tokio::select! {
        done = futures::future::try_join_all(running) => done.map(|_| ()),
        () = bluetooth::serve(&on_the_air, bluetooth) => Ok(()),
    }
}

fn open(
    meter: &NamedMeter,
    options: &Options,
    tangle: &Arc<dyn Tangle>,
) -> anyhow::Result<(Daemon, Meter, Span)> {
    let name = meter.name.as_ref();
    let means = Means {
        keys: secret_file::meter_keys(name, &options.meter_key_file)?,
        mqtt_password: secret_file::of_meter(name, &options.mqtt_password_file)?,
        ..Means::default()
    };
    let daemon = Daemon::open(crate::Options {
        data_dir: meters::directory(&options.home.data_dir, name),
        tangle: Arc::clone(tangle),
        node: options.node(),
        clock: Arc::new(SystemClock),
        live_slot: options.live_slot,
        raw_days: options.raw_days,
    })?;
    let daemon = daemon.on_adapter(options.bluetooth.clone());
    let source = Meter::With(Box::new(means), meter.address.clone());
    Ok(match name {
        Some(name) => (
            daemon.called(name),
            source,
            tracing::info_span!("meter", %name),
        ),
        None => (daemon, source, Span::none()),
    })
}

/// A meter that has a directory and is not read any more: perhaps its `--meter` was forgotten.
fn silent_meters(options: &Options) {
    for known in meters::known(&options.home.data_dir) {
        if !options.meter.iter().any(|meter| meter.name == known) {
            tracing::warn!(
                "{} has a meter that no --meter names: {}. It stays silent",
                options.home.data_dir.display(),
                meters::spoken(known.as_ref())
            );
        }
    }
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
