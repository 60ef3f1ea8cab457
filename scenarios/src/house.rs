//! The house of a story: a meter, a Pi, its owner's wallet, services, and a clock that the test turns.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use consent::{ConsentState, DeviceId};
use pi_daemon::meter::MeterEvent;
use pi_daemon::socket::{Answer, Request};
use pi_daemon::status::Report;
use pi_daemon::{Clock, Daemon, Options};
use simulated_meter::Household;
use tempfile::TempDir;
use wallet::{Home, Seed, Surroundings, Wallet};

use crate::{InMind, Ledger, Service, Shared, agree, settings};

/// 2026-03-02 12:00:00 UTC, the beginning of a quarter of an hour.
pub const NOON: u64 = 1_772_452_800;
/// A lane.
pub const LIVE: &str = "live/electricity";
/// Another.
pub const QUARTER: &str = "quarter-hour/electricity";
/// What says most about a home.
pub const PHASES: &str = "live/phases";

/// The clock of a story.
#[derive(Default)]
pub struct StoryClock {
    shows: AtomicU64,
    /// By how much that is wrong, which the clock that nobody can set does not show.
    wrong_by: AtomicI64,
}

impl Clock for StoryClock {
    fn unix(&self) -> u64 {
        self.shows.load(Ordering::SeqCst)
    }

    fn steady(&self) -> u64 {
        let wrong_by = self.wrong_by.load(Ordering::SeqCst);
        self.unix().saturating_add_signed(-wrong_by)
    }
}

/// A house with everybody in it.
pub struct House {
    /// What the programs keep.
    pub dir: TempDir,
    /// The time.
    pub clock: Arc<StoryClock>,
    /// The Tangle.
    pub ledger: Arc<Ledger>,
    /// What the meter says.
    pub meter: Household,
    /// Whether the meter says anything.
    pub meter_works: bool,
    daemon: Option<Daemon>,
    wallet: Option<Arc<Wallet>>,
    seed: Option<Seed>,
    services: Vec<Arc<Service>>,
}

impl House {
    /// A house whose owner has made a wallet and paired it with the Pi.
    pub async fn new() -> Self {
        let clock = Arc::new(StoryClock {
            shows: AtomicU64::new(NOON),
            wrong_by: AtomicI64::new(0),
        });
        let ledger = Ledger::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let mut house = Self {
            dir: tempfile::tempdir().unwrap(),
            clock,
            ledger,
            meter: Household::new(7),
            meter_works: true,
            daemon: None,
            wallet: None,
            seed: None,
            services: Vec::new(),
        };
        house.switch_on();
        let (wallet, seed) = Wallet::create(
            house.surroundings("wallet"),
            &settings(),
            &InMind::default(),
        )
        .unwrap();
        house.wallet = Some(Arc::new(wallet));
        house.seed = Some(seed);
        house.pair().await;
        house
    }

    async fn pair(&mut self) {
        let Answer::Code { code, .. } = self.daemon().answer(Request::Pair { new_secret: false })
        else {
            panic!("the Pi gives no pairing code");
        };
        let (wallet, code) = (self.wallet(), code.parse().unwrap());
        let name = Some("Meterkast".to_owned());
        self.meanwhile(wallet.pair(&code, name, |_| {}))
            .await
            .unwrap();
        self.seconds(2).await;
    }

    /// The time now.
    pub fn now(&self) -> u64 {
        self.clock.unix()
    }

    /// Time passes, or has passed; clocks show it.
    pub fn set_time(&self, unix: u64) {
        self.set_wrong_time(unix, 0);
    }

    /// As [`House::set_time`], with a clock that was set wrong.
    pub fn set_wrong_time(&self, unix: u64, wrong_by: i64) {
        let shows = unix.saturating_add_signed(wrong_by);
        self.clock.wrong_by.store(wrong_by, Ordering::SeqCst);
        self.clock.shows.store(shows, Ordering::SeqCst);
    }

    /// The Pi.
    pub fn daemon(&self) -> &Daemon {
        self.daemon.as_ref().unwrap()
    }

    /// The owner's wallet.
    pub fn wallet(&self) -> Arc<Wallet> {
        Arc::clone(self.wallet.as_ref().unwrap())
    }

    /// The owner's 24 words.
    pub fn seed(&self) -> Seed {
        self.seed.clone().unwrap()
    }

    /// The Pi, as the wallet names it.
    pub fn device(&self) -> DeviceId {
        self.wallet().find_device(None).unwrap()
    }

    /// How the Pi is.
    pub fn report(&self) -> Report {
        match self.daemon().answer(Request::Status) {
            Answer::Status(report) => *report,
            other => panic!("{other:?}"),
        }
    }

    /// Where the Pi keeps its things.
    pub fn pi_dir(&self) -> PathBuf {
        self.dir.path().join("pi")
    }

    /// The Pi starts, with whatever its card holds.
    pub fn switch_on(&mut self) {
        let options = Options {
            data_dir: self.pi_dir(),
            tangle: self.ledger.handle("pi"),
            node: "in memory".to_owned(),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            live_slot: Some(10),
            raw_days: 7,
        };
        self.daemon = Some(Daemon::open(options).unwrap());
    }

