//! Every message survives its trip, and no bytes from a stranger do more than be refused.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use consent::journal::{ChainSecrets, DeviceSecrets, Fault, JournalHead};
use consent::{
    Accepted, Alert, ConsentEnvelope, ConsentId, ConsentLink, ConsentLog, ConsentMessage,
    ConsentSecret, ContentHash, ControlMessage, DeviceConsents, DeviceId, DeviceStatus,
    IDENTITY_KEY_LEN, InboxMessage, InboxSlot, JournalEntry, LanePosition, Lanes, Language,
    MAX_MESSAGE, MessageError, OwnerLane, ProviderConsent, RequestSecret, Secret, Seen,
    SignedReceipt, SignedRequest, SiteStatement, StatusMessage, Writer,
};
use proptest::prelude::*;
use readings::Lane;
use support::asked;

fn lanes() -> impl Strategy<Value = Lanes> {
    proptest::collection::vec(0..9usize, 0..9)
        .prop_map(|picks| picks.into_iter().map(|pick| Lane::ALL[pick]).collect())
}

fn positions() -> impl Strategy<Value = Vec<LanePosition>> {
    (lanes(), any::<u32>(), any::<u64>(), 1..u32::MAX).prop_map(
        |(lanes, epoch, slot, slot_length)| {
            lanes
                .iter()
                .map(|lane| LanePosition {
                    lane,
                    epoch,
                    slot,
                    slot_length,
                })
                .collect()
        },
    )
}

fn id() -> impl Strategy<Value = ConsentId> {
    any::<[u8; 16]>().prop_map(ConsentId)
}

fn hash() -> impl Strategy<Value = ContentHash> {
    any::<[u8; 32]>().prop_map(ContentHash)
}

fn secret() -> impl Strategy<Value = Secret> {
    any::<[u8; 32]>().prop_map(Secret)
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..300)
}

fn writer() -> impl Strategy<Value = Writer> {
    prop_oneof![
        Just(Writer::Wallet),
        Just(Writer::Device),
        Just(Writer::Provider)
    ]
}

fn control() -> impl Strategy<Value = ControlMessage> {
    prop_oneof![
        (any::<u64>(), "[a-z-]{1,20}", lanes()).prop_map(|(at, network, owner_lanes)| {
            ControlMessage::DeviceAdded {
                at,
                network,
                owner_lanes,
            }
        }),
        any::<u64>().prop_map(|at| ControlMessage::DeviceDeleted { at }),
        (id(), any::<u64>())
            .prop_map(|(consent, at)| ControlMessage::AuthorizationRevoked { consent, at }),
        (id(), any::<u64>()).prop_map(|(consent, at)| ControlMessage::Paused { consent, at }),
        (id(), any::<u64>()).prop_map(|(consent, at)| ControlMessage::Resumed { consent, at }),
        (lanes(), any::<u64>(), any::<bool>()).prop_map(|(lanes, until, need_keys)| {
            ControlMessage::Watch {
                lanes,
                until,
                need_keys,
            }
        }),
        lanes().prop_map(|lanes| ControlMessage::OwnerLanes { lanes }),
    ]
}

fn alert() -> impl Strategy<Value = Alert> {
    prop_oneof![
        any::<u64>().prop_map(|since| Alert::MeterSilent { since }),
        Just(Alert::MeterBack),
        Just(Alert::MeterReplaced),
        Just(Alert::OldStateRestored),
        (0..9usize).prop_map(|pick| Alert::ForkSeen {
            lane: Lane::ALL[pick]
        }),
        Just(Alert::ClockUntrusted),
        any::<u64>().prop_map(|free| Alert::DiskNearlyFull { free }),
    ]
}

