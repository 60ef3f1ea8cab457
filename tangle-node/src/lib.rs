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

use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub use self::store::StoreError;
use self::{routes::Shared, store::Store};

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
}

impl Config {
    /// The name of a network when none is given.
    pub const DEFAULT_NETWORK: &str = "meterkast";

    /// A node at this address on this file, without proof of work, keeping everything.
    pub fn new(listen: impl Into<String>, data: impl Into<PathBuf>) -> Self {
        Self {
            listen: listen.into(),
            data: data.into(),
            network: Self::DEFAULT_NETWORK.to_owned(),
            min_pow_score: 0,
            keep_days: None,
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
}

/// A node that runs. Dropping it without [`Running::stop`] leaves the rest to the operating system, as a kill does.
pub struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    server: JoinHandle<()>,
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
    let listener = listen(&config.listen).await?;
    let address = listener.local_addr().map_err(|why| StartError::Listen {
        address: config.listen.clone(),
        why,
    })?;
    let store = Arc::new(Store::open(&config.data, &config.network)?);
    let stop = CancellationToken::new();
    let shared = Arc::new(Shared::new(
        config.network,
        config.min_pow_score,
        store.clone(),
        stop.clone(),
    ));
    let pruner = tokio::spawn(prune(store.clone(), config.keep_days, stop.clone()));
    let server = tokio::spawn(serve(listener, shared));
    Ok(Running {
        address,
        stop,
        server,
        pruner,
        store,
    })
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address that clients are given.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers what was asked, closes the file, and returns.
    pub async fn stop(self) {
        self.stop.cancel();
        let _ = tokio::time::timeout(limits::STOPPING, self.server).await;
        self.pruner.abort();
        let _ = self.pruner.await;
        self.store.close().await;
    }
}

async fn listen(address: &str) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|why| match why.kind() {
            std::io::ErrorKind::AddrInUse => StartError::AddressInUse(address.to_owned()),
            _ => StartError::Listen {
                address: address.to_owned(),
                why,
            },
        })
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let stop = shared.stop.clone();
    let served = axum::serve(connections::Bounded::new(listener), routes::router(shared))
        .with_graceful_shutdown(async move { stop.cancelled().await })
        .await;
    if let Err(error) = served {
        tracing::error!("the server ended: {error}");
    }
}

async fn prune(store: Arc<Store>, keep_days: Option<u32>, stop: CancellationToken) {
    let Some(days) = keep_days else { return };
    let keep = u64::from(days) * 24 * 3600;
    while !stop.is_cancelled() {
        match store.prune(now().saturating_sub(keep)).await {
            Ok(true) => {}
            Ok(false) => tokio::time::sleep(PRUNING_INTERVAL).await,
            Err(error) => {
                tracing::warn!("old blocks stay for now: {error}");
                tokio::time::sleep(PRUNING_INTERVAL).await;
            }
        }
    }
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
