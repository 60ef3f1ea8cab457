use crate::corpus::vectors;
use channel::IdentityKey;
use core::time::Duration;
use pairing::bluetooth::{Heard, Info, Outgoing, Seat, serial_in};
use pairing::{
    DevicePairing, MAX_MESSAGE, Offer, PairingCode, Reaction, Route, Serial, Status, WalletPairing,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use std::sync::LazyLock;

const NOW: u64 = 1_790_000_000;
static IDENTITY: LazyLock<IdentityKey> = LazyLock::new(|| IdentityKey::from_seed(&[50; 32]));

/// What somebody scanned or typed. What was read is printed and read again.
pub(super) fn code(data: &[u8]) {
    let Ok(code) = String::from_utf8_lossy(data).parse::<PairingCode>() else {
        return;
    };
    assert_eq!(
        code.to_typed()
            .parse::<PairingCode>()
            .map(|again| again.to_typed()),
        Ok(code.to_typed())
    );
    if let Some(uri) = code.to_uri() {
        assert_eq!(uri.parse(), Ok(code), "printed and read again");
    }
}

pub(super) fn code_seeds() -> Vec<Vec<u8>> {
    vectors("pairing.json", &["code/address", "code/typed"])
}

/// Messages by radio or Tangle. The first byte says to whom and when: a device that listens, one that waits for an
/// answer, a wallet that waits for a challenge.
pub(super) fn frame(data: &[u8]) {
    let Some((&how, message)) = data.split_first() else {
        return;
    };
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    let mut device = DevicePairing::new(&IDENTITY.verifying(), Serial([0; 4]), &mut rng);
    if device.open_window(NOW).is_err() {
        return;
    }
    let Ok(wallet) = WalletPairing::start(&device.code(), NOW, &mut rng) else {
        return;
    };
    let mut receive = |message: &[u8]| {
        device.receive(
            NOW,
            Route::Tangle,
            message,
            &IDENTITY,
            &Offer::default(),
            &mut rng,
        )
    };
    match how % 3 {
        0 => drop(receive(message)),
        1 => {
            let Reaction::Answer(_) = receive(wallet.message()) else {
                panic!("an honest claim meets silence");
            };
            drop(receive(message));
        }
        _ => assert!(
            wallet.challenge(NOW, message).is_err(),
            "a stranger's challenge was taken"
        ),
    }
    let claims_itself = how % 3 == 0 && message == wallet.message();
    let status = device.status(NOW);
    assert!(
        claims_itself || !matches!(status, Status::PairedPending | Status::Paired),
        "paired with a stranger"
    );
    assert!(
        DevicePairing::from_state(&device.to_state()).is_ok(),
        "a state that cannot be read"
    );
}

pub(super) fn frame_seeds() -> Vec<Vec<u8>> {
    let messages = vectors("pairing.json", &["messages/*"]);
    let refusal = vec![1, 127, 1, 30, 0, 0, 0];
    let all = messages.iter().chain([&refusal]);
    all.flat_map(|message| (0..3).map(move |how| [&[how], message.as_slice()].concat()))
        .collect()
}

/// What strangers write to a device by radio: frames, each after a byte that says who writes it and when, and one that says
/// how long it is.
pub(super) fn bluetooth(data: &[u8]) {
    let _info = Info::from_bytes(data);
    let _serial = serial_in(&String::from_utf8_lossy(data));
    let (mut seat, mut now, mut rest) = (Seat::default(), Duration::ZERO, data);
    while let [how, length, tail @ ..] = rest {
        let length = usize::from(*length).min(tail.len());
        let (frame, after) = tail.split_at(length);
        now += Duration::from_secs(u64::from(how >> 4));
        let central = how & 1;
        match seat.hear(now, central, frame) {
            Ok(Heard::Message(_, message)) => assert!(
                (1..=MAX_MESSAGE).contains(&message.len()),
                "a message of {} bytes",
                message.len()
            ),
            Ok(Heard::Part) => {}
            Err(_) if how & 2 != 0 => drop(seat.left(central)),
            Err(_) => {}
        }
        rest = after;
    }
}

pub(super) fn bluetooth_seeds() -> Vec<Vec<u8>> {
    let claims = vectors("pairing.json", &["messages/*"]);
    let mut seeds = vec![b"Meterkast 0000002A".to_vec(), vec![1, 1, 0, 0, 0, 42]];
    seeds.extend(claims.iter().filter_map(|message| {
        let frames = Outgoing::default().frames(message, 185).ok()?;
        let with_length = frames.iter().filter_map(|frame| {
            Some([&[0, u8::try_from(frame.len()).ok()?], frame.as_slice()].concat())
        });
        Some(with_length.flatten().collect())
    }));
    seeds
}
