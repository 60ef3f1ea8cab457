//! The running service: one data directory, one loop that follows the Tangle, one listener for HTTP.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use channel::IdentityKey;
use data_dir::{DataDir, DataDirError, refuse_file_open_to_others, write_private};
use futures::stream::BoxStream;
use futures::{FutureExt as _, StreamExt as _};
use http_server::Front;
use jiff::tz::TimeZone;
use tangle::{Stored, Tangle};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use crate::PROGRAM;
use crate::http::{self, App, keys};
use crate::offer::Offer;
use crate::pages::Pages;
use crate::provider::{Clock, Identity, Polled, Provider, ProviderError};
use crate::store::sqlite::SqliteStore;
use crate::store::{Store, StoreError};

/// How often the Tangle is asked when nothing announces itself.
const ROUND: Duration = Duration::from_secs(1);
/// How long to wait at most between tries while the node is away.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Tags that are watched for the live edge; more are found by asking.
const MOST_WATCHED: usize = 256;

/// How to run it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where HTTP listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// What is asked for and why.
    pub offer: Offer,
    /// Where people reach the service; the listening address when `None`.
    pub public_url: Option<String>,
    /// Wall clock of days, by its IANA name.
    pub time_zone: String,
    /// The API key is read from here, or written here when it is made.
    pub api_key_file: Option<PathBuf>,
    /// Whether a proxy stands in front: then it is believed about the addresses of visitors (`X-Forwarded-For`).
    pub behind_proxy: bool,
}

/// Why the service does not start or stops.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the sentences say it")]
pub enum ServiceError {
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error(
        "cannot listen on {address}: {source}. If another program uses it, choose another with --listen."
    )]
    Listen {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("“{0}” is not a time zone. Use a name such as Europe/Amsterdam.")]
    TimeZone(String),
    #[error(
        "{0} holds no API key: it must be one line of at least 32 characters. Delete the file to have a new key made."
    )]
    ApiKeyFile(PathBuf),
    #[error(
        "“{0}” cannot be the public address. Write it like https://wattt.example, without a path."
    )]
    PublicUrl(String),
}

/// A service that runs until it is stopped or dropped.
pub struct Service {
    address: SocketAddr,
    public_url: String,
    new_api_key: Option<Zeroizing<String>>,
    provider: Arc<Provider>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    _data_dir: DataDir,
}

impl Service {
    /// Starts it. The node need not be up: what waits for it waits.
    ///
    /// # Errors
    /// [`ServiceError`], with the sentence for the person who started it.
    pub async fn start(settings: Settings, tangle: Arc<dyn Tangle>) -> Result<Self, ServiceError> {
        Self::start_at(settings, tangle, Arc::new(system_time)).await
    }

