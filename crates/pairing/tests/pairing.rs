//! The pairing of a device and a wallet, as it should go and as it is attacked (`docs/protocol.md` section 5).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use channel::{IdentityKey, MessageAssembler, SealedFragment, seal_unsigned};
use pairing::post::{Place, cancel};
use pairing::{
    CodeError, DENIED_AFTER, DevicePairing, Lapse, MAX_MESSAGE, Offer, OfferedLane, PENDING,
    Paired, PairingCode, PairingError, PairingSecret, Reaction, Refusal, Reply, Route, SESSION,
    Serial, Silence, Status, WINDOW, WalletPairing, WindowError,
};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

const NOW: u64 = 1_790_000_000;
const BLE: Route = Route::Bluetooth(1);

/// A device with its window open, and what its program keeps beside the state machine.
struct Device {
    pairing: DevicePairing,
    identity: IdentityKey,
    rng: ChaCha20Rng,
}

impl Device {
    fn new(seed: u8) -> Self {
        let identity = IdentityKey::from_seed(&[seed; 32]);
        let mut rng = rng(seed);
        let pairing = DevicePairing::new(&identity.verifying(), Serial([0, 0, 0, seed]), &mut rng);
        Self {
            pairing,
            identity,
            rng,
        }
    }

    fn open(seed: u8) -> Self {
        let mut device = Self::new(seed);
        device.pairing.open_window(NOW).unwrap();
        device
    }

    fn receive_at(&mut self, now: u64, route: Route, message: &[u8]) -> Reaction {
        self.pairing
            .receive(now, route, message, &self.identity, &offer(), &mut self.rng)
    }

    fn receive(&mut self, message: &[u8]) -> Reaction {
        self.receive_at(NOW, BLE, message)
    }

    fn answer(&mut self, message: &[u8]) -> Vec<u8> {
        reply(self.receive(message)).message
    }

    fn restart(&mut self) {
        self.pairing = DevicePairing::from_state(&self.pairing.to_state()).unwrap();
    }

    fn wallet(&self) -> WalletPairing {
        self.wallet_of(NOW, 77)
    }

    fn wallet_of(&self, now: u64, seed: u8) -> WalletPairing {
        WalletPairing::start(&self.pairing.code(), now, &mut rng(seed)).unwrap()
    }
}

fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

fn wallet_key() -> IdentityKey {
    IdentityKey::from_seed(&[99; 32])
}

fn offer() -> Offer {
    Offer {
        name: "Meter cupboard".into(),
        lanes: vec![OfferedLane {
            lane: 1,
            slot_seconds: 10,
            root: Some([5; 32]),
        }],
    }
}

fn reply(reaction: Reaction) -> Reply {
    match reaction {
        Reaction::Answer(reply) => reply,
        other => panic!("{other:?}"),
    }
}

fn silence(reaction: Reaction) -> Silence {
    match reaction {
        Reaction::Silence(why) => why,
        other => panic!("{other:?}"),
    }
}

/// What the wallet reads in the answer to its claim.
fn refusal(wallet: &WalletPairing, reaction: Reaction) -> Refusal {
    match wallet.challenge(NOW, &reply(reaction).message).unwrap_err() {
        PairingError::Refused(refusal) => refusal,
        other => panic!("{other}"),
    }
}

fn pair(device: &mut Device) -> Paired {
    let wallet = device.wallet();
    let challenge = device.answer(wallet.message());
    let answered = wallet
        .challenge(NOW, &challenge)
        .unwrap()
        .answer(NOW, &wallet_key(), &mut rng(3))
        .unwrap();
    let result = device.answer(answered.message());
    let (paired, offered) = answered.result(&result).unwrap();
    assert_eq!(offered, offer());
    paired
}

