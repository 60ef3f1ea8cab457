//! When a device listens, to whom, and for how long.

use pairing::{
    Lapse, Moment, PairingError, Refusal, Route, SESSION, Silence, Status, WINDOW, WindowError,
};

use crate::device::{BLE, Device, NOW, answer_of, pair, refusal, reply, rng, silence, wallet_key};

#[test]
fn a_closed_window_says_nothing() {
    let mut device = Device::new(1);
    let wallet = device.wallet();
    assert_eq!(
        silence(device.receive(wallet.message())),
        Silence::WindowClosed
    );
    device.pairing.open_window(NOW).unwrap();
    let late = device.wallet_of(NOW + WINDOW, 5);
    assert_eq!(
        silence(device.receive_at(NOW + WINDOW, BLE, late.message())),
        Silence::WindowClosed
    );
    assert_eq!(device.pairing.status(NOW + WINDOW), Status::Unpaired);
}

#[test]
fn a_clock_that_is_set_neither_closes_nor_prolongs_a_window_or_a_session() {
    const YEAR: u64 = 365 * 86_400;
    for unix in [NOW - YEAR, NOW + YEAR] {
        let at = |steady| Moment { unix, steady };
        let mut device = Device::open(1);
        let wallet = device.wallet();
        reply(device.receive_at(at(NOW + WINDOW - 10), BLE, wallet.message()));
        assert!(device.pairing.tick(at(NOW + WINDOW - 1)).is_none());
        assert_eq!(device.pairing.status(at(NOW + WINDOW)), Status::Claimed);
        let ended = device.pairing.tick(at(NOW + WINDOW - 10 + SESSION));
        assert!(matches!(ended, Some(Lapse::Session(..))), "{ended:?}");
        assert_eq!(device.pairing.status(at(NOW + WINDOW)), Status::Unpaired);
    }
}

#[test]
fn a_window_that_is_open_is_counted_from_when_the_device_can_be_reached() {
    let mut device = Device::open(1);
    device.pairing.count_window_from(NOW + WINDOW - 1);
    assert!(device.pairing.tick(NOW + 2 * WINDOW - 2).is_none());
    assert!(matches!(
        device.pairing.tick(NOW + 2 * WINDOW - 1),
        Some(Lapse::Window)
    ));
    device.pairing.count_window_from(NOW + 2 * WINDOW);
    let closed = device.pairing.status(NOW + 2 * WINDOW);
    assert_eq!(closed, Status::Unpaired, "one that is closed stays closed");
}

#[test]
fn a_device_listens_while_its_window_is_open_and_while_it_waits_for_an_answer() {
    let mut device = Device::new(1);
    assert!(!device.pairing.listens());
    device.pairing.open_window(NOW).unwrap();
    assert!(device.pairing.listens());
    let wallet = device.wallet();
    let challenge = device.answer(wallet.message());
    assert!(device.pairing.listens(), "the answer may still come");
    device.answer(answer_of(&wallet, &challenge).message());
    assert!(!device.pairing.listens(), "one wallet has answered");
    device.pairing.added(NOW).unwrap();
    assert!(!device.pairing.listens());
}

#[test]
fn a_device_prints_the_state_it_is_in() {
    let mut device = Device::new(1);
    let shown = |device: &Device| format!("{:?}", device.pairing);
    assert_eq!(shown(&device), "DevicePairing(UNPAIRED)");
    device.pairing.open_window(NOW).unwrap();
    assert_eq!(shown(&device), "DevicePairing(ADVERTISING)");
    let wallet = device.wallet();
    let challenge = device.answer(wallet.message());
    assert_eq!(shown(&device), "DevicePairing(CLAIMED)");
    device.answer(answer_of(&wallet, &challenge).message());
    assert_eq!(shown(&device), "DevicePairing(PAIRED_PENDING)");
    device.pairing.added(NOW).unwrap();
    assert_eq!(shown(&device), "DevicePairing(PAIRED)");
}

#[test]
fn a_window_does_not_survive_a_restart() {
    let mut device = Device::open(1);
    device.restart();
    let wallet = device.wallet();
    assert_eq!(
        silence(device.receive(wallet.message())),
        Silence::WindowClosed
    );
}

#[test]
fn one_success_closes_the_window() {
    let mut device = Device::open(1);
    pair(&mut device);
    let second = device.wallet_of(NOW, 6);
    assert!(matches!(
        refusal(&second, device.receive(second.message())),
        Refusal::Busy { retry_after: 600 }
    ));
    device.pairing.added(NOW).unwrap();
    assert_eq!(
        refusal(&second, device.receive(second.message())),
        Refusal::AlreadyPaired
    );
    assert_eq!(
        device.pairing.open_window(NOW),
        Err(WindowError::AlreadyPaired)
    );
    device.restart();
    let at_start = device.pairing.open_window_at_start(NOW);
    assert_eq!(at_start, Err(WindowError::AlreadyPaired));
}