    /// Starts it with another clock.
    ///
    /// # Errors
    /// As [`Service::start`].
    pub async fn start_at(
        settings: Settings,
        tangle: Arc<dyn Tangle>,
        clock: Clock,
    ) -> Result<Self, ServiceError> {
        let zone = TimeZone::get(&settings.time_zone)
            .map_err(|_| ServiceError::TimeZone(settings.time_zone.clone()))?;
        let data_dir = DataDir::open(&settings.data_dir, PROGRAM)?;
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(&data_dir.private("provider.sqlite")?)?);
        let new_api_key = settle_api_key(&*store, settings.api_key_file.as_deref())?;
        let identity = Identity {
            signing: IdentityKey::from_seed(&*data_dir.secret("identity.key")?),
            root: data_dir.secret("consents.key")?,
        };
        let listener =
            TcpListener::bind(settings.listen)
                .await
                .map_err(|source| ServiceError::Listen {
                    address: settings.listen,
                    source,
                })?;
        let address = listener.local_addr().unwrap_or(settings.listen);
        let public_url = public_url(settings.public_url.as_deref(), address)?;
        let pages = Pages::new(settings.offer.clone(), &public_url);
        let provider = Provider::open(
            store,
            Arc::clone(&tangle),
            identity,
            settings.offer,
            &public_url,
            pages.notice_hash(),
        )?;
        let provider = Arc::new(provider);
        let stop = watch::Sender::new(false);
        let front = Front::behind_proxy(settings.behind_proxy);
        let app = App {
            provider: Arc::clone(&provider),
            pages: Arc::new(pages),
            public_url: public_url.as_str().into(),
            zone,
            clock: Arc::clone(&clock),
            requests: Arc::new(http::request_limit(front)),
            stopping: stop.subscribe(),
        };
        let tasks = vec![
            tokio::spawn(follow(
                Arc::clone(&provider),
                tangle,
                clock,
                stop.subscribe(),
            )),
            tokio::spawn(http::serve(listener, front, app, stopped(stop.subscribe()))),
        ];
        Ok(Self {
            address,
            public_url,
            new_api_key,
            provider,
            stop,
            tasks,
            _data_dir: data_dir,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where people reach it.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// The API key, if it was made now and has to be shown: it is not kept anywhere.
    #[must_use]
    pub fn new_api_key(&self) -> Option<&str> {
        self.new_api_key.as_ref().map(|key| key.as_str())
    }

    /// The consents, for whoever runs the service inside another program.
    #[must_use]
    pub fn provider(&self) -> &Arc<Provider> {
        &self.provider
    }

    /// Finishes what is being stored, then ends.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        for task in std::mem::take(&mut self.tasks) {
            // A download that is under way is not waited for longer than this.
            let _ = tokio::time::timeout(Duration::from_secs(5), task).await;
        }
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service")
            .field("address", &self.address)
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Makes a new API key and forgets the one before.
///
/// # Errors
/// When the directory is in use, or the store refuses.
pub fn new_api_key(data_dir: &std::path::Path) -> Result<Zeroizing<String>, ServiceError> {
    let data_dir = DataDir::open(data_dir, PROGRAM)?;
    let store = SqliteStore::open(&data_dir.private("provider.sqlite")?)?;
    let key = keys::new_api_key();
    keys::set_api_key(&store, &key)?;
    Ok(key)
}

/// A key in the file counts; without one, a key is made at the first start and written to the file or handed back to be shown.
fn settle_api_key(
    store: &dyn Store,
    file: Option<&std::path::Path>,
) -> Result<Option<Zeroizing<String>>, ServiceError> {
    if let Some(path) = file.filter(|path| path.exists()) {
        refuse_file_open_to_others(path, PROGRAM)?;
        let key = Zeroizing::new(std::fs::read_to_string(path).unwrap_or_default());
        let key = key.trim();
        if key.len() < 32 || key.contains(char::is_whitespace) {
            return Err(ServiceError::ApiKeyFile(path.to_owned()));
        }
        keys::set_api_key(store, key)?;
        return Ok(None);
    }
    if keys::has_api_key(store)? && file.is_none() {
        return Ok(None);
    }
    let key = keys::new_api_key();
    keys::set_api_key(store, &key)?;
    match file {
        Some(path) => {
            let line = Zeroizing::new(format!("{}\n", key.as_str()));
            write_private(path, line.as_bytes()).map_err(DataDirError::io(path))?;
            Ok(None)
        }
        None => Ok(Some(key)),
    }
}

fn public_url(given: Option<&str>, address: SocketAddr) -> Result<String, ServiceError> {
    let Some(given) = given else {
        return Ok(format!("http://{address}"));
    };
    let trimmed = given.trim_end_matches('/');
    let host = trimmed
        .strip_prefix("https://")
        .or_else(|| trimmed.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => {
            Ok(trimmed.to_owned())
        }
        _ => Err(ServiceError::PublicUrl(given.to_owned())),
    }
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Round after round: at once while there is progress, when something announces itself, or after a second.
async fn follow(
    provider: Arc<Provider>,
    tangle: Arc<dyn Tangle>,
    clock: Clock,
    mut stop: watch::Receiver<bool>,
) {
    let mut wait = ROUND;
    let mut announced = Announced::default();
    while !*stop.borrow() {
        match provider.poll(clock()).await {
            Ok(polled) => {
                wait = ROUND;
                if polled.progress || polled.more {
                    continue;
                }
                announced.watch(&*tangle, polled);
                tokio::select! {
                    () = tokio::time::sleep(ROUND) => {}
                    () = announced.next() => {}
                    () = provider.woken() => {}
                    _ = stop.wait_for(|stop| *stop) => {}
                }
            }
            Err(error) => {
                if !matches!(error, ProviderError::Node(_)) {
                    tracing::error!("{error}");
                }
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    _ = stop.wait_for(|stop| *stop) => {}
                }
                wait = wait.saturating_mul(2).min(LONGEST_WAIT);
            }
        }
    }
}

/// The live edge: blocks under the tags that the last round asked for. The same tags are not subscribed to twice.
#[derive(Default)]
struct Announced {
    tags: Vec<tangle::Tag>,
    blocks: Option<BoxStream<'static, Stored>>,
}

impl Announced {
    fn watch(&mut self, tangle: &dyn Tangle, mut polled: Polled) {
        polled.tags.truncate(MOST_WATCHED);
        if self.blocks.is_none() || self.tags != polled.tags {
            self.blocks = Some(tangle.watch(polled.tags.clone()));
            self.tags = polled.tags;
        }
    }

    /// Waits for the next block; for ever when the stream has ended, since rounds go on without it.
    async fn next(&mut self) {
        if let Some(blocks) = &mut self.blocks {
            if blocks.next().await.is_some() {
                // One round looks at everything that is there by now.
                while let Some(Some(_)) = blocks.next().now_or_never() {}
                return;
            }
            self.blocks = None;
        }
        std::future::pending().await
    }
}

/// The system's clock in unix seconds.
fn system_time() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
