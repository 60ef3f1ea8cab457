//! The device's fold, told as stories: what it hears, what is due then, and what it reports done.
//!
//! A story is a file under `tests/stories/device`, one line an event:
//!
//! ```text
//! 100 control authorised A live/electricity until=900   the owner's wallet says so (or: refused WHY)
//! 100 hears A resync                                     somebody on the consent channel says so
//! 100 due grant A live/electricity                       exactly this is due, in this order; "nothing" if nothing is
//! 100 does                                               all of it is done and reported
//! 100 state A granted                                    where the consent is
//! 100 reads live/electricity owner A                     who holds keys to a lane
//! ```
//! After each line the state is stored and read back, so every story is also one of a device that loses power.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use consent::{
    Authorized, ConsentId, ConsentMessage, ConsentSecret, ContentHash, ControlMessage,
    DeviceAction, DeviceConsents, LanePosition, LaneReader, Lanes, RequestSecret,
};
use support::lane;

const STORIES: [&str; 10] = [
    "from_yes_to_stop",
    "before_added_and_after_deleted_nothing_is_obeyed",
    "duplicates_change_nothing",
    "pause_and_resume",
    "paused_then_stopped_or_expired",
    "expiry_needs_nobody",
    "several_leave_at_once_and_others_stay",
    "a_provider_asks_again",
    "the_owner_reads_too",
    "the_device_is_removed",
];

#[test]
fn stories() {
    for name in STORIES {
        let path = format!(
            "{}/tests/stories/device/{name}.txt",
            env!("CARGO_MANIFEST_DIR")
        );
        let story =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut device = DeviceConsents::new();
        let mut steps = 0;
        for (number, line) in story.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if !line.is_empty() {
                run(&mut device, line, &format!("{name}:{}", number + 1));
                device = DeviceConsents::from_bytes(&device.to_bytes()).unwrap();
                steps += 1;
            }
        }
        assert!(steps > 5, "{name} tells something");
    }
}

#[test]
fn every_story_is_told() {
    let folder = format!("{}/tests/stories/device", env!("CARGO_MANIFEST_DIR"));
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), STORIES.len());
}

fn run(device: &mut DeviceConsents, line: &str, place: &str) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let now: u64 = words[0]
        .parse()
        .unwrap_or_else(|_| panic!("{place}: no time"));
    match &words[1..] {
        ["control", "refused", code, message @ ..] => {
            let before = device.clone();
            let refusal = device.apply(&control(message, now), now).unwrap_err();
            assert_eq!(format!("{refusal:?}"), *code, "{place}");
            assert_eq!(
                *device, before,
                "{place}: a refused message changes nothing"
            );
        }
        ["control", message @ ..] => {
            device
                .apply(&control(message, now), now)
                .unwrap_or_else(|error| panic!("{place}: {error}"));
        }
        ["hears", consent, what] => {
            device.hear(id(consent), &heard(what), now);
        }
        ["due", ..] => {
            let expected = line.split_once("due").unwrap().1.trim();
            let due: Vec<String> = device.due(now).iter().map(told).collect();
            let due = if due.is_empty() {
                "nothing".into()
            } else {
                due.join(" + ")
            };
            assert_eq!(due, expected, "{place}");
        }
        ["does"] => {
            for action in device.due(now) {
                report(device, &action, now);
            }
        }
        ["state", consent, expected] => {
            let state = device
                .state(id(consent))
                .map_or("unknown", |state| state.name());
            assert_eq!(state, *expected, "{place}");
            let runs = device.running().any(|(running, _)| running == id(consent));
            let is_held = device.authorized(id(consent)).is_some();
            assert_eq!(runs, is_held, "{place}");
        }
        ["reads", on, expected @ ..] => {
            let readers: Vec<String> = device.readers(lane(on)).iter().map(reader).collect();
            assert_eq!(readers, expected, "{place}");
        }
        ["publishes", expected @ ..] => {
            let lanes: Vec<String> = device
                .published()
                .iter()
                .map(|lane| lane.to_string())
                .collect();
            assert_eq!(lanes, expected, "{place}");
        }
        _ => panic!("{place}: “{line}” is not understood"),
    }
}

fn id(name: &str) -> ConsentId {
    ConsentId([name.as_bytes()[0]; 16])
}

fn name(consent: ConsentId) -> String {
    char::from(consent.0[0]).to_string()
}

fn lanes(list: &str) -> Lanes {
    if list == "none" {
        Lanes::default()
    } else {
        list.split(',').map(lane).collect()
    }
}

