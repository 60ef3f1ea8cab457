//! What a stranger sends, and what comes of it.

use channel::IdentityKey;
use pairing::{
    DENIED_AFTER, DevicePairing, MAX_MESSAGE, Paired, PairingCode, PairingError, Refusal, Route,
    Silence, Status, WalletPairing,
};
use proptest::prelude::*;

use crate::device::{Device, NOW, answer_of, pair, refusal, reply, rng, silence, wallet_key};

#[test]
fn a_wrong_secret_meets_silence_and_leaves_no_session() {
    let mut device = Device::open(1);
    let stranger = Device::new(2).wallet();
    assert_eq!(
        silence(device.receive(stranger.message())),
        Silence::WrongSecret
    );
    assert!(matches!(
        device.pairing.status(NOW),
        Status::Advertising { .. }
    ));
    pair(&mut device);
}

#[test]
fn a_replayed_claim_is_ignored_also_after_a_restart() {
    let mut device = Device::open(1);
    let wallet = device.wallet();
    device.answer(wallet.message());
    assert_eq!(silence(device.receive(wallet.message())), Silence::Repeated);
    device.restart();
    device.pairing.open_window(NOW).unwrap();
    assert_eq!(silence(device.receive(wallet.message())), Silence::Repeated);
}

#[test]
fn a_replayed_challenge_or_result_is_not_authentic() {
    let mut device = Device::open(1);
    let first = device.wallet();
    let old_challenge = device.answer(first.message());
    let old_answer = first
        .challenge(NOW, &old_challenge)
        .unwrap()
        .answer(NOW, &wallet_key(), &mut rng(3))
        .unwrap();
    let old_result = device.answer(old_answer.message());
    device.pairing.open_window(NOW).unwrap();

    let second = device.wallet_of(NOW, 6);
    let challenge = device.answer(second.message());
    assert_eq!(
        second.challenge(NOW, &old_challenge).unwrap_err(),
        PairingError::NotAuthentic
    );
    let answered = second
        .challenge(NOW, &challenge)
        .unwrap()
        .answer(NOW, &wallet_key(), &mut rng(4))
        .unwrap();
    assert_eq!(
        answered.result(&old_result).unwrap_err(),
        PairingError::NotAuthentic
    );
    let replayed = reply(device.receive(old_answer.message()));
    assert_eq!(
        answered.result(&replayed.message).unwrap_err(),
        PairingError::Refused(Refusal::Denied)
    );
}

#[test]
fn messages_turned_round_are_refused() {
    let mut device = Device::open(1);
    let wallet = device.wallet();
    assert_eq!(
        wallet.challenge(NOW, wallet.message()).unwrap_err(),
        PairingError::Unexpected
    );
    let challenge = device.answer(wallet.message());
    assert_eq!(silence(device.receive(&challenge)), Silence::OutOfTurn);

    // The device's own sealed half of CHALLENGE, sent back as if it were an answer.
    let mut reflected = vec![1, 3];
    reflected.extend_from_slice(&challenge[2 + 1230 + 32 + 1230 + 16..]);
    let denied = reply(device.receive(&reflected));
    assert_eq!(denied.message[2], 6);
    assert_eq!(denied.after, DENIED_AFTER);
}

#[test]
fn a_device_with_the_secret_but_another_identity_is_unmasked() {
    let mut device = Device::open(1);
    let code = device.pairing.code();
    let wallet = WalletPairing::start(&code, NOW, &mut rng(5)).unwrap();
    device.identity = IdentityKey::from_seed(&[200; 32]);
    let challenge = device.answer(wallet.message());
    assert_eq!(
        wallet.challenge(NOW, &challenge).unwrap_err(),
        PairingError::OtherDevice
    );
}

