//! A house for tests: a device on a Tangle in memory, its owner's wallet, providers, and a clock that the test turns.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "tests"
)]
#![allow(missing_docs, unreachable_pub, reason = "tests")]

pub mod provider;
pub mod wallet;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use channel::{MessageAssembler, MessageKey, SealedFragment};
use pi_daemon::meter::MeterEvent;
use pi_daemon::socket::{Answer, Request};
use pi_daemon::status::Report;
use pi_daemon::{Clock, Daemon, Options};
use simulated_meter::Household;
use tangle::{InMemory, Tag, Tangle};

pub use provider::Provider;
pub use wallet::Wallet;

/// 2026-03-02 12:00:00 UTC, the beginning of a quarter of an hour.
pub const NOON: u64 = 1_772_452_800;
pub const LIVE: &str = "live/electricity";

#[derive(Default)]
pub struct TestClock(AtomicU64);

impl TestClock {
    pub fn set(&self, unix: u64) {
        self.0.store(unix, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn unix(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub struct House {
    pub dir: tempfile::TempDir,
    pub clock: Arc<TestClock>,
    pub tangle: Arc<InMemory>,
    pub daemon: Option<Daemon>,
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
        let options = Options {
            data_dir: self.data_dir(),
            tangle: Arc::clone(&self.tangle) as Arc<dyn Tangle>,
            node: "in memory".to_owned(),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            live_slot: Some(10),
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

    pub fn now(&self) -> u64 {
        self.clock.unix()
    }

    pub fn device_key(&self) -> channel::VerifyingIdentity {
        self.daemon().identity_key()
    }

    pub fn report(&self) -> Report {
        match self.daemon().answer(Request::Status) {
            Answer::Status(report) => *report,
            other => panic!("{other:?}"),
        }
    }

    /// One second: a telegram, the tick, and everything that the daemon does with the Tangle. True if the node answered.
    pub async fn second(&mut self) -> bool {
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