fn number(words: &[&str], key: &str) -> Option<u64> {
    words
        .iter()
        .find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
        .map(|value| value.parse().unwrap())
}

fn control(words: &[&str], at: u64) -> ControlMessage {
    match words {
        ["added", rest @ ..] => ControlMessage::DeviceAdded {
            at,
            network: "test".into(),
            owner_lanes: rest.first().map(|list| lanes(list)).unwrap_or_default(),
        },
        ["deleted"] => ControlMessage::DeviceDeleted { at },
        ["authorised", consent, list, rest @ ..] => {
            ControlMessage::Authorized(Box::new(Authorized {
                consent: id(consent),
                at: 1,
                lanes: lanes(list),
                from: number(rest, "from").unwrap_or(1),
                until: number(rest, "until").unwrap_or(1_000_000),
                history_days: number(rest, "history").map(|days| u16::try_from(days).unwrap()),
                hpke_key: vec![1; kem::PUBLIC_KEY_LEN],
                provider_key: vec![2; consent::IDENTITY_KEY_LEN],
                consent_key: vec![3; consent::IDENTITY_KEY_LEN],
                receipt: ContentHash([4; 32]),
                request_secret: RequestSecret([5; 32]),
                consent_secret: ConsentSecret([6; 32]),
            }))
        }
        ["revoked", consent] => ControlMessage::AuthorizationRevoked {
            consent: id(consent),
            at,
        },
        ["paused", consent] => ControlMessage::Paused {
            consent: id(consent),
            at,
        },
        ["resumed", consent] => ControlMessage::Resumed {
            consent: id(consent),
            at,
        },
        ["watch", list, rest @ ..] => ControlMessage::Watch {
            lanes: lanes(list),
            until: number(rest, "until").unwrap(),
            need_keys: rest.contains(&"keyless"),
        },
        ["owner", list] => ControlMessage::OwnerLanes { lanes: lanes(list) },
        other => panic!("{other:?}"),
    }
}

fn heard(what: &str) -> ConsentMessage {
    match what {
        "revoked" => ConsentMessage::AuthorizationRevoked,
        "terminated" => ConsentMessage::Terminated,
        "resync" => ConsentMessage::Resync,
        "accepted" => ConsentMessage::Accepted,
        "stopped" => ConsentMessage::Stopped,
        "granted" => ConsentMessage::Granted { lanes: vec![] },
        other => panic!("{other}"),
    }
}

fn told(action: &DeviceAction) -> String {
    match action {
        DeviceAction::StartAfresh => "start-afresh".into(),
        DeviceAction::Rotate {
            lane,
            leaving,
            staying,
        } => {
            let leaving: String = leaving.iter().map(|consent| name(*consent)).collect();
            let staying: Vec<String> = staying.iter().map(reader).collect();
            let staying = if staying.is_empty() {
                "nobody".into()
            } else {
                staying.join(",")
            };
            format!("rotate {lane} out={leaving} in={staying}")
        }
        DeviceAction::Say {
            consent,
            message,
            last,
        } => {
            let last = if *last { " last" } else { "" };
            format!("say {} {}{last}", name(*consent), spoken(message))
        }
        DeviceAction::Grant {
            consent,
            lanes,
            history_days,
        } => {
            let history = history_days.map_or(String::new(), |days| format!(" history={days}"));
            format!("grant {} {}{history}", name(*consent), listed(lanes))
        }
        DeviceAction::Regrant { consent, lanes } => {
            format!("regrant {} {}", name(*consent), listed(lanes))
        }
        DeviceAction::OwnerKeys { lanes } => format!("owner-keys {}", listed(lanes)),
        DeviceAction::StopLane { lane } => format!("stop {lane}"),
        DeviceAction::EraseAll => "erase-all".into(),
    }
}

fn spoken(message: &ConsentMessage) -> String {
    let what = match message {
        ConsentMessage::Granted { .. } => "granted",
        ConsentMessage::RevokedAck { .. } => "revoked-ack",
        ConsentMessage::PausedAck { .. } => "paused-ack",
        ConsentMessage::ResumedAck { .. } => "resumed-ack",
        ConsentMessage::Expired { .. } => "expired",
        ConsentMessage::TerminatedAck { .. } => "terminated-ack",
        ConsentMessage::DeviceDeleted { .. } => "device-deleted",
        other => panic!("a device does not say {other:?}"),
    };
    let positions: Vec<String> = message
        .positions()
        .iter()
        .map(|at| format!("{}@{}", at.lane, at.slot * u64::from(at.slot_length)))
        .collect();
    if positions.is_empty() {
        what.into()
    } else {
        format!("{what}({})", positions.join(","))
    }
}

