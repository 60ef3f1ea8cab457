//! The provider's fold: each story is a row of words, with what it leads to.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use consent::{
    Accepted, Agreement, Choices, ConsentMessage, ConsentState, DeviceId, LanePosition, Lanes,
    ProviderConsent, ProviderError, ReceiptError, SignedReceipt,
};
use support::{DAY, NOW, asked, device, lane};

/// What happens, one a second from 60 s on · the state then · whether it may read · what it has to say.
const STORIES: &str = "
    -                                                   | requested   | no  |
    no                                                  | declined    | no  |
    yes                                                 | authorised  | no  |
    yes grant                                           | active      | yes | accepted
    yes regrant                                         | active      | yes | accepted
    yes grant regrant                                   | active      | yes | accepted
    yes grant paused                                    | paused      | no  | accepted
    yes grant paused-ack                                | paused      | no  | accepted
    yes grant paused resumed                            | active      | yes | accepted
    yes grant paused paused-ack resumed                 | paused      | no  | accepted
    yes grant paused paused-ack resumed regrant         | active      | yes | accepted
    yes grant paused-ack regrant paused                 | paused      | no  | accepted
    yes grant paused-ack regrant resumed-ack paused resumed | active  | yes | accepted
    yes grant paused-ack paused resumed-ack             | paused      | no  | accepted
    yes paused grant                                    | paused      | no  | accepted
    yes grant revoked                                   | revoked     | no  | accepted stopped
    yes grant revoked revoked-ack                       | revoked     | no  | accepted stopped
    yes grant revoked-ack revoked                       | revoked     | no  | accepted stopped
    yes grant revoked expired paused resumed accepted   | revoked     | no  | accepted stopped
    yes revoked                                         | revoked     | no  | stopped
    yes grant expired                                   | expired     | no  | accepted stopped
    yes grant device-deleted                            | device-lost | no  | accepted stopped
    yes grant terminate                                 | terminated  | no  | accepted terminated
    yes grant terminate terminated-ack                  | terminated  | no  | accepted terminated
    yes grant terminated-ack                            | terminated  | no  | accepted stopped
    yes grant paused-ack resumed-ack                    | active      | yes | accepted
    yes grant ask-erasure                               | revoked     | no  | accepted stopped
    yes grant revoked ask-erasure erase                 | erased      | no  | accepted stopped purged
    yes grant terminate erase                           | erased      | no  | accepted terminated purged
    revoked paused resumed expired                      | requested   | no  |
    ";

#[test]
fn stories() {
    let mut told = 0;
    for line in STORIES
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        let [story, state, reads, says] = line.split('|').map(str::trim).collect::<Vec<_>>()[..]
        else {
            panic!("{line}")
        };
        let mut consent = requested();
        let mut now = NOW + 60;
        for word in story.split_whitespace() {
            happen(&mut consent, word, now)
                .unwrap_or_else(|error| panic!("{story}: {word}: {error}"));
            consent = ProviderConsent::from_bytes(&consent.to_bytes()).unwrap();
            now += 1;
        }
        assert_eq!(consent.state().name(), state, "{story}");
        assert_eq!(
            if consent.may_read(now) { "yes" } else { "no" },
            reads,
            "{story}"
        );
        let said: Vec<&str> = consent.to_say().iter().map(spoken).collect();
        assert_eq!(said.join(" "), says, "{story}");
        told += 1;
    }
    assert_eq!(told, 30);
}

fn requested() -> ProviderConsent {
    let asked = asked(1, "Wattt Insights");
    let consent = ProviderConsent::requested(&asked.signed, asked.secret.clone());
    assert_eq!(consent.id(), asked.consent);
    consent
}

fn yes() -> Accepted {
    let asked = asked(1, "Wattt Insights");
    Accepted {
        consent: asked.consent,
        receipt: asked.receipt().as_bytes().to_vec(),
        consent_secret: asked.consent_secret(),
    }
}

fn position(now: u64) -> LanePosition {
    LanePosition {
        lane: lane("quarter-hour/electricity"),
        epoch: 1,
        slot: now,
        slot_length: 1,
    }
}

fn happen(consent: &mut ProviderConsent, word: &str, now: u64) -> Result<(), ProviderError> {
    let lanes = vec![position(now)];
    let heard = match word {
        "-" => return Ok(()),
        "no" => return consent.declined(),
        "yes" => return consent.authorised(&yes()).map(|_| ()),
        "grant" => return consent.granted(device(), lanes),
        "regrant" => return consent.regranted(device(), lanes),
        "terminate" => return consent.terminate(now),
        "erase" => return consent.erase(5),
        "paused" => ConsentMessage::Paused,
        "resumed" => ConsentMessage::Resumed,
        "revoked" => ConsentMessage::AuthorizationRevoked,
        "ask-erasure" => ConsentMessage::ErasureRequested,
        "accepted" => ConsentMessage::Accepted,
        "paused-ack" => ConsentMessage::PausedAck { lanes },
        "resumed-ack" => ConsentMessage::ResumedAck { lanes },
        "revoked-ack" => ConsentMessage::RevokedAck { lanes },
        "expired" => ConsentMessage::Expired { lanes },
        "terminated-ack" => ConsentMessage::TerminatedAck { lanes },
        "device-deleted" => ConsentMessage::DeviceDeleted { lanes },
        other => panic!("{other}"),
    };
    consent.hear(&heard, now);
    Ok(())
}

