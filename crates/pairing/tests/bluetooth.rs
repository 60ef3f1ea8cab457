//! Pairing over Bluetooth LE without a radio: frames as a radio loses, doubles and reorders them, and who may talk
//! (`docs/protocol.md` section 5.5).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use core::time::Duration;

use channel::IdentityKey;
use pairing::bluetooth::{
    Assembler, Condition, FrameError, Heard, Info, InfoError, MESSAGE_TIME, Outgoing, PATIENCE,
    Seat, TooLong, TurnedAway, frame_len, local_name, serial_in,
};
use pairing::near::{HINT_LEN, Hint};
use pairing::{
    DevicePairing, MAX_MESSAGE, Offer, Paired, Reaction, Route, Serial, Status, WalletAnswered,
    WalletPairing,
};
use proptest::prelude::*;
use proptest::sample::Index;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

const NOW: u64 = 1_790_000_000;
const START: Duration = Duration::ZERO;

/// The device with its radio: the seat, the state machine, and its own messages as frames.
struct Device {
    pairing: DevicePairing,
    identity: IdentityKey,
    rng: ChaCha20Rng,
    seat: Seat<&'static str>,
    outgoing: Outgoing,
    mtu: u16,
}

impl Device {
    fn listening(mtu: u16) -> Self {
        let identity = IdentityKey::from_seed(&[1; 32]);
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let mut pairing = DevicePairing::new(&identity.verifying(), Serial([0, 0, 0, 1]), &mut rng);
        pairing.open_window(NOW).unwrap();
        Self {
            pairing,
            identity,
            rng,
            seat: Seat::default(),
            outgoing: Outgoing::default(),
            mtu,
        }
    }

    /// One write; what the device notifies because of it.
    fn write(&mut self, central: &'static str, frame: &[u8]) -> Vec<Vec<u8>> {
        match self.seat.hear(START, central, frame) {
            Ok(Heard::Message(route, message)) => self.react(route, &message),
            Ok(Heard::Part) | Err(_) => Vec::new(),
        }
    }

    fn react(&mut self, route: Route, message: &[u8]) -> Vec<Vec<u8>> {
        let reaction = self.pairing.receive(
            NOW,
            route,
            message,
            &self.identity,
            &Offer::default(),
            &mut self.rng,
        );
        match reaction {
            Reaction::Answer(reply) => self.outgoing.frames(&reply.message, self.mtu).unwrap(),
            _ => Vec::new(),
        }
    }

    fn breaks_off(&mut self, central: &'static str) {
        if let Some(route) = self.seat.left(central) {
            self.pairing.disconnected(route);
        }
    }

    fn status(&mut self) -> Status {
        self.pairing.status(NOW)
    }
}

/// A wallet's connection.
#[derive(Default)]
struct Phone {
    outgoing: Outgoing,
    frames: Assembler,
}

impl Phone {
    fn hear(&mut self, notified: &[Vec<u8>]) -> Option<Vec<u8>> {
        let messages = notified
            .iter()
            .filter_map(|frame| self.frames.push(START, frame).unwrap());
        messages.last()
    }
}

fn random() -> ChaCha20Rng {
    seeded(9)
}