fn status() -> impl Strategy<Value = StatusMessage> {
    prop_oneof![
        proptest::collection::vec(
            (0..9usize, bytes(), secret()).prop_map(|(pick, keys, pairwise)| OwnerLane {
                lane: Lane::ALL[pick],
                keys,
                pairwise
            }),
            0..9
        )
        .prop_map(|lanes| StatusMessage::OwnerKeys { lanes }),
        (any::<u64>(), alert()).prop_map(|(at, alert)| StatusMessage::Alert { at, alert }),
        (
            any::<u64>(),
            any::<u32>(),
            proptest::option::of(id()),
            any::<u8>()
        )
            .prop_map(|(at, message, consent, why)| StatusMessage::Refused {
                at,
                message,
                consent,
                why
            }),
        (
            any::<u64>(),
            "[ -~]{0,64}",
            proptest::option::of("[ -~]{0,64}"),
            any::<u64>(),
            lanes()
        )
            .prop_map(|(at, software, dialect, outbox, lanes)| {
                StatusMessage::DeviceStatus(Box::new(DeviceStatus {
                    at,
                    software,
                    dialect,
                    last_telegram: None,
                    telegrams: outbox,
                    refused: 1,
                    outbox,
                    lanes,
                    live_slot: 10,
                    control_position: 3,
                }))
            }),
        any::<u64>().prop_map(|at| StatusMessage::Deleted { at }),
    ]
}

fn consent_message() -> impl Strategy<Value = ConsentMessage> {
    prop_oneof![
        Just(ConsentMessage::AuthorizationRevoked),
        Just(ConsentMessage::Paused),
        Just(ConsentMessage::Resumed),
        Just(ConsentMessage::ErasureRequested),
        positions().prop_map(|lanes| ConsentMessage::Granted { lanes }),
        positions().prop_map(|lanes| ConsentMessage::RevokedAck { lanes }),
        positions().prop_map(|lanes| ConsentMessage::PausedAck { lanes }),
        positions().prop_map(|lanes| ConsentMessage::ResumedAck { lanes }),
        positions().prop_map(|lanes| ConsentMessage::Expired { lanes }),
        positions().prop_map(|lanes| ConsentMessage::DeviceDeleted { lanes }),
        positions().prop_map(|lanes| ConsentMessage::TerminatedAck { lanes }),
        bytes().prop_map(|sealed| ConsentMessage::Regrant { sealed }),
        Just(ConsentMessage::Accepted),
        Just(ConsentMessage::Resync),
        any::<u64>().prop_map(|readings| ConsentMessage::Purged { readings }),
        Just(ConsentMessage::Terminated),
        Just(ConsentMessage::Stopped),
    ]
}

fn journal_entry() -> impl Strategy<Value = JournalEntry> {
    let device = || any::<[u8; 20]>().prop_map(DeviceId);
    let chain =
        || (any::<u32>(), secret()).prop_map(|(index, secret)| ChainSecrets { index, secret });
    prop_oneof![
        "[a-z-]{1,20}".prop_map(|network| JournalEntry::WalletCreated { network }),
        (
            bytes(),
            "\\PC{0,40}",
            secret(),
            secret(),
            any::<u32>(),
            lanes(),
            lanes()
        )
            .prop_map(
                |(identity_key, name, control, status, key_index, lanes, owner_lanes)| {
                    JournalEntry::DeviceAdded(Box::new(DeviceSecrets {
                        identity_key,
                        name,
                        control,
                        status,
                        key_index,
                        lanes,
                        owner_lanes,
                    }))
                }
            ),
        (device(), "\\PC{0,40}")
            .prop_map(|(device, name)| JournalEntry::DeviceRenamed { device, name }),
        (device(), chain(), chain()).prop_map(|(device, control, status)| {
            JournalEntry::Checkpoint {
                device,
                control,
                status,
            }
        }),
        (device(), alert())
            .prop_map(|(device, alert)| JournalEntry::DeviceReported { device, alert }),
        (any::<[u8; 32]>(), bytes(), any::<bool>()).prop_map(|(secret, request, site_checked)| {
            JournalEntry::RequestOpened {
                secret: RequestSecret(secret),
                request,
                site_checked,
            }
        }),
        (id(), proptest::option::of("\\PC{0,40}")).prop_map(|(consent, claimed_name)| {
            JournalEntry::RequestRefusedAsBad {
                consent,
                why: Fault::NotGenuine,
                claimed_name,
            }
        }),
        id().prop_map(|consent| JournalEntry::Declined {
            consent,
            language: Language::Nl
        }),
        (id(), writer(), any::<u32>(), hash(), consent_message()).prop_map(
            |(consent, writer, number, hash, message)| JournalEntry::Observed {
                consent,
                writer,
                number,
                hash,
                message
            }
        ),
    ]
}

