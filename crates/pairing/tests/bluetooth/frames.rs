//! Messages in frames, as a radio loses, doubles and reorders them.

use core::time::Duration;

use pairing::MAX_MESSAGE;
use pairing::bluetooth::{Assembler, FrameError, MESSAGE_TIME, Outgoing, TooLong, frame_len};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::device::START;

#[test]
fn a_wallet_that_comes_while_another_is_served_reads_its_own_answers() {
    let mut device = Outgoing::default();
    let mut late = Assembler::default();
    for _ in 0..200 {
        for frame in device.frames(&[5; 40], 23).unwrap() {
            late.push(START, &frame).unwrap();
        }
    }
    let frames = device.frames(b"for the late one", 23).unwrap();
    assert_eq!(joined(&mut late, &frames).unwrap(), b"for the late one");
}

#[test]
fn what_is_no_frame_is_refused_and_named() {
    let mut frames = Assembler::default();
    assert_eq!(frames.push(START, &[]), Err(FrameError::Empty(0)));
    assert_eq!(frames.push(START, &[0, 0]), Err(FrameError::Empty(2)));
    assert_eq!(frames.push(START, &[0, 0, 0]), Err(FrameError::Empty(3)));
    assert_eq!(
        frames.push(START, &[0; 513]),
        Err(FrameError::Oversized(513))
    );
    assert_eq!(frames.push(START, &[0; 512]), Ok(None));
    let mut outgoing = Outgoing::default();
    assert_eq!(outgoing.frames(&[], 517), Err(TooLong(0)));
    let long = vec![0; MAX_MESSAGE + 1];
    assert_eq!(outgoing.frames(&long, 517), Err(TooLong(MAX_MESSAGE + 1)));
}

#[test]
fn frames_that_contradict_each_other_end_their_message() {
    let end = |index: u16| index | 0x8000;
    let frame = |index: u16, part: &[u8]| [&[0], index.to_le_bytes().as_slice(), part].concat();
    let cases: [&[Vec<u8>]; 4] = [
        &[frame(0, b"one"), frame(0, b"other")],
        &[frame(3, b"beyond"), frame(end(2), b"end")],
        &[frame(end(2), b"end"), frame(3, b"beyond")],
        &[frame(end(2), b"end"), frame(end(1), b"another end")],
    ];
    for case in cases {
        let mut frames = Assembler::default();
        assert_eq!(frames.push(START, &case[0]), Ok(None));
        assert_eq!(frames.push(START, &case[1]), Err(FrameError::Contradiction));
        // Nothing that comes later makes it whole; the next message is taken.
        for index in [0, 1, end(2)] {
            assert_eq!(frames.push(START, &frame(index, b"late")), Ok(None));
        }
        assert_eq!(frames.push(START, &[1, 0, 0x80, 7]), Ok(Some(vec![7])));
    }
}

#[test]
fn an_oversized_message_ends_before_it_takes_more_memory_than_it_may() {
    let mut frames = Assembler::default();
    let mut taken = 0;
    let refused = (0u16..).find_map(|index| {
        let frame = [&[0], index.to_le_bytes().as_slice(), &[7; 497]].concat();
        taken += 497;
        frames.push(START, &frame).err()
    });
    assert_eq!(refused, Some(FrameError::TooLong));
    assert!(taken <= MAX_MESSAGE + 497);
}

#[test]
fn the_longest_message_fits_and_fills_its_frames() {
    let longest = vec![7; MAX_MESSAGE];
    let all = Outgoing::default().frames(&longest, 517).unwrap();
    let lengths: Vec<usize> = all.iter().map(Vec::len).collect();
    assert!(
        lengths[..lengths.len() - 1]
            .iter()
            .all(|length| *length == frame_len(517))
    );
    assert_eq!(joined(&mut Assembler::default(), &all), Some(longest));
}

#[test]
fn a_message_that_trickles_in_is_given_up() {
    let mut frames = Assembler::default();
    let all = Outgoing::default().frames(&[7; 40], 23).unwrap();
    assert_eq!(frames.push(START, &all[0]), Ok(None));
    assert_eq!(frames.push(MESSAGE_TIME, &all[1]), Ok(None));
    let late = MESSAGE_TIME + Duration::from_millis(1);
    assert_eq!(frames.push(late, &all[2]), Err(FrameError::TooSlow));
}

#[test]
fn a_frame_fits_where_bluez_cuts_and_counts_wrongly() {
    assert_eq!(frame_len(517), 500);
    assert_eq!(frame_len(185), 180);
    assert_eq!(frame_len(23), 18);
    assert_eq!(frame_len(0), 18);
}

/// The message that the last of these frames completes.
fn joined(assembler: &mut Assembler, frames: &[Vec<u8>]) -> Option<Vec<u8>> {
    let mut message = None;
    for frame in frames {
        message = assembler.push(START, frame).unwrap();
    }
    message
}

proptest! {
    #[test]
    fn a_message_survives_any_order_and_any_doubling(
        message in proptest::collection::vec(any::<u8>(), 1..3000),
        mtu in 23..600u16,
        again in proptest::collection::vec(any::<Index>(), 0..20),
        order in any::<u64>(),
    ) {
        let mut frames = Outgoing::default().frames(&message, mtu).unwrap();
        prop_assert!(frames.iter().all(|frame| frame.len() <= frame_len(mtu)));
        for index in again {
            frames.push(index.get(&frames).clone());
        }
        shuffle(&mut frames, order);
        let mut assembler = Assembler::default();
        let mut messages = Vec::new();
        for frame in &frames {
            messages.extend(assembler.push(START, frame).unwrap());
        }
        prop_assert_eq!(messages, vec![message], "once, and whole");
    }

    #[test]
    fn without_one_of_its_frames_nothing_comes_and_the_next_message_does(
        message in proptest::collection::vec(any::<u8>(), 1..2000),
        next in proptest::collection::vec(any::<u8>(), 1..200),
        missing in any::<Index>(),
    ) {
        let mut outgoing = Outgoing::default();
        let mut frames = outgoing.frames(&message, 185).unwrap();
        frames.remove(missing.index(frames.len()));
        let mut assembler = Assembler::default();
        for frame in &frames {
            prop_assert_eq!(assembler.push(START, frame), Ok(None));
        }
        let frames = outgoing.frames(&next, 185).unwrap();
        prop_assert_eq!(joined(&mut assembler, &frames), Some(next));
    }

    #[test]
    fn any_bytes_are_frames_or_refused(
        frames in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..600), 0..50),
    ) {
        let mut assembler = Assembler::default();
        for frame in &frames {
            if let Ok(Some(message)) = assembler.push(START, frame) {
                prop_assert!(message.len() <= MAX_MESSAGE);
            }
        }
    }
}

/// The order that this number stands for.
fn shuffle(frames: &mut [Vec<u8>], order: u64) {
    let mut state = order | 1;
    for at in (1..frames.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let other = usize::try_from(state >> 33).unwrap() % (at + 1);
        frames.swap(at, other);
    }
}