fn seeded(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

/// Sends a message over a channel that may do with its frames what it likes; gives what came back.
fn exchange(
    device: &mut Device,
    phone: &mut Phone,
    message: &[u8],
    channel: impl Fn(Vec<Vec<u8>>) -> Vec<Vec<u8>>,
) -> Option<Vec<u8>> {
    let written = channel(phone.outgoing.frames(message, device.mtu).unwrap());
    let notified: Vec<Vec<u8>> = written
        .iter()
        .flat_map(|frame| device.write("phone", frame))
        .collect();
    phone.hear(&channel(notified))
}

fn answer(wallet: &WalletPairing, challenge: &[u8]) -> WalletAnswered {
    let key = IdentityKey::from_seed(&[2; 32]);
    let challenged = wallet.challenge(NOW, challenge).unwrap();
    challenged.answer(NOW, &key, &mut random()).unwrap()
}

fn pair(device: &mut Device, channel: impl Fn(Vec<Vec<u8>>) -> Vec<Vec<u8>>) -> Paired {
    let mut phone = Phone::default();
    let wallet = WalletPairing::start(&device.pairing.code(), NOW, &mut random()).unwrap();
    let challenge = exchange(device, &mut phone, wallet.message(), &channel).unwrap();
    let answered = answer(&wallet, &challenge);
    let result = exchange(device, &mut phone, answered.message(), &channel).unwrap();
    answered.result(&result).unwrap().0
}

#[test]
fn a_device_and_a_wallet_pair_at_every_size_of_frame() {
    for mtu in [0, 23, 185, 247, 517, u16::MAX] {
        let mut device = Device::listening(mtu);
        let paired = pair(&mut device, |frames| frames);
        assert_eq!(device.status(), Status::PairedPending);
        let pending = device.pairing.pending().unwrap();
        assert_eq!(pending.to_device(), paired.to_device());
    }
}

#[test]
fn frames_that_are_doubled_or_turned_round_pair_too() {
    pair(&mut Device::listening(185), |mut frames| {
        frames.reverse();
        frames
    });
    pair(&mut Device::listening(185), |frames| {
        frames
            .into_iter()
            .flat_map(|frame| [frame.clone(), frame])
            .collect()
    });
}

#[test]
fn a_connection_that_breaks_after_any_frame_leaves_the_device_free() {
    let mut device = Device::listening(185);
    let wallet = WalletPairing::start(&device.pairing.code(), NOW, &mut random()).unwrap();
    let frames = Outgoing::default().frames(wallet.message(), 185).unwrap();
    for sent in 0..frames.len() {
        for frame in &frames[..sent] {
            assert!(device.write("cut", frame).is_empty());
        }
        device.breaks_off("cut");
        assert!(matches!(device.status(), Status::Advertising { .. }));
    }
    // The whole claim, and then nothing: its session ends with the connection.
    let mut phone = Phone::default();
    let challenge = exchange(&mut device, &mut phone, wallet.message(), |all| all).unwrap();
    assert_eq!(device.status(), Status::Claimed);
    let answered = answer(&wallet, &challenge);
    let frames = phone.outgoing.frames(answered.message(), 185).unwrap();
    for frame in &frames[..frames.len() - 1] {
        assert!(device.write("phone", frame).is_empty());
    }
    device.breaks_off("phone");
    assert!(matches!(device.status(), Status::Advertising { .. }));

    let mut again = Device::listening(185);
    pair(&mut again, |frames| frames);
}

#[test]
fn a_second_central_is_turned_away_until_the_first_is_gone_or_silent() {
    let mut seat = Seat::default();
    let frames = Outgoing::default().frames(&[1; 100], 23).unwrap();
    assert_eq!(seat.hear(START, "first", &frames[0]), Ok(Heard::Part));
    let just_before = PATIENCE - Duration::from_millis(1);
    assert_eq!(
        seat.hear(just_before, "second", &frames[0]),
        Err(TurnedAway::Busy)
    );
    assert_eq!(seat.left("second"), None);
    let (_, first) = seat.taken().unwrap();

    assert_eq!(seat.hear(PATIENCE, "second", &frames[0]), Ok(Heard::Part));
    let (central, second) = seat.taken().unwrap();
    assert_eq!(central, "second");
    assert_ne!(first, second, "each connection is a way of its own");
    assert_eq!(
        seat.hear(PATIENCE, "first", &frames[1]),
        Err(TurnedAway::Busy)
    );
    assert_eq!(seat.left("second"), Some(second));
    assert_eq!(seat.hear(PATIENCE, "first", &frames[1]), Ok(Heard::Part));
}

#[test]
fn a_session_cannot_be_taken_over_by_another_connection() {
    let mut device = Device::listening(517);
    let mut phone = Phone::default();
    let wallet = WalletPairing::start(&device.pairing.code(), NOW, &mut random()).unwrap();
    let challenge = exchange(&mut device, &mut phone, wallet.message(), |all| all).unwrap();
    let answered = answer(&wallet, &challenge);
    let frames = phone.outgoing.frames(answered.message(), 517).unwrap();
    for frame in &frames {
        assert!(device.write("another", frame).is_empty());
    }
    assert_eq!(device.status(), Status::Claimed);
    // The same bytes on a later connection belong to no session there.
    device.breaks_off("phone");
    for frame in &frames {
        assert!(device.write("another", frame).is_empty());
    }
    assert!(matches!(device.status(), Status::Advertising { .. }));
}

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
fn a_message_of_a_closed_window_or_an_owner_meets_what_it_meets_everywhere() {
    let mut device = Device::listening(517);
    let code = device.pairing.code();
    pair(&mut device, |frames| frames);
    device.pairing.added(NOW).unwrap();
    let wallet = WalletPairing::start(&code, NOW, &mut seeded(10)).unwrap();
    let mut phone = Phone::default();
    device.breaks_off("phone");
    let refused = exchange(&mut device, &mut phone, wallet.message(), |all| all).unwrap();
    assert_eq!(
        wallet.challenge(NOW, &refused).unwrap_err().to_string(),
        pairing::Refusal::AlreadyPaired.to_string()
    );
    device.pairing.remove();
    let photographed = WalletPairing::start(&code, NOW, &mut seeded(11)).unwrap();
    let said = exchange(&mut device, &mut phone, photographed.message(), |all| all);
    assert_eq!(
        said, None,
        "a photographed code and a closed window: silence"
    );
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

#[test]
fn what_a_device_says_of_itself_is_read_back() {
    for condition in [
        Condition::Closed,
        Condition::Listening,
        Condition::Busy,
        Condition::Paired,
        Condition::Locked,
        Condition::Near,
    ] {
        let serial = Serial([0, 0, 0, 42]);
        let hint = (condition == Condition::Near).then(|| Hint::from_bytes(&[7; HINT_LEN]));
        let info = Info {
            condition,
            serial,
            hint,
        };
        assert_eq!(Info::from_bytes(&info.to_bytes()), Ok(info));
        let longer = [&info.to_bytes()[..], b"of a later version"].concat();
        assert_eq!(Info::from_bytes(&longer), Ok(info));
    }
    assert_eq!(Info::from_bytes(&[]), Err(InfoError::Malformed));
    assert_eq!(
        Info::from_bytes(&[1, 9, 0, 0, 0, 0]),
        Err(InfoError::Malformed)
    );
    assert_eq!(Info::from_bytes(&[2, 0]), Err(InfoError::Version(2)));

    let name = local_name(Serial([0, 0, 0, 42]));
    assert_eq!(name, "Meterkast 0000002A");
    assert_eq!(serial_in(&name), Some(Serial([0, 0, 0, 42])));
    for other in ["Meterkast", "Meterkast 42", "Television 0000002A", ""] {
        assert_eq!(serial_in(other), None, "{other:?}");
    }
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
