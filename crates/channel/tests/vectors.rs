//! The crate reads the lane in `docs/vectors`, and so does the independent reader of these tests.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use channel::{Event, LaneKeys, Pairwise, Reader, Tag};
use data_encoding::HEXLOWER;
use serde_json::Value;
use std::path::Path;
use support::insider::Insider;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs/vectors")
        .join(name);
    std::fs::read_to_string(path).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

#[test]
fn a_reader_reads_the_lane_in_the_file() {
    let file: Value = serde_json::from_str(&read("channel.json")).unwrap();
    let keys = LaneKeys::from_bytes(&bytes(&file["lane_keys_cbor"])).unwrap();
    let pairwise = Pairwise::new(bytes(&file["pairwise"]).try_into().unwrap());
    let mut tangle = support::Tangle::default();
    for block in file["blocks"].as_array().unwrap() {
        tangle.post(
            Tag::try_from(bytes(&block["tag"]).as_slice()).unwrap(),
            &bytes(&block["data"]),
        );
    }
    let now = keys.slot_length.start_of(channel::Slot(keys.slot.0 + 10));
    let events = tangle.follow(&mut Reader::new(keys, &pairwise).unwrap(), now);
    let found = |kind: fn(&Event) -> bool| events.iter().filter(|event| kind(event)).count();
    assert_eq!(found(|event| matches!(event, Event::Data { .. })), 4);
    assert_eq!(found(|event| matches!(event, Event::History { .. })), 1);
    assert_eq!(found(|event| matches!(event, Event::Cover { .. })), 1);
    assert_eq!(found(|event| matches!(event, Event::DayIndex { .. })), 1);
    assert_eq!(found(|event| matches!(event, Event::Rotated { .. })), 1);
    assert_eq!(
        found(|event| matches!(event, Event::Rejected { .. } | Event::Fork { .. })),
        0
    );
}

#[test]
fn the_specification_alone_is_enough_to_read_the_first_epoch() {
    let file: Value = serde_json::from_str(&read("channel.json")).unwrap();
    let keys = LaneKeys::from_bytes(&bytes(&file["lane_keys_cbor"])).unwrap();
    let insider = Insider::new(&keys);
    let mut prev = [0; 32];
    for block in file["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|block| block["epoch"] == 0)
    {
        let part = u16::try_from(block["part"].as_u64().unwrap()).unwrap();
        let slot = (block["kind"] != "rotation").then(|| block["slot"].as_u64().unwrap());
        let tag = slot.map_or_else(
            || insider.rotation_tag(part),
            |slot| insider.tag(slot, part),
        );
        assert_eq!(tag.as_bytes().as_slice(), bytes(&block["tag"]));
        let plain = insider.open(slot, part, &bytes(&block["data"])).unwrap();
        assert!(insider.verifies(&plain));
        assert_eq!(
            (plain.seq(), plain.prev()),
            (block["seq"].as_u64().unwrap(), prev)
        );
        prev = insider.hash(&plain);
    }
}
