//! The wallet's fold, told as stories: what the journal says, where each consent is then, and what a person reads.
//!
//! A story is a file under `tests/stories/wallet`, one line an event:
//!
//! ```text
//! +60 yes A                  an entry of the journal, so many seconds after the story's beginning
//! +60 refused UnknownConsent stop B   an entry that does not fit
//! state A granted            where the consent is
//! reads A yes +61            whether the service can read then, or will
//! last A +121                the end of what the service can open; "none" if nothing is closed
//! chains 40 20               how far the device's conversations have come, by the checkpoints
//! lines 4                    so many lines has the activity
//! repeat authorised A        what is to be said again to the device after a restore; "nothing" if nothing is
//! en You stopped Wattt Insights       the last line of the activity, in English
//! nl Je bent gestopt met delen met Wattt Insights   and in Dutch
//! ```
//! At the end the whole journal is verified and folded anew: the view must be the same, secrets included.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use consent::journal::{ChainSecrets, DeviceSecrets, Fault, JournalHead, verify};
use consent::words::Speaker;
use consent::{
    Acquaintance, Alert, ConsentId, ConsentMessage, ConsentState, ContentHash, ControlMessage,
    Ending, JournalEntry, LanePosition, Lanes, Language, Refusal, Secret, ViewError, WalletView,
    Writer,
};
use jiff::tz::TimeZone;
use support::{Asked, NOW, asked, device, key, lane};

const STORIES: [&str; 11] = [
    "erasure_while_the_device_is_away",
    "from_request_to_erasure",
    "no_and_never_answered",
    "requests_that_were_not_genuine",
    "pause_and_resume",
    "stopped_before_the_first_slot",
    "ends_are_never_mixed_up",
    "messages_come_in_any_order_and_twice",
    "entries_that_do_not_fit",
    "devices_come_and_go",
    "different_messages_to_different_parties",
];

#[test]
fn stories() {
    for name in STORIES {
        let path = format!(
            "{}/tests/stories/wallet/{name}.txt",
            env!("CARGO_MANIFEST_DIR")
        );
        let story =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut wallet = Wallet::new();
        for (number, line) in story.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if !line.is_empty() {
                wallet.run(line, &format!("{name}:{}", number + 1));
            }
        }
        wallet.is_restored_from_its_journal(name);
    }
}

#[test]
fn every_story_is_told() {
    let folder = format!("{}/tests/stories/wallet", env!("CARGO_MANIFEST_DIR"));
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), STORIES.len());
}

struct Wallet {
    head: JournalHead,
    bodies: Vec<Vec<u8>>,
    view: WalletView,
    services: BTreeMap<char, Asked>,
    numbers: BTreeMap<(ConsentId, Writer), u32>,
}

impl Wallet {
    fn new() -> Self {
        let services = [
            ('A', 1, "Wattt Insights"),
            ('B', 2, "Zonnewijk"),
            ('C', 3, "Solar Buddy"),
        ];
        Self {
            head: JournalHead::START,
            bodies: Vec::new(),
            view: WalletView::new(),
            services: services
                .into_iter()
                .map(|(letter, seed, name)| (letter, asked(seed, name)))
                .collect(),
            numbers: BTreeMap::new(),
        }
    }