#[test]
fn a_second_wallet_waits() {
    let mut device = Device::open(1);
    let first = device.wallet();
    device.answer(first.message());
    let second = device.wallet_of(NOW + 10, 6);
    let other = Route::Bluetooth(2);
    assert_eq!(
        refusal(
            &second,
            device.receive_at(NOW + 10, other, second.message())
        ),
        Refusal::Busy { retry_after: 20 }
    );
    let third = device.wallet_of(NOW + SESSION, 7);
    let challenge = reply(device.receive_at(NOW + SESSION, other, third.message())).message;
    third.challenge(NOW + SESSION, &challenge).unwrap();
}

#[test]
fn a_claim_on_the_tangle_is_turned_away_once_and_taken_when_its_turn_comes() {
    let mut device = Device::open(1);
    let given_up = device.wallet();
    device.receive_at(NOW, Route::Tangle, given_up.message());
    let waiting = device.wallet_of(NOW + 1, 6);
    let looks = |device: &mut Device, now| device.receive_at(now, Route::Tangle, waiting.message());
    assert_eq!(
        refusal(&waiting, looks(&mut device, NOW + 1)),
        Refusal::Busy { retry_after: 29 }
    );
    for later in 2..SESSION {
        assert_eq!(silence(looks(&mut device, NOW + later)), Silence::Repeated);
    }
    let challenge = reply(looks(&mut device, NOW + SESSION)).message;
    waiting.challenge(NOW + SESSION, &challenge).unwrap();
}

#[test]
fn a_broken_connection_frees_the_device() {
    let mut device = Device::open(1);
    device.answer(device.wallet().message());
    device.pairing.disconnected(Route::Bluetooth(2));
    assert_eq!(device.pairing.status(NOW), Status::Claimed);
    device.pairing.disconnected(BLE);
    let second = device.wallet_of(NOW, 6);
    second
        .challenge(NOW, &device.answer(second.message()))
        .unwrap();
}

#[test]
fn a_session_ends_after_thirty_seconds() {
    let mut device = Device::open(1);
    let wallet = device.wallet();
    let challenge = device.answer(wallet.message());
    let challenged = wallet.challenge(NOW, &challenge).unwrap();
    let answered = challenged
        .answer(NOW + 1, &wallet_key(), &mut rng(3))
        .unwrap();
    let late = reply(device.receive_at(NOW + SESSION, BLE, answered.message())).message;
    assert_eq!(
        answered.result(&late).unwrap_err(),
        PairingError::Refused(Refusal::Timeout)
    );
    let challenged = wallet.challenge(NOW, &challenge).unwrap();
    assert_eq!(
        challenged
            .answer(NOW + SESSION, &wallet_key(), &mut rng(3))
            .unwrap_err(),
        PairingError::TimedOut
    );
}

#[test]
fn a_session_that_lapses_tells_its_wallet() {
    let mut device = Device::open(1);
    let wallet = device.wallet();
    device.answer(wallet.message());
    let Some(Lapse::Session(route, told)) = device.pairing.tick(NOW + SESSION) else {
        panic!("no lapse")
    };
    assert_eq!(route, BLE);
    assert_eq!(told.place, wallet.claim().result());
}

#[test]
fn five_failures_lock_and_a_restart_does_not_help() {
    let mut device = Device::open(1);
    for seed in 0..5 {
        let stranger = Device::new(2).wallet_of(NOW, seed);
        silence(device.receive(stranger.message()));
    }
    assert_eq!(
        device.pairing.open_window(NOW + 1),
        Err(WindowError::Locked { retry_after: 599 })
    );
    device.restart();
    assert_eq!(
        device.pairing.open_window_at_start(NOW + 1),
        Err(WindowError::Locked { retry_after: 599 })
    );
    assert_eq!(
        device.pairing.status(NOW + 2),
        Status::Locked { retry_after: 598 }
    );
    let wallet = device.wallet();
    assert_eq!(
        refusal(&wallet, device.receive_at(NOW + 3, BLE, wallet.message())),
        Refusal::Locked { retry_after: 597 }
    );
    device.pairing.open_window(NOW + 600).unwrap();
}

#[test]
fn a_closed_device_does_not_say_which_version_it_speaks() {
    let mut device = Device::new(1);
    let later = [2, 1, 0, 0];
    assert_eq!(silence(device.receive(&later)), Silence::OutOfTurn);
    device.pairing.open_window(NOW).unwrap();
    let told = reply(device.receive(&later)).message;
    let wallet = device.wallet();
    assert!(matches!(
        wallet.challenge(NOW, &told),
        Err(PairingError::Refused(Refusal::BadVersion))
    ));
}