    /// The power of the Pi goes.
    pub fn cut_power(&mut self) {
        self.daemon = None;
    }

    /// The wallet's program ends; its words are kept elsewhere.
    pub fn close_wallet(&mut self) {
        let wallet = self.wallet.take().unwrap();
        assert_eq!(
            Arc::strong_count(&wallet),
            1,
            "somebody still uses the wallet"
        );
    }

    /// A wallet of the same words, on a directory where there is none.
    pub fn restore_wallet(&mut self, directory: &str) -> Arc<Wallet> {
        let seed = self.seed();
        self.restore_wallet_of(directory, &seed)
    }

    /// A wallet of these words, on a directory where there is none.
    pub fn restore_wallet_of(&mut self, directory: &str, seed: &Seed) -> Arc<Wallet> {
        let surroundings = self.surroundings(directory);
        let restored = Wallet::restore(surroundings, &settings(), &InMind::default(), seed);
        self.wallet = Some(Arc::new(restored.unwrap()));
        self.wallet()
    }

    fn surroundings(&self, directory: &str) -> Surroundings {
        let clock = Arc::clone(&self.clock);
        Surroundings {
            home: Home::open(&self.dir.path().join(directory)).unwrap(),
            tangle: Some(self.ledger.handle("wallet")),
            clock: Arc::new(move || clock.unix()),
        }
    }

    /// A new service in town. It reads as long as the story lasts, unless [`House::silence`]d.
    pub fn service(&mut self, name: &str) -> Arc<Service> {
        let dir = self.dir.path().join(name.replace(' ', "-"));
        let service = Arc::new(Service::start(name, &dir, &self.ledger));
        self.services.push(Arc::clone(&service));
        service
    }

    /// A service of somewhere else comes to town.
    pub fn join(&mut self, service: &Arc<Service>) {
        self.services.push(Arc::clone(service));
    }

    /// This service's program stops; its data stay.
    pub fn silence(&mut self, service: &Arc<Service>) {
        self.services.retain(|other| !Arc::ptr_eq(other, service));
    }

    /// The service asks for these lanes for ninety days, the owner says yes, and the keys arrive.
    pub async fn share(&mut self, service: &Arc<Service>, lanes: &[&str]) -> Shared {
        self.share_until(service, lanes, self.now() + 90 * 86_400)
            .await
    }

    /// As [`House::share`], for another while.
    pub async fn share_until(
        &mut self,
        service: &Arc<Service>,
        lanes: &[&str],
        until: u64,
    ) -> Shared {
        let shared = self.say_yes(service, lanes, until).await;
        for _ in 0..30 {
            self.second().await;
            if service.record(&shared.id).state == ConsentState::Active {
                self.wallet().sync().await.unwrap();
                return shared;
            }
        }
        panic!(
            "no keys arrive at {}: {:?}",
            service.name(),
            service.record(&shared.id)
        );
    }

    /// Only the owner's yes.
    pub async fn say_yes(&mut self, service: &Arc<Service>, lanes: &[&str], until: u64) -> Shared {
        agree(&self.wallet(), service, lanes, until, self.now()).await
    }

    /// The owner stops sharing, and waits for the proof.
    pub async fn revoke(&mut self, shared: &Shared) -> wallet::Stopped {
        let wallet = self.wallet();
        self.meanwhile(wallet.revoke(shared.consent, Duration::from_secs(60), |_| {}))
            .await
            .unwrap()
    }

    /// One second of everybody's life. True if the node answered the Pi.
    pub async fn second(&mut self) -> bool {
        let answered = self.pi_second().await;
        for service in &self.services {
            service.catch_up(self.now()).await;
        }
        answered
    }

    /// One second of the Pi's life alone.
    pub async fn pi_second(&mut self) -> bool {
        self.set_time(self.now() + 1);
        self.telegram();
        let Some(daemon) = &self.daemon else {
            return false;
        };
        daemon.tick().unwrap();
        let heard = daemon.listen().await.is_ok();
        daemon.tick().unwrap();
        daemon.deliver().await.is_ok() && heard
    }

    /// The meter says what it measures now.
    pub fn telegram(&mut self) {
        let telegram = self.meter.telegram_at(self.now().cast_signed());
        if let Some(daemon) = self.daemon.as_ref().filter(|_| self.meter_works) {
            daemon.hear(MeterEvent::Telegram(telegram));
        }
    }

    /// Many seconds.
    pub async fn seconds(&mut self, count: u64) {
        for _ in 0..count {
            self.second().await;
        }
    }

    /// On to the first second of the next live slot.
    pub async fn next_slot(&mut self) {
        self.seconds(10 - self.now() % 10).await;
    }

    /// Life goes on while somebody waits for something.
    pub async fn meanwhile<T>(&mut self, wait: impl Future<Output = T>) -> T {
        let mut wait = pin!(wait);
        loop {
            tokio::select! {
                biased;
                done = &mut wait => return done,
                () = tokio::time::sleep(Duration::from_millis(190)) => {}
            }
            self.second().await;
        }
    }
}

/// Copies the files of a data directory, with its mode.
pub fn copy_dir(from: &Path, to: &Path) {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(to)
        .unwrap();
    std::fs::set_permissions(to, std::fs::Permissions::from_mode(0o700)).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}
