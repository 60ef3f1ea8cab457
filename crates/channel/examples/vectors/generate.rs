//! The test vectors, deterministic.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "an example whose input is fixed"
)]

use channel::{
    BlockKind, ChannelId, Grant, IdentityKey, LaneKeys, MessageKey, Pairwise, Publisher, Ratchet,
    SealedBlock, SideKey, Slot, SlotLength, hash, open_grant, prf, seal_grant, seal_message,
};
use data_encoding::HEXLOWER;
use rand_core::{TryCryptoRng, TryRng};
use serde_json::{Value, json};
use std::convert::Infallible;

/// Name and content of every file.
pub(crate) fn files() -> [(&'static str, String); 6] {
    [
        ("prf.json", prf_vectors()),
        ("kem.json", kem_vectors()),
        ("ratchet.json", ratchet_vectors()),
        ("channel.json", channel_vectors()),
        ("message.json", message_vectors()),
        ("grant.json", grant_vectors()),
    ]
    .map(|(name, value)| {
        (
            name,
            format!("{}\n", serde_json::to_string_pretty(&value).unwrap()),
        )
    })
}

/// Random bytes that are not: SHA-256(name ‖ u32 counter), one block after the other.
struct Tape {
    name: &'static str,
    counter: u32,
    rest: Vec<u8>,
}

impl Tape {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            counter: 0,
            rest: Vec::new(),
        }
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.try_fill_bytes(&mut bytes).unwrap();
        bytes
    }
}

impl TryRng for Tape {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.take()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.take()))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        while self.rest.len() < out.len() {
            let block = hash(&[self.name.as_bytes(), &self.counter.to_le_bytes()]);
            self.rest.extend_from_slice(block.as_bytes());
            self.counter += 1;
        }
        out.copy_from_slice(&self.rest[..out.len()]);
        self.rest.drain(..out.len());
        Ok(())
    }
}

impl TryCryptoRng for Tape {}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    HEXLOWER.encode(bytes.as_ref())
}

fn prf_vectors() -> Value {
    let case = |label: &str, data: &[u8]| {
        json!({ "key": hex([1; 32]), "label": format!("mk1/{label}"), "data": hex(data),
            "output": hex(prf(&[1; 32], label, &[data])) })
    };
    json!({
        "what": "PRF(key, label, data) = HMAC-SHA-256(key, u8(len label) | label | data); docs/protocol.md, notation",
        "cases": [case("tag", b""), case("t", &[0, 0]), case("nextday", b""), case("msg", &7_u32.to_le_bytes())],
    })
}

fn kem_vectors() -> Value {
    let seed = [1; 32];
    let key = kem::SecretKey::from_seed(&seed);
    let ntru = kem::ntru::SecretKey::from_seed(&seed);
    let (shared, ciphertext) = ntru.public_key().encapsulate_from(&[2; 32]);

    let coins: [u8; 64] = Tape::new("kem").take();
    let seal = |text: &[u8]| {
        kem::seal(
            key.public_key(),
            &[3; 32],
            b"id",
            b"info",
            b"aad",
            text,
            &mut Tape::new("kem"),
        )
    };
    let (sealed, exporter) = seal(b"the keys of a lane").unwrap();
    json!({
        "what": "docs/protocol.md section 2",
        "ntru": {
            "seed": hex(seed), "public_key": hex(ntru.public_key().as_bytes()),
            "encapsulation_seed": hex([2; 32]), "ciphertext": hex(ciphertext.as_bytes()), "shared_secret": hex(*shared),
        },
        "hybrid": { "seed": hex(seed), "public_key": hex(key.public_key().to_bytes()) },
        "sealed": {
            "recipient_seed": hex(seed), "psk": hex([3; 32]), "psk_id": hex(b"id"), "info": hex(b"info"),
            "aad": hex(b"aad"), "plaintext": hex(b"the keys of a lane"),
            "coins": { "x25519_ephemeral": hex(&coins[..32]), "ntru_encapsulation_seed": hex(&coins[32..]) },
            "enc": hex(&sealed.enc), "ciphertext": hex(&sealed.ciphertext),
            "exported": { "context": hex(b"mk1/pairwise"), "secret": hex(*exporter.export(b"mk1/pairwise")) },
        },
    })
}

/// The chain of the specification, step by step, next to the ratchet of the crate.
fn ratchet_vectors() -> Value {
    let (side_key, length) = ([1; 32], SlotLength::new(900).unwrap());
    let first = Slot(1_900_000 - 1_900_000 % 96 + 94);
    let mut ratchet = Ratchet::start(&SideKey::new(side_key), length, first);

    let day = prf(&side_key, "day", &[]);
    let (mut chain, mut next_day) = (prf(&day, "chain", &[]), prf(&day, "nextday", &[]));
    let slots = (first.0..first.0 + 100).map(|slot| {
        if slot > first.0 {
            (chain, next_day) = if slot % 96 == 0 {
                (prf(&next_day, "chain", &[]), prf(&next_day, "nextday", &[]))
            } else {
                (prf(&chain, "slot", &[]), next_day)
            };
        }
        assert!(ratchet.seek(Slot(slot)));
        let tag = prf(&prf(&chain, "tag", &[]), "t", &[&[1, 0]]);
        assert_eq!(ratchet.tag(1).as_bytes(), &tag);
        json!({ "slot": slot, "chain": hex(chain), "next_day": hex(next_day), "tag_0": hex(ratchet.tag(0)),
            "tag_1": hex(tag), "key_0": hex(prf(&chain, "enc", &[&[0, 0]])) })
    });
    let slots = slots.collect::<Vec<_>>();
    let chosen = [0, 1, 2, 3, 97, 98, 99].map(|at| slots[at].clone());
    json!({
        "what": "docs/protocol.md section 3.1",
        "side_key": hex(side_key), "slot_length": 900, "first_slot": first.0,
        "rotation_key": hex(prf(&side_key, "rot", &[])), "slots": chosen,
    })
}

