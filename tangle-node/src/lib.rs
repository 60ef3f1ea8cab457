//! An embedded Tangle: one process, one SQLite file, the interface of an IOTA Stardust node, and look-up by tag.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let node = tangle_node::start(tangle_node::Config::new("127.0.0.1:0", "tangle.db")).await?;
//! println!("tangle-node listens on {}", node.url());
//! node.stop().await;
//! # Ok(()) }
//! ```
//!
//! A block is acknowledged once it is on disk: the process can be killed at any moment and loses nothing that it
//! acknowledged. Every limit that a stranger could push is in one place: [`limits`].

pub mod limits;

mod connections;
mod feed;
mod metadata;
mod milestone;
mod mqtt;
mod routes;
mod store;
mod submission;
mod tips;

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tangle::pow::Miner;
use tokio::{net::TcpListener, sync::Semaphore, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use self::{
    connections::Bounded,
    milestone::{Coordinator, CoordinatorKey},
    routes::Shared,
    store::{Prune, Store},
};
pub use self::{milestone::KeyError, store::StoreError};

/// How often the node looks for blocks that are old enough to go.
const PRUNING_INTERVAL: Duration = Duration::from_secs(60);

/// What a node is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where to listen, such as `127.0.0.1:14265`; port 0 takes a free one.
    pub listen: String,
    /// The file that holds the blocks; made when it is not there.
    pub data: PathBuf,
    /// The network's name. A file keeps the name it was made with.
    pub network: String,
    /// Proof of work that a block must show; 0 asks for none.
    pub min_pow_score: u32,
    /// Days after which blocks go; `None` keeps them.
    pub keep_days: Option<u32>,
    /// Bytes of the file above which the oldest blocks go; `None` keeps them.
    pub keep_bytes: Option<u64>,
    /// From one milestone to the next while blocks arrive; `None` issues none.
    pub milestone_interval: Option<Duration>,
    /// Where MQTT is served over TCP, beside the WebSocket on the port of everything else.
    pub mqtt_listen: Option<String>,
    /// Whether the node does the proof of work of those who ask it to.
    pub pow_on_request: bool,
    /// Whether blocks can be looked up by tag; without, this is as plain a node as others are.
    pub tag_routes: bool,
}

impl Config {
    /// The name of a network when none is given.
    pub const DEFAULT_NETWORK: &str = "meterkast";

    /// Time between milestones when none is given.
    pub const DEFAULT_MILESTONE_INTERVAL: Duration = Duration::from_secs(10);

    /// A node at this address on this file, without proof of work, keeping everything.
    pub fn new(listen: impl Into<String>, data: impl Into<PathBuf>) -> Self {
        Self {
            listen: listen.into(),
            data: data.into(),
            network: Self::DEFAULT_NETWORK.to_owned(),
            min_pow_score: 0,
            keep_days: None,
            keep_bytes: None,
            milestone_interval: Some(Self::DEFAULT_MILESTONE_INTERVAL),
            mqtt_listen: None,
            pow_on_request: true,
            tag_routes: true,
        }
    }
}

/// Why a node did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Another program listens there.
    #[error(
        "the address {0} is in use: another program, perhaps another tangle-node, listens there; stop it or choose another --listen"
    )]
    AddressInUse(String),
    /// The address cannot be listened on.
    #[error(
        "cannot listen on {address}: {why}; give --listen an address of this machine and a port, such as 127.0.0.1:14265"
    )]
    Listen {
        /// As it was given.
        address: String,
        /// From the operating system.
        why: std::io::Error,
    },
    /// A network name that does not fit the protocol.
    #[error(
        "the network name {0:?} cannot be used: it must have 1 to 255 bytes and no control characters"
    )]
    Network(String),
    /// The file cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key that signs milestones cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// A node that runs. Dropping it without [`Running::stop`] leaves the rest to the operating system, as a kill does.
pub struct Running {
    address: SocketAddr,
    mqtt_address: Option<SocketAddr>,
    stop: CancellationToken,
    /// Those that end by themselves when the node stops.
    tasks: Vec<JoinHandle<()>>,
    pruner: JoinHandle<()>,
    store: Arc<Store>,
}