    fn run(&mut self, line: &str, place: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [time, "refused", error, entry @ ..] if time.starts_with('+') => {
                let before = format!("{:?}", self.view);
                let found = self.write(at(time), entry, place).unwrap_err();
                assert!(
                    format!("{found:?}").starts_with(error),
                    "{place}: {found:?}"
                );
                assert_eq!(
                    format!("{:?}", self.view),
                    before,
                    "{place}: it changes nothing"
                );
                self.bodies.pop();
            }
            [time, entry @ ..] if time.starts_with('+') => {
                self.write(at(time), entry, place)
                    .unwrap_or_else(|error| panic!("{place}: {error}"));
            }
            ["state", who, expected] => {
                let id = self.id(who);
                let requested = || self.view.request(id).map(|request| request.state.name());
                let state = self
                    .view
                    .consent(id)
                    .map(|consent| consent.state.name())
                    .or_else(requested);
                assert_eq!(state.unwrap_or("unknown"), *expected, "{place}");
            }
            ["ended", who, how, when] => {
                let consent = self.view.consent(self.id(who)).unwrap();
                let ending = consent.ending_at(NOW).unwrap();
                assert_eq!(ending.how.name(), *how, "{place}");
                assert_eq!(ending.at, at(when), "{place}");
                assert_eq!(consent.was_revoked(), *how == "revoked", "{place}");
            }
            ["reads", who, expected, when] => {
                let reads = self.view.consent(self.id(who)).unwrap().reads_at(at(when));
                assert_eq!(if reads { "yes" } else { "no" }, *expected, "{place}");
            }
            ["last", who, expected] => {
                let last = self.view.consent(self.id(who)).unwrap().last_readable();
                let last = last.map_or("none".into(), |unix| format!("+{}", unix - NOW));
                assert_eq!(last, *expected, "{place}");
            }
            ["delivery", who, expected @ ..] => {
                let delivery = self.view.consent(self.id(who)).unwrap().delivery;
                let said = [
                    ("asked", delivery.asked_at),
                    ("device", delivery.device_at),
                    ("service", delivery.service_at),
                ]
                .map(|(who, at)| at.map(|at| format!("{who}=+{}", at - NOW)));
                assert_eq!(
                    said.into_iter().flatten().collect::<Vec<_>>(),
                    expected,
                    "{place}"
                );
            }
            ["purged", who, expected] => {
                let purged = self.view.consent(self.id(who)).unwrap().purged;
                let purged = purged.map_or("none".into(), |(unix, _)| format!("+{}", unix - NOW));
                assert_eq!(purged, *expected, "{place}");
            }
            ["repeat", expected @ ..] => {
                let repeated: Vec<String> = self
                    .view
                    .unconfirmed()
                    .iter()
                    .map(|(_, message)| self.told(message))
                    .collect();
                let repeated = if repeated.is_empty() {
                    "nothing".into()
                } else {
                    repeated.join(" + ")
                };
                assert_eq!(repeated, expected.join(" "), "{place}");
            }
            ["chains", control, status] => {
                let device = self.view.device(device()).unwrap();
                let at = [&device.control, &device.status].map(|chain| chain.index.to_string());
                assert_eq!(at, [*control, *status], "{place}");
            }
            ["lines", expected] => {
                assert_eq!(self.view.activity().len().to_string(), *expected, "{place}");
            }
            ["en", ..] => assert_eq!(self.last_line(Language::En), line[3..], "{place}"),
            ["nl", ..] => assert_eq!(self.last_line(Language::Nl), line[3..], "{place}"),
            _ => panic!("{place}: “{line}” is not understood"),
        }
    }

    fn last_line(&self, language: Language) -> String {
        let sentence =
            Speaker::new(language, TimeZone::UTC).activity(self.view.activity().last().unwrap());
        sentence.detail.map_or(sentence.headline.clone(), |detail| {
            format!("{} | {detail}", sentence.headline)
        })
    }

    fn write(&mut self, at: u64, words: &[&str], place: &str) -> Result<(), ViewError> {
        let entry = self.entry(words, at, place);
        let (record, body, next) = self.head.write(entry, at);
        self.bodies.push(body.to_vec());
        self.view.apply(&record)?;
        self.head = next;
        Ok(())
    }

    fn id(&self, name: &str) -> ConsentId {
        self.service(name)
            .map_or(ConsentId([9; 16]), |asked| asked.consent)
    }

    fn service(&self, name: &str) -> Option<&Asked> {
        self.services.get(&name.chars().next().unwrap())
    }

    fn entry(&mut self, words: &[&str], at: u64, place: &str) -> JournalEntry {
        let consent = words
            .get(1)
            .map_or(ConsentId([9; 16]), |name| self.id(name));
        match words {
            ["begin"] => JournalEntry::WalletCreated {
                network: "meterkast-test".into(),
            },
            ["another", seed, index] => JournalEntry::DeviceAdded(Box::new(DeviceSecrets {
                identity_key: key(seed.parse().unwrap()).verifying().to_bytes(),
                name: "Another".into(),
                control: Secret([1; 32]),
                status: Secret([2; 32]),
                key_index: index.parse().unwrap(),
                lanes: Lanes::default(),
                owner_lanes: Lanes::default(),
            })),
            ["device", seed, name @ ..] => JournalEntry::DeviceAdded(Box::new(DeviceSecrets {
                identity_key: key(seed.parse().unwrap()).verifying().to_bytes(),
                name: name.join(" "),
                control: Secret([1; 32]),
                status: Secret([2; 32]),
                key_index: 0,
                lanes: Lanes::new(readings::Lane::ALL),
                owner_lanes: Lanes::new([lane("day/electricity")]),
            })),
            ["rename", name @ ..] => JournalEntry::DeviceRenamed {
                device: device(),
                name: name.join(" "),
            },
            ["remove"] => JournalEntry::DeviceDeleted { device: device() },
            ["follow", list] => JournalEntry::OwnerLanes {
                device: device(),
                lanes: if *list == "none" {
                    Lanes::default()
                } else {
                    list.split(',').map(lane).collect()
                },
            },
            ["checkpoint", control, status] => {
                let chain = |index: &str| ChainSecrets {
                    index: index.parse().unwrap(),
                    secret: Secret([8; 32]),
                };
                JournalEntry::Checkpoint {
                    device: device(),
                    control: chain(control),
                    status: chain(status),
                }
            }
            ["silent", since] => JournalEntry::DeviceReported {
                device: device(),
                alert: Alert::MeterSilent { since: at_(since) },
            },
            ["back"] => JournalEntry::DeviceReported {
                device: device(),
                alert: Alert::MeterBack,
            },
            ["refuses", _] => JournalEntry::DeviceRefused {
                device: device(),
                consent: Some(consent),
                why: Refusal::TooMany.code(),
            },
            ["opens", name] => {
                let asked = self.service(name).unwrap();
                JournalEntry::RequestOpened {
                    secret: asked.secret.clone(),
                    request: asked.signed.as_bytes().to_vec(),
                    site_checked: *name != "C",
                }
            }
            ["bad", fault, name @ ..] => JournalEntry::RequestRefusedAsBad {
                consent: ConsentId([9; 16]),
                why: match *fault {
                    "altered" => Fault::Altered,
                    "not-genuine" => Fault::NotGenuine,
                    "used" => Fault::Used,
                    other => panic!("{other}"),
                },
                claimed_name: (!name.is_empty()).then(|| name.join(" ")),
            },
            ["lapses", _] => JournalEntry::RequestLapsed { consent },
            ["no", _] => JournalEntry::Declined {
                consent,
                language: Language::Nl,
            },
            ["yes", name] => {
                JournalEntry::Authorized(Box::new(self.service(name).unwrap().authorization()))
            }
            ["yes-with-receipt-of", name, other] => {
                let mut authorization = self.service(name).unwrap().authorization();
                authorization.receipt = self.service(other).unwrap().receipt().as_bytes().to_vec();
                JournalEntry::Authorized(Box::new(authorization))
            }
            ["pause", _] => JournalEntry::Paused { consent },
            ["resume", _] => JournalEntry::Resumed { consent },
            ["stop", _] => JournalEntry::RevocationRequested { consent },
            ["ask-erasure", _] => JournalEntry::ErasureRequested { consent },
            ["hears", _, what @ ..] => self.observed(consent, what, at),
            ["hears-again", _, number, what @ ..] => {
                let message = said(what, at);
                let number = number.parse().unwrap();
                JournalEntry::Observed {
                    consent,
                    writer: message.writer(),
                    number,
                    hash: ContentHash([0; 32]),
                    message,
                }
            }
            ["forked", _] => JournalEntry::LogForked {
                consent,
                writer: Writer::Device,
                number: 3,
            },
            ["exports", what] => JournalEntry::Exported {
                what: (*what).into(),
            },
            _ => panic!("{place}: no such entry"),
        }
    }

    fn observed(&mut self, consent: ConsentId, what: &[&str], at: u64) -> JournalEntry {
        let message = said(what, at);
        let next = self.numbers.entry((consent, message.writer())).or_default();
        let number = *next;
        *next += 1;
        JournalEntry::Observed {
            consent,
            writer: message.writer(),
            number,
            hash: ContentHash([0; 32]),
            message,
        }
    }

    fn told(&self, message: &ControlMessage) -> String {
        let name = |consent: &ConsentId| {
            self.services
                .iter()
                .find(|(_, asked)| asked.consent == *consent)
                .map_or('?', |(letter, _)| *letter)
        };
        match message {
            ControlMessage::Authorized(authorized) => {
                format!("authorised {}", name(&authorized.consent))
            }
            ControlMessage::AuthorizationRevoked { consent, .. } => {
                format!("revoked {}", name(consent))
            }
            ControlMessage::Paused { consent, .. } => format!("paused {}", name(consent)),
            ControlMessage::Resumed { consent, .. } => format!("resumed {}", name(consent)),
            ControlMessage::DeviceDeleted { .. } => "device-deleted".into(),
            other => panic!("{other:?}"),
        }
    }

    /// Property 9: the journal restores everything, with all that is needed to go on.
    fn is_restored_from_its_journal(&self, name: &str) {
        let records = verify(&self.bodies).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (restored, faults) = WalletView::of(&records);
        assert_eq!(faults, [], "{name}");
        assert_eq!(restored.activity(), self.view.activity(), "{name}");
        assert!(restored.consents().eq(self.view.consents()), "{name}");
        assert!(restored.requests().eq(self.view.requests()), "{name}");
        assert!(restored.devices().eq(self.view.devices()), "{name}");
        for consent in restored.consents() {
            let asked = self
                .services
                .values()
                .find(|asked| asked.consent == consent.id)
                .unwrap();
            assert_eq!(consent.consent_secret, asked.consent_secret(), "{name}");
            assert_eq!(consent.request_secret, asked.secret, "{name}");
            let again = consent.authorized().unwrap();
            assert_eq!(
                again.consent_key,
                asked.consent_key().verifying().to_bytes(),
                "{name}"
            );
            let bytes = ControlMessage::Authorized(Box::new(again)).to_bytes();
            assert!(
                ControlMessage::from_bytes(&bytes).is_ok(),
                "{name}: it can be said again"
            );
        }
    }
}

