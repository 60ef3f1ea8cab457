//! One central at a time.

use core::time::Duration;

use pairing::bluetooth::{FrameError, Heard, Outgoing, PATIENCE, Seat, TurnedAway};
use pairing::{Status, WalletPairing};

use crate::device::{Device, NOW, Phone, START, answer, exchange, random};

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
fn who_waits_for_an_answer_of_the_device_keeps_its_place_however_long_that_takes() {
    let mut seat = Seat::default();
    let frames = Outgoing::default().frames(&[1; 100], 23).unwrap();
    seat.hear(START, "owner", &frames[0]).unwrap();
    let (_, owner) = seat.taken().unwrap();
    // It joins a Wi-Fi network, which may take so long.
    seat.owes(owner);
    let joined = Duration::from_secs(100);
    let busy = Err(TurnedAway::Busy);
    assert_eq!(seat.hear(joined, "stranger", &frames[0]), busy);
    seat.answered(joined, owner);
    let just_before = joined + PATIENCE - Duration::from_millis(1);
    assert_eq!(seat.hear(just_before, "stranger", &frames[0]), busy);
    let over = joined + PATIENCE;
    assert_eq!(seat.hear(over, "stranger", &frames[0]), Ok(Heard::Part));

    // What was owed to somebody who left, or is on another way, keeps nobody away.
    let (_, stranger) = seat.taken().unwrap();
    seat.owes(owner);
    let later = over + PATIENCE;
    assert_eq!(seat.hear(later, "owner", &frames[0]), Ok(Heard::Part));
    let (_, again) = seat.taken().unwrap();
    seat.owes(again);
    assert_eq!(seat.left("owner"), Some(again));
    assert!(again != stranger && again != owner);
    assert_eq!(seat.hear(later, "stranger", &frames[0]), Ok(Heard::Part));
}

#[test]
fn what_is_no_frame_takes_nobodys_place() {
    let mut seat = Seat::default();
    let frames = Outgoing::default().frames(&[1; 100], 23).unwrap();
    let no_frame = Err(TurnedAway::Frame(FrameError::Empty(2)));
    assert_eq!(seat.hear(START, "stranger", &[0, 0]), no_frame);
    assert_eq!(seat.taken(), None);
    seat.hear(START, "first", &frames[0]).unwrap();
    let before = seat.taken();
    let no_frame = Err(TurnedAway::Frame(FrameError::Empty(2)));
    assert_eq!(seat.hear(PATIENCE, "stranger", &[0, 0]), no_frame);
    assert_eq!(seat.taken(), before);
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