fn listed(lanes: &Lanes) -> String {
    lanes
        .iter()
        .map(|lane| lane.to_string())
        .collect::<Vec<_>>()
        .join(",")
}

fn reader(reader: &LaneReader) -> String {
    match reader {
        LaneReader::Owner => "owner".into(),
        LaneReader::Consent(consent) => name(*consent),
    }
}

/// Slots of one second: a lane opens or closes at the next second.
fn position(lane: readings::Lane, now: u64) -> LanePosition {
    LanePosition {
        lane,
        epoch: 0,
        slot: now + 1,
        slot_length: 1,
    }
}

fn report(device: &mut DeviceConsents, action: &DeviceAction, now: u64) {
    match action {
        DeviceAction::StartAfresh => device.started_afresh(),
        DeviceAction::Rotate { lane, leaving, .. } => device.rotated(position(*lane, now), leaving),
        DeviceAction::Say {
            consent, message, ..
        } => device.said(*consent, message),
        DeviceAction::Grant { consent, lanes, .. } | DeviceAction::Regrant { consent, lanes } => {
            let positions: Vec<LanePosition> =
                lanes.iter().map(|lane| position(lane, now)).collect();
            device.granted(*consent, &positions, now);
        }
        DeviceAction::OwnerKeys { lanes } => device.owner_keys_sent(lanes),
        DeviceAction::StopLane { lane } => device.stopped(*lane),
        DeviceAction::EraseAll => device.erased(),
    }
}

#[test]
fn a_device_serves_a_bounded_number_of_consents() {
    let mut device = DeviceConsents::new();
    device.apply(&control(&["added"], 1), 1).unwrap();
    device.started_afresh();
    let authorised = |number: u8| {
        let ControlMessage::Authorized(mut authorized) =
            control(&["authorised", "A", "live/electricity"], 1)
        else {
            panic!("not an authorisation");
        };
        authorized.consent = ConsentId([number; 16]);
        ControlMessage::Authorized(authorized)
    };
    for number in 0..64 {
        device.apply(&authorised(number), 1).unwrap();
    }
    assert_eq!(
        device.apply(&authorised(64), 1),
        Err(consent::Refusal::TooMany)
    );
    let running = device.running().map(|(consent, _)| consent.0[0]);
    assert!(running.eq(0..64));
    assert_eq!(
        DeviceConsents::from_bytes(&device.to_bytes()).unwrap(),
        device
    );
}

#[test]
fn the_secrets_of_a_consent_go_with_its_last_word() {
    let mut device = DeviceConsents::new();
    for line in [
        "1 control added",
        "1 does",
        "1 control authorised A live/electricity",
        "1 does",
        "1 does",
    ] {
        run(&mut device, line, "setup");
    }
    assert!(device.is_owned() && !DeviceConsents::new().is_owned());
    let until = |device: &DeviceConsents| device.authorized(id("A")).map(|a| a.until);
    assert_eq!(until(&device), Some(1_000_000));
    let holds = |device: &DeviceConsents, byte: u8| {
        device
            .to_bytes()
            .windows(32)
            .any(|window| window.iter().all(|other| *other == byte))
    };
    assert!(holds(&device, 5) && holds(&device, 6));
    for line in [
        "2 control revoked A",
        "2 does",
        "2 does",
        "2 state A revoked",
    ] {
        run(&mut device, line, "stop");
    }
    assert!(!holds(&device, 5) && !holds(&device, 6));
    assert_eq!(until(&device), None);
}

#[test]
fn what_was_not_due_changes_nothing_when_it_is_reported() {
    let mut device = DeviceConsents::new();
    for line in [
        "1 control added",
        "1 does",
        "1 control authorised A live/electricity",
        "1 control authorised B live/electricity",
        "1 does",
        "1 does",
    ] {
        run(&mut device, line, "setup");
    }
    // Somebody who stays, and a lane that nobody held.
    device.rotated(position(lane("live/electricity"), 2), &[id("B")]);
    run(&mut device, "2 reads live/electricity A B", "nobody leaves");
    run(&mut device, "2 control revoked A", "stop");
    device.rotated(position(lane("day/electricity"), 2), &[id("A")]);
    // A last word that is not the one about this end.
    device.said(id("A"), &heard("granted"));
    for line in [
        "2 due rotate live/electricity out=A in=B",
        "2 does",
        "2 due say A revoked-ack(live/electricity@3) last",
    ] {
        run(&mut device, line, "stop");
    }
}