fn at(time: &str) -> u64 {
    at_(time)
}

fn at_(time: &str) -> u64 {
    let seconds: i64 = time.parse().unwrap_or_else(|_| panic!("{time} is no time"));
    NOW.checked_add_signed(seconds).unwrap()
}

/// What is heard; a list of positions is one lane that opens or closes a second later.
fn said(what: &[&str], at: u64) -> ConsentMessage {
    let position = LanePosition {
        lane: lane("quarter-hour/electricity"),
        epoch: 1,
        slot: if what.contains(&"tomorrow") {
            NOW + 86_400
        } else {
            at + 1
        },
        slot_length: 1,
    };
    let lanes = || {
        if what.contains(&"nothing") {
            vec![]
        } else {
            vec![position]
        }
    };
    match what[0] {
        "granted" => ConsentMessage::Granted { lanes: lanes() },
        "revoked-ack" => ConsentMessage::RevokedAck { lanes: lanes() },
        "paused-ack" => ConsentMessage::PausedAck { lanes: lanes() },
        "resumed-ack" => ConsentMessage::ResumedAck { lanes: lanes() },
        "expired" => ConsentMessage::Expired { lanes: lanes() },
        "device-deleted" => ConsentMessage::DeviceDeleted { lanes: lanes() },
        "terminated-ack" => ConsentMessage::TerminatedAck { lanes: lanes() },
        "accepted" => ConsentMessage::Accepted,
        "stopped" => ConsentMessage::Stopped,
        "terminated" => ConsentMessage::Terminated,
        "resync" => ConsentMessage::Resync,
        "purged" => ConsentMessage::Purged { readings: 1_234 },
        other => panic!("{other}"),
    }
}

