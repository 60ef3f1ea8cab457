//! A house for tests: a device on a Tangle in memory, its owner's wallet, providers, and a clock that the test turns.
#![allow(missing_docs, unreachable_pub, reason = "tests")]

pub mod provider;
pub mod wallet;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use channel::{MessageAssembler, MessageKey, SealedFragment};
use pi_daemon::meter::MeterEvent;
use pi_daemon::socket::{Answer, Request};
use pi_daemon::status::Report;
use pi_daemon::{Clock, Daemon, Options, SystemClock};
use simulated_meter::Household;
use tangle::{InMemory, Tag, Tangle};

pub use provider::Provider;
pub use wallet::Wallet;

/// 2026-03-02 12:00:00 UTC, the beginning of a quarter of an hour.
pub const NOON: u64 = 1_772_452_800;
pub const LIVE: &str = "live/electricity";

/// The clock of the device. What time it is, is another matter.
#[derive(Default)]
pub struct TestClock {
    time: AtomicU64,
    ahead: AtomicI64,
}

impl TestClock {
    /// Lets time pass, or begin.
    pub fn set(&self, unix: u64) {
        self.time.store(unix, Ordering::SeqCst);
    }

    /// Somebody sets the clock wrong by so many seconds.
    pub fn is_set_wrong(&self, ahead: i64) {
        self.ahead.store(ahead, Ordering::SeqCst);
    }

    pub fn time(&self) -> u64 {
        self.time.load(Ordering::SeqCst)
    }
}

impl Clock for TestClock {
    fn unix(&self) -> u64 {
        self.time()
            .saturating_add_signed(self.ahead.load(Ordering::SeqCst))
    }

    fn steady(&self) -> u64 {
        self.time()
    }
}

pub struct House {
    pub dir: tempfile::TempDir,
    pub clock: Arc<TestClock>,
    pub tangle: Arc<InMemory>,
    pub daemon: Option<Daemon>,
    /// The meter's line into a daemon that runs by itself, in real time.
    pub running: Option<tokio::sync::mpsc::Sender<MeterEvent>>,
    pub device_key: Option<channel::VerifyingIdentity>,
    pub live_slot: u32,
    pub household: Household,
    pub meter_works: bool,
}

impl House {
    /// A device that was just switched on for the first time, without an owner.
    pub fn new() -> Self {
        let clock = Arc::new(TestClock::default());
        clock.set(NOON);
        let mut house = Self {
            dir: tempfile::tempdir().unwrap(),
            clock,
            tangle: Arc::new(InMemory::new()),
            daemon: None,
            running: None,
            device_key: None,
            live_slot: 10,
            household: Household::new(7),
            meter_works: true,
        };
        house.switch_on();
        house
    }

    /// A device with an owner.
    pub async fn owned() -> (Self, Wallet) {
        let mut house = Self::new();
        let wallet = Wallet::pair(&mut house).await;
        (house, wallet)
    }

    pub fn data_dir(&self) -> PathBuf {
        self.dir.path().join("device")
    }

    pub fn switch_on(&mut self) {
        self.switch_on_with(Arc::clone(&self.tangle) as Arc<dyn Tangle>);
    }

    /// As [`House::switch_on`], with the same Tangle seen through something.
    pub fn switch_on_with(&mut self, tangle: Arc<dyn Tangle>) {
        let options = Options {
            data_dir: self.data_dir(),
            tangle,
            node: "in memory".to_owned(),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            live_slot: Some(self.live_slot),
            raw_days: 7,
        };
        self.daemon = Some(Daemon::open(options).unwrap());
    }

    /// The power goes: whatever is in memory is lost.
    pub fn cut_power(&mut self) {
        self.daemon = None;
    }

    pub fn daemon(&self) -> &Daemon {
        self.daemon.as_ref().unwrap()
    }

    /// What time it is, whatever the device's clock says.
    pub fn now(&self) -> u64 {
        self.clock.time()
    }

    pub fn device_key(&self) -> channel::VerifyingIdentity {
        self.device_key
            .clone()
            .unwrap_or_else(|| self.daemon().identity_key())
    }

    /// From now on the daemon runs by itself, and a second of the test takes a second.
    pub fn let_it_run(
        &mut self,
        stop: tokio_util::sync::CancellationToken,
    ) -> tokio::task::JoinHandle<()> {
        self.cut_power();
        self.clock.set(SystemClock.unix());
        self.switch_on();
        self.device_key = Some(self.daemon().identity_key());
        let (line, telegrams) = tokio::sync::mpsc::channel(8);
        self.running = Some(line);
        let daemon = self.daemon.take().unwrap();
        let clock = Arc::clone(&self.clock);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SystemClock.until_next_second()).await;
                clock.set(SystemClock.unix());
            }
        });
        tokio::spawn(async move {
            daemon
                .run(pi_daemon::Meter::Given(telegrams), stop)
                .await
                .unwrap()
        })
    }

    pub async fn ask(&self, request: Request) -> Answer {
        match &self.daemon {
            Some(daemon) => daemon.answer(request),
            None => pi_daemon::socket::ask(&self.data_dir(), &request)
                .await
                .unwrap()
                .unwrap(),
        }
    }

    pub fn report(&self) -> Report {
        match self.daemon().answer(Request::Status) {
            Answer::Status(report) => *report,
            other => panic!("{other:?}"),
        }
    }

    pub async fn ask_report(&self) -> Report {
        match self.ask(Request::Status).await {
            Answer::Status(report) => *report,
            other => panic!("{other:?}"),
        }
    }

    /// One second: a telegram, the tick, and everything that the daemon does with the Tangle. True if the node answered.
    pub async fn second(&mut self) -> bool {
        if let Some(line) = &self.running {
            tokio::time::sleep(SystemClock.until_next_second()).await;
            let telegram = self.household.telegram_at(self.now().cast_signed());
            line.send(MeterEvent::Telegram(telegram)).await.unwrap();
            return true;
        }
        self.clock.set(self.now() + 1);
        self.telegram();
        self.daemon().tick().unwrap();
        let heard = self.daemon().listen().await.is_ok();
        self.daemon().tick().unwrap();
        self.daemon().deliver().await.is_ok() && heard
    }

    pub async fn seconds(&mut self, count: u64) {
        for _ in 0..count {
            self.second().await;
        }
    }

    /// Time passes; slots end, but nothing goes to or comes from the Tangle.
    pub fn seconds_alone(&mut self, count: u64) {
        for _ in 0..count {
            self.clock.set(self.now() + 1);
            self.telegram();
            self.daemon().tick().unwrap();
        }
    }

    pub fn telegram(&mut self) {
        if self.meter_works {
            let telegram = self.household.telegram_at(self.now().cast_signed());
            self.daemon().hear(MeterEvent::Telegram(telegram));
        }
    }

    pub async fn publish(&self, fragments: &[SealedFragment]) {
        for fragment in fragments {
            let tag = Tag(*fragment.tag.as_bytes());
            self.tangle
                .publish(tag, fragment.data.as_slice())
                .await
                .unwrap();
        }
    }

    /// Whatever lies under this message key.
    pub async fn find(&self, key: MessageKey) -> MessageAssembler {
        let mut letter = MessageAssembler::new(key);
        for _ in 0..3 {
            for tag in letter.wanted() {
                let found = self.tangle.by_tags(&[Tag(*tag.as_bytes())]).await.unwrap();
                let data: Vec<Vec<u8>> = found.into_iter().map(|stored| stored.data).collect();
                letter.offer(&tag, &data);
            }
        }
        letter
    }
}
