//! Who owns a device, from the first message until it is removed.

use pairing::{Lapse, Moment, Offer, PENDING, Status};

use crate::device::{BLE, Device, NOW, answer_of, assert_same, offer, pair, reply, rng};

const YEAR: u64 = 365 * 86_400;

#[test]
fn the_name_of_a_device_is_short_and_shown_as_text() {
    let mut device = Device::open(1);
    let hostile = Offer {
        name: format!("Meter\u{1b}[2J\u{202e}{}", "x".repeat(200)),
        lanes: vec![offer().lanes[0].clone(); 100],
    };
    let says = |device: &mut Device, message: &[u8]| {
        let (pairing, identity, rng) = (&mut device.pairing, &device.identity, &mut device.rng);
        reply(pairing.receive(NOW, BLE, message, identity, &hostile, rng)).message
    };
    let wallet = device.wallet();
    let challenge = says(&mut device, wallet.message());
    let answered = answer_of(&wallet, &challenge);
    let result = says(&mut device, answered.message());
    let (_, offered) = answered.result(&result).unwrap();
    assert_eq!(offered.name, format!("Meter[2J{}", "x".repeat(56)));
    assert_eq!(offered.lanes.len(), 32);
}

#[test]
fn both_sides_end_with_the_same_keys() {
    let mut device = Device::open(1);
    let wallet = pair(&mut device);
    assert_eq!(device.pairing.status(NOW), Status::PairedPending);
    assert_same(&wallet, device.pairing.pending().unwrap());
    assert_ne!(wallet.to_device(), wallet.to_wallet());
    device.pairing.added(NOW + 5).unwrap();
    assert_same(&wallet, device.pairing.paired().unwrap());
}

#[test]
fn no_step_of_a_pairing_prints_its_secrets() {
    let mut device = Device::open(1);
    let wallet = device.wallet();
    let challenge = device.answer(wallet.message());
    let challenged = wallet.challenge(NOW, &challenge).unwrap();
    let shown = format!("{wallet:?} {challenged:?}");
    assert_eq!(shown, "WalletPairing(..) Challenged(..)");
    let answered = answer_of(&wallet, &challenge);
    let result = device.answer(answered.message());
    let (paired, _) = answered.result(&result).unwrap();
    let shown = format!("{answered:?} {paired:?}");
    assert_eq!(shown, "WalletAnswered(..) Paired(..)");
}

#[test]
fn two_pairings_share_no_secret() {
    let mut device = Device::open(1);
    let first = pair(&mut device);
    device.pairing.remove();
    device.pairing.open_window(NOW).unwrap();
    let wallet = device.wallet_of(NOW, 78);
    let challenge = device.answer(wallet.message());
    let answered = answer_of(&wallet, &challenge);
    let second = answered
        .result(&device.answer(answered.message()))
        .unwrap()
        .0;
    assert_ne!(first.to_device(), second.to_device());
    assert_ne!(first.to_wallet(), second.to_wallet());
}

#[test]
fn pending_survives_a_restart_and_waits_ten_minutes() {
    let mut device = Device::open(1);
    let wallet = pair(&mut device);
    device.restart();
    assert!(device.pairing.tick(NOW + PENDING - 1).is_none());
    assert_same(&wallet, device.pairing.added(NOW + PENDING - 1).unwrap());
    device.restart();
    assert_same(&wallet, device.pairing.paired().unwrap());
}

/// A Raspberry Pi has no battery behind its clock: after a power cut it may stand anywhere.
#[test]
fn pending_outlives_a_power_cut_whatever_the_clock_says_after_it() {
    for unix in [NOW - YEAR, NOW - 1, NOW + PENDING, NOW + YEAR] {
        let at = |seconds: u64| Moment {
            unix: unix + seconds,
            steady: 7 + seconds,
        };
        let mut device = Device::open(1);
        let wallet = pair(&mut device);
        device.restart();
        assert!(device.pairing.tick(at(0)).is_none(), "{unix}");
        assert_eq!(device.pairing.status(at(0)), Status::PairedPending);
        device.restart();
        assert!(device.pairing.tick(at(0)).is_none(), "{unix}, twice");
        assert!(device.pairing.tick(at(PENDING - 1)).is_none());
        // NTP answers in the middle of it.
        let right = Moment {
            unix: NOW + 100,
            ..at(PENDING - 1)
        };
        assert_same(&wallet, device.pairing.added(right).unwrap());

        let mut forgotten = Device::open(1);
        pair(&mut forgotten);
        forgotten.restart();
        forgotten.pairing.tick(at(0));
        let lapsed = forgotten.pairing.tick(at(PENDING));
        assert!(matches!(lapsed, Some(Lapse::Pending)), "{lapsed:?}");
    }
}

