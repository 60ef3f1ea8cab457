//! For tests: a device that is talked to as by radio, without one.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use ::pairing::near::{NearCall, NearKey, NearTalk, Request, Response};
use ::pairing::{Paired, PairingCode, Route, WalletPairing};
use channel::{Chain, IdentityKey, seal_message};
use consent::{ControlMessage, Lanes};
use data_dir::random;
use tangle::InMemory;
use tokio::time::timeout;

use crate::clock::Clock;
use crate::device::Heard;
use crate::socket::{Answer, Request as Asked};
use crate::{Daemon, Options};

/// 2026-03-02 12:00:00 UTC.
pub(crate) const NOON: u64 = 1_772_452_800;
pub(crate) const ROUTE: Route = Route::Bluetooth(1);
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A clock that somebody may set.
pub(crate) struct TestClock {
    steady: AtomicU64,
    ahead: AtomicI64,
}

impl TestClock {
    pub(crate) fn passes(&self, seconds: u64) {
        self.steady.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn is_set_wrong(&self, ahead: i64) {
        self.ahead.store(ahead, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn unix(&self) -> u64 {
        let ahead = self.ahead.load(Ordering::SeqCst);
        self.steady().saturating_add_signed(ahead)
    }

    fn steady(&self) -> u64 {
        self.steady.load(Ordering::SeqCst)
    }
}

pub(crate) struct Pi {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) clock: Arc<TestClock>,
    daemon: Option<Daemon>,
}

impl Pi {
    pub(crate) fn new() -> Self {
        let mut pi = Self {
            dir: tempfile::tempdir().unwrap(),
            clock: Arc::new(TestClock {
                steady: NOON.into(),
                ahead: 0.into(),
            }),
            daemon: None,
        };
        pi.switch_on();
        pi
    }

    pub(crate) fn switch_on(&mut self) {
        self.daemon = None;
        let options = Options {
            data_dir: self.dir.path().join("device"),
            tangle: Arc::new(InMemory::new()),
            node: "in memory".to_owned(),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            live_slot: Some(10),
            raw_days: 7,
        };
        self.daemon = Some(Daemon::open(options).unwrap());
    }

    pub(crate) fn daemon(&self) -> &Daemon {
        self.daemon.as_ref().unwrap()
    }

    pub(crate) fn second_passes(&self) {
        self.clock.passes(1);
        self.daemon().tick().unwrap();
    }

    pub(crate) fn seconds_pass(&self, seconds: u64) {
        (0..seconds).for_each(|_| self.second_passes());
    }

    /// Somebody pulls its plug and puts it back.
    pub(crate) fn starts_anew(&mut self) {
        self.switch_on();
        self.daemon().begins();
    }

    pub(crate) fn hears(&self, message: &[u8]) -> Heard {
        self.daemon().radio_hears(ROUTE, message).unwrap()
    }

    pub(crate) fn answers(&self, message: &[u8]) -> Vec<u8> {
        match self.hears(message) {
            Heard::Answer(_, answer) => answer,
            _ => panic!("no answer"),
        }
    }

    pub(crate) fn code(&self) -> PairingCode {
        let shown = self.daemon().answer(Asked::Code { new_secret: false });
        let Answer::Code { code, .. } = shown else {
            panic!("{shown:?}");
        };
        code.parse().unwrap()
    }

    /// Its window is opened, and a wallet pairs by radio; DEVICE_ADDED is not said yet.
    pub(crate) fn pairs(&self, owner: &IdentityKey) -> Paired {
        self.daemon().answer(Asked::Pair { new_secret: false });
        self.pairs_at_once(owner)
    }

    /// As [`pairs`](Self::pairs), in the window that is open.
    pub(crate) fn pairs_at_once(&self, owner: &IdentityKey) -> Paired {
        let mut rng = random::generator();
        let claim = WalletPairing::start(&self.code(), NOON, &mut rng).unwrap();
        let challenge = self.answers(claim.message());
        let challenged = claim.challenge(NOON, &challenge).unwrap();
        let answered = challenged.answer(NOON, owner, &mut rng).unwrap();
        let result = self.answers(answered.message());
        answered.result(&result).unwrap().0
    }

    pub(crate) fn takes_call(&self, key: &NearKey) -> NearTalk {
        let call = NearCall::start(key, &mut random::generator()).unwrap();
        call.taken(&self.answers(call.message())).unwrap()
    }

    pub(crate) async fn does(&self, talk: &mut NearTalk, request: &Request) -> Response {
        let Heard::Asked(asked) = self.hears(&talk.ask(request).unwrap()) else {
            panic!("{request:?} was not heard");
        };
        let done = timeout(LIMIT, self.daemon().near_does(asked)).await;
        let message = self.daemon().near_says(ROUTE, &done.unwrap()).unwrap();
        talk.response(&message).unwrap()
    }
}

pub(crate) fn owner() -> IdentityKey {
    IdentityKey::from_seed(&[0x77; 32])
}

/// DEVICE_ADDED as the wallet hands it over.
pub(crate) fn added(paired: &Paired, signer: &IdentityKey) -> Request {
    let message = ControlMessage::DeviceAdded {
        at: NOON,
        network: "in-memory".to_owned(),
        owner_lanes: Lanes::default(),
    };
    let key = Chain::new(*paired.to_device()).current();
    let body = message.to_bytes();
    let sealed = seal_message(&key, signer, "control", &body, &mut random::generator()).unwrap();
    let blocks = sealed.iter().map(|fragment| fragment.data.to_vec().into());
    Request::HandOver {
        blocks: blocks.collect(),
    }
}

pub(crate) async fn owned() -> (Pi, Paired) {
    let pi = Pi::new();
    let paired = pi.pairs(&owner());
    let mut talk = pi.takes_call(&paired.near_key());
    let taken = pi.does(&mut talk, &added(&paired, &owner())).await;
    assert_eq!(taken, Response::Taken);
    pi.daemon().radio_lost(ROUTE);
    (pi, paired)
}

pub(crate) fn state(pi: &Pi) -> String {
    let Answer::Status(report) = pi.daemon().answer(Asked::Status) else {
        panic!("no status");
    };
    serde_json::to_value(&report.owner).unwrap()["state"].to_string()
}
