use crate::corpus::vectors;
use channel::{IdentityKey, MessageAssembler, MessageKey};
use consent::journal::JournalHead;
use consent::{
    Alert, ConsentEnvelope, ConsentId, ControlMessage, InboxMessage, InboxSlot, JournalEntry,
    SiteStatement, StatusMessage, Writer,
};
use std::sync::LazyLock;

static SIGNER: LazyLock<channel::VerifyingIdentity> =
    LazyLock::new(|| IdentityKey::from_seed(&[2; 32]).verifying());

/// Fragments of a private message: blocks as a node serves them, two of them under two tags.
pub(super) fn message(data: &[u8]) {
    let key = MessageKey::new([1; 32]);
    let mut assembler = MessageAssembler::new(key.clone());
    let (first, second) = data.split_at(data.len().min(4096));
    assembler.offer(&key.tag(0), &[first, second]);
    assembler.offer(&key.tag(1), &[second, first]);
    assert!(
        assembler.wanted().len() <= 16,
        "a message has 16 fragments at most"
    );
    let _body = assembler.verified(&SIGNER, "control");
}

pub(super) fn message_seeds() -> Vec<Vec<u8>> {
    let fragments = vectors("message.json", &["fragments/*/data"]);
    vec![
        fragments.concat(),
        fragments.iter().rev().flatten().copied().collect(),
    ]
}

/// The body of a message in every place where one can lie. What was read is written and read again.
pub(super) fn body(data: &[u8]) {
    if let Ok(message) = ControlMessage::from_bytes(data) {
        assert_eq!(
            ControlMessage::from_bytes(&message.to_bytes()),
            Ok(message),
            "control"
        );
    }
    if let Ok(message) = StatusMessage::from_bytes(data) {
        assert_eq!(
            StatusMessage::from_bytes(&message.to_bytes()),
            Ok(message),
            "status"
        );
    }
    for writer in [Writer::Wallet, Writer::Device, Writer::Provider] {
        if let Ok(message) = ConsentEnvelope::from_bytes(data, writer) {
            assert_eq!(
                ConsentEnvelope::from_bytes(&message.to_bytes(), writer),
                Ok(message),
                "consent"
            );
        }
    }
    for slot in [InboxSlot::Wallet, InboxSlot::Device] {
        if let Ok(message) = InboxMessage::from_bytes(data, slot) {
            assert_eq!(
                InboxMessage::from_bytes(&message.to_bytes(), slot),
                Ok(message),
                "inbox"
            );
        }
    }
    let mut journal = JournalHead::START;
    let _record = journal.read(data);
    let _site = SiteStatement::from_json(data);
}

pub(super) fn body_seeds() -> Vec<Vec<u8>> {
    let (at, consent) = (1_790_000_000, ConsentId([3; 16]));
    let status = [
        StatusMessage::Alert {
            at,
            alert: Alert::DiskNearlyFull { free: 4096 },
        },
        StatusMessage::Refused {
            at,
            message: 7,
            consent: Some(consent),
            why: 2,
        },
        StatusMessage::Deleted { at },
    ];
    let journal = [
        JournalEntry::Paused { consent },
        JournalEntry::ErasureRequested { consent },
    ];
    let mut seeds = vectors("consent.json", &["bodies/*/bytes"]);
    seeds.extend(status.iter().map(|message| message.to_bytes().to_vec()));
    seeds.extend(journal.map(|entry| JournalHead::START.write(entry, at).1.to_vec()));
    seeds
}