fn spoken(message: &ConsentMessage) -> &'static str {
    match message {
        ConsentMessage::Accepted => "accepted",
        ConsentMessage::Stopped => "stopped",
        ConsentMessage::Terminated => "terminated",
        ConsentMessage::Purged { .. } => "purged",
        other => panic!("a provider does not say {other:?}"),
    }
}

#[test]
fn steps_that_do_not_exist_are_named() {
    let cases = [
        (
            "-",
            "grant",
            "a consent that is requested cannot be granted",
        ),
        (
            "-",
            "regrant",
            "a consent that is requested cannot be granted",
        ),
        (
            "-",
            "terminate",
            "a consent that is requested cannot be terminated",
        ),
        ("-", "erase", "a consent that is requested cannot be erased"),
        (
            "no",
            "yes",
            "a consent that is declined cannot be authorised",
        ),
        (
            "yes",
            "yes",
            "a consent that is authorised cannot be authorised",
        ),
        (
            "yes",
            "no",
            "a consent that is authorised cannot be declined",
        ),
        (
            "yes grant",
            "grant",
            "a consent that is active cannot be granted",
        ),
        (
            "yes grant",
            "erase",
            "a consent that is active cannot be erased",
        ),
        (
            "yes grant revoked",
            "regrant",
            "a consent that is revoked cannot be granted",
        ),
        (
            "yes grant revoked",
            "terminate",
            "a consent that is revoked cannot be terminated",
        ),
        (
            "yes grant revoked erase",
            "erase",
            "a consent that is erased cannot be erased",
        ),
    ];
    for (story, word, expected) in cases {
        let mut consent = requested();
        for before in story.split_whitespace() {
            happen(&mut consent, before, NOW + 60).unwrap();
        }
        let before = consent.clone();
        let error = happen(&mut consent, word, NOW + 60).unwrap_err();
        assert_eq!(error.to_string(), expected, "{story}");
        assert_eq!(consent, before, "{story}: nothing changed");
    }
}

#[test]
fn keys_from_another_device_are_refused() {
    let mut consent = requested();
    happen(&mut consent, "yes", NOW + 60).unwrap();
    let stranger = DeviceId([9; 20]);
    assert_eq!(
        consent.granted(stranger, vec![]),
        Err(ProviderError::OtherDevice {
            expected: device(),
            found: stranger
        })
    );
    assert_eq!(consent.state(), ConsentState::Authorised);
    happen(&mut consent, "grant", NOW + 61).unwrap();
    assert!(consent.regranted(stranger, vec![]).is_err());
}

#[test]
fn a_receipt_for_another_consent_is_no_yes() {
    let mut consent = requested();
    let other = asked(2, "Wattt Insights");
    let accepted = Accepted {
        receipt: other.receipt().as_bytes().to_vec(),
        ..yes()
    };
    assert_eq!(
        consent.authorised(&accepted),
        Err(ProviderError::Receipt(ReceiptError::Other("consent")))
    );
    assert_eq!(consent.state(), ConsentState::Requested);
}

#[test]
fn time_ends_a_request_and_a_consent() {
    let mut consent = requested();
    assert!(!consent.due(NOW + 599));
    assert!(consent.due(NOW + 600));
    assert_eq!(consent.state(), ConsentState::Lapsed);
    assert!(!consent.due(NOW + 601));

    let mut consent = requested();
    happen(&mut consent, "yes", NOW + 60).unwrap();
    happen(&mut consent, "grant", NOW + 60).unwrap();
    let end = NOW + 365 * DAY;
    assert!(consent.may_read(end - 1));
    assert!(!consent.due(end - 1));
    assert_eq!(consent.state(), ConsentState::Active);
    assert!(!consent.may_read(end), "not even before anybody noticed");
    assert!(consent.due(end));
    assert_eq!(
        (consent.state(), consent.ended_at()),
        (ConsentState::Expired, Some(end))
    );

    let mut consent = requested();
    for word in ["yes", "grant", "revoked"] {
        happen(&mut consent, word, NOW + 60).unwrap();
    }
    assert!(!consent.due(end), "it has ended before");
    assert_eq!(consent.ended_at(), Some(NOW + 60));
}