#[test]
fn after_a_start_another_wallet_may_pair_and_the_one_before_is_waited_for_until_it_has() {
    let mut device = Device::open(1);
    let first = pair(&mut device);
    device.restart();
    device.pairing.open_window_at_start(NOW).unwrap();
    let second = device.wallet_of(NOW, 78);
    let challenge = device.answer(second.message());
    assert_eq!(device.pairing.status(NOW), Status::Claimed);
    assert_same(&first, device.pairing.pending().unwrap());
    // That wallet's power fails too, and the first one's DEVICE_ADDED comes.
    device.restart();
    device.pairing.open_window_at_start(NOW).unwrap();
    let mut replaced = Device::open(1);
    replaced.pairing = pairing::DevicePairing::from_state(&device.pairing.to_state()).unwrap();
    assert_same(&first, device.pairing.added(NOW).unwrap());
    assert_eq!(device.pairing.status(NOW), Status::Paired);

    // Or it answers, and takes the place of the first.
    replaced.pairing.open_window_at_start(NOW).unwrap();
    assert!(second.challenge(NOW, &challenge).is_ok());
    let third = replaced.wallet_of(NOW, 79);
    let challenge = replaced.answer(third.message());
    let answered = answer_of(&third, &challenge);
    let result = replaced.answer(answered.message());
    let (paired, _) = answered.result(&result).unwrap();
    assert_same(&paired, replaced.pairing.pending().unwrap());
    assert_ne!(paired.to_device(), first.to_device());
    assert_eq!(replaced.pairing.status(NOW), Status::PairedPending);
}

#[test]
fn a_window_after_a_start_that_nobody_used_leaves_the_wallet_waited_for() {
    let mut device = Device::open(1);
    let wallet = pair(&mut device);
    device.restart();
    device.pairing.open_window_at_start(NOW).unwrap();
    let over = NOW + pairing::WINDOW;
    assert!(matches!(device.pairing.tick(over), Some(Lapse::Window)));
    assert_eq!(device.pairing.status(over), Status::PairedPending);
    assert_same(&wallet, device.pairing.added(over).unwrap());
}

#[test]
fn without_device_added_the_device_has_no_owner() {
    let mut device = Device::open(1);
    pair(&mut device);
    assert!(matches!(
        device.pairing.tick(NOW + PENDING),
        Some(Lapse::Pending)
    ));
    assert!(device.pairing.added(NOW + PENDING).is_err());
    assert_eq!(device.pairing.status(NOW + PENDING), Status::Unpaired);
}

#[test]
fn a_new_window_gives_up_a_pairing_that_is_pending() {
    let mut device = Device::open(1);
    pair(&mut device);
    device.pairing.open_window(NOW + 5).unwrap();
    assert!(device.pairing.added(NOW + 6).is_err());
    assert!(matches!(
        device.pairing.status(NOW + 6),
        Status::Advertising { seconds: 119 }
    ));
}

#[test]
fn a_device_that_was_removed_has_no_owner() {
    let mut device = Device::open(1);
    pair(&mut device);
    device.pairing.added(NOW + 5).unwrap();
    device.pairing.remove();
    assert!(device.pairing.paired().is_none());
    assert_eq!(device.pairing.status(NOW + 6), Status::Unpaired);
}

#[test]
fn the_code_alone_does_not_give_the_control_secrets() {
    // Same code, same identities, same signing keys: what differs are the ephemeral keys, which nobody keeps.
    let paired = pair(&mut Device::open(1));
    let mut again = Device::open(1);
    again.rng = rng(123);
    let other = pair(&mut again);
    assert_ne!(paired.to_device(), other.to_device());
    assert_ne!(paired.to_wallet(), other.to_wallet());
}