proptest! {
    #[test]
    fn control_messages_round_trip(message in control()) {
        prop_assert_eq!(ControlMessage::from_bytes(&message.to_bytes()), Ok(message));
    }

    #[test]
    fn status_messages_round_trip(message in status()) {
        prop_assert_eq!(StatusMessage::from_bytes(&message.to_bytes()), Ok(message));
    }

    #[test]
    fn consent_messages_round_trip_and_belong_to_one_writer(
        message in consent_message(), at in any::<u64>(), number in any::<u32>(), hash in hash(), reader in writer(),
    ) {
        let writer = message.writer();
        let envelope = ConsentEnvelope { seen: vec![Seen { writer, number, hash }], at, message };
        let body = envelope.to_bytes();
        if reader == writer {
            prop_assert_eq!(ConsentEnvelope::from_bytes(&body, reader), Ok(envelope));
        } else {
            prop_assert!(ConsentEnvelope::from_bytes(&body, reader).is_err());
        }
    }

    #[test]
    fn journal_entries_round_trip_in_their_chain(entries in proptest::collection::vec(journal_entry(), 1..8)) {
        let (mut writer, mut reader) = (JournalHead::START, JournalHead::START);
        for (number, entry) in (0u32..).zip(entries) {
            let (record, body, next) = writer.write(entry, 5);
            writer = next;
            prop_assert_eq!(record.number, number);
            prop_assert_eq!(reader.read(&body), Ok(record));
        }
        prop_assert_eq!(reader, writer);
    }

    #[test]
    fn no_bytes_from_a_stranger_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), text in "\\PC{0,200}") {
        read_with_every_parser(&bytes);
        let versioned: Vec<u8> = [1].into_iter().chain(bytes).collect();
        read_with_every_parser(&versioned);
        let _ = text.parse::<ConsentLink>();
        let _ = format!("meterkast://consent{text}").parse::<ConsentLink>();
        let _ = format!("https://x/#n=a&r={text}").parse::<ConsentLink>();
        let _ = SiteStatement::from_json(text.as_bytes());
    }

    #[test]
    fn no_change_of_a_good_message_panics(
        index in any::<prop::sample::Index>(), byte in any::<u8>(), message in status(), said in consent_message(),
    ) {
        let envelope = ConsentEnvelope { seen: vec![], at: 1, message: said };
        for mut bytes in [message.to_bytes().to_vec(), envelope.to_bytes().to_vec()] {
            let at = index.index(bytes.len());
            bytes[at] = byte;
            read_with_every_parser(&bytes);
            bytes.truncate(at);
            read_with_every_parser(&bytes);
        }
    }
}

fn read_with_every_parser(bytes: &[u8]) {
    let _ = ControlMessage::from_bytes(bytes);
    let _ = StatusMessage::from_bytes(bytes);
    for writer in Writer::ALL {
        let _ = ConsentEnvelope::from_bytes(bytes, writer);
        let _ = ConsentLog::new().read(writer, 0, bytes);
    }
    for slot in [InboxSlot::Wallet, InboxSlot::Device] {
        let _ = InboxMessage::from_bytes(bytes, slot);
    }
    let mut head = JournalHead::START;
    let _ = head.read(bytes);
    let _ = SignedRequest::open(bytes);
    let _ = SignedReceipt::open(bytes);
    let _ = ConsentLog::from_bytes(bytes);
    let _ = DeviceConsents::from_bytes(bytes);
    let _ = ProviderConsent::from_bytes(bytes);
}