/// A short life of one lane: data, a long body, cover, a rotation with one reader, a new day.
fn channel_vectors() -> Value {
    let mut tape = Tape::new("channel");
    let length = SlotLength::new(60).unwrap();
    let first = Slot(29_001_600 - 4);
    let mut publisher = Publisher::start(ChannelId::from([5; 16]), length, first, &mut tape);
    let keys = publisher.lane_keys(first).unwrap();
    let pairwise = Pairwise::new([6; 32]);
    let mut readers = [pairwise.lane(&keys)];

    let mut blocks = Vec::new();
    let long = b"0123456789".repeat(200);
    let story: [(BlockKind, &[u8]); 5] = [
        (BlockKind::Data, b"first"),
        (BlockKind::Data, &long),
        (BlockKind::Cover, b""),
        (BlockKind::Data, b"in the new epoch"),
        (BlockKind::Data, b"on the new day"),
    ];
    for (n, (kind, body)) in story.into_iter().enumerate() {
        if n == 3 {
            let (_, next, _) = publisher.position();
            blocks.extend(described(
                publisher.rotate(next, &mut readers, &mut tape).unwrap(),
                "rotation",
                b"",
            ));
        }
        let (_, slot, _) = publisher.position();
        let name = if kind == BlockKind::Cover {
            "cover"
        } else {
            "data"
        };
        blocks.extend(described(
            publisher.publish(slot, kind, 1, body, &mut tape).unwrap(),
            name,
            body,
        ));
    }
    json!({
        "what": "docs/protocol.md sections 3.1 to 3.5: the blocks of a lane, in the order of their sequence numbers",
        "lane_keys_cbor": hex(keys.to_bytes().as_slice()), "pairwise": hex(pairwise.expose()), "blocks": blocks,
    })
}

fn described(blocks: Vec<SealedBlock>, kind: &str, body: &[u8]) -> Vec<Value> {
    let describe = |block: SealedBlock| {
        json!({ "kind": kind, "epoch": block.epoch.0, "slot": block.slot.0, "part": block.part, "seq": block.seq.0,
            "body_of_the_slot": hex(body), "tag": hex(block.tag), "data": hex(*block.data) })
    };
    blocks.into_iter().map(describe).collect()
}

fn message_vectors() -> Value {
    let (key, signer) = (MessageKey::new([1; 32]), IdentityKey::from_seed(&[2; 32]));
    let body = b"stop ".repeat(200);
    let fragments =
        seal_message(&key, &signer, "control", &body, &mut Tape::new("message")).unwrap();
    let fragments = fragments
        .iter()
        .map(|fragment| json!({ "tag": hex(fragment.tag), "data": hex(*fragment.data) }));
    json!({
        "what": "docs/protocol.md section 4.1",
        "message_key": hex(key.expose()), "signer_seed": hex([2; 32]), "signer": hex(signer.verifying().as_bytes()),
        "signer_hash": hex(signer.verifying().hash()), "context": "mk1/control", "body": hex(body),
        "fragments": fragments.collect::<Vec<_>>(),
    })
}

fn grant_vectors() -> Value {
    let mut tape = Tape::new("grant");
    let publisher = Publisher::start(
        ChannelId::from([7; 16]),
        SlotLength::new(10).unwrap(),
        Slot(174_000_000),
        &mut tape,
    );
    let keys = publisher.lane_keys(Slot(174_000_003)).unwrap();
    let grant = Grant {
        consent: [9; 16],
        lanes: vec![(0, keys.clone())],
        history: None,
    };
    let recipient = kem::SecretKey::from_seed(&[3; 32]);
    let (bytes, pairwise) =
        seal_grant(&grant, recipient.public_key(), &[4; 32], &mut tape).unwrap();
    assert_eq!(
        open_grant(&bytes, &recipient, &[4; 32], &[9; 16])
            .unwrap()
            .0,
        grant
    );
    json!({
        "what": "docs/protocol.md section 3.7",
        "recipient_seed": hex([3; 32]), "shared_secret": hex([4; 32]), "consent": hex([9; 16]), "grant": hex(bytes),
        "opened": { "lane": 0, "keys": described_keys(&keys) }, "pairwise": hex(pairwise.expose()),
    })
}

fn described_keys(keys: &LaneKeys) -> Value {
    json!({ "cid": hex(keys.cid), "slot_length": keys.slot_length.seconds(), "epoch": keys.epoch.0, "slot": keys.slot.0,
        "root": hex(keys.root), "key": hex(keys.key.as_bytes()), "cbor": hex(keys.to_bytes().as_slice()) })
}
