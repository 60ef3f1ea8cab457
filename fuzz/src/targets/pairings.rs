use crate::corpus::vectors;
use channel::IdentityKey;
use pairing::{DevicePairing, Offer, PairingCode, Reaction, Route, Serial, Status, WalletPairing};
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
