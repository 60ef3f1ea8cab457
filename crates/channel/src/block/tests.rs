//! A header as bytes, and the place that it names.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;

const CODEC: u16 = 0x0102;

fn header(kind: BlockKind) -> Header {
    Header {
        kind,
        more: false,
        followed: false,
        epoch: Epoch(3),
        seq: Seq(5),
        slot: Slot(7),
        part: 2,
        codec: CODEC,
        prev: [8; 32].into(),
        next_root: [9; 32].into(),
    }
}

fn written(header: &Header) -> [u8; HEADER_LEN] {
    let mut bytes = Vec::new();
    header.write(10, &mut bytes);
    bytes.try_into().unwrap()
}

#[test]
fn a_header_is_read_as_it_was_written() {
    for (more, followed) in [(false, false), (true, false), (false, true), (true, true)] {
        let header = Header {
            more,
            followed,
            ..header(BlockKind::Data)
        };
        assert_eq!(Header::read(&written(&header)), Some((header, 10)));
    }
}

#[test]
fn another_version_and_flags_that_nobody_knows_are_refused() {
    let known = written(&header(BlockKind::Data));
    for (at, value) in [(0, VERSION + 1), (2, 4), (2, 7), (3, 1)] {
        let mut other = known;
        other[at] = value;
        assert_eq!(Header::read(&other), None, "byte {at} is {value}");
    }
}

#[test]
fn a_place_holds_what_names_it_and_nothing_else() {
    let slot = Place::Slot(Epoch(3), Slot(7), 2);
    let rotation = Place::Rotation(Epoch(3), 2);
    assert!(slot.holds(&header(BlockKind::Data)));
    assert!(slot.holds(&header(BlockKind::Cover)));
    assert!(!slot.holds(&header(BlockKind::KeyRotation)));
    assert!(rotation.holds(&header(BlockKind::KeyRotation)));
    assert!(!rotation.holds(&header(BlockKind::Data)));
    for kind in [BlockKind::Data, BlockKind::KeyRotation] {
        let place = if kind == BlockKind::Data {
            slot
        } else {
            rotation
        };
        for other in [
            Header {
                epoch: Epoch(4),
                ..header(kind)
            },
            Header {
                part: 3,
                ..header(kind)
            },
        ] {
            assert!(!place.holds(&other), "{other:?}");
        }
    }
    let later = Header {
        slot: Slot(8),
        ..header(BlockKind::Data)
    };
    assert!(!slot.holds(&later));
}