#[test]
fn a_device_whose_names_cannot_be_shown_is_refused() {
    let status = |software: &str, dialect: Option<String>| {
        StatusMessage::DeviceStatus(Box::new(DeviceStatus {
            at: 1,
            software: software.to_owned(),
            dialect,
            last_telegram: None,
            telegrams: 0,
            refused: 0,
            outbox: 0,
            lanes: Lanes::default(),
            live_slot: 10,
            control_position: 0,
        }))
    };
    let read = |message: StatusMessage| StatusMessage::from_bytes(&message.to_bytes());
    assert!(read(status("0.1.0", Some("DSMR 5".into()))).is_ok());
    assert!(read(status("\u{1b}[2J", None)).is_err());
    assert!(read(status("0.1.0", Some("5 RMSD\u{202e}".into()))).is_err());
    assert!(read(status("0.1.0", Some("x".repeat(65)))).is_err());
}

#[test]
fn an_inbox_message_is_read_where_it_belongs() {
    let accepted = InboxMessage::Accepted(Box::new(Accepted {
        consent: ConsentId([1; 16]),
        receipt: vec![2; 100],
        consent_secret: ConsentSecret([3; 32]),
    }));
    let refused = InboxMessage::Refused {
        consent: ConsentId([1; 16]),
        at: 5,
        key: vec![4; IDENTITY_KEY_LEN],
    };
    let grant = InboxMessage::Grant {
        device_key: vec![5; IDENTITY_KEY_LEN],
        sealed: vec![6; 2_000],
    };
    for (message, slot, other) in [
        (accepted, InboxSlot::Wallet, InboxSlot::Device),
        (refused, InboxSlot::Wallet, InboxSlot::Device),
        (grant, InboxSlot::Device, InboxSlot::Wallet),
    ] {
        let bytes = message.to_bytes();
        assert!(matches!(
            InboxMessage::from_bytes(&bytes, other),
            Err(MessageError::Impossible { .. })
        ));
        assert_eq!(InboxMessage::from_bytes(&bytes, slot), Ok(message));
    }
    let short = InboxMessage::Grant {
        device_key: vec![5; IDENTITY_KEY_LEN - 1],
        sealed: vec![],
    };
    assert!(matches!(
        InboxMessage::from_bytes(&short.to_bytes(), InboxSlot::Device),
        Err(MessageError::Impossible { .. })
    ));
}

#[test]
fn an_owner_gets_keys_of_as_many_lanes_as_there_are() {
    let keys = |count| {
        let lane = OwnerLane {
            lane: Lane::ALL[0],
            keys: vec![1],
            pairwise: Secret([2; 32]),
        };
        let lanes = vec![lane; count];
        StatusMessage::from_bytes(&StatusMessage::OwnerKeys { lanes }.to_bytes())
    };
    assert!(keys(Lane::ALL.len()).is_ok());
    assert!(matches!(
        keys(Lane::ALL.len() + 1),
        Err(MessageError::Impossible { .. })
    ));
}

#[test]
fn impossible_messages_are_named() {
    let too_long = vec![1; MAX_MESSAGE + 1];
    let what = "message on the control channel";
    assert_eq!(
        ControlMessage::from_bytes(&too_long),
        Err(MessageError::TooLong {
            what,
            len: MAX_MESSAGE + 1
        })
    );
    assert_eq!(
        ControlMessage::from_bytes(&[]),
        Err(MessageError::Empty { what })
    );
    assert_eq!(
        ControlMessage::from_bytes(&[9, 0]),
        Err(MessageError::Version { what, found: 9 })
    );
    // [99, {}]: a kind that a later version may know.
    assert_eq!(
        ControlMessage::from_bytes(&[1, 0x82, 0x18, 99, 0xa0]),
        Err(MessageError::UnknownKind { what })
    );
    let mut trailing = ControlMessage::DeviceDeleted { at: 1 }.to_bytes().to_vec();
    trailing.push(0);
    assert!(matches!(
        ControlMessage::from_bytes(&trailing),
        Err(MessageError::Malformed { .. })
    ));

    let position = LanePosition {
        lane: Lane::ALL[0],
        epoch: 1,
        slot: 2,
        slot_length: 10,
    };
    for lanes in [
        vec![position, position],
        vec![LanePosition {
            slot_length: 0,
            ..position
        }],
    ] {
        let body = ConsentEnvelope {
            seen: vec![],
            at: 1,
            message: ConsentMessage::Granted { lanes },
        }
        .to_bytes();
        assert!(matches!(
            ConsentEnvelope::from_bytes(&body, Writer::Device),
            Err(MessageError::Impossible { .. })
        ));
    }
    let seen = Seen {
        writer: Writer::Wallet,
        number: 1,
        hash: ContentHash([0; 32]),
    };
    let body = ConsentEnvelope {
        seen: vec![seen, seen],
        at: 1,
        message: ConsentMessage::Accepted,
    }
    .to_bytes();
    assert!(matches!(
        ConsentEnvelope::from_bytes(&body, Writer::Provider),
        Err(MessageError::Impossible { .. })
    ));
}

