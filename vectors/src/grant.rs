//! A sealed grant, as posted and as opened.

use crate::{Tape, hex};
use anyhow::ensure;
use channel::{ChannelId, Grant, LaneKeys, Publisher, Slot, SlotLength, open_grant, seal_grant};
use serde_json::{Value, json};

pub(crate) fn vectors() -> anyhow::Result<Value> {
    let (consent, secret, seed) = ([9; 16], [4; 32], [3; 32]);
    let mut tape = Tape::new("grant");
    let keys = lane([7; 16], &mut tape)?;
    let history = lane([8; 16], &mut tape)?;
    let grant = Grant {
        consent,
        lanes: vec![(0, keys.clone())],
        history: Some(history.clone()),
    };
    let recipient = kem::SecretKey::from_seed(&seed);
    let (bytes, pairwise) = seal_grant(&grant, recipient.public_key(), &secret, &mut tape)?;
    ensure!(open_grant(&bytes, &recipient, &secret, &consent)?.0 == grant);
    Ok(json!({
        "what": "docs/protocol.md section 3.7",
        "recipient_seed": hex(seed), "shared_secret": hex(secret), "consent": hex(consent), "grant": hex(bytes),
        "opened": { "lane": 0, "keys": described(&keys), "history": described(&history) },
        "pairwise": hex(pairwise.expose()),
    }))
}

fn lane(cid: [u8; 16], tape: &mut Tape) -> anyhow::Result<LaneKeys> {
    let first = Slot(174_000_000);
    let publisher = Publisher::start(ChannelId::from(cid), SlotLength::new(10)?, first, tape);
    Ok(publisher.lane_keys(Slot(first.0 + 3))?)
}

fn described(keys: &LaneKeys) -> Value {
    json!({ "cid": hex(keys.cid), "slot_length": keys.slot_length.seconds(), "epoch": keys.epoch.0, "slot": keys.slot.0,
        "root": hex(keys.root), "key": hex(keys.key.as_bytes()), "cbor": hex(keys.to_bytes().as_slice()) })
}
