//! The chain of the specification, step by step, next to the ratchet of the crate.

use crate::hex;
use anyhow::ensure;
use channel::{Ratchet, SideKey, Slot, SlotLength, prf};
use serde_json::{Value, json};

const SIDE_KEY: [u8; 32] = [1; 32];
const SLOTS_A_DAY: u64 = 96;
const FIRST: u64 = 1_900_000 - 1_900_000 % SLOTS_A_DAY + SLOTS_A_DAY - 2;

pub(crate) fn vectors() -> anyhow::Result<Value> {
    let mut ratchet = Ratchet::start(&SideKey::new(SIDE_KEY), SlotLength::new(900)?, Slot(FIRST));
    let day = prf(&SIDE_KEY, "day", &[]);
    let (mut chain, mut next_day) = (prf(&day, "chain", &[]), prf(&day, "nextday", &[]));
    let mut slots = Vec::new();
    for slot in FIRST..FIRST + 100 {
        if slot > FIRST {
            (chain, next_day) = if slot % SLOTS_A_DAY == 0 {
                (prf(&next_day, "chain", &[]), prf(&next_day, "nextday", &[]))
            } else {
                (prf(&chain, "slot", &[]), next_day)
            };
        }
        let tag = prf(&prf(&chain, "tag", &[]), "t", &[&[1, 0]]);
        ensure!(ratchet.seek(Slot(slot)) && *ratchet.tag(1).as_bytes() == tag);
        if !(FIRST + 4..FIRST + 97).contains(&slot) {
            slots.push(json!({ "slot": slot, "chain": hex(chain), "next_day": hex(next_day),
                "tag_0": hex(ratchet.tag(0)), "tag_1": hex(tag), "key_0": hex(prf(&chain, "enc", &[&[0, 0]])) }));
        }
    }
    Ok(json!({
        "what": "docs/protocol.md section 3.1",
        "side_key": hex(SIDE_KEY), "slot_length": 900, "first_slot": FIRST,
        "rotation_key": hex(prf(&SIDE_KEY, "rot", &[])), "slots": slots,
    }))
}