#[test]
fn what_a_service_holds_is_what_was_agreed() {
    let asked = asked(1, "Wattt Insights");
    let mut consent = requested();
    assert_eq!(consent.request(), asked.signed.as_bytes());
    assert_eq!(consent.expires_at(), NOW + 600);
    assert_eq!(
        (consent.receipt(), consent.lanes()),
        (None, Lanes::default())
    );
    happen(&mut consent, "yes", NOW + 60).unwrap();
    assert_eq!(consent.receipt(), Some(asked.receipt().as_bytes()));
    let agreed = consent.agreement().unwrap().lanes.clone();
    assert!(!agreed.is_empty());
    assert_eq!(consent.lanes(), agreed);
    assert_eq!(consent.opened(), []);
    happen(&mut consent, "grant", NOW + 61).unwrap();
    assert_eq!(consent.opened(), [position(NOW + 61)]);
    happen(&mut consent, "paused-ack", NOW + 62).unwrap();
    assert_eq!(consent.closed(), [position(NOW + 62)]);
    happen(&mut consent, "revoked-ack", NOW + 63).unwrap();
    happen(&mut consent, "paused-ack", NOW + 64).unwrap();
    assert_eq!(
        consent.closed(),
        [position(NOW + 63)],
        "an end stays where it was"
    );
    assert_eq!(consent.erasure_requested_at(), None);
    happen(&mut consent, "ask-erasure", NOW + 65).unwrap();
    assert_eq!(consent.erasure_requested_at(), Some(NOW + 65));
}

/// What happens, at which second, and until when it could be read.
type Told = (&'static [(&'static str, u64)], Option<u64>);

#[test]
fn a_lane_that_was_closed_before_its_first_slot_was_never_readable() {
    let stories: [Told; 7] = [
        (&[("grant", 65), ("revoked-ack", 69)], Some(69)),
        (&[("grant", 65), ("revoked-ack", 65)], None),
        (
            &[
                ("grant", 65),
                ("paused-ack", 65),
                ("regrant", 68),
                ("revoked-ack", 68),
            ],
            None,
        ),
        (
            &[
                ("grant", 65),
                ("paused-ack", 67),
                ("regrant", 69),
                ("revoked-ack", 69),
            ],
            Some(67),
        ),
        // Where the old keys ended was not said: no later than where the new ones begin.
        (
            &[("grant", 65), ("regrant", 69), ("revoked-ack", 69)],
            Some(69),
        ),
        (
            &[("grant", 65), ("regrant", 69), ("revoked-ack", 75)],
            Some(75),
        ),
        (&[("grant", 65), ("regrant", 65), ("revoked-ack", 65)], None),
    ];
    // The past up to the yes, at second 60, could be read if it was agreed on.
    for (yes, past) in [(yes(), Some(60)), (yes_without_the_past(), None)] {
        for (story, expected) in stories {
            let mut consent = requested();
            consent.authorised(&yes).unwrap();
            for (word, second) in story {
                happen(&mut consent, word, NOW + second).unwrap();
            }
            let expected = expected.or(past).map(|second| NOW + second);
            assert_eq!(consent.last_readable(), expected, "{story:?}");
        }
    }
}

fn yes_without_the_past() -> Accepted {
    let asked = asked(1, "Wattt Insights");
    let request = asked.signed.request();
    let choices = Choices::as_asked(request).history(None);
    let agreement = Agreement::reach(request, &choices, NOW + 60).unwrap();
    let receipt = SignedReceipt::sign(
        &asked.signed,
        asked.consent,
        &agreement,
        asked.given(),
        &asked.consent_key(),
        &mut support::rng(3),
    );
    Accepted {
        receipt: receipt.unwrap().as_bytes().to_vec(),
        ..yes()
    }
}

#[test]
fn what_is_kept_is_erased_in_time() {
    let mut consent = requested();
    for word in ["yes", "grant"] {
        happen(&mut consent, word, NOW + 60).unwrap();
    }
    assert_eq!(consent.erase_by(), None);
    happen(&mut consent, "revoked", NOW + 100).unwrap();
    assert_eq!(
        consent.erase_by(),
        Some(NOW + 100 + 30 * DAY),
        "the retention that was asked for"
    );
    happen(&mut consent, "ask-erasure", NOW + 200).unwrap();
    assert_eq!(consent.erase_by(), Some(NOW + 200), "at once");
    happen(&mut consent, "erase", NOW + 300).unwrap();
    assert_eq!(consent.erase_by(), None);
}

#[test]
fn what_was_said_is_said_once_and_secrets_go_last() {
    let mut consent = requested();
    for word in ["yes", "grant", "revoked-ack", "erase"] {
        happen(&mut consent, word, NOW + 60).unwrap();
    }
    for message in consent.to_say().to_vec() {
        consent.said(&message);
    }
    assert_eq!(consent.to_say(), []);
    assert!(consent.request_secret().is_some() && consent.consent_secret().is_some());
    consent.forget();
    assert!(consent.request_secret().is_none() && consent.consent_secret().is_none());
    let stored = consent.to_bytes();
    let secret = asked(1, "Wattt Insights").consent_secret();
    assert!(!stored.windows(32).any(|window| window == secret.expose()));
    assert!(consent.receipt().is_some(), "the evidence stays");
    assert_eq!(consent.closed(), [position(NOW + 60)]);
}
