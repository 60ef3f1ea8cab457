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

mod feed;
mod index;
mod metadata;
mod milestone;
mod mqtt;
mod routes;
mod store;
mod submission;
mod tips;

use std::{
    net::SocketAddr,
    num::NonZeroU32,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http_server::{Bounded, Front, Quota, RateLimit, serve};
use tangle::pow::Miner;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub use self::index::{IndexConfig, start_index};
pub use self::{milestone::KeyError, store::StoreError};
use self::{
    milestone::{Coordinator, CoordinatorKey},
    routes::{Answers, Shared, TagIndex},
    store::{Prune, Store},
    submission::Workshop,
};

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
    /// What goes again.
    pub retention: Retention,
    /// How often one address may ask.
    pub limits: Limits,
    /// From one milestone to the next while blocks arrive; `None` issues none.
    pub milestone_interval: Option<Duration>,
    /// Where MQTT is served over TCP, beside the WebSocket on the port of everything else.
    pub mqtt_listen: Option<String>,
    /// Whether the node does the proof of work of those who ask it to.
    pub pow_on_request: bool,
    /// Whether blocks can be looked up by tag; without, this is as plain a node as others are.
    pub tag_routes: bool,
}

/// Which blocks go again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Retention {
    /// Days after which blocks go; `None` keeps them.
    pub days: Option<u32>,
    /// Bytes of the file above which the oldest blocks go; `None` keeps them.
    pub bytes: Option<u64>,
}

/// How often one address may ask. This machine may ask as often as it likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Questions a second; `None` for any number.
    pub per_second: Option<NonZeroU32>,
    /// Whether a proxy stands in front: then it is believed about addresses (`X-Forwarded-For`).
    pub behind_proxy: bool,
}

impl Limits {
    /// Questions a second when nothing else is said: a dozen devices behind one address, with room to spare.
    pub const DEFAULT_PER_SECOND: NonZeroU32 = NonZeroU32::new(100).unwrap();

    fn front(&self) -> Front {
        Front::behind_proxy(self.behind_proxy)
    }

    fn rate(&self) -> Option<RateLimit> {
        let per_second = self.per_second?;
        let burst = per_second.saturating_mul(limits::BURST);
        let quota = Quota::per_second(per_second).allow_burst(burst);
        Some(RateLimit::new(quota, self.front()))
    }

    fn listener(&self, listener: TcpListener) -> Bounded {
        Bounded::new(listener, limits::CONNECTIONS, self.front())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_second: Some(Self::DEFAULT_PER_SECOND),
            behind_proxy: false,
        }
    }
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
            retention: Retention::default(),
            limits: Limits::default(),
            milestone_interval: Some(Self::DEFAULT_MILESTONE_INTERVAL),
            mqtt_listen: None,
            pow_on_request: true,
            tag_routes: true,
        }
    }

    /// Connections that the node holds at a time, those of MQTT over TCP included.
    pub fn connections(&self) -> usize {
        let listeners = 1 + usize::from(self.mqtt_listen.is_some());
        listeners * limits::CONNECTIONS.connections
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
    /// The node that an index should follow.
    #[error(
        "{node} cannot be followed: {why}; give --follow the address of a Stardust node that runs"
    )]
    Follow {
        /// Its address, without what may be a password.
        node: String,
        /// What went wrong.
        why: String,
    },
    /// The place of a live feed.
    #[error(
        "{0:?} is no place of a live feed; write it like mqtt://127.0.0.1:1883, or leave it out"
    )]
    Events(String),
    /// The key that signs milestones cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// A node or an index that runs. Dropping it without [`Running::stop`] leaves the rest to the operating system, as a
/// kill does.
pub struct Running {
    address: SocketAddr,
    mqtt_address: Option<SocketAddr>,
    stop: CancellationToken,
    /// Those that end by themselves when the node stops.
    tasks: Vec<JoinHandle<()>>,
    /// Those that are cut off.
    tidying: Option<JoinHandle<()>>,
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
    let miner = Arc::new(Miner::on_all_cores());
    let stop = CancellationToken::new();
    let shared = Arc::new(Shared {
        network: config.network,
        min_pow_score: config.min_pow_score,
        store: store.clone(),
        workshop: config.pow_on_request.then(|| Workshop::new(miner.clone())),
        tag_routes: config.tag_routes,
        coordinator: key.as_ref().map(CoordinatorKey::public_key),
        stop: stop.clone(),
    });
    let tags = config.tag_routes.then(|| {
        Arc::new(TagIndex {
            store: store.clone(),
            answers: Answers::new(config.limits.front()),
            stop: stop.clone(),
        })
    });
    let router = routes::router(shared, tags);
    let router = routes::protect(router, config.limits.rate(), &stop);
    let mut running = Running::new(address, stop.clone(), store.clone());
    if let Some((listener, address)) = mqtt {
        running.mqtt_address = Some(address);
        let listener = config.limits.listener(listener);
        running.spawn(routes::serve_tcp(listener, store.clone(), stop.clone()));
    }
    if let Some((key, interval)) = key.zip(config.milestone_interval) {
        let coordinator = Coordinator {
            key,
            interval,
            min_pow_score: config.min_pow_score,
            store,
            miner,
        };
        running.spawn(milestone::coordinate(coordinator, stop.clone()));
    }
    let listener = config.limits.listener(listener);
    running.spawn(serve(listener, router, stop.cancelled_owned()));
    running.spawn_tidying(config.retention);
    Ok(running)
}

impl Running {
    fn new(address: SocketAddr, stop: CancellationToken, store: Arc<Store>) -> Self {
        Self {
            address,
            mqtt_address: None,
            stop,
            tasks: Vec::new(),
            tidying: None,
            store,
        }
    }

    fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.push(tokio::spawn(task));
    }

    fn spawn_tidying(&mut self, retention: Retention) {
        self.tidying = Some(tokio::spawn(tidy_up(self.store.clone(), retention)));
    }

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
        if let Some(tidying) = self.tidying {
            tidying.abort();
            let _ = tidying.await;
        }
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

/// Lets old blocks go.
async fn tidy_up(store: Arc<Store>, retention: Retention) {
    loop {
        let by_age = retention.days.map(|days| Prune::Before {
            seconds: now().saturating_sub(u64::from(days) * 24 * 3600),
        });
        let by_size = retention.bytes.map(|bytes| Prune::Above { bytes });
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