#[test]
fn a_scanned_code_says_which_device_it_is_for_and_prints_no_secret() {
    let code = Device::new(1).pairing.code();
    let scanned: PairingCode = code.to_uri().unwrap().parse().unwrap();
    let serial = scanned.serial().unwrap();
    assert_eq!(scanned.identity(), code.identity());
    assert_eq!(Some(serial), code.serial());
    let name = serial.to_string();
    assert_eq!(name, data_encoding::HEXUPPER.encode(&serial.0));
    let typed: PairingCode = code.to_typed().parse().unwrap();
    assert_eq!((typed.serial(), typed.identity()), (None, None));

    let printed = format!("{scanned:?} {:?}", scanned.secret());
    assert!(
        printed.starts_with("PairingCode { device: Some("),
        "{printed}"
    );
    assert!(printed.ends_with(".. } PairingSecret(..)"), "{printed}");
}

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
    let answered = wallet
        .challenge(NOW, &challenge)
        .unwrap()
        .answer(NOW, &wallet_key(), &mut rng(3))
        .unwrap();
    let result = says(&mut device, answered.message());
    let (_, offered) = answered.result(&result).unwrap();
    assert_eq!(offered.name, format!("Meter[2J{}", "x".repeat(56)));
    assert_eq!(offered.lanes.len(), 32);
}

