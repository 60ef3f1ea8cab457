//! A short life of one lane: data, a body of several parts, cover, a rotation, a new day, history.

use crate::{Tape, hex};
use channel::{BlockKind, ChannelId, Pairwise, Publisher, SealedBlock, Slot, SlotLength};
use serde_json::{Value, json};

const SLOT_SECONDS: u32 = 60;
/// Four slots before midnight, UTC.
const FIRST: Slot = Slot(29_001_600 - 4);

/// The blocks of a lane in the order of their sequence numbers, with what a reader is given and what it must find.
///
/// Everything secret in it comes off the tape with this name.
///
/// # Errors
/// Only if the channel crate refuses what it should not.
pub fn lane(tape: &str) -> anyhow::Result<Value> {
    let mut tape = Tape::new(tape);
    let (cid, length) = (
        ChannelId::from(tape.take::<16>()),
        SlotLength::new(SLOT_SECONDS)?,
    );
    let mut publisher = Publisher::start(cid, length, FIRST, &mut tape);
    let keys = publisher.lane_keys(FIRST)?;
    let (pairwise, neighbour) = (Pairwise::new(tape.take()), Pairwise::new(tape.take()));
    let mut readers = [pairwise.lane(&keys), neighbour.lane(&keys)];

    let long: Vec<u8> = (0..70).flat_map(|_| tape.take::<32>()).collect();
    let story: [(BlockKind, u16, &[u8]); 6] = [
        (BlockKind::Data, 1, b"first"),
        (BlockKind::Data, 1, &long),
        (BlockKind::Cover, 0, b""),
        (BlockKind::Data, 1, b"in the new epoch"),
        (BlockKind::Data, 1, b"on the new day"),
        (BlockKind::History, 1, b"of the past"),
    ];
    let mut blocks = Vec::new();
    for (number, (kind, codec, body)) in story.into_iter().enumerate() {
        let (_, slot, _) = publisher.position();
        if number == 3 {
            let rotation = publisher.rotate(slot, &mut readers, &mut tape)?;
            blocks.extend(described(&rotation, "rotation", &[]));
        }
        let sealed = publisher.publish(slot, kind, codec, body, &mut tape)?;
        blocks.extend(described(&sealed, name(kind), body));
    }
    Ok(json!({
        "what": "docs/protocol.md sections 3.1 to 3.5: the blocks of a lane, in the order of their sequence numbers",
        "lane_keys_cbor": hex(keys.to_bytes().as_slice()), "pairwise": hex(pairwise.expose()), "blocks": blocks,
    }))
}

fn name(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::Cover => "cover",
        BlockKind::History => "history",
        _ => "data",
    }
}

fn described(blocks: &[SealedBlock], kind: &str, body: &[u8]) -> Vec<Value> {
    let describe = |block: &SealedBlock| {
        json!({ "kind": kind, "epoch": block.epoch.0, "slot": block.slot.0, "part": block.part, "seq": block.seq.0,
            "body_of_the_slot": hex(body), "tag": hex(block.tag), "data": hex(*block.data) })
    };
    blocks.iter().map(describe).collect()
}
