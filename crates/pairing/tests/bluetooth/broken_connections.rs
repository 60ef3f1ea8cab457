//! The connection breaks after each frame of each of the four messages.

use pairing::bluetooth::Outgoing;
use pairing::{DevicePairing, PairingError, Refusal, Status, WalletPairing};

use crate::device::{Device, NOW, Phone, answer, claimed, exchange, pair, random, seeded};

#[test]
fn a_connection_that_breaks_after_any_frame_of_the_claim_leaves_the_device_free() {
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
    pair(&mut device, |frames| frames);
}

#[test]
fn a_connection_that_breaks_after_any_frame_of_the_challenge_leaves_the_device_free() {
    let (mut device, _, wallet, challenge) = claimed(9);
    for heard in 0..=challenge.len() {
        assert_eq!(device.status(), Status::Claimed, "{heard} frames");
        let whole = Phone::default().hear(&challenge[..heard]);
        assert_eq!(whole.is_some(), heard == challenge.len());
        device.breaks_off("phone");
        assert!(matches!(device.status(), Status::Advertising { .. }));
        // The same claim leads nowhere; the next one does.
        let again = Outgoing::default().frames(wallet.message(), 517).unwrap();
        assert!(
            again
                .iter()
                .all(|frame| device.write("phone", frame).is_empty())
        );
        device.breaks_off("phone");
        let seed = 20 + u8::try_from(heard).unwrap();
        let next = WalletPairing::start(&device.pairing.code(), NOW, &mut seeded(seed)).unwrap();
        let mut phone = Phone::default();
        exchange(&mut device, &mut phone, next.message(), |all| all).unwrap();
    }
}

#[test]
fn a_connection_that_breaks_after_any_frame_of_the_answer_leaves_the_device_free_or_waiting() {
    let (mut device, mut phone, mut wallet, mut notified) = claimed(9);
    let mut sent = 0;
    loop {
        let answered = answer(&wallet, &phone.hear(&notified).unwrap());
        let frames = phone.outgoing.frames(answered.message(), 517).unwrap();
        let said: Vec<_> = frames[..sent]
            .iter()
            .flat_map(|frame| device.write("phone", frame))
            .collect();
        device.breaks_off("phone");
        if sent == frames.len() {
            assert!(!said.is_empty(), "CLAIM_RESULT is on its way");
            break;
        }
        assert!(said.is_empty(), "{sent} frames");
        assert!(matches!(device.status(), Status::Advertising { .. }));
        sent += 1;

        let seed = 20 + u8::try_from(sent).unwrap();
        wallet = WalletPairing::start(&device.pairing.code(), NOW, &mut seeded(seed)).unwrap();
        phone = Phone::default();
        let claim = phone.outgoing.frames(wallet.message(), 517).unwrap();
        notified = claim
            .iter()
            .flat_map(|frame| device.write("phone", frame))
            .collect();
    }
    assert_eq!(device.status(), Status::PairedPending);
}

#[test]
fn a_connection_that_breaks_after_any_frame_of_the_result_is_waited_for_until_the_next_start() {
    let (mut device, mut phone, wallet, notified) = claimed(9);
    let answered = answer(&wallet, &phone.hear(&notified).unwrap());
    let frames = phone.outgoing.frames(answered.message(), 517).unwrap();
    let result: Vec<_> = frames
        .iter()
        .flat_map(|frame| device.write("phone", frame))
        .collect();
    device.breaks_off("phone");
    for heard in 0..result.len() {
        assert_eq!(Phone::default().hear(&result[..heard]), None);
    }
    let whole = Phone::default().hear(&result).unwrap();
    let (paired, _) = answered.result(&whole).unwrap();
    // Only the wallet knows how much of it came: the device waits for it, and says so to another one.
    let code = device.pairing.code();
    let next = WalletPairing::start(&code, NOW, &mut seeded(10)).unwrap();
    let said = exchange(&mut device, &mut Phone::default(), next.message(), |all| {
        all
    })
    .unwrap();
    let busy = PairingError::Refused(Refusal::Busy { retry_after: 600 });
    assert_eq!(next.challenge(NOW, &said).unwrap_err(), busy);
    device.breaks_off("phone");
    assert_eq!(
        device.pairing.pending().unwrap().to_device(),
        paired.to_device()
    );
    // Who heard too little pulls the plug, and pairs.
    device.pairing = DevicePairing::from_state(&device.pairing.to_state()).unwrap();
    device.pairing.open_window_at_start(NOW).unwrap();
    let code = device.pairing.code();
    let again = WalletPairing::start(&code, NOW, &mut seeded(11)).unwrap();
    let mut phone = Phone::default();
    let challenge = exchange(&mut device, &mut phone, again.message(), |all| all).unwrap();
    let answered = answer(&again, &challenge);
    let result = exchange(&mut device, &mut phone, answered.message(), |all| all).unwrap();
    let (paired, _) = answered.result(&result).unwrap();
    assert_eq!(
        device.pairing.pending().unwrap().to_device(),
        paired.to_device()
    );
}
