use crate::corpus::vectors;
use channel::IdentityKey;
use core::time::Duration;
use pairing::bluetooth::{Heard, Info, Outgoing, Seat, serial_in};
use pairing::near::{Called, Calls, NearCall, NearKey, NetworkName, Password, Request, Response};
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

/// What strangers write to a device whose owner may call, to one in conversation, and to the owner's wallet; and what stands
/// in requests and responses once they are opened, since a wallet or a device may be a stranger's too. The first byte says which.
pub(super) fn near(data: &[u8]) {
    let Some((&how, bytes)) = data.split_first() else {
        return;
    };
    let key = NearKey::new(&[1; 32], &[2; 32]);
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    let (mut device, route) = (Calls::default(), Route::Bluetooth(1));
    device.open(NOW, 120, &mut rng);
    let Ok(call) = NearCall::start(&key, &mut rng) else {
        return;
    };
    match how % 5 {
        0 => {
            let heard = device.hear(NOW, route, bytes, &key, &mut rng);
            assert_eq!(heard, Called::Silence, "a stranger was answered");
        }
        1 => {
            let heard = device.hear(NOW, route, call.message(), &key, &mut rng);
            let Called::Answer(taken) = heard else {
                panic!("the owner was not answered");
            };
            let heard = device.hear(NOW, route, bytes, &key, &mut rng);
            assert_eq!(heard, Called::Silence, "a stranger was answered");
            let response = call.taken(&taken).map(|mut talk| talk.response(bytes));
            assert!(!matches!(response, Ok(Ok(_))), "a stranger was believed");
        }
        2 => assert!(call.taken(bytes).is_err(), "a stranger took the call"),
        3 => read_again::<Request>(bytes),
        _ => read_again::<Response>(bytes),
    }
}

/// What was read is written and read again.
fn read_again<T>(bytes: &[u8])
where
    T: PartialEq + core::fmt::Debug + minicbor::Encode<()> + for<'a> minicbor::Decode<'a, ()>,
{
    if let Ok(read) = minicbor::decode::<T>(bytes) {
        let written = minicbor::to_vec(&read).unwrap_or_default();
        assert_eq!(minicbor::decode::<T>(&written).ok(), Some(read));
    }
}

pub(super) fn near_seeds() -> Vec<Vec<u8>> {
    let join = Request::Join {
        name: NetworkName::new("Thuis"),
        password: Some(Password::new("correct horse battery")),
    };
    let node = Response::Node {
        address: "http://10.0.0.2:14265".into(),
        trouble: None,
    };
    let asked = [Request::Wifi, join, Request::Node].map(minicbor::to_vec);
    let said = [Response::Joined, node].map(minicbor::to_vec);
    let requests = asked
        .into_iter()
        .flatten()
        .map(|bytes| [&[3], bytes.as_slice()].concat());
    let responses = said
        .into_iter()
        .flatten()
        .map(|bytes| [&[4], bytes.as_slice()].concat());
    let messages = (0..3).flat_map(|how| (6..10).map(move |kind| vec![how, 1, kind, 0]));
    requests.chain(responses).chain(messages).collect()
}