#[test]
fn steps_out_of_order_are_ignored() {
    let mut device = Device::open(1);
    let wallet = device.wallet();
    let challenge = device.answer(wallet.message());
    let answered = answer_of(&wallet, &challenge);
    let result = device.answer(answered.message());
    assert_eq!(
        silence(device.receive(answered.message())),
        Silence::OutOfTurn,
        "doubled"
    );
    assert_eq!(
        answered.result(&challenge).unwrap_err(),
        PairingError::Unexpected
    );
    assert_eq!(
        wallet.challenge(NOW, &result).unwrap_err(),
        PairingError::Unexpected
    );
    answered.result(&result).unwrap();

    let mut fresh = Device::open(1);
    assert_eq!(
        silence(fresh.receive(answered.message())),
        Silence::OutOfTurn,
        "an answer without a claim"
    );
}

#[test]
fn cut_and_oversized_messages_are_ignored() {
    let mut device = Device::open(1);
    let wallet = device.wallet();
    let claim = wallet.message().to_vec();
    for length in [0, 1, 2, 3, 100, claim.len() - 1] {
        assert_eq!(
            silence(device.receive(&claim[..length])),
            Silence::Malformed,
            "{length} bytes"
        );
    }
    let mut long = claim.clone();
    long.resize(MAX_MESSAGE + 1, 0);
    assert_eq!(silence(device.receive(&long)), Silence::Malformed);
    let challenge = device.answer(&claim);
    for length in [0, 1, 2, 2000, challenge.len() - 1] {
        assert!(
            wallet.challenge(NOW, &challenge[..length]).is_err(),
            "{length} bytes"
        );
    }
    wallet.challenge(NOW, &challenge).unwrap();
}

#[test]
fn another_version_is_named() {
    let mut device = Device::open(1);
    let wallet = device.wallet();
    let mut claim = wallet.message().to_vec();
    claim[0] = 9;
    assert_eq!(
        refusal(&wallet, device.receive(&claim)),
        Refusal::BadVersion
    );
    assert_eq!(
        wallet.challenge(NOW, &[2, 2, 0]).unwrap_err(),
        PairingError::OtherVersion(2)
    );
}

#[test]
fn every_cryptographic_failure_looks_alike() {
    let mut answers = Vec::new();
    for spoil in 0..4u8 {
        let mut device = Device::open(1);
        let wallet = device.wallet();
        let challenge = device.answer(wallet.message());
        let answered = answer_of(&wallet, &challenge);
        let mut message = answered.message().to_vec();
        match spoil {
            0 => message[2] ^= 1,
            1 => *message.last_mut().unwrap() ^= 1,
            2 => message.truncate(40),
            _ => message.truncate(2),
        }
        let denied = reply(device.receive(&message));
        answers.push((denied.message, denied.after));
        assert!(matches!(
            device.pairing.status(NOW),
            Status::Advertising { .. }
        ));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(answers[0].1, DENIED_AFTER);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_answered_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
        let mut device = Device::open(1);
        let _ = device.receive(&bytes);
        let mut framed = vec![1, bytes.first().map_or(1, |b| b % 6)];
        framed.extend_from_slice(&bytes);
        let _ = device.receive(&framed);
        let _ = device.receive_at(NOW, Route::Tangle, &framed);
        let _ = DevicePairing::from_state(&bytes);
        let _ = Paired::from_state(&bytes);
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,120}") {
        let _ = text.parse::<PairingCode>();
        let _ = format!("meterkast://pair#{text}").parse::<PairingCode>();
    }
}

#[test]
fn what_anybody_can_send_is_waited_through_and_what_the_device_says_is_not() {
    let waits = [PairingError::NotAuthentic, PairingError::Unexpected];
    let ends = [
        PairingError::Refused(Refusal::AlreadyPaired),
        PairingError::OtherDevice,
        PairingError::OtherVersion(2),
        PairingError::TimedOut,
        PairingError::Handshake,
    ];
    assert!(!waits.iter().any(PairingError::is_final));
    assert!(ends.iter().all(PairingError::is_final));
}
