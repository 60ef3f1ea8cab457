//! A service of a story: the provider-service's own library on its own data directory, without HTTP.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use consent::{Choices, ConsentId, ConsentLink, Expression, LaneWish, Language, Localised};
use data_dir::DataDir;
use provider_service::PROGRAM;
use provider_service::consents::{ConsentRecord, Id};
use provider_service::offer::{Offer, Wish};
use provider_service::provider::{Identity, Provider};
use provider_service::store::sqlite::SqliteStore;
use provider_service::store::{BatchPlace, Span, Store};
use readings::{Batch, Interval, Lane, Reading, codec};
use tangle::Tangle;
use wallet::{NoSites, Wallet};

use crate::Ledger;

/// No round of a service goes on longer than this.
const ROUNDS: usize = 100;
/// A notice that nobody reads here.
const NOTICE_HASH: &str = "00000000000000000000000000000000000000000000000000000000000000aa";

/// A service: what it asks, what it was given, what it stored.
pub struct Service {
    /// The provider itself.
    pub provider: Arc<Provider>,
    dir: PathBuf,
    _held: DataDir,
}

impl Service {
    /// A service of this name on `dir`; one that ran there before goes on.
    pub fn start(name: &str, dir: &Path, ledger: &Arc<Ledger>) -> Self {
        Self::start_on(name, dir, ledger.handle(name))
    }

    /// As [`Service::start`], on another connection to the Tangle.
    pub fn start_on(name: &str, dir: &Path, tangle: Arc<dyn Tangle>) -> Self {
        let held = DataDir::open(dir, PROGRAM).unwrap();
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(&held.file("provider.sqlite")).unwrap());
        let identity = Identity {
            signing: channel::IdentityKey::from_seed(&held.secret("identity.key").unwrap()),
            root: held.secret("consents.key").unwrap(),
        };
        let mut offer = Offer::parse(Offer::WATTT_INSIGHTS).unwrap();
        offer.name = name.to_owned();
        let site = "https://wattt.example";
        let provider = Provider::open(store, tangle, identity, offer, site, NOTICE_HASH.to_owned());
        Self {
            provider: Arc::new(provider.unwrap()),
            dir: dir.to_owned(),
            _held: held,
        }
    }

    /// Its data directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.provider.name()
    }

    /// Reads and says everything that can be read and said at `now`. A node that is away is not asked twice.
    pub async fn catch_up(&self, now: u64) {
        for _ in 0..ROUNDS {
            match self.provider.poll(now).await {
                Ok(polled) if polled.progress || polled.more => {}
                _ => return,
            }
        }
        panic!("{} never comes to rest", self.name());
    }

    /// Asks for something.
    pub async fn ask(&self, wish: Wish, now: u64) -> (Id, ConsentLink) {
        self.catch_up(now).await;
        let asked = self.provider.ask(wish, &visitor(), now).unwrap();
        self.catch_up(now).await;
        (asked.record.id, asked.link.parse().unwrap())
    }

    /// What it knows of a consent.
    pub fn record(&self, id: &Id) -> ConsentRecord {
        self.provider.store().consent(id).unwrap().unwrap()
    }

    /// Every batch that it stored.
    pub fn batches(&self, id: &Id) -> Vec<(Lane, Batch)> {
        let all = Span {
            from: 0,
            to: i64::MAX,
        };
        let stored = self
            .provider
            .store()
            .batches(id, all, BatchPlace::START, u32::MAX)
            .unwrap();
        let decoded = stored.iter().map(|(_, batch)| {
            let lane = Lane::from_code(batch.lane).unwrap();
            (lane, codec::decode(&batch.body).unwrap().1)
        });
        decoded.collect()
    }

    /// Every single reading that it stored, by time.
    pub fn readings(&self, id: &Id) -> Vec<Reading> {
        let rows = self
            .batches(id)
            .into_iter()
            .filter_map(|(_, batch)| match batch {
                Batch::Readings(rows) => Some(rows),
                Batch::Intervals(_) => None,
            });
        rows.flatten().collect()
    }

    /// Every interval that it stored, by time.
    pub fn intervals(&self, id: &Id) -> Vec<Interval> {
        let rows = self
            .batches(id)
            .into_iter()
            .filter_map(|(_, batch)| match batch {
                Batch::Intervals(rows) => Some(rows),
                Batch::Readings(_) => None,
            });
        rows.flatten().collect()
    }

    /// The seconds of which it has a reading.
    pub fn seconds(&self, id: &Id) -> Vec<u64> {
        let readings = self.readings(id);
        readings
            .iter()
            .map(|reading| reading.at.0.cast_unsigned())
            .collect()
    }
}

/// A consent as both ends know it.
#[derive(Clone, Debug)]
pub struct Shared {
    /// At the wallet and the device.
    pub consent: ConsentId,
    /// At the service.
    pub id: Id,
}

/// The service asks for these lanes, and the owner says yes until then. Keys arrive later.
pub async fn agree(
    wallet: &Wallet,
    service: &Service,
    lanes: &[&str],
    until: u64,
    now: u64,
) -> Shared {
    let (id, link) = service.ask(wish(lanes), now).await;
    let opened = wallet.open_request(&link, &NoSites).await.unwrap();
    let choices = Choices::as_asked(opened.signed.request()).until(until);
    let device = wallet.find_device(None).unwrap();
    let (language, act) = (Language::En, Expression::CommandLine);
    let granted = wallet.grant(opened.consent, device, &choices, language, act);
    Shared {
        consent: granted.await.unwrap().consent,
        id,
    }
}

/// A visitor of the service's page who was never there before.
pub fn visitor() -> [u8; 32] {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let mut visitor = [0; 32];
    let number = NEXT.fetch_add(1, Ordering::Relaxed).to_le_bytes();
    visitor
        .iter_mut()
        .zip(number)
        .for_each(|(to, from)| *to = from);
    visitor
}

/// A wish for exactly these lanes, none of which can be left out.
pub fn wish(lanes: &[&str]) -> Wish {
    let lane = |lane: &&str| LaneWish {
        lane: lane.parse().unwrap(),
        needed: true,
        why: Localised::new("To tell this story.", "Om dit verhaal te vertellen."),
        coarser: Vec::new(),
    };
    Wish {
        lanes: Some(lanes.iter().map(lane).collect()),
        ..Wish::default()
    }
}