#[test]
fn a_time_that_was_over_before_the_device_said_so_ended_when_it_was_agreed_to() {
    let mut wallet = Wallet::new();
    for line in ["+0 begin", "+0 device 50 Home", "+10 opens A", "+60 yes A"] {
        wallet.run(line, "setup");
    }
    let consent = wallet.view.consent(wallet.id("A")).unwrap();
    let until = consent.agreement.until;
    let told = until + 500;
    wallet.run(&format!("+{} hears A expired", told - NOW), "late");
    let consent = wallet.view.consent(wallet.id("A")).unwrap();
    let ran_out = Ending {
        how: ConsentState::Expired,
        at: until,
    };
    assert_eq!(consent.ending_at(told), Some(ran_out));
}

#[test]
fn a_time_that_is_over_is_over_without_being_told() {
    let mut wallet = Wallet::new();
    for line in [
        "+0 begin",
        "+0 device 50 Home",
        "+10 opens A",
        "+10 opens B",
        "+60 yes A",
    ] {
        wallet.run(line, "setup");
    }
    let consent = wallet.view.consent(wallet.id("A")).unwrap();
    assert_eq!(
        consent.state_at(consent.agreement.until - 1).name(),
        "authorised"
    );
    let until = consent.agreement.until;
    assert_eq!(consent.state_at(until), ConsentState::Expired);
    assert_eq!(consent.ending_at(until - 1), None);
    let ran_out = Ending {
        how: ConsentState::Expired,
        at: until,
    };
    assert_eq!(consent.ending_at(until + 1_000), Some(ran_out));
    assert_eq!(
        wallet
            .view
            .waiting(NOW + 599)
            .map(|request| request.consent)
            .collect::<Vec<_>>(),
        [wallet.id("B")]
    );
    assert_eq!(
        wallet.view.lapsed(NOW + 600).collect::<Vec<_>>(),
        [wallet.id("B")]
    );
    let (a, b) = (wallet.id("A"), wallet.id("B"));
    let opened: BTreeSet<_> = wallet
        .view
        .requests()
        .map(|request| request.consent)
        .collect();
    assert_eq!(opened, BTreeSet::from([a, b]));
    let agreed = wallet.view.consents().map(|consent| consent.id);
    assert!(agreed.eq([a]), "one was answered with yes");
    let known = |seed, request| {
        let key = key(seed).verifying();
        wallet.view.acquaintance(key.as_bytes(), request)
    };
    assert_eq!(known(1, b), Acquaintance::Shared);
    assert_eq!(known(2, a), Acquaintance::Asked, "also after a no");
    assert_eq!(
        known(2, b),
        Acquaintance::None,
        "it is this request that it asks"
    );
    assert_eq!(known(3, a), Acquaintance::None);
    assert_eq!(WalletView::new().next_key_index(), 0);
    assert_eq!(wallet.view.next_key_index(), 1);
    wallet.run("+70 another 51 1", "setup");
    assert_eq!(wallet.view.next_key_index(), 2);
    let names = |view: &WalletView| {
        view.devices()
            .map(|device| view.device(device.id).unwrap().name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&wallet.view), ["Home", "Another"]);
    assert_eq!(wallet.view.network(), Some("meterkast-test"));
}