fn assert_same(ours: &Paired, theirs: &Paired) {
    assert_eq!(ours.to_device(), theirs.to_device());
    assert_eq!(ours.to_wallet(), theirs.to_wallet());
    assert_eq!(ours.device.to_bytes()[..], theirs.device.to_bytes()[..]);
    assert_eq!(ours.wallet.to_bytes()[..], theirs.wallet.to_bytes()[..]);
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
fn two_pairings_share_no_secret() {
    let mut device = Device::open(1);
    let first = pair(&mut device);
    device.pairing.remove();
    device.pairing.open_window(NOW).unwrap();
    let wallet = device.wallet_of(NOW, 78);
    let challenge = device.answer(wallet.message());
    let answered = wallet
        .challenge(NOW, &challenge)
        .unwrap()
        .answer(NOW, &wallet_key(), &mut rng(3))
        .unwrap();
    let second = answered
        .result(&device.answer(answered.message()))
        .unwrap()
        .0;
    assert_ne!(first.to_device(), second.to_device());
    assert_ne!(first.to_wallet(), second.to_wallet());
}

#[test]
fn every_form_of_the_code_pairs() {
    let mut device = Device::open(1);
    let typed: PairingCode = device.pairing.code().to_typed().parse().unwrap();
    assert_eq!(typed.identity(), None);
    let wallet = WalletPairing::start(&typed, NOW, &mut rng(4)).unwrap();
    let challenge = device.answer(wallet.message());
    let challenged = wallet.challenge(NOW, &challenge).unwrap();
    assert_eq!(
        challenged.device().to_bytes()[..],
        device.identity.verifying().to_bytes()[..]
    );
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
fn a_clock_set_back_closes_the_window() {
    let mut device = Device::open(1);
    let wallet = device.wallet();
    assert_eq!(
        silence(device.receive_at(NOW - 60, BLE, wallet.message())),
        Silence::WindowClosed
    );
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
    let answered = wallet
        .challenge(NOW, &challenge)
        .unwrap()
        .answer(NOW, &wallet_key(), &mut rng(3))
        .unwrap();
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
        let answered = wallet
            .challenge(NOW, &challenge)
            .unwrap()
            .answer(NOW, &wallet_key(), &mut rng(3))
            .unwrap();
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
fn a_new_code_opens_the_lock_and_ends_the_old_one() {
    let mut device = Device::open(1);
    let old = device.pairing.code();
    for seed in 0..5 {
        silence(device.receive(Device::new(2).wallet_of(NOW, seed).message()));
    }
    let code = device.pairing.renew_secret(&mut rng(50));
    assert_ne!(code, old);
    device.pairing.open_window(NOW).unwrap();
    let photographed = WalletPairing::start(&old, NOW, &mut rng(9)).unwrap();
    assert_eq!(
        silence(device.receive(photographed.message())),
        Silence::WrongSecret
    );
    pair(&mut device);
}

#[test]
fn a_new_code_takes_no_device_from_its_owner_and_ends_a_window() {
    let mut owned = Device::open(1);
    let wallet = pair(&mut owned);
    owned.pairing.added(NOW + 5).unwrap();
    owned.pairing.renew_secret(&mut rng(50));
    assert_same(&wallet, owned.pairing.paired().unwrap());

    let mut open = Device::open(1);
    open.pairing.renew_secret(&mut rng(50));
    assert_eq!(open.pairing.status(NOW), Status::Unpaired);
}

#[test]
fn a_device_that_was_removed_has_no_owner() {
    let mut device = Device::open(1);
    pair(&mut device);
    device.pairing.added(NOW + 5).unwrap();
    device.pairing.remove();
    assert!(device.pairing.paired().is_none());
    assert_eq!(device.pairing.status(NOW + 6), Status::Unpaired);
    assert!(format!("{:?}", device.pairing).contains("UNPAIRED"));
}

#[test]
fn a_session_over_bluetooth_is_not_looked_for_on_the_tangle_nor_ended_there() {
    let mut device = Device::open(1);
    let wallet = device.wallet();
    let challenge = device.answer(wallet.message());
    assert_eq!(device.pairing.tangle_session(), None);
    let answered = wallet
        .challenge(NOW, &challenge)
        .unwrap()
        .answer(NOW, &wallet_key(), &mut rng(3))
        .unwrap();
    // It is too late by now, and only who began is told so.
    let late = device.receive_at(NOW + SESSION, Route::Tangle, answered.message());
    assert_eq!(silence(late), Silence::OutOfTurn);
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

#[test]
fn a_stale_claim_on_the_tangle_opens_no_session() {
    let mut device = Device::open(1);
    let old = device.wallet_of(NOW - WINDOW - 1, 5);
    assert_eq!(
        silence(device.receive_at(NOW, Route::Tangle, old.message())),
        Silence::Stale
    );
    let fresh = device.wallet_of(NOW - 5, 6);
    let told = reply(device.receive_at(NOW, Route::Tangle, fresh.message()));
    assert_eq!(told.place, fresh.claim().challenge());
    assert_eq!(device.pairing.tangle_session(), Some(fresh.claim()));
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

/// Blocks by tag, in the order in which they were posted.
#[derive(Default)]
struct Posts(Vec<SealedFragment>);

impl Posts {
    fn post(&mut self, secret: &PairingSecret, place: Place, message: &[u8]) {
        let key = secret.message_key(place);
        self.0
            .extend(seal_unsigned(&key, message, &mut rng(60)).unwrap());
    }

    /// As a device looks: the newest first.
    fn read_claims(&self, secret: &PairingSecret) -> Vec<Vec<u8>> {
        Place::recent_claims(NOW)
            .flat_map(|place| self.read(secret, place).into_iter().rev())
            .collect()
    }

    fn read(&self, secret: &PairingSecret, place: Place) -> Vec<Vec<u8>> {
        let mut assembler = MessageAssembler::new(secret.message_key(place));
        for _ in 0..2 {
            for tag in assembler.wanted() {
                let found: Vec<&[u8]> = self
                    .0
                    .iter()
                    .filter(|block| block.tag == tag)
                    .map(|block| &block.data[..])
                    .collect();
                assembler.offer(&tag, &found);
            }
        }
        assembler
            .joined()
            .iter()
            .map(|joined| joined.bytes().to_vec())
            .collect()
    }
}

#[test]
fn the_same_messages_pair_over_the_tangle() {
    let mut device = Device::open(1);
    let secret = device.pairing.code().secret().clone();
    let mut posts = Posts::default();
    let abandoned = device.wallet_of(NOW - 500, 4);
    posts.post(&secret, Place::claims(NOW), abandoned.message());
    let wallet = device.wallet();
    posts.post(&secret, Place::claims(NOW), wallet.message());

    let mut replies = Vec::new();
    for claim in posts.read_claims(&secret).into_iter().rev() {
        match device.receive_at(NOW, Route::Tangle, &claim) {
            Reaction::Answer(reply) => replies.push(reply),
            Reaction::Cancelled => panic!("nobody gave up"),
            Reaction::Silence(why) => assert_eq!(why, Silence::Stale),
        }
    }
    assert_eq!(replies.len(), 1);
    posts.post(&secret, replies[0].place, &replies[0].message);

    let challenge = &posts.read(&secret, wallet.claim().challenge())[0];
    let answered = wallet
        .challenge(NOW, challenge)
        .unwrap()
        .answer(NOW, &wallet_key(), &mut rng(3))
        .unwrap();
    posts.post(&secret, answered.claim().answer(), answered.message());

    let answer = &posts.read(&secret, device.pairing.tangle_session().unwrap().answer())[0];
    let result = reply(device.receive_at(NOW, Route::Tangle, answer));
    posts.post(&secret, result.place, &result.message);
    let (paired, _) = answered
        .result(&posts.read(&secret, answered.claim().result())[0])
        .unwrap();
    assert_same(&paired, device.pairing.pending().unwrap());
}

fn cancelled(reaction: Reaction) {
    assert!(matches!(reaction, Reaction::Cancelled), "{reaction:?}");
}

#[test]
fn a_session_that_was_given_up_is_in_nobodys_way() {
    let mut device = Device::open(1);
    let given_up = device.wallet_of(NOW, 4);
    reply(device.receive_at(NOW, Route::Tangle, given_up.message()));
    let next = device.wallet_of(NOW + 1, 5);
    let busy = device.receive_at(NOW + 1, Route::Tangle, next.message());
    assert!(matches!(refusal(&next, busy), Refusal::Busy { .. }));

    let cancel = cancel(&[given_up.claim()]);
    cancelled(device.receive_at(NOW + 2, Route::Tangle, &cancel));
    let again = device.receive_at(NOW + 2, Route::Tangle, &cancel);
    assert_eq!(silence(again), Silence::Repeated);
    let old = device.receive_at(NOW + 2, Route::Tangle, given_up.message());
    assert_eq!(silence(old), Silence::Repeated);
    reply(device.receive_at(NOW + 2, Route::Tangle, next.message()));
    assert_eq!(device.pairing.tangle_session(), Some(next.claim()));
}

#[test]
fn a_claim_that_was_cancelled_before_it_was_read_is_never_taken() {
    let mut device = Device::open(1);
    let claims: Vec<_> = (0..3).map(|n| device.wallet_of(NOW, 10 + n)).collect();
    let ids: Vec<_> = claims.iter().map(WalletPairing::claim).collect();
    cancelled(device.receive_at(NOW, Route::Tangle, &cancel(&ids)));
    for claim in &claims {
        let old = device.receive_at(NOW, Route::Tangle, claim.message());
        assert_eq!(silence(old), Silence::Repeated);
    }
}

#[test]
fn a_pairing_whose_wallet_missed_the_result_can_be_taken_back_within_the_window() {
    let mut device = Device::open(1);
    let wallet = device.wallet();
    let challenge = reply(device.receive_at(NOW, Route::Tangle, wallet.message())).message;
    let answered = wallet
        .challenge(NOW, &challenge)
        .unwrap()
        .answer(NOW, &wallet_key(), &mut rng(3))
        .unwrap();
    reply(device.receive_at(NOW, Route::Tangle, answered.message()));
    assert_eq!(device.pairing.status(NOW), Status::PairedPending);
    let state = device.pairing.to_state();

    cancelled(device.receive_at(NOW + 5, Route::Tangle, &cancel(&[wallet.claim()])));
    let seconds = u32::try_from(WINDOW - 5).unwrap();
    assert_eq!(
        device.pairing.status(NOW + 5),
        Status::Advertising { seconds }
    );

    // After a restart the window is gone, and the pairing can still be taken back.
    device.pairing = DevicePairing::from_state(&state).unwrap();
    assert_eq!(device.pairing.status(NOW + 5), Status::PairedPending);
    cancelled(device.receive_at(NOW + 5, Route::Tangle, &cancel(&[wallet.claim()])));
    assert_eq!(device.pairing.status(NOW + 5), Status::Unpaired);
}

#[test]
fn what_cancels_other_claims_or_is_no_cancel_ends_no_session() {
    let mut device = Device::open(1);
    let wallet = device.wallet();
    let other = device.wallet_of(NOW, 9);
    reply(device.receive_at(NOW, Route::Tangle, wallet.message()));
    cancelled(device.receive_at(NOW, Route::Tangle, &cancel(&[other.claim()])));
    let whole = cancel(&[wallet.claim()]);
    for wrong in [cancel(&[]), whole[..33].to_vec(), vec![1, 5, 0]] {
        let reaction = device.receive_at(NOW, Route::Tangle, &wrong);
        assert_eq!(silence(reaction), Silence::Malformed);
    }
    // Over Bluetooth the connection ends instead.
    assert_eq!(silence(device.receive(&whole)), Silence::OutOfTurn);
    assert_eq!(device.pairing.tangle_session(), Some(wallet.claim()));
}

#[test]
fn a_place_that_a_stranger_crowds_is_left_behind_with_the_next_claim() {
    let mut device = Device::open(1);
    let secret = device.pairing.code().secret().clone();
    let mut posts = Posts::default();
    let earlier = device.wallet_of(NOW - 60, 4);
    posts.post(&secret, Place::claims(NOW - 60), earlier.message());
    // Whoever saw that block knows its tag, and may write there.
    let seen = posts.0[0].tag;
    for n in 0..200 {
        let mut junk = posts.0[0].clone();
        junk.tag = seen;
        junk.data[5] ^= 1 + n;
        posts.0.push(junk);
    }
    let wallet = device.wallet_of(NOW, 5);
    posts.post(&secret, Place::claims(NOW), wallet.message());
    let first = posts.read_claims(&secret).remove(0);
    reply(device.receive_at(NOW, Route::Tangle, &first));
    assert_eq!(device.pairing.tangle_session(), Some(wallet.claim()));
}

#[test]
fn nothing_prints_a_secret() {
    let mut device = Device::open(1);
    let code = device.pairing.code();
    let text = code.to_uri().unwrap();
    let secret = text.split('#').nth(1).unwrap().to_owned();
    let paired = pair(&mut device);
    let printed = format!(
        "{code:?} {:?} {:?} {paired:?}",
        device.pairing,
        code.secret()
    );
    assert!(!printed.contains(&secret[4..20]));
    assert!(printed.contains("PairingSecret(..)"), "{printed}");
}

#[test]
fn wrong_codes_are_named() {
    let code = Device::new(1).pairing.code();
    let uri = code.to_uri().unwrap();
    assert_eq!(uri.parse::<PairingCode>().unwrap(), code);
    let page = uri.replace("meterkast://pair", "https://meterkast.example/pair");
    assert_eq!(page.parse::<PairingCode>().unwrap(), code);
    let error = |text: &str| text.parse::<PairingCode>().unwrap_err();
    assert_eq!(error("  "), CodeError::Empty);
    assert_eq!(
        error(&uri[..uri.len() - 4]),
        CodeError::CutOff {
            found: 56,
            expected: 60
        }
    );
    assert_eq!(
        error(&uri[..uri.len() - 3]),
        CodeError::CutOff {
            found: 57,
            expected: 60
        }
    );
    assert_eq!(error(uri.split('#').next().unwrap()), CodeError::NoSecret);
    assert_eq!(
        error("mailto://x"),
        CodeError::Scheme {
            found: "mailto".into()
        }
    );
    assert_eq!(
        error("meterkast://consent?n=x&r=y"),
        CodeError::NotPairing {
            found: "consent".into()
        }
    );
    assert_eq!(
        error("meterkast://pair#ab%c"),
        CodeError::BadCharacter {
            position: 3,
            found: '%'
        }
    );
    // What a stranger's code says is repeated as text, without what would steer a terminal or turn the line around.
    assert_eq!(
        error("mai\u{1b}[2Jlto\u{202e}://x"),
        CodeError::Scheme {
            found: "mai [2Jlto".into()
        }
    );
    assert_eq!(
        error("meterkast://con\u{202e}sent?n=x"),
        CodeError::NotPairing {
            found: "consent".into()
        }
    );
    assert_eq!(
        error("meterkast://pair#ab\u{1b}c"),
        CodeError::BadCharacter {
            position: 3,
            found: '\u{fffd}'
        }
    );
    let later = format!(
        "meterkast://pair#{}",
        data_encoding::BASE64URL_NOPAD.encode(&[2; 45])
    );
    assert_eq!(error(&later), CodeError::Version { found: 2 });
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
