//! The bytes of `docs/protocol.md` section 4, written out: what is on the Tangle today must be readable tomorrow.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use consent::journal::JournalHead;
use consent::{
    Alert, ConsentEnvelope, ConsentId, ConsentMessage, ConsentSecret, ContentHash, ControlMessage,
    InboxMessage, JournalEntry, LanePosition, Lanes, OwnerLane, RequestHash, RequestSecret, Secret,
    Seen, StatusMessage, Writer,
};
use data_encoding::HEXLOWER;
use support::lane;

const CONSENT: ConsentId = ConsentId([0xc0; 16]);

fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

fn long(byte: &str, count: usize) -> String {
    byte.repeat(count)
}

#[test]
fn control_messages() {
    let id = format!("0050{}", long("c0", 16));
    let cases = [
        (
            ControlMessage::DeviceAdded {
                at: 5,
                network: "net".into(),
                owner_lanes: Lanes::new([lane("day/electricity")]),
            },
            "018200a3000501636e6574028106".to_owned(),
        ),
        (
            ControlMessage::DeviceDeleted { at: 1_781_870_400 },
            "018201a1001a6a352f40".into(),
        ),
        (
            ControlMessage::AuthorizationRevoked {
                consent: CONSENT,
                at: 5,
            },
            format!("018203a2{id}0105"),
        ),
        (
            ControlMessage::Paused {
                consent: CONSENT,
                at: 5,
            },
            format!("018204a2{id}0105"),
        ),
        (
            ControlMessage::Resumed {
                consent: CONSENT,
                at: 5,
            },
            format!("018205a2{id}0105"),
        ),
        (
            ControlMessage::Watch {
                lanes: Lanes::new([lane("live/electricity"), lane("live/phases")]),
                until: 5,
                need_keys: true,
            },
            "018206a3008200020105 02f5".replace(' ', ""),
        ),
        (
            ControlMessage::OwnerLanes {
                lanes: Lanes::default(),
            },
            "018207a10080".into(),
        ),
    ];
    for (message, expected) in cases {
        assert_eq!(hex(&message.to_bytes()), expected, "{message:?}");
    }
}

#[test]
fn status_messages() {
    let owner_lane = OwnerLane {
        lane: lane("quarter-hour/phases"),
        keys: vec![0xaa],
        pairwise: Secret([0xbb; 32]),
    };
    assert_eq!(
        format!("{owner_lane:?}"),
        "OwnerLane(quarter-hour/phases, ..)",
        "its keys do not print"
    );
    let cases = [
        (
            StatusMessage::OwnerKeys {
                lanes: vec![owner_lane],
            },
            format!("018200a10081a300050141aa025820{}", long("bb", 32)),
        ),
        (
            StatusMessage::Alert {
                at: 5,
                alert: Alert::MeterSilent { since: 4 },
            },
            "018201a20005018200a10004".into(),
        ),
        (
            StatusMessage::Alert {
                at: 5,
                alert: Alert::MeterBack,
            },
            "018201a20005018201a0".into(),
        ),
        (
            StatusMessage::Refused {
                at: 5,
                message: 7,
                consent: None,
                why: 3,
            },
            "018202a3000501070303".into(),
        ),
        (StatusMessage::Deleted { at: 5 }, "018204a10005".into()),
    ];
    for (message, expected) in cases {
        assert_eq!(hex(&message.to_bytes()), expected, "{message:?}");
    }
}

#[test]
fn consent_messages() {
    let seen = vec![Seen {
        writer: Writer::Provider,
        number: 2,
        hash: ContentHash([0xdd; 32]),
    }];
    let position = LanePosition {
        lane: lane("live/electricity"),
        epoch: 1,
        slot: 2,
        slot_length: 10,
    };
    let cases = [
        (
            vec![],
            ConsentMessage::AuthorizationRevoked,
            "01a30080010502 8200a0".to_owned(),
        ),
        (
            seen,
            ConsentMessage::Accepted,
            format!("01a30081a300020102025820{}010502 821820a0", long("dd", 32)),
        ),
        (
            vec![],
            ConsentMessage::RevokedAck {
                lanes: vec![position],
            },
            "01a30080010502 8211a10081a4000001010202030a".into(),
        ),
        (
            vec![],
            ConsentMessage::Purged { readings: 9 },
            "01a30080010502 821822a10009".into(),
        ),
    ];
    for (seen, message, expected) in cases {
        let envelope = ConsentEnvelope {
            seen,
            at: 5,
            message,
        };
        assert_eq!(
            hex(&envelope.to_bytes()),
            expected.replace(' ', ""),
            "{envelope:?}"
        );
    }
}

#[test]
fn inbox_and_journal() {
    let refused = InboxMessage::Refused {
        consent: CONSENT,
        at: 5,
        key: vec![0xee; 1],
    };
    assert_eq!(
        hex(&refused.to_bytes()),
        format!("018201a30050{}01050241ee", long("c0", 16))
    );

    let (_, body, head) = JournalHead::START.write(
        JournalEntry::WalletCreated {
            network: "net".into(),
        },
        5,
    );
    let zeros = long("00", 32);
    assert_eq!(
        hex(&body),
        format!("01a400000 15820{zeros}0205038200a100636e6574").replace(' ', "")
    );
    let (_, body, _) = head.write(JournalEntry::RequestLapsed { consent: CONSENT }, 6);
    let previous = head.hash;
    assert_eq!(
        hex(&body),
        format!(
            "01a400010 15820{previous}0206038212a10050{}",
            long("c0", 16)
        )
        .replace(' ', "")
    );
}

/// `PRF(req_secret, "consent", H(request))[..16]`, and the keys of request and inbox.
#[test]
fn names_and_keys_of_a_request() {
    let secret = RequestSecret([1; 32]);
    let prf = |label: &str, data: &[&[u8]]| channel::prf(&[1; 32], label, data);
    let hash = RequestHash([2; 32]);
    assert_eq!(
        ConsentId::of(&secret, &hash).0,
        prf("consent", &[&[2; 32]])[..16]
    );
    assert_eq!(secret.request_key().expose(), &prf("req", &[]));
    assert_eq!(
        secret.inbox_key(consent::InboxSlot::Wallet).expose(),
        &prf("inbox", &[&[0, 0]])
    );
    assert_eq!(
        secret.inbox_key(consent::InboxSlot::Device).expose(),
        &prf("inbox", &[&[1, 0]])
    );
    assert_eq!(ConsentSecret([3; 32]).expose(), &[3; 32]);
}