#[test]
fn a_later_version_may_add_fields() {
    // {0: at, 1: …} of DEVICE_DELETED with a field 9 that this version does not know.
    let body = [1, 0x82, 0x01, 0xa2, 0x00, 0x05, 0x09, 0x83, 1, 2, 3];
    assert_eq!(
        ControlMessage::from_bytes(&body),
        Ok(ControlMessage::DeviceDeleted { at: 5 })
    );
}

#[test]
fn an_authorisation_without_sense_is_refused() {
    let asked = asked(1, "Wattt Insights");
    let good = authorized(&asked);
    let changed = |change: fn(&mut consent::Authorized)| {
        let mut authorized = good.clone();
        change(&mut authorized);
        ControlMessage::from_bytes(&ControlMessage::Authorized(Box::new(authorized)).to_bytes())
    };
    assert!(changed(|_| {}).is_ok());
    for change in [
        (|a: &mut consent::Authorized| a.lanes = Lanes::default()) as fn(&mut consent::Authorized),
        |a| a.until = a.from,
        |a| a.hpke_key.push(0),
        |a| a.provider_key.truncate(3),
        |a| a.consent_key.clear(),
    ] {
        assert!(matches!(
            changed(change),
            Err(MessageError::Impossible { .. })
        ));
    }
}

fn authorized(asked: &support::Asked) -> consent::Authorized {
    let agreement = asked.agreement();
    consent::Authorized {
        consent: asked.consent,
        at: 1,
        lanes: agreement.lanes,
        from: agreement.from,
        until: agreement.until,
        history_days: agreement.history_days,
        hpke_key: asked.signed.request().hpke_key().unwrap().to_bytes(),
        provider_key: asked.signed.provider_key().to_bytes(),
        consent_key: asked.consent_key().verifying().to_bytes(),
        receipt: asked.receipt().hash(),
        request_secret: asked.secret.clone(),
        consent_secret: asked.consent_secret(),
    }
}

/// Properties 3 and 11 of the protocol: each party is told what it may know, and no more.
#[test]
fn messages_carry_only_what_their_reader_may_know() {
    let asked = asked(1, "Wattt Insights");
    let contains =
        |bytes: &[u8], needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);

    let to_device = ControlMessage::Authorized(Box::new(authorized(&asked))).to_bytes();
    let request = asked.signed.request();
    for hidden in [
        &request.provider.name,
        &request.provider.site,
        &request.purpose.text.nl,
        &request.provider.contact,
    ] {
        assert!(
            !contains(&to_device, hidden.as_bytes()),
            "the device need not know “{hidden}”"
        );
    }

    let to_provider = InboxMessage::Accepted(Box::new(Accepted {
        consent: asked.consent,
        receipt: asked.receipt().as_bytes().to_vec(),
        consent_secret: asked.consent_secret(),
    }))
    .to_bytes();
    let other = support::asked(2, "Zonnewijk");
    for hidden in [
        other.consent.as_bytes().as_slice(),
        other.consent.to_string().as_bytes(),
        b"Zonnewijk",
        b"live/",
    ] {
        assert!(
            !contains(&to_provider, hidden),
            "nothing of another consent, or of a lane that was not agreed"
        );
    }
}

#[test]
fn lanes_are_a_list_in_json_in_their_own_order() {
    let text = r#"["day/electricity","live/phases","day/electricity"]"#;
    let lanes: Lanes = serde_json::from_str(text).unwrap();
    assert_eq!(lanes.len(), 2);
    let written = serde_json::to_string(&lanes).unwrap();
    assert_eq!(written, r#"["live/phases","day/electricity"]"#);
}
