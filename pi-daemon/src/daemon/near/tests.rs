//! The device's own end of the link: paired, called and asked by radio, without a radio.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ::pairing::near::{NearCall, NearKey, NearTalk, No, Request, Response};
use ::pairing::{Paired, PairingCode, Route, WalletPairing};
use channel::{Chain, IdentityKey, seal_message};
use consent::{ControlMessage, Lanes};
use data_dir::random;
use readings::{Batch, codec};
use simulated_meter::Household;
use tangle::InMemory;
use tokio::time::timeout;

use crate::clock::Clock;
use crate::device::Heard;
use crate::meter::MeterEvent;
use crate::socket::{Answer, Request as Asked};
use crate::{Daemon, Options};

/// 2026-03-02 12:00:00 UTC.
const NOON: u64 = 1_772_452_800;
const ROUTE: Route = Route::Bluetooth(1);
const LIMIT: Duration = Duration::from_secs(30);

struct TestClock(AtomicU64);

impl Clock for TestClock {
    fn unix(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

struct Pi {
    dir: tempfile::TempDir,
    clock: Arc<TestClock>,
    daemon: Option<Daemon>,
}

impl Pi {
    fn new() -> Self {
        let mut pi = Self {
            dir: tempfile::tempdir().unwrap(),
            clock: Arc::new(TestClock(NOON.into())),
            daemon: None,
        };
        pi.switch_on();
        pi
    }

    fn switch_on(&mut self) {
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

    fn daemon(&self) -> &Daemon {
        self.daemon.as_ref().unwrap()
    }

    fn second_passes(&self) {
        self.clock.0.fetch_add(1, Ordering::SeqCst);
        self.daemon().tick().unwrap();
    }

    fn hears(&self, message: &[u8]) -> Heard {
        self.daemon().radio_hears(ROUTE, message).unwrap()
    }

    fn answers(&self, message: &[u8]) -> Vec<u8> {
        match self.hears(message) {
            Heard::Answer(_, answer) => answer,
            _ => panic!("no answer"),
        }
    }

    /// A wallet pairs by radio; DEVICE_ADDED is not said yet.
    fn pairs(&self, owner: &IdentityKey) -> Paired {
        let opened = self.daemon().answer(Asked::Pair { new_secret: false });
        let Answer::Code { code, .. } = opened else {
            panic!("{opened:?}");
        };
        let code: PairingCode = code.parse().unwrap();
        let mut rng = random::generator();
        let claim = WalletPairing::start(&code, NOON, &mut rng).unwrap();
        let challenge = self.answers(claim.message());
        let challenged = claim.challenge(NOON, &challenge).unwrap();
        let answered = challenged.answer(NOON, owner, &mut rng).unwrap();
        let result = self.answers(answered.message());
        answered.result(&result).unwrap().0
    }

    fn takes_call(&self, key: &NearKey) -> NearTalk {
        let call = NearCall::start(key, &mut random::generator()).unwrap();
        call.taken(&self.answers(call.message())).unwrap()
    }

    async fn does(&self, talk: &mut NearTalk, request: &Request) -> Response {
        let Heard::Asked(asked) = self.hears(&talk.ask(request).unwrap()) else {
            panic!("{request:?} was not heard");
        };
        let done = timeout(LIMIT, self.daemon().near_does(asked)).await;
        let message = self.daemon().near_says(ROUTE, &done.unwrap()).unwrap();
        talk.response(&message).unwrap()
    }
}

fn owner() -> IdentityKey {
    IdentityKey::from_seed(&[0x77; 32])
}

/// DEVICE_ADDED as the wallet hands it over.
fn added(paired: &Paired, signer: &IdentityKey) -> Request {
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

async fn owned() -> (Pi, Paired) {
    let pi = Pi::new();
    let paired = pi.pairs(&owner());
    let mut talk = pi.takes_call(&paired.near_key());
    let taken = pi.does(&mut talk, &added(&paired, &owner())).await;
    assert_eq!(taken, Response::Taken);
    pi.daemon().radio_lost(ROUTE);
    (pi, paired)
}

fn state(pi: &Pi) -> String {
    let Answer::Status(report) = pi.daemon().answer(Asked::Status) else {
        panic!("no status");
    };
    serde_json::to_value(&report.owner).unwrap()["state"].to_string()
}

#[tokio::test]
async fn a_device_without_a_network_gets_its_owner_by_hand() {
    let pi = Pi::new();
    let paired = pi.pairs(&owner());
    let mut talk = pi.takes_call(&paired.near_key());
    let Response::Node { trouble, .. } = pi.does(&mut talk, &Request::Node).await else {
        panic!("no node");
    };
    assert!(trouble.is_some(), "it was never reached");
    let stranger = IdentityKey::from_seed(&[0x78; 32]);
    let unsigned = pi.does(&mut talk, &added(&paired, &stranger)).await;
    assert_eq!(
        (unsigned, state(&pi).as_str()),
        (Response::Taken, "\"pending\"")
    );
    for _ in 0..2 {
        let taken = pi.does(&mut talk, &added(&paired, &owner())).await;
        assert_eq!(
            (taken, state(&pi).as_str()),
            (Response::Taken, "\"paired\"")
        );
    }
    // It has no node yet, so its owner may come again.
    pi.daemon().radio_lost(ROUTE);
    assert!(pi.daemon().on_the_air().is_some());
    timeout(LIMIT, pi.daemon().listen()).await.unwrap().unwrap();
    assert_eq!(pi.daemon().on_the_air(), None, "it has one now");
}

#[tokio::test]
async fn an_owner_is_heard_for_two_minutes_and_nobody_without_one() {
    let (mut pi, paired) = owned().await;
    pi.switch_on();
    let call = NearCall::start(&paired.near_key(), &mut random::generator()).unwrap();
    assert!(matches!(pi.hears(call.message()), Heard::Nothing));
    assert_eq!(pi.daemon().on_the_air(), None);

    let near = pi.daemon().answer(Asked::Near);
    assert_eq!(near, Answer::Near { seconds: 120 });
    assert_eq!(pi.daemon().radio_name(), "Meterkast");
    let hint = pi.daemon().radio_info().hint.unwrap();
    assert!(paired.near_key().recognises(hint));
    pi.takes_call(&paired.near_key());
    pi.daemon().radio_lost(ROUTE);
    pi.clock.0.fetch_add(120, Ordering::SeqCst);
    assert_eq!(pi.daemon().on_the_air(), None);

    pi.daemon().answer(Asked::Near);
    pi.daemon().answer(Asked::Unpair);
    pi.second_passes();
    assert!(matches!(pi.hears(call.message()), Heard::Nothing));
    let refused = pi.daemon().answer(Asked::Near);
    assert!(matches!(refused, Answer::Refused { .. }), "{refused:?}");
}

#[tokio::test]
async fn another_node_is_used_at_once_and_after_a_restart() {
    let (mut pi, paired) = owned().await;
    pi.daemon().answer(Asked::Near);
    let mut talk = pi.takes_call(&paired.near_key());
    let none = Request::UseNode {
        address: "no address at all".into(),
    };
    let refused = pi.does(&mut talk, &none).await;
    assert!(
        matches!(
            refused,
            Response::No {
                why: No::Address,
                ..
            }
        ),
        "{refused:?}"
    );
    assert!(timeout(LIMIT, pi.daemon().listen()).await.unwrap().is_ok());

    // Nobody listens there, and it is used all the same.
    let address = "http://127.0.0.1:9".to_owned();
    let nowhere = Request::UseNode {
        address: address.clone(),
    };
    let Response::Node {
        address: used,
        trouble,
    } = pi.does(&mut talk, &nowhere).await
    else {
        panic!("not used");
    };
    assert_eq!(used, address);
    assert!(trouble.is_some(), "nobody listens there");
    assert!(timeout(LIMIT, pi.daemon().listen()).await.unwrap().is_err());

    pi.switch_on();
    assert!(timeout(LIMIT, pi.daemon().listen()).await.unwrap().is_err());
    let Answer::Status(report) = pi.daemon().answer(Asked::Status) else {
        panic!("no status");
    };
    assert_eq!(report.node.address, address);
}

#[tokio::test]
async fn the_meter_is_seen_as_it_is_now() {
    let (pi, paired) = owned().await;
    pi.daemon().answer(Asked::Near);
    let mut talk = pi.takes_call(&paired.near_key());
    let silent = pi.does(&mut talk, &Request::Meter).await;
    assert_eq!(silent, Response::no(No::NoReading));

    pi.second_passes();
    let telegram = Household::new(7).telegram_at(pi.clock.unix().cast_signed());
    pi.daemon().hear(MeterEvent::Telegram(telegram));
    let Response::Meter { bodies } = pi.does(&mut talk, &Request::Meter).await else {
        panic!("no reading");
    };
    assert_eq!(bodies.len(), 3);
    for body in &bodies {
        let (_, Batch::Readings(rows)) = codec::decode(body).unwrap() else {
            panic!("no readings");
        };
        assert_eq!(rows[0].at.0, pi.clock.unix().cast_signed());
    }
    (0..61).for_each(|_| pi.second_passes());
    let old = pi.does(&mut talk, &Request::Meter).await;
    assert_eq!(old, Response::no(No::NoReading));
}
