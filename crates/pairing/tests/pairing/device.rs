//! A device with its window open, and its wallet.

use channel::IdentityKey;
use pairing::{
    DevicePairing, Moment, Offer, OfferedLane, Paired, PairingError, Reaction, Refusal, Reply,
    Route, Serial, Silence, WalletAnswered, WalletPairing,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

pub(crate) const NOW: u64 = 1_790_000_000;

pub(crate) const BLE: Route = Route::Bluetooth(1);

/// A device with its window open, and what its program keeps beside the state machine.
pub(crate) struct Device {
    pub(crate) pairing: DevicePairing,
    pub(crate) identity: IdentityKey,
    pub(crate) rng: ChaCha20Rng,
}

impl Device {
    pub(crate) fn new(seed: u8) -> Self {
        let identity = IdentityKey::from_seed(&[seed; 32]);
        let mut rng = rng(seed);
        let pairing = DevicePairing::new(&identity.verifying(), Serial([0, 0, 0, seed]), &mut rng);
        Self {
            pairing,
            identity,
            rng,
        }
    }

    pub(crate) fn open(seed: u8) -> Self {
        let mut device = Self::new(seed);
        device.pairing.open_window(NOW).unwrap();
        device
    }

    pub(crate) fn receive_at(
        &mut self,
        now: impl Into<Moment>,
        route: Route,
        message: &[u8],
    ) -> Reaction {
        self.pairing
            .receive(now, route, message, &self.identity, &offer(), &mut self.rng)
    }

    pub(crate) fn receive(&mut self, message: &[u8]) -> Reaction {
        self.receive_at(NOW, BLE, message)
    }

    pub(crate) fn answer(&mut self, message: &[u8]) -> Vec<u8> {
        reply(self.receive(message)).message
    }

    pub(crate) fn restart(&mut self) {
        self.pairing = DevicePairing::from_state(&self.pairing.to_state()).unwrap();
    }

    pub(crate) fn wallet(&self) -> WalletPairing {
        self.wallet_of(NOW, 77)
    }

    pub(crate) fn wallet_of(&self, now: u64, seed: u8) -> WalletPairing {
        WalletPairing::start(&self.pairing.code(), now, &mut rng(seed)).unwrap()
    }
}

pub(crate) fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

pub(crate) fn wallet_key() -> IdentityKey {
    IdentityKey::from_seed(&[99; 32])
}

pub(crate) fn offer() -> Offer {
    Offer {
        name: "Meter cupboard".into(),
        lanes: vec![OfferedLane {
            lane: 1,
            slot_seconds: 10,
            root: Some([5; 32]),
        }],
    }
}

pub(crate) fn reply(reaction: Reaction) -> Reply {
    match reaction {
        Reaction::Answer(reply) => reply,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn silence(reaction: Reaction) -> Silence {
    match reaction {
        Reaction::Silence(why) => why,
        other => panic!("{other:?}"),
    }
}

/// What the wallet reads in the answer to its claim.
pub(crate) fn refusal(wallet: &WalletPairing, reaction: Reaction) -> Refusal {
    match wallet.challenge(NOW, &reply(reaction).message).unwrap_err() {
        PairingError::Refused(refusal) => refusal,
        other => panic!("{other}"),
    }
}

/// What the wallet says to this challenge.
pub(crate) fn answer_of(wallet: &WalletPairing, challenge: &[u8]) -> WalletAnswered {
    wallet
        .challenge(NOW, challenge)
        .unwrap()
        .answer(NOW, &wallet_key(), &mut rng(3))
        .unwrap()
}

pub(crate) fn pair(device: &mut Device) -> Paired {
    let wallet = device.wallet();
    let challenge = device.answer(wallet.message());
    let answered = answer_of(&wallet, &challenge);
    let result = device.answer(answered.message());
    let (paired, offered) = answered.result(&result).unwrap();
    assert_eq!(offered, offer());
    paired
}

pub(crate) fn assert_same(ours: &Paired, theirs: &Paired) {
    assert_eq!(ours.to_device(), theirs.to_device());
    assert_eq!(ours.to_wallet(), theirs.to_wallet());
    assert_eq!(ours.device.to_bytes()[..], theirs.device.to_bytes()[..]);
    assert_eq!(ours.wallet.to_bytes()[..], theirs.wallet.to_bytes()[..]);
}