/// Opens the file, begins to listen, and serves until [`Running::stop`].
///
/// # Errors
/// [`StartError`] in a sentence that says what to do.
pub async fn start(config: Config) -> Result<Running, StartError> {
    if !(1..=255).contains(&config.network.len()) || config.network.contains(char::is_control) {
        return Err(StartError::Network(config.network));
    }
    let (listener, address) = listen(&config.listen).await?;
    let mqtt = match &config.mqtt_listen {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let coordinated = config.milestone_interval.is_some();
    let store = Arc::new(Store::open(&config.data, &config.network, coordinated)?);
    let key = match config.milestone_interval {
        Some(_) => Some(CoordinatorKey::beside(&config.data)?),
        None => None,
    };
    let stop = CancellationToken::new();
    let shared = Arc::new(Shared {
        network: config.network.clone(),
        min_pow_score: config.min_pow_score,
        store: store.clone(),
        miner: Arc::new(Miner::on_all_cores()),
        pow_on_request: config.pow_on_request,
        tag_routes: config.tag_routes,
        coordinator: key.as_ref().map(CoordinatorKey::public_key),
        answers: Arc::new(Semaphore::new(limits::ANSWERS)),
        stop: stop.clone(),
    });
    let mqtt_address = mqtt.as_ref().map(|(_, address)| *address);
    let mut tasks = Vec::new();
    if let Some((listener, _)) = mqtt {
        let serving = routes::serve_tcp(Bounded::new(listener), store.clone(), stop.clone());
        tasks.push(tokio::spawn(serving));
    }
    if let Some((key, interval)) = key.zip(config.milestone_interval) {
        let coordinator = Coordinator {
            key,
            interval,
            min_pow_score: config.min_pow_score,
            store: store.clone(),
            miner: shared.miner.clone(),
        };
        tasks.push(tokio::spawn(milestone::coordinate(
            coordinator,
            stop.clone(),
        )));
    }
    tasks.push(tokio::spawn(serve(listener, shared)));
    let pruner = tokio::spawn(prune(store.clone(), config, stop.clone()));
    Ok(Running {
        address,
        mqtt_address,
        stop,
        tasks,
        pruner,
        store,
    })
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it serves MQTT over TCP, if it does.
    pub fn mqtt_address(&self) -> Option<SocketAddr> {
        self.mqtt_address
    }

    /// The address that clients are given.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers what was asked, issues a last milestone, closes the file, and returns.
    pub async fn stop(self) {
        self.stop.cancel();
        let ended = futures::future::join_all(self.tasks);
        let _ = tokio::time::timeout(limits::STOPPING, ended).await;
        self.pruner.abort();
        let _ = self.pruner.await;
        self.store.close().await;
    }
}

async fn listen(address: &str) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |why: std::io::Error| match why.kind() {
        std::io::ErrorKind::AddrInUse => StartError::AddressInUse(address.to_owned()),
        _ => StartError::Listen {
            address: address.to_owned(),
            why,
        },
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let stop = shared.stop.clone();
    let served = axum::serve(Bounded::new(listener), routes::router(shared))
        .with_graceful_shutdown(async move { stop.cancelled().await })
        .await;
    if let Err(error) = served {
        tracing::error!("the server ended: {error}");
    }
}

async fn prune(store: Arc<Store>, config: Config, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let seconds = config.keep_days.map(|days| u64::from(days) * 24 * 3600);
        let by_age = seconds.map(|keep| Prune::Before {
            seconds: now().saturating_sub(keep),
        });
        let by_size = config.keep_bytes.map(|bytes| Prune::Above { bytes });
        let mut more = false;
        for prune in by_age.into_iter().chain(by_size) {
            match store.prune(prune).await {
                Ok(goes_on) => more |= goes_on,
                Err(error) => tracing::warn!("old blocks stay for now: {error}"),
            }
        }
        if !more {
            tokio::time::sleep(PRUNING_INTERVAL).await;
        }
    }
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
